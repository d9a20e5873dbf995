/** Where the jobs that build stand in what is emitted: in the run, or in the workflow that several kinds of run call. */
import type { RunKind } from "../../src/pipeline/runs.ts";
import type { EventClass } from "../../src/pipeline/types.ts";
import type { Contexts } from "../player/expressions.ts";
import { type EmittedJob, type EmittedStep, type EmittedWorkflow } from "./read-workflows.ts";
import { runStep, type StepResult } from "./run-step.ts";
import type { System } from "./systems.ts";

/** What a run of this kind starts with, and what it calls to build. */
export function workflowsOfRun({ pipeline, workflows }: System, run: RunKind = "build"): EmittedWorkflow[] {
  const files = [pipeline.workflows[run], pipeline.workflows.builds, pipeline.workflows.files];
  return files.flatMap((file) => workflows.filter(({ path }) => path === file?.path));
}

/** The one job with this id among those of a run. */
export function jobOfRun(system: System, id: string, run: RunKind = "build"): EmittedJob {
  const found = workflowsOfRun(system, run)
    .flatMap(({ jobs }) => jobs)
    .filter((job) => job.id === id && job.calls === undefined);
  const [only, ...others] = found;
  if (only === undefined || others.length > 0)
    throw new Error(`${system.name} has ${found.length} jobs ${id} in its ${run} run.`);
  return only;
}

/** The step that decides what a run of this kind builds, wherever it stands. */
export function planningStep(system: System, run: RunKind = "build"): EmittedStep {
  const found = workflowsOfRun(system, run).flatMap(({ jobs }) =>
    jobs.flatMap(({ steps }) => steps.filter(({ program }) => program === "plan-build")),
  );
  const [only, ...others] = found;
  if (only === undefined || others.length > 0)
    throw new Error(`${system.name} decides in ${found.length} places what its ${run} run builds.`);
  return only;
}

/** What a run of this kind decides. */
export const decide = (system: System, contexts: Contexts, run: RunKind = "build"): StepResult =>
  runStep(system.pipeline, planningStep(system, run), contexts);

/** What was decided, for the programs that build. */
export interface Decided {
  readonly class: EventClass;
  readonly tag: string;
  readonly sha: string;
  readonly push: boolean;
  readonly candidates: readonly string[];
  readonly staging: string;
  readonly cacheBranch: string;
}

export const decided = (system: System, contexts: Contexts, run?: RunKind): Decided =>
  JSON.parse(decide(system, contexts, run).outputs["plan"] ?? "{}") as Decided;
