/** Code from a fork never meets a secret. */
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import type { Pipeline } from "../types.ts";

export function trustProblems(config: Config, pipeline: Pipeline): Problem[] {
  return pipeline.consumers
    .filter(
      (consumer) =>
        consumer.secrets.grant === "always" &&
        consumer.secrets.names.length > 0 &&
        consumer.forks &&
        consumer.events.includes("pullRequest"),
    )
    .map((consumer) => ({
      path: [
        "consumers",
        consumer.key,
        "secrets",
        ...(Array.isArray(config.consumers[consumer.key]?.secrets) ? [] : ["grant"]),
      ],
      message: `The consumer "${consumer.key}" would hand ${consumer.secrets.names.join(", ")} to code from pull requests of forks.`,
      hint: 'Grant the secrets to "trusted" events, or set `forks: false` for this consumer.',
    }));
}
