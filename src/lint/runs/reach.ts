/** Whether jobs and steps of one workflow can run at all, and what stops them. */
import type { Job, Step, WorkflowDocument } from "../../workflow/document/document.ts";
import { scalarOf } from "../../workflow/yaml/node.ts";
import type { Run } from "../model/model.ts";
import { literal, type Value } from "../model/value.ts";
import { type Assume, hasStatusFunction, holds } from "./occasions.ts";

/** What stops a job in a run: its own condition, or a need that cannot run there. */
export type Obstacle = { by: "condition" } | { by: "need"; need: Job };

/** A job without a status function starts only when all of its needs have succeeded. */
export const needsSucceed: Assume = (path) =>
  path[0] === "needs" && path[2] === "result" && path[1] !== "*" ? literal("success") : undefined;

const byId = new WeakMap<WorkflowDocument, Map<string, Job>>();

export function jobNamed(workflow: WorkflowDocument, id: string): Job | undefined {
  let jobs = byId.get(workflow);
  if (!jobs) byId.set(workflow, (jobs = new Map(workflow.jobs.map((job) => [job.id.toLowerCase(), job]))));
  return jobs.get(id.toLowerCase());
}

/** Chains of needs beyond this are followed no further. */
const DEEPEST = 500;

const known = new WeakMap<Run, Map<Job, Obstacle | undefined>>();

/** What certainly keeps the job from running in this run; nothing where it may run. */
export function obstacleOf(job: Job, run: Run, depth = 0): Obstacle | undefined {
  if (depth > DEEPEST) return undefined;
  let obstacles = known.get(run);
  if (!obstacles) known.set(run, (obstacles = new Map()));
  if (!obstacles.has(job)) {
    // Until it is known, a cycle of needs finds no obstacle here; cycles are the grammar's business.
    obstacles.set(job, undefined);
    obstacles.set(job, find(job, run, depth));
  }
  return obstacles.get(job);
}

function find(job: Job, run: Run, depth: number): Obstacle | undefined {
  if (hasStatusFunction(job.if))
    return holds(job.if, run, undefined, "anything happens") === false ? { by: "condition" } : undefined;
  if (holds(job.if, run, needsSucceed) === false) return { by: "condition" };
  for (const { value } of job.needs) {
    const need = jobNamed(job.workflow, value);
    if (need && obstacleOf(need, run, depth + 1)) return { by: "need", need };
  }
  return undefined;
}

const SUCCESS_OR_SKIPPED: Value = [...literal("success"), ...literal("skipped")];

/** Without a status function a step runs only while no earlier one has failed. */
export function stepsSucceed(job: Job, step: Step): Assume {
  const earlier = new Map(
    job.steps
      .slice(0, step.index)
      .flatMap((other) => (other.id ? [[other.id.value.toLowerCase(), other] as const] : [])),
  );
  const needs = hasStatusFunction(job.if) ? undefined : needsSucceed;
  return (path) => {
    if (path[0] === "job" && path[1] === "status" && path.length === 2) return literal("success");
    if (path[0] === "steps" && (path[2] === "outcome" || path[2] === "conclusion")) {
      const other = earlier.get(path[1] ?? "");
      if (!other || other.background) return undefined;
      const tolerated = other.continueOnError !== undefined && scalarOf(other.continueOnError)?.value !== "false";
      return tolerated && path[2] === "outcome" ? undefined : SUCCESS_OR_SKIPPED;
    }
    return needs?.(path);
  };
}
