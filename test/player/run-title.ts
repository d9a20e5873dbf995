/** What a run is called: `run-name` of its workflow, which reads `github`, `inputs` and `vars`, or what its event is about. */
import type { GitHubEvent } from "./events.ts";
import { interpolateString } from "./expressions.ts";
import { githubContext } from "./github-context.ts";
import type { Host } from "./host.ts";
import type { Run } from "./runs.ts";
import type { WorkflowFile } from "./workflow-file.ts";

export function runTitle(
  host: Pick<Host, "repository" | "apiUrl" | "variables">,
  { runName }: Pick<WorkflowFile, "runName">,
  run: Pick<Run, "id" | "number" | "attempt" | "workflowName" | "workflowPath" | "event" | "inputs">,
): string {
  const contexts = { github: githubContext(host, run), inputs: run.inputs, vars: { ...host.variables } };
  const title = interpolateString(runName, { contexts });
  return title === "" ? titleOf(run.event) : title;
}

function titleOf(event: GitHubEvent): string {
  const pull = event.payload["pull_request"];
  if (typeof pull === "object" && pull !== null && !Array.isArray(pull)) return String(pull["title"]);
  return `${event.name} on ${event.headBranch}`;
}
