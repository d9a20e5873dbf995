/** Contexts that are the same in every file ("Contexts reference", and the language service's own list of properties). */
import { ANY, BOOL, mapOf, NUMBER, type ObjectType, objectOf, oneOf, STRING, type Type } from "./type.ts";

export const CONTEXT_NAMES: readonly string[] = [
  "github",
  "env",
  "vars",
  "job",
  "jobs",
  "steps",
  "runner",
  "secrets",
  "strategy",
  "matrix",
  "needs",
  "inputs",
];

/** A step's `outcome` and `conclusion`, a job's `result`. */
export const RESULT: Type = oneOf("success", "failure", "cancelled", "skipped");

export const RUNNER: ObjectType = objectOf({
  name: STRING,
  os: oneOf("Linux", "Windows", "macOS"),
  arch: oneOf("X86", "X64", "ARM", "ARM64"),
  temp: STRING,
  tool_cache: STRING,
  // Set only while debugging, and then always "1".
  debug: STRING,
  environment: oneOf("github-hosted", "self-hosted"),
  workspace: STRING,
});

export const STRATEGY: ObjectType = objectOf({
  "fail-fast": BOOL,
  "job-index": NUMBER,
  "job-total": NUMBER,
  "max-parallel": NUMBER,
});

export const JOB: ObjectType = objectOf({
  check_run_id: NUMBER,
  container: objectOf({ id: STRING, network: STRING }),
  services: mapOf(objectOf({ id: STRING, network: STRING, ports: ANY })),
  status: oneOf("success", "failure", "cancelled"),
  workflow_file_path: STRING,
  workflow_ref: STRING,
  workflow_repository: STRING,
  workflow_sha: STRING,
});

/** Those that hold text. `output`, `state` and `step_summary` are the runner's, beside `env` and `path`. */
const GITHUB_TEXTS = [
  "action",
  "action_path",
  "action_ref",
  "action_repository",
  "actor",
  "actor_id",
  "api_url",
  "artifact_cache_size_limit",
  "base_ref",
  "env",
  "event_path",
  "graphql_url",
  "head_ref",
  "job",
  "job_workflow_sha",
  "output",
  "path",
  "ref",
  "ref_name",
  "repository",
  "repository_id",
  "repository_owner",
  "repository_owner_id",
  "repository_visibility",
  "repositoryUrl",
  "retention_days",
  "run_attempt",
  "run_id",
  "run_number",
  "secret_source",
  "server_url",
  "sha",
  "state",
  "step_summary",
  "token",
  "triggering_actor",
  "workflow",
  "workflow_ref",
  "workflow_sha",
  "workspace",
] as const;

const GITHUB: ObjectType = objectOf({
  ...Object.fromEntries(GITHUB_TEXTS.map((name) => [name, STRING])),
  ref_type: oneOf("branch", "tag"),
  // Documented as a boolean; dumps of the context also show it as text.
  ref_protected: ANY,
  // The documentation gives no list.
  action_status: STRING,
});

/** `github`, with the event that the file's triggers allow. */
export function githubContext(eventName: Type, event: Type): ObjectType {
  const properties = new Map(GITHUB.properties);
  properties.set("event_name", { name: "event_name", type: eventName });
  properties.set("event", { name: "event", type: event });
  return { ...GITHUB, properties };
}

export const ANY_GITHUB: ObjectType = githubContext(STRING, objectOf([], ANY));
