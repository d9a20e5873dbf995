/** What the repository's settings must hold for the emitted workflows: read off them, so that nothing is left out. */
import type { Pipeline } from "../../pipeline/types.ts";
import { callsWorkflow, type Job, type Workflow } from "../../workflow/model.ts";
import { compileWorkflows } from "../compile.ts";
import { code, codes, table } from "./markdown.ts";

interface Asked {
  name: string;
  /** The workflows that ask, by name. */
  by: string[];
}

/** Not the result of a job `test-secrets`, nor the file of a consumer called so. */
const SECRET = /(?<![\w./-])secrets\.(\w+)/g;

/** Who asks for what, each name once, in the order of names. */
function collect(workflows: readonly Workflow[], namesIn: (workflow: Workflow) => readonly string[]): Asked[] {
  const asked = new Map<string, Set<string>>();
  for (const workflow of workflows)
    for (const name of namesIn(workflow)) asked.set(name, (asked.get(name) ?? new Set()).add(workflow.name));
  return [...asked]
    .map(([name, by]) => ({ name, by: [...by] }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** The repository's secrets that a workflow reads; the token of each job is GitHub's own. */
export const secretsIn = (workflow: Workflow): string[] =>
  [...JSON.stringify(workflow.jobs).matchAll(SECRET)].flatMap(([, name]) =>
    name === undefined || name === "GITHUB_TOKEN" ? [] : [name],
  );

const environmentOf = (job: Job): string[] =>
  job.environment === undefined ? [] : [typeof job.environment === "string" ? job.environment : job.environment.name];

/** The GitHub environments that jobs of a workflow run in. */
export const environmentsIn = (workflow: Workflow): string[] =>
  Object.values(workflow.jobs).flatMap((job) => (callsWorkflow(job) ? [] : environmentOf(job)));

export function settingsText(pipeline: Pipeline): string {
  const workflows = compileWorkflows(pipeline).map(({ workflow }) => workflow);
  const secrets = collect(workflows, secretsIn);
  const environments = collect(workflows, environmentsIn);
  const rows = (asked: readonly Asked[]): string[][] => asked.map(({ name, by }) => [code(name), codes(by)]);
  return [
    secrets.length > 0
      ? `These secrets must exist, under Settings, Secrets and variables, Actions. A called workflow is handed its own by name, and code of a fork sees none.\n\n${table(["Secret", "Workflows that ask for it"], rows(secrets))}`
      : "No secret is needed: every job works with the token that GitHub gives it.",
    environments.length > 0
      ? `These environments must exist, under Settings, Environments, with the reviewers whose word is wanted. Without one, GitHub makes it when it is first used, and asks nobody. Secrets that only these jobs may read belong there.\n\n${table(["Environment", "Workflows with jobs in it"], rows(environments))}`
      : "",
    "Require the checks of the table above in a rule for the branches that people merge into.",
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}
