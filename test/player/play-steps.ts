/** Plays steps one after the other: those of a job, and those of a composite action inside one. */
import {
  interpolate,
  interpolateString,
  ExpressionProblem,
  holds,
  type Scope,
  type StatusFunctions,
  truthy,
} from "./expressions.ts";
import { hashFiles } from "./glob.ts";
import { runnerContext, workspaceOf } from "./github-context.ts";
import type { JsonObject } from "./json.ts";
import { playAction } from "./play-action.ts";
import { playOwnAction } from "./play-own-action.ts";
import type { Machine } from "./play-job.ts";
import { playScript } from "./play-script.ts";
import type { Result, StepRun } from "./runs.ts";
import type { StepDefinition } from "./step-definition.ts";

/** Where steps stand: what they read, and what has come of the ones before. */
export interface Frame {
  /** A composite action reads no secrets, and names its shells. */
  readonly kind: "job" | "composite";
  readonly steps: JsonObject;
  /** What holds for these steps beside the job's `env:`: that of the steps that led here. */
  readonly env: Readonly<Record<string, string>>;
  status: "success" | "failure" | "cancelled";
  readonly contexts: JsonObject;
  /** Where the steps are recorded. */
  readonly run: StepRun[];
  /** The step that a composite action plays in: GitHub shows one log and counts one step. */
  readonly outer?: StepRun;
}

export interface Played {
  readonly outcome: Result;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Plays all steps; `frame.status` tells how it went. */
export async function playSteps(
  machine: Machine,
  frame: Frame,
  steps: readonly StepDefinition[],
  stop: AbortSignal,
): Promise<void> {
  for (const step of steps) await playStep(machine, frame, step, stop);
}

/** What a step's expressions read, but for secrets. */
export function stepContexts(machine: Machine, frame: Frame): JsonObject {
  return {
    ...frame.contexts,
    job: { status: frame.status },
    runner: runnerContext(machine.folder),
    env: { ...machine.env, ...machine.fromFiles, ...frame.env },
    steps: frame.steps,
  };
}

async function playStep(machine: Machine, frame: Frame, definition: StepDefinition, stop: AbortSignal): Promise<void> {
  const { host, run, job } = machine.play;
  const name = definition.name ?? definition.uses ?? `Run ${(definition.run ?? "").split("\n")[0] ?? ""}`;
  const step: StepRun = {
    name,
    id: definition.id,
    outcome: "skipped",
    conclusion: "skipped",
    log: frame.outer?.log ?? [],
    secrets: frame.outer?.secrets ?? [],
  };
  frame.run.push(step);
  if (frame.kind === "job") await host.beforeStep?.(run, job, name);
  if (stop.aborted) frame.status = "cancelled";
  const status: StatusFunctions = {
    success: () => frame.status === "success",
    failure: () => frame.status === "failure",
    cancelled: () => frame.status === "cancelled",
  };
  const hash = (patterns: readonly string[]): string => hashFiles(workspaceOf(machine.folder), patterns);
  let outputs: Readonly<Record<string, string>> = {};
  try {
    if (holds(definition.if, { contexts: stepContexts(machine, frame), status, hashFiles: hash })) {
      const contexts = stepContexts(machine, frame);
      const scope: Scope = {
        contexts: frame.kind === "job" ? { ...contexts, secrets: machine.secrets } : contexts,
        hashFiles: hash,
      };
      const played = await execute(machine, frame, definition, step, scope, stop);
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
  if (step.conclusion === "failure" && frame.status === "success") frame.status = "failure";
  if (stop.aborted) frame.status = "cancelled";
  if (definition.id !== undefined)
    frame.steps[definition.id] = { outputs: { ...outputs }, outcome: step.outcome, conclusion: step.conclusion };
}

async function execute(
  machine: Machine,
  frame: Frame,
  definition: StepDefinition,
  step: StepRun,
  scope: Scope,
  stop: AbortSignal,
): Promise<Played> {
  const { host } = machine.play;
  machine.steps += 1;
  const index = machine.steps;
  const own: Record<string, string> = { ...frame.env };
  for (const [key, value] of Object.entries(definition.env)) own[key] = interpolateString(value, scope);
  const env: Record<string, string> = { ...machine.base, ...machine.env, ...machine.fromFiles, ...own };
  env["PATH"] = [...machine.paths, env["PATH"] ?? ""].join(":");
  const inputs: Record<string, string> = {};
  for (const [key, value] of Object.entries(definition.with)) inputs[key] = interpolateString(value, scope);
  const text = interpolateString(definition.run, scope);
  const readable = [...Object.values(env), ...Object.values(inputs), text];
  for (const [secret, value] of Object.entries(machine.secrets)) {
    if (value !== "" && !step.secrets.includes(secret) && readable.some((candidate) => candidate.includes(value)))
      step.secrets.push(secret);
  }

  // A job that is being cancelled still plays its `always()` steps, so only its normal steps end with it.
  const signals = frame.status === "cancelled" ? [] : [stop];
  const stopped = (): boolean => stop.aborted && signals.length > 0;
  const minutes =
    definition.timeoutMinutes === undefined ? undefined : Number(interpolate(definition.timeoutMinutes, scope));
  const over = minutes === undefined ? undefined : AbortSignal.timeout(Math.max(1, Math.round(minutes * host.minute)));
  const signal = AbortSignal.any(over ? [...signals, over] : signals);
  const print = (line: string): void => machine.log.print(line, step.log);
  const whenKilled = (): Result => {
    if (!over?.aborted || stopped()) return "cancelled";
    print(`::error::The action '${step.name}' has timed out after ${minutes} minutes.`);
    return "failure";
  };

  if (definition.uses === undefined)
    return playScript(machine, { definition, frame, index, scope, env, text, signal, print }, whenKilled);
  if (/^[.$]\//.test(definition.uses)) {
    const call = { uses: definition.uses, inputs, frame, own, env, step, index, print, signal };
    return playOwnAction(machine, call, whenKilled);
  }
  const outputs = await playAction(machine, { uses: definition.uses, inputs, env, print, signal });
  return { outcome: outputs === undefined ? (stopped() ? "cancelled" : "failure") : "success", outputs: outputs ?? {} };
}
