import { type ConfigInput, configSchema } from "../../src/config/schema.ts";
import { type Plan, plan } from "../../src/pipeline/plan.ts";
import type { PipelinePart } from "../../src/pipeline/plan-file/schema.ts";
import { planFile } from "../../src/pipeline/plan-file.ts";
import type { Pipeline, RepositoryFacts } from "../../src/pipeline/types.ts";

/** The plan of a config as a user writes it. */
export const planOf = (input: ConfigInput, repository?: RepositoryFacts): Plan =>
  plan(configSchema.parse(input), repository);

/** A config with one image and one consumer, to change in a test. */
export const smallConfig = (change: Partial<ConfigInput> = {}): ConfigInput => ({
  project: "shop",
  registry: { host: "ghcr.io", namespace: "acme" },
  builds: { app: { kind: "image" } },
  consumers: { smoke: { needs: "app", run: "./smoke.sh" } },
  ...change,
});

/** What plan.json says of a pipeline. */
export function plannedFor(pipeline: Pipeline): PipelinePart {
  const part = planFile([pipeline], {}).pipelines[pipeline.member ?? ""];
  if (part === undefined) throw new Error("The plan file has no such pipeline.");
  return part;
}
