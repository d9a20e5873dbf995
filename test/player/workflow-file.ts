/**
 * A workflow file as the player reads it. A key that the player does not know is a loud stop, never a key passed over:
 * what is not played is not proven.
 */
import { parse } from "yaml";
import { type Json, type JsonObject, objectAt, PlayerError, stringAt, stringsAt } from "./json.ts";

export interface StepDefinition {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly if: string | undefined;
  readonly uses: string | undefined;
  readonly with: JsonObject;
  readonly run: string | undefined;
  readonly shell: string | undefined;
  readonly env: JsonObject;
  readonly workingDirectory: string | undefined;
  readonly continueOnError: Json;
  readonly timeoutMinutes: Json | undefined;
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
  readonly steps: readonly StepDefinition[];
}

export interface WorkflowFile {
  /** `.github/workflows/docker-build.yml` */
  readonly path: string;
  readonly name: string;
  readonly on: JsonObject;
  readonly permissions: Json | undefined;
  readonly concurrency: Json | undefined;
  readonly env: JsonObject;
  readonly defaults: JsonObject;
  readonly jobs: ReadonlyMap<string, JobDefinition>;
}

const WORKFLOW_KEYS = ["name", "run-name", "on", "permissions", "concurrency", "env", "defaults", "jobs"];
const JOB_KEYS = ["name", "needs", "if", "runs-on", "timeout-minutes", "permissions", "concurrency", "strategy", "outputs", "env", "defaults", "services", "continue-on-error", "steps", "environment"];
const STEP_KEYS = ["id", "name", "if", "uses", "with", "run", "shell", "env", "working-directory", "continue-on-error", "timeout-minutes"];

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
    for (const need of job.needs) if (!jobs.has(need)) throw new PlayerError(`${path}: job ${job.id} needs ${need}, which does not exist.`);
  }
  return {
    path,
    name: stringAt(root["name"], `${path}: name`) ?? path,
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
  // A job that calls a reusable workflow would be expanded here: its file is parsed by the caller's commit and played
  // as jobs of the same run. No emitted file does so in the workflow_run topology.
  if (job["uses"] !== undefined) throw new PlayerError(`${where} calls a reusable workflow, which the player does not play yet.`);
  onlyKeys(job, JOB_KEYS, where);
  const steps = Array.isArray(job["steps"]) ? job["steps"] : [];
  if (steps.length === 0) throw new PlayerError(`${where} has no steps.`);
  return {
    id,
    name: stringAt(job["name"], `${where}: name`),
    needs: stringsAt(job["needs"], `${where}: needs`),
    if: condition(job["if"], where),
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
    steps: steps.map((step, index) => parseStep(objectAt(step, `${where}: steps[${index}]`), `${where}: steps[${index}]`)),
  };
}

function parseStep(step: JsonObject, where: string): StepDefinition {
  onlyKeys(step, STEP_KEYS, where);
  const uses = stringAt(step["uses"], `${where}: uses`);
  const run = stringAt(step["run"], `${where}: run`);
  if ((uses === undefined) === (run === undefined)) throw new PlayerError(`${where} needs exactly one of \`uses\` and \`run\`.`);
  return {
    id: stringAt(step["id"], `${where}: id`),
    name: stringAt(step["name"], `${where}: name`),
    if: condition(step["if"], where),
    uses,
    with: objectAt(step["with"], `${where}: with`),
    run,
    shell: stringAt(step["shell"], `${where}: shell`),
    env: objectAt(step["env"], `${where}: env`),
    workingDirectory: stringAt(step["working-directory"], `${where}: working-directory`),
    continueOnError: step["continue-on-error"] ?? false,
    timeoutMinutes: step["timeout-minutes"],
  };
}

function condition(value: Json | undefined, where: string): string | undefined {
  return stringAt(value, `${where}: if`);
}

function onlyKeys(value: JsonObject, known: readonly string[], where: string): void {
  for (const key of Object.keys(value)) if (!known.includes(key)) throw new PlayerError(`${where}: the player does not know the key \`${key}\`.`);
}
