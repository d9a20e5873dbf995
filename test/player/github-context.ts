/** The contexts that expressions read, and the variables that the runner sets from them. */
import { join } from "node:path";
import { fullName } from "./events.ts";
import type { Host } from "./host.ts";
import type { JsonObject } from "./json.ts";
import type { JobRun, Run } from "./runs.ts";

/** `github`; without a job there is no token and no workspace. */
export function githubContext(
  host: Pick<Host, "repository" | "apiUrl">,
  run: Pick<Run, "id" | "number" | "attempt" | "workflowName" | "workflowPath" | "event">,
  job?: JobRun,
  folder?: string,
): JsonObject {
  const { event } = run;
  return {
    event: event.payload,
    event_name: event.name,
    ref: event.ref,
    ref_name: event.ref.replace(/^refs\/(heads|tags|pull)\//, ""),
    ref_type: event.ref.startsWith("refs/tags/") ? "tag" : "branch",
    ref_protected: false,
    sha: event.sha,
    head_ref: event.headRef,
    base_ref: event.baseRef,
    repository: fullName(host.repository),
    repository_owner: host.repository.owner,
    repository_id: "1",
    repository_visibility: host.repository.private ? "private" : "public",
    run_id: String(run.id),
    run_number: String(run.number),
    run_attempt: String(run.attempt),
    workflow: run.workflowName,
    workflow_ref: `${fullName(host.repository)}/${run.workflowPath}@${event.ref}`,
    workflow_sha: event.sha,
    actor: event.actor,
    triggering_actor: event.actor,
    server_url: "https://github.com",
    api_url: host.apiUrl,
    graphql_url: `${host.apiUrl}/graphql`,
    retention_days: "90",
    ...(job ? { job: job.key, token: job.token } : {}),
    ...(folder ? { workspace: workspaceOf(folder), action: "__run" } : {}),
  };
}

export const workspaceOf = (folder: string): string => join(folder, "workspace");
export const tempOf = (folder: string): string => join(folder, "temp");

export function runnerContext(folder: string): JsonObject {
  return {
    os: "Linux",
    arch: "X64",
    name: "GitHub Actions 1",
    environment: "github-hosted",
    temp: tempOf(folder),
    tool_cache: join(folder, "tools"),
    debug: "",
  };
}

/** The default variables of every step (docs.github.com, "Variables reference: Default environment variables"). */
export function runnerVariables(host: Host, run: Run, job: JobRun, folder: string): Record<string, string> {
  const variables: Record<string, string> = {
    CI: "true",
    GITHUB_ACTIONS: "true",
    HOME: join(folder, "home"),
    LANG: "C.UTF-8",
  };
  for (const [key, value] of Object.entries(githubContext(host, run, job, folder))) {
    if (key !== "event" && key !== "token" && typeof value === "string")
      variables[`GITHUB_${key.toUpperCase()}`] = value;
  }
  variables["GITHUB_EVENT_PATH"] = join(folder, "temp", "event.json");
  for (const [key, value] of Object.entries(runnerContext(folder)))
    if (key !== "debug") variables[`RUNNER_${key.toUpperCase()}`] = String(value);
  return variables;
}
