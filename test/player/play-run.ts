/** Plays one run: its concurrency group, its graph of jobs, and what a cancellation does to them. */
import type { Admission, ConcurrencyGroups } from "./concurrency.ts";
import { ExpressionProblem, holds, interpolate, interpolateString, type Scope, type StatusFunctions, truthy } from "./expressions.ts";
import { githubContext } from "./github-context.ts";
import type { Host } from "./host.ts";
import { type Json, type JsonObject, isObject, PlayerError } from "./json.ts";
import { combinationName, EmptyMatrix, expandMatrix } from "./matrix.ts";
import { tokenPermissions } from "./permissions.ts";
import { playJob } from "./play-job.ts";
import type { JobRun, Result, Run } from "./runs.ts";
import type { Runners } from "./runners.ts";
import type { JobDefinition, WorkflowFile } from "./workflow-file.ts";

export interface Engine {
  readonly host: Host;
  readonly runs: readonly Run[];
  readonly groups: ConcurrencyGroups;
  readonly runners: Runners;
  nextId(): number;
}

export interface RunControl {
  cancel(): void;
  readonly done: Promise<void>;
}

interface JobOutcome {
  readonly result: Result;
  readonly outputs: Readonly<Record<string, string>>;
}

interface Leg {
  readonly job: JobRun;
  readonly abort: AbortController;
  /** Whether the job's `if:` holds in a cancelled run: GitHub leaves such a job running. */
  readonly survives: () => boolean;
}

interface RunPlay extends Engine {
  readonly run: Run;
  readonly workflow: WorkflowFile;
  readonly outcomes: Map<string, JobOutcome>;
  readonly legs: Set<Leg>;
}

/** Starts a run's newest attempt. Jobs in `kept` are those of an earlier attempt that are not played again. */
export function startRun(engine: Engine, run: Run, workflow: WorkflowFile, kept: readonly JobRun[] = []): RunControl {
  const play: RunPlay = { ...engine, run, workflow, outcomes: new Map(), legs: new Set() };
  const abandon = new AbortController();
  run.jobs = [...kept];
  return {
    cancel() {
      if (run.status === "completed" || run.cancelled) return;
      run.cancelled = true;
      abandon.abort();
      for (const leg of play.legs) if (!leg.survives()) leg.abort.abort();
    },
    done: playRun(play, new Set(kept.map((job) => job.key)), abandon.signal, () => {
      run.cancelled = true;
      for (const leg of play.legs) if (!leg.survives()) leg.abort.abort();
    }),
  };
}

async function playRun(play: RunPlay, kept: ReadonlySet<string>, abandon: AbortSignal, cancel: () => void): Promise<void> {
  const { host, run, workflow } = play;
  const scope: Scope = { contexts: { github: githubContext(host, run), inputs: run.inputs, vars: { ...host.variables } } };
  const admission = await admit(play, workflow.concurrency, scope, "run", abandon, cancel);
  if (admission && admission.kind !== "running") {
    run.cancelled = true;
    conclude(play, "cancelled");
    return;
  }
  run.status = "in_progress";
  host.changed(run);
  const played = new Map<string, Promise<void>>();
  for (const definition of workflow.jobs.values()) {
    played.set(definition.id, kept.has(definition.id) ? keep(play, definition.id) : new Promise((resolve) => setImmediate(resolve)).then(() => playDefinition(play, definition, played)));
  }
  try {
    await Promise.all(played.values());
  } finally {
    if (admission) admission.release();
  }
  conclude(play, conclusionOf(play));
}

function keep(play: RunPlay, key: string): Promise<void> {
  const jobs = play.run.jobs.filter((job) => job.key === key);
  play.outcomes.set(key, merged(jobs, false));
  return Promise.resolve();
}

function conclude(play: RunPlay, conclusion: Result): void {
  play.run.status = "completed";
  play.run.conclusion = conclusion;
  play.run.updatedAt = play.host.now();
  play.host.changed(play.run);
}

function conclusionOf(play: RunPlay): Result {
  const results = [...play.outcomes.values()].map((outcome) => outcome.result);
  // No source says which of the two wins when a gate job fails in a cancelled run. Nothing emitted may depend on it.
  if (play.run.cancelled) return "cancelled";
  if (results.includes("failure")) return "failure";
  if (results.includes("cancelled")) return "cancelled";
  return results.every((result) => result === "skipped") ? "skipped" : "success";
}

/** Asks for a place in the group that `concurrency:` names; undefined when there is none. */
async function admit(play: RunPlay, concurrency: Json | undefined, scope: Scope, of: "run" | "job", abandon: AbortSignal, cancel: () => void): Promise<Admission | undefined> {
  if (concurrency === undefined || concurrency === null) return undefined;
  const settings: JsonObject = isObject(concurrency) ? concurrency : { group: concurrency };
  for (const key of Object.keys(settings)) if (!["group", "cancel-in-progress", "queue"].includes(key)) throw new PlayerError(`${play.workflow.path}: GitHub knows no \`concurrency.${key}\`.`);
  const group = interpolateString(settings["group"], scope);
  if (group === "") throw new PlayerError(`${play.workflow.path}: the concurrency group is empty.`);
  const cancelInProgress = truthy(interpolate(settings["cancel-in-progress"] ?? false, scope));
  const queueMax = settings["queue"] === "max";
  if (queueMax && cancelInProgress) throw new PlayerError(`${play.workflow.path}: GitHub refuses \`queue: max\` with cancel-in-progress.`);
  return play.groups.request({ run: play.run.id, of, group, cancelInProgress, queueMax, cancel }, abandon);
}

async function playDefinition(play: RunPlay, definition: JobDefinition, played: ReadonlyMap<string, Promise<void>>): Promise<void> {
  await Promise.all(definition.needs.map((need) => played.get(need)));
  const { host, run } = play;
  const contexts: JsonObject = { github: githubContext(host, run), needs: needsContext(play, definition), inputs: run.inputs, vars: { ...host.variables } };
  try {
    if (!holds(definition.if, { contexts, status: statusOf(play, definition) })) {
      record(play, definition, definition.name ?? definition.id, {}).result = "skipped";
      play.outcomes.set(definition.id, { result: "skipped", outputs: {} });
      return;
    }
    const combinations = expandMatrix(interpolate(definition.strategy["matrix"] ?? null, { contexts }));
    await playCombinations(play, definition, combinations, contexts);
  } catch (error) {
    if (!(error instanceof ExpressionProblem) && !(error instanceof EmptyMatrix)) throw error;
    const job = record(play, definition, definition.name ?? definition.id, {});
    job.annotations.push(`error: ${error.message}`);
    job.result = "failure";
    play.outcomes.set(definition.id, { result: "failure", outputs: {} });
  }
}

/** `success()` and its like at a job's level look at everything that the job needs, directly or through other jobs. */
function statusOf(play: RunPlay, definition: JobDefinition): StatusFunctions {
  const results = ancestors(play.workflow, definition).map((key) => play.outcomes.get(key)?.result);
  return {
    success: () => !play.run.cancelled && results.every((result) => result === "success"),
    failure: () => results.includes("failure"),
    cancelled: () => play.run.cancelled,
  };
}

function ancestors(workflow: WorkflowFile, definition: JobDefinition): string[] {
  const found = new Set<string>();
  const visit = (job: JobDefinition | undefined): void => {
    for (const need of job?.needs ?? []) {
      if (found.has(need)) continue;
      found.add(need);
      visit(workflow.jobs.get(need));
    }
  };
  visit(definition);
  return [...found];
}

function needsContext(play: RunPlay, definition: JobDefinition): JsonObject {
  return Object.fromEntries(
    definition.needs.map((need) => {
      const outcome = play.outcomes.get(need);
      return [need, { result: outcome?.result ?? "skipped", outputs: { ...outcome?.outputs } }];
    }),
  );
}

async function playCombinations(play: RunPlay, definition: JobDefinition, combinations: readonly JsonObject[], contexts: JsonObject): Promise<void> {
  const failFast = definition.strategy["fail-fast"] === undefined ? true : truthy(interpolate(definition.strategy["fail-fast"], { contexts }));
  const parallel = Number(definition.strategy["max-parallel"] ?? combinations.length);
  const legs = combinations.map((combination, index) => {
    const strategy = { "fail-fast": failFast, "job-index": index, "job-total": combinations.length, "max-parallel": parallel };
    const own = { ...contexts, strategy, matrix: definition.strategy["matrix"] === undefined ? null : combination };
    const scope: Scope = { contexts: own };
    const expanded = definition.name === undefined ? undefined : interpolateString(definition.name, scope);
    const name = combinationName(expanded ?? definition.id, combination, definition.name?.includes("${{") === true ? expanded : undefined);
    const abort = new AbortController();
    const job = record(play, definition, name, combination);
    job.status = "queued";
    const cancelled: StatusFunctions = { ...statusOf(play, definition), success: () => false, cancelled: () => true };
    return { job, abort, contexts: own, survives: () => definition.if !== undefined && holds(definition.if, { contexts, status: cancelled }) };
  });
  const waiting = [...legs];
  const work = async (): Promise<void> => {
    for (let leg = waiting.shift(); leg; leg = waiting.shift()) {
      play.legs.add(leg);
      if (play.run.cancelled && !leg.survives()) leg.abort.abort();
      await playLeg(play, definition, leg);
      play.legs.delete(leg);
      if (failFast && leg.job.result === "failure") for (const other of legs) if (other.job.result === undefined) other.abort.abort();
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(parallel, legs.length)) }, work));
  play.outcomes.set(definition.id, merged(legs.map((leg) => leg.job), truthy(interpolate(definition.continueOnError, { contexts }))));
}

function merged(jobs: readonly JobRun[], continueOnError: boolean): JobOutcome {
  const results = jobs.map((job) => job.result ?? "cancelled");
  const order: Result[] = continueOnError ? ["cancelled"] : ["failure", "cancelled"];
  const result = order.find((candidate) => results.includes(candidate)) ?? (results.every((each) => each === "skipped") ? "skipped" : "success");
  const outputs: Record<string, string> = {};
  for (const job of jobs) for (const [name, value] of Object.entries(job.outputs)) if (value !== "" || !(name in outputs)) outputs[name] = value;
  return { result, outputs };
}

async function playLeg(play: RunPlay, definition: JobDefinition, leg: Leg & { contexts: JsonObject }): Promise<void> {
  const { host, run, workflow } = play;
  const { job, abort } = leg;
  const admission = await admit(play, definition.concurrency, { contexts: leg.contexts }, "job", abort.signal, () => abort.abort());
  if (admission && admission.kind !== "running") {
    if (admission.kind === "deadlock") job.annotations.push("error: Canceling since a deadlock for concurrency group was detected between 'top level workflow' and the job.");
    finish(play, job, "cancelled");
    return;
  }
  const release = await play.runners.take(abort.signal);
  try {
    await host.beforeJob?.(run, job, definition);
    if (abort.signal.aborted) {
      finish(play, job, "cancelled");
      return;
    }
    job.permissions = tokenPermissions(workflow.permissions, definition.permissions, run.event.fromFork);
    job.token = `ghs_${run.id}x${run.attempt}x${job.id}${"0".repeat(24)}`;
    host.issueToken(job.token, job.permissions, job, run);
    job.runsOn = JSON.stringify(interpolate(definition.runsOn, { contexts: leg.contexts }));
    job.status = "in_progress";
    job.startedAt = host.now();
    host.changed(run);
    const secrets = run.event.fromFork ? {} : host.secrets;
    const contexts = { ...leg.contexts, github: githubContext(host, run, job) };
    await playJob({ host, run, runs: play.runs, workflow, definition, job, contexts, secrets, cancelled: abort.signal });
    finish(play, job, job.result ?? "failure");
  } finally {
    await host.afterJob?.(run, job);
    release();
    if (admission) admission.release();
  }
}

function record(play: RunPlay, definition: JobDefinition, name: string, matrix: JsonObject): JobRun {
  const job: JobRun = {
    id: play.nextId(),
    key: definition.id,
    name,
    matrix,
    runsOn: "",
    status: "completed",
    result: undefined,
    outputs: {},
    steps: [],
    annotations: [],
    permissions: {},
    token: "",
    summary: "",
    startedAt: undefined,
    completedAt: undefined,
  };
  play.run.jobs.push(job);
  return job;
}

function finish(play: RunPlay, job: JobRun, result: Result): void {
  job.result = result;
  job.status = "completed";
  job.completedAt = play.host.now();
  play.run.updatedAt = play.host.now();
  play.host.changed(play.run);
}
