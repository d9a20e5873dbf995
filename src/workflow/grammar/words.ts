/** What the definitions of GitHub's grammar are called in messages. */
import type { Fault, ValueKind } from "./fault.ts";

const NOUNS: Readonly<Record<string, string>> = {
  "workflow-root-strict": "a workflow",
  "action-root-strict": "an action",
  "on-mapping-strict": "`on:`",
  "job-factory": "a job",
  "workflow-job": "a job that calls a workflow",
  "run-step": "a step with `run`",
  "regular-step": "a step with `uses`",
  "uses-step": "a step with `uses`",
  "wait-step": "a step with `wait`",
  "wait-all-step": "a step with `wait-all`",
  "cancel-step": "a step with `cancel`",
  "parallel-step": "a `parallel` group",
  "cron-mapping": "a schedule",
  "container-mapping": "a container",
  "service-container-mapping": "a service container",
  "concurrency-mapping": "`concurrency:`",
  "container-runs-strict": "a Docker action's `runs:`",
  "node-runs-strict": "a JavaScript action's `runs:`",
  "composite-runs-strict": "a composite action's `runs:`",
  "workflow-dispatch-input": "an input of `workflow_dispatch`",
  "workflow-call-input-definition": "an input of `workflow_call`",
  "workflow-call-output-definition": "an output of `workflow_call`",
  "workflow-call-secret-mapping-definition": "a secret of `workflow_call`",
};

/** "a job", "`strategy:`". */
export function nounOf({ definition, path }: Pick<Fault, "definition" | "path">): string {
  return NOUNS[definition] ?? `\`${path.findLast((key) => key !== "*") ?? "the file"}:\``;
}

/** "a number or text". */
export const kindsOf = (kinds: readonly ValueKind[]): string =>
  listed(
    kinds.filter((kind) => kind !== "nothing" || kinds.length === 1),
    "or",
  );

/** "`a`, `b` and `c`". */
export const quoted = (names: readonly string[], word: "and" | "or" = "and"): string =>
  listed(
    names.map((name) => `\`${name}\``),
    word,
  );

function listed(words: readonly string[], word: string): string {
  if (words.length <= 1) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${word} ${words.at(-1) ?? ""}`;
}
