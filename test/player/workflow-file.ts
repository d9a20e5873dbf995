/**
 * A workflow file as the player reads it. A key that the player does not know is a loud stop, never a key passed over:
 * what is not played is not proven.
 */
import { parse } from "yaml";
import { type Json, type JsonObject, objectAt, onlyKeys, PlayerError, stringAt, stringsAt } from "./json.ts";
import { parseStep, type StepDefinition } from "./step-definition.ts";

export type { StepDefinition };

/** What a job that calls a reusable workflow says about the call. */
export interface CallDefinition {
  /** The path of the called file, which is read from the caller's commit. */
  readonly path: string;
  readonly with: JsonObject;
  readonly secrets: "inherit" | JsonObject;
}

export interface JobDefinition {
  readonly id: string;
  readonly name: string | undefined;
  readonly needs: readonly string[];
  readonly if: string | undefined;
  readonly runsOn: Json;
  readonly timeoutMinutes: Json;
  readonly permissions: Json | undefined;
  readonly concurrency: Json | undefined;
  readonly strategy: JsonObject;
  readonly outputs: JsonObject;
  readonly env: JsonObject;
  readonly defaults: JsonObject;
  readonly services: JsonObject;
  readonly continueOnError: Json;
  /** A name, or a mapping of `name` and `url`. */
  readonly environment: Json | undefined;
  /** Empty for a job that calls a reusable workflow. */
  readonly steps: readonly StepDefinition[];
  readonly call: CallDefinition | undefined;
}

export interface WorkflowFile {
  /** `.github/workflows/docker-build.yml` */
  readonly path: string;
  readonly name: string;
  /** What its runs are called, as an expression. */
  readonly runName: string | undefined;
  readonly on: JsonObject;
  readonly permissions: Json | undefined;
  readonly concurrency: Json | undefined;
  readonly env: JsonObject;
  readonly defaults: JsonObject;
  readonly jobs: ReadonlyMap<string, JobDefinition>;
}

const WORKFLOW_KEYS = ["name", "run-name", "on", "permissions", "concurrency", "env", "defaults", "jobs"];
const JOB_KEYS = [
  "name",
  "needs",
  "if",
  "runs-on",
  "timeout-minutes",
  "permissions",
  "concurrency",
  "strategy",
  "outputs",
  "env",
  "defaults",
  "services",
  "continue-on-error",
  "steps",
  "environment",
];
const CALL_KEYS = ["name", "needs", "if", "uses", "with", "secrets", "permissions", "concurrency", "strategy"];

/** GitHub's limit for a job that states none, in minutes. */
const DEFAULT_TIMEOUT = 360;

/** Reads one workflow file. Throws a `PlayerError` for anything that the player cannot play. */
export function parseWorkflow(path: string, text: string): WorkflowFile {
  const root = objectAt(parse(text) as Json, path);
  onlyKeys(root, WORKFLOW_KEYS, path);
  const jobs = new Map<string, JobDefinition>();
  for (const [id, value] of Object.entries(objectAt(root["jobs"], `${path}: jobs`))) {
    jobs.set(id, parseJob(id, objectAt(value, `${path}: jobs.${id}`), `${path}: jobs.${id}`));
  }
  for (const job of jobs.values()) {
    for (const need of job.needs)
      if (!jobs.has(need)) throw new PlayerError(`${path}: job ${job.id} needs ${need}, which does not exist.`);
  }
  return {
    path,
    name: stringAt(root["name"], `${path}: name`) ?? path,
    runName: stringAt(root["run-name"], `${path}: run-name`),
    on: triggers(root["on"], path),
    permissions: root["permissions"],
    concurrency: root["concurrency"],
    env: objectAt(root["env"], `${path}: env`),
    defaults: objectAt(root["defaults"], `${path}: defaults`),
    jobs,
  };
}

function triggers(value: Json | undefined, path: string): JsonObject {
  if (typeof value === "string") return { [value]: null };
  if (Array.isArray(value)) return Object.fromEntries(stringsAt(value, `${path}: on`).map((name) => [name, null]));
  return objectAt(value, `${path}: on`);
}

function parseJob(id: string, job: JsonObject, where: string): JobDefinition {
  const call = parseCall(job, where);
  onlyKeys(job, call ? CALL_KEYS : JOB_KEYS, where);
  const steps = Array.isArray(job["steps"]) ? job["steps"] : [];
  if (!call && steps.length === 0) throw new PlayerError(`${where} has no steps.`);
  return {
    id,
    name: stringAt(job["name"], `${where}: name`),
    needs: stringsAt(job["needs"], `${where}: needs`),
    if: stringAt(job["if"], `${where}: if`),
    runsOn: job["runs-on"] ?? null,
    timeoutMinutes: job["timeout-minutes"] ?? DEFAULT_TIMEOUT,
    permissions: job["permissions"],
    concurrency: job["concurrency"],
    strategy: objectAt(job["strategy"], `${where}: strategy`),
    outputs: objectAt(job["outputs"], `${where}: outputs`),
    env: objectAt(job["env"], `${where}: env`),
    defaults: objectAt(job["defaults"], `${where}: defaults`),
    services: objectAt(job["services"], `${where}: services`),
    continueOnError: job["continue-on-error"] ?? false,
    environment: job["environment"],
    call,
    steps: steps.map((step, index) =>
      parseStep(objectAt(step, `${where}: steps[${index}]`), `${where}: steps[${index}]`),
    ),
  };
}

/** `./.github/workflows/x.yml`, or the same with `$/`: a reusable workflow of the same commit. Others are not played. */
function parseCall(job: JsonObject, where: string): CallDefinition | undefined {
  const uses = stringAt(job["uses"], `${where}: uses`);
  if (uses === undefined) return undefined;
  const path = /^[.$]\/(\.github\/workflows\/[^/@]+\.ya?ml)$/.exec(uses)?.[1];
  if (path === undefined)
    throw new PlayerError(
      `${where}: the player calls only workflows of the same repository and commit, not \`${uses}\`.`,
    );
  const secrets = job["secrets"];
  return {
    path,
    with: objectAt(job["with"], `${where}: with`),
    secrets: secrets === "inherit" ? secrets : objectAt(secrets, `${where}: secrets`),
  };
}
