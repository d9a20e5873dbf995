/** Plays one job: its steps in order, on a machine of its own. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { playAction } from "./play-action.ts";
import { InvalidFile, isProtectedVariable, parseCommandFile } from "./command-files.ts";
import { ExpressionProblem, holds, interpolate, interpolateString, type Scope, type StatusFunctions, truthy } from "./expressions.ts";
import { hashFiles } from "./glob.ts";
import { githubContext, runnerContext, runnerVariables, tempOf, workspaceOf } from "./github-context.ts";
import type { Host } from "./host.ts";
import { type JobLog, jobLog } from "./job-log.ts";
import type { Json, JsonObject } from "./json.ts";
import { runScript } from "./run-shell.ts";
import type { JobRun, Result, Run, StepRun } from "./runs.ts";
import type { JobDefinition, StepDefinition, WorkflowFile } from "./workflow-file.ts";

export interface JobPlay {
  readonly host: Host;
  readonly run: Run;
  readonly runs: readonly Run[];
  readonly workflow: WorkflowFile;
  readonly definition: JobDefinition;
  readonly job: JobRun;
  /** `github`, `needs`, `strategy`, `matrix`, `inputs` and `vars`: what job-level expressions read. */
  readonly contexts: JsonObject;
  /** The secrets that the run gets: none from a fork. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Aborted when the job is cancelled. */
  readonly cancelled: AbortSignal;
}

/** A job's machine while it is played. */
export interface Machine {
  readonly play: JobPlay;
  readonly folder: string;
  readonly log: JobLog;
  readonly steps: JsonObject;
  /** The secrets by name, GITHUB_TOKEN among them. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly base: Readonly<Record<string, string>>;
  readonly fromFiles: Record<string, string>;
  readonly paths: string[];
  readonly memory: Map<string, Json>;
  readonly after: (() => Promise<void> | void)[];
  env: Record<string, string>;
  status: "success" | "failure" | "cancelled";
}

export async function playJob(play: JobPlay): Promise<void> {
  const { host, run, job } = play;
  const folder = host.folder(`run-${run.id}-${run.attempt}-job-${job.id}`);
  const machine: Machine = {
    play,
    folder,
    log: jobLog(job.annotations),
    steps: {},
    secrets: { ...play.secrets, GITHUB_TOKEN: job.token },
    base: { ...runnerVariables(host, run, job, folder), ...host.machine(job, folder) },
    fromFiles: {},
    paths: [],
    memory: new Map(),
    after: [],
    env: {},
    status: "success",
  };
  // A runner is sent, and masks, the secrets that its job names.
  const written = JSON.stringify([play.workflow.env, play.definition.env, play.definition.outputs, play.definition.steps]);
  for (const [name, value] of Object.entries(machine.secrets)) if (name === "GITHUB_TOKEN" || written.includes(`secrets.${name}`)) machine.log.mask(value);
  for (const part of [workspaceOf(folder), tempOf(folder), join(folder, "home")]) mkdirSync(part, { recursive: true });
  writeFileSync(join(tempOf(folder), "event.json"), JSON.stringify(run.event.payload));

  const limit = Number(interpolate(play.definition.timeoutMinutes, jobScope(machine)));
  const over = AbortSignal.timeout(Math.max(1, Math.round(limit * host.minute)));
  const stop = AbortSignal.any([over, play.cancelled]);
  over.addEventListener("abort", () => {
    if (job.status !== "completed") job.annotations.push(`error: The job running on runner has exceeded the maximum execution time of ${limit} minutes.`);
  });

  try {
    machine.env = environmentOf(machine, [play.workflow.env, play.definition.env]);
    for (const [index, step] of play.definition.steps.entries()) await playStep(machine, step, index, stop);
    for (const post of machine.after.reverse()) await post();
    if (stop.aborted) machine.status = "cancelled";
    job.outputs = outputsOf(machine);
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error;
    job.annotations.push(`error: ${error.message}`);
    machine.status = "failure";
  }
  job.result = machine.status;
  host.revokeToken(job.token);
  rmSync(folder, { recursive: true, force: true });
}

const jobScope = (machine: Machine): Scope => ({ contexts: { ...machine.play.contexts, secrets: machine.secrets, env: machine.env } });

/** Layers of `env:`; each may read what the layers before it set. */
function environmentOf(machine: Machine, layers: readonly JsonObject[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const layer of layers) {
    const scope: Scope = { contexts: { ...machine.play.contexts, secrets: machine.secrets, env: { ...env } } };
    for (const [key, value] of Object.entries(layer)) env[key] = interpolateString(value, scope);
  }
  return env;
}

function stepContexts(machine: Machine): JsonObject {
  const { host, run, job } = machine.play;
  return {
    ...machine.play.contexts,
    github: githubContext(host, run, job, machine.folder),
    job: { status: machine.status },
    runner: runnerContext(machine.folder),
    env: { ...machine.env, ...machine.fromFiles },
    steps: machine.steps,
  };
}

function outputsOf(machine: Machine): Record<string, string> {
  const scope: Scope = { contexts: { ...stepContexts(machine), secrets: machine.secrets } };
  const outputs: Record<string, string> = {};
  for (const [name, value] of Object.entries(machine.play.definition.outputs)) {
    const output = interpolateString(value, scope);
    if (machine.log.holdsSecret(output)) machine.play.job.annotations.push(`warning: Skip output '${name}' since it may contain secret.`);
    else outputs[name] = output;
  }
  return outputs;
}

async function playStep(machine: Machine, definition: StepDefinition, index: number, stop: AbortSignal): Promise<void> {
  const { host, run, job } = machine.play;
  const name = definition.name ?? definition.uses ?? `Run ${(definition.run ?? "").split("\n")[0] ?? ""}`;
  const step: StepRun = { name, id: definition.id, outcome: "skipped", conclusion: "skipped", log: [], secrets: [] };
  job.steps.push(step);
  await host.beforeStep?.(run, job, name);
  if (stop.aborted) machine.status = "cancelled";
  const status: StatusFunctions = {
    success: () => machine.status === "success",
    failure: () => machine.status === "failure",
    cancelled: () => machine.status === "cancelled",
  };
  const hash = (patterns: readonly string[]): string => hashFiles(workspaceOf(machine.folder), patterns);
  let outputs: Readonly<Record<string, string>> = {};
  try {
    if (holds(definition.if, { contexts: stepContexts(machine), status, hashFiles: hash })) {
      const scope: Scope = { contexts: { ...stepContexts(machine), secrets: machine.secrets }, hashFiles: hash };
      const played = await execute(machine, definition, step, index, scope, stop);
      outputs = played.outputs;
      step.outcome = played.outcome;
      const tolerated = step.outcome === "failure" && truthy(interpolate(definition.continueOnError, scope));
      step.conclusion = tolerated ? "success" : step.outcome;
    }
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error;
    step.log.push(error.message);
    job.annotations.push(`error: ${machine.log.masked(error.message)}`);
    step.outcome = step.conclusion = "failure";
  }
  if (step.conclusion === "failure" && machine.status === "success") machine.status = "failure";
  if (stop.aborted) machine.status = "cancelled";
  if (definition.id !== undefined) machine.steps[definition.id] = { outputs: { ...outputs }, outcome: step.outcome, conclusion: step.conclusion };
}

interface Played {
  readonly outcome: Result;
  readonly outputs: Readonly<Record<string, string>>;
}

async function execute(machine: Machine, definition: StepDefinition, step: StepRun, index: number, scope: Scope, stop: AbortSignal): Promise<Played> {
  const { host } = machine.play;
  const own: Record<string, string> = {};
  for (const [key, value] of Object.entries(definition.env)) own[key] = interpolateString(value, scope);
  const env: Record<string, string> = { ...machine.base, ...machine.env, ...machine.fromFiles, ...own };
  env["PATH"] = [...machine.paths, env["PATH"] ?? ""].join(":");
  const inputs: Record<string, string> = {};
  for (const [key, value] of Object.entries(definition.with)) inputs[key] = interpolateString(value, scope);
  const text = interpolateString(definition.run, scope);
  const readable = [...Object.values(env), ...Object.values(inputs), text];
  for (const [secret, value] of Object.entries(machine.secrets)) {
    if (value !== "" && readable.some((candidate) => candidate.includes(value))) step.secrets.push(secret);
  }

  // A job that is being cancelled still plays its `always()` steps, so only its normal steps end with it.
  const signals = machine.status === "cancelled" ? [] : [stop];
  const minutes = definition.timeoutMinutes === undefined ? undefined : Number(interpolate(definition.timeoutMinutes, scope));
  const over = minutes === undefined ? undefined : AbortSignal.timeout(Math.max(1, Math.round(minutes * host.minute)));
  const signal = AbortSignal.any(over ? [...signals, over] : signals);
  const print = (line: string): void => machine.log.print(line, step.log);

  if (definition.uses !== undefined) {
    const outputs = await playAction(machine, { uses: definition.uses, inputs, env, print, signal });
    return { outcome: outputs === undefined ? (stop.aborted && signals.length > 0 ? "cancelled" : "failure") : "success", outputs: outputs ?? {} };
  }
  return playScript(machine, { definition, step, index, scope, env, text, signal, print }, () => {
    if (over?.aborted && !(stop.aborted && signals.length > 0)) {
      print(`::error::The action '${step.name}' has timed out after ${minutes} minutes.`);
      return "failure";
    }
    return "cancelled";
  });
}

interface ScriptPlay {
  readonly definition: StepDefinition;
  readonly step: StepRun;
  readonly index: number;
  readonly scope: Scope;
  readonly env: Readonly<Record<string, string>>;
  readonly text: string;
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
}

async function playScript(machine: Machine, script: ScriptPlay, whenKilled: () => Result): Promise<Played> {
  const { definition, index } = script;
  const temp = tempOf(machine.folder);
  const file = (kind: string): string => join(temp, `_${kind}_${index}`);
  const files = { GITHUB_OUTPUT: file("output"), GITHUB_ENV: file("env"), GITHUB_PATH: file("path"), GITHUB_STEP_SUMMARY: file("summary"), GITHUB_STATE: file("state") };
  for (const path of Object.values(files)) writeFileSync(path, "");
  const shell = definition.shell ?? defaultShell(machine.play.definition.defaults) ?? defaultShell(machine.play.workflow.defaults);
  const below = definition.workingDirectory === undefined ? "" : interpolateString(definition.workingDirectory, script.scope);
  const ending = await runScript({
    text: script.text,
    shell,
    file: join(temp, `_script_${index}.sh`),
    folder: join(workspaceOf(machine.folder), below),
    env: { ...script.env, ...files },
    print: script.print,
    signal: script.signal,
  });
  let outcome: Result = ending.kind === "killed" ? whenKilled() : ending.code === 0 ? "success" : "failure";
  if (ending.kind === "exited" && ending.code !== 0) script.print(`::error::Process completed with exit code ${ending.code}.`);
  let outputs: Map<string, string> = new Map();
  try {
    outputs = parseCommandFile(readFileSync(files.GITHUB_OUTPUT, "utf8"));
    for (const [name, value] of parseCommandFile(readFileSync(files.GITHUB_ENV, "utf8"))) {
      if (isProtectedVariable(name)) throw new InvalidFile(`Can't store ${name} output parameter using '$GITHUB_ENV' command.`);
      machine.fromFiles[name] = value;
    }
  } catch (error) {
    if (!(error instanceof InvalidFile)) throw error;
    script.print(`::error::Unable to process file command successfully: ${error.message}`);
    outcome = "failure";
  }
  for (const path of readFileSync(files.GITHUB_PATH, "utf8").split("\n")) if (path !== "") machine.paths.unshift(path);
  machine.play.job.summary += machine.log.masked(readFileSync(files.GITHUB_STEP_SUMMARY, "utf8"));
  return { outcome, outputs: Object.fromEntries(outputs) };
}

function defaultShell(defaults: JsonObject): string | undefined {
  const run = defaults["run"];
  if (typeof run !== "object" || run === null || Array.isArray(run)) return undefined;
  return typeof run["shell"] === "string" ? run["shell"] : undefined;
}
