/** Plays one job: its steps in order, on a machine of its own. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ExpressionProblem, interpolate, interpolateString, type Scope } from "./expressions.ts";
import { githubContext, runnerVariables, tempOf, workspaceOf } from "./github-context.ts";
import type { Host } from "./host.ts";
import { type JobLog, jobLog } from "./job-log.ts";
import type { Json, JsonObject } from "./json.ts";
import { type Frame, playSteps, stepContexts } from "./play-steps.ts";
import type { JobRun, Result, Run } from "./runs.ts";
import type { JobDefinition, WorkflowFile } from "./workflow-file.ts";

export interface JobPlay {
  readonly host: Host;
  readonly run: Run;
  readonly runs: readonly Run[];
  /** The file that holds the job: the run's own, or a called one. */
  readonly workflow: WorkflowFile;
  readonly definition: JobDefinition;
  readonly job: JobRun;
  /** `github`, `needs`, `strategy`, `matrix`, `inputs` and `vars`: what job-level expressions read. */
  readonly contexts: JsonObject;
  /** The secrets that the job gets: none from a fork. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Aborted when the job is cancelled. */
  readonly cancelled: AbortSignal;
}

/** A job's machine while it is played. */
export interface Machine {
  readonly play: JobPlay;
  readonly folder: string;
  readonly log: JobLog;
  /** The secrets by name, GITHUB_TOKEN among them. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly base: Readonly<Record<string, string>>;
  /** What GITHUB_ENV and GITHUB_PATH have added. */
  readonly fromFiles: Record<string, string>;
  readonly paths: string[];
  readonly memory: Map<string, Json>;
  /** What is done when the steps have ended, newest first; a failure is the job's. */
  readonly after: (() => Promise<Result | void> | void)[];
  /** The workflow's and the job's `env:`. */
  env: Record<string, string>;
  /** How the job stands so far. */
  readonly status: Result;
  /** How many steps have begun, those of composite actions included. */
  steps: number;
}

/** Plays the job; returns what the expression of its environment's url reads. */
export async function playJob(play: JobPlay): Promise<Scope> {
  const { host, run, job } = play;
  const folder = host.folder(`run-${run.id}-${run.attempt}-job-${job.id}`);
  const machine: Machine = {
    play,
    folder,
    log: jobLog(job.annotations),
    secrets: { ...play.secrets, GITHUB_TOKEN: job.token },
    base: { ...runnerVariables(host, run, job, folder), ...host.machine(job, folder) },
    fromFiles: {},
    paths: [],
    memory: new Map(),
    after: [],
    env: {},
    steps: 0,
    get status() {
      return frame.status;
    },
  };
  const frame: Frame = {
    kind: "job",
    steps: {},
    env: {},
    status: "success",
    contexts: { ...play.contexts, github: githubContext(host, run, job, folder) },
    run: job.steps,
  };
  // A runner is sent, and masks, the secrets that its job names.
  const written = JSON.stringify([
    play.workflow.env,
    play.definition.env,
    play.definition.outputs,
    play.definition.steps,
  ]);
  for (const [name, value] of Object.entries(machine.secrets))
    if (name === "GITHUB_TOKEN" || written.includes(`secrets.${name}`)) machine.log.mask(value);
  for (const part of [workspaceOf(folder), tempOf(folder), join(folder, "home")]) mkdirSync(part, { recursive: true });
  writeFileSync(join(tempOf(folder), "event.json"), JSON.stringify(run.event.payload));

  const limit = Number(interpolate(play.definition.timeoutMinutes, jobScope(machine)));
  const over = AbortSignal.timeout(Math.max(1, Math.round(limit * host.minute)));
  const stop = AbortSignal.any([over, play.cancelled]);
  over.addEventListener("abort", () => {
    if (job.status !== "completed")
      job.annotations.push(
        `error: The job running on runner has exceeded the maximum execution time of ${limit} minutes.`,
      );
  });

  try {
    machine.env = environmentOf(machine, [play.workflow.env, play.definition.env]);
    await playSteps(machine, frame, play.definition.steps, stop);
    for (const post of machine.after.reverse())
      if ((await post()) === "failure" && frame.status === "success") frame.status = "failure";
    if (stop.aborted) frame.status = "cancelled";
    job.outputs = outputsOf(machine, { contexts: { ...stepContexts(machine, frame), secrets: machine.secrets } });
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error;
    job.annotations.push(`error: ${error.message}`);
    frame.status = "failure";
  }
  job.result = frame.status;
  host.revokeToken(job.token);
  rmSync(folder, { recursive: true, force: true });
  return { contexts: stepContexts(machine, frame) };
}

const jobScope = (machine: Machine): Scope => ({
  contexts: { ...machine.play.contexts, secrets: machine.secrets, env: machine.env },
});

/** Layers of `env:`; each may read what the layers before it set. */
function environmentOf(machine: Machine, layers: readonly JsonObject[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const layer of layers) {
    const scope: Scope = { contexts: { ...machine.play.contexts, secrets: machine.secrets, env: { ...env } } };
    for (const [key, value] of Object.entries(layer)) env[key] = interpolateString(value, scope);
  }
  return env;
}

function outputsOf(machine: Machine, scope: Scope): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const [name, value] of Object.entries(machine.play.definition.outputs)) {
    const output = interpolateString(value, scope);
    if (machine.log.holdsSecret(output))
      machine.play.job.annotations.push(`warning: Skip output '${name}' since it may contain secret.`);
    else outputs[name] = output;
  }
  return outputs;
}
