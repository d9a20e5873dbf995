/** The jobs of a run with the steps of composite actions and the jobs of called workflows in their places. */
import { type Job, type Step, triggerOf, type WorkflowDocument } from "../../workflow/document/document.ts";
import { actionIn, type Repository, workflowAt } from "../repository.ts";
import { actionScope, insides, scopeOfJob, withStepEnv } from "./contexts.ts";
import { conditionHolds } from "./evaluate.ts";
import { and } from "./known.ts";
import type { Effect, JobRun, Known, Run, Scope, StepRun } from "./model.ts";

/** Reusable workflows may be nested four deep ("Reuse workflows", Limitations); composite actions ten. */
const MOST_NESTED = 5;
const MOST_STEPS = 1_000;
/** Jobs of a run after which no further call is followed. */
const MOST_JOBS = 2_000;

export function jobsOfRun(run: Run, repository: Repository, effectsOf: (job: JobRun) => Effect[]): JobRun[] {
  const all: JobRun[] = [];
  addJobs(run.workflow, run, repository, effectsOf, undefined, 0, all);
  return all;
}

function addJobs(
  workflow: WorkflowDocument,
  run: Run,
  repository: Repository,
  effectsOf: (job: JobRun) => Effect[],
  caller: JobRun | undefined,
  depth: number,
  all: JobRun[],
): void {
  const byId = new Map<string, JobRun>();
  for (const job of workflow.jobs) {
    if (byId.has(job.id)) continue;
    const created = jobRun(job, run, repository, effectsOf, caller, byId);
    byId.set(job.id, created);
    all.push(created);
    if (job.uses?.kind === "local" && depth < MOST_NESTED && all.length < MOST_JOBS) {
      const called = workflowAt(repository, job.uses.path);
      if (called && triggerOf(called, "workflow_call") && !isOpen(called, created))
        addJobs(called, run, repository, effectsOf, created, depth + 1, all);
    }
  }
}

/** A workflow that calls itself, by others or not, never starts. */
function isOpen(workflow: WorkflowDocument, from: JobRun): boolean {
  for (let job: JobRun | undefined = from; job; job = job.caller) if (job.job.workflow === workflow) return true;
  return false;
}

function jobRun(
  job: Job,
  run: Run,
  repository: Repository,
  effectsOf: (job: JobRun) => Effect[],
  caller: JobRun | undefined,
  siblings: ReadonlyMap<string, JobRun>,
): JobRun {
  let needs: JobRun[] | undefined;
  let happens: { known: Known } | undefined;
  let steps: StepRun[] | undefined;
  let effects: Effect[] | undefined;
  const path = caller ? `${caller.path} / ${job.id}` : job.id;
  const created: JobRun = {
    run,
    job,
    path,
    caller,
    matrix: job.matrix !== undefined || caller?.matrix === true,
    scope: undefined as never,
    get needs() {
      return (needs ??= job.needs.flatMap(({ value }) => siblings.get(value) ?? []));
    },
    get happens() {
      if (!happens) {
        happens = { known: undefined };
        neededFirst(created);
        happens = { known: jobHappens(created) };
      }
      return happens.known;
    },
    get steps() {
      return (steps ??= stepsIn(created, repository));
    },
    get effects() {
      if (!effects) {
        effects = [];
        effects = effectsOf(created);
      }
      return effects;
    },
  };
  created.scope = scopeOfJob(created, repository);
  return created;
}

const judged = new WeakSet<JobRun>();

/** Asks the jobs that a job waits for, the first of a chain first: asked from its end, a long one would be more than the stack holds. */
function neededFirst(job: JobRun): void {
  const stack = [job];
  for (let next = stack.at(-1); next; next = stack.at(-1)) {
    if (!judged.has(next)) {
      judged.add(next);
      for (const need of next.needs) if (!judged.has(need)) stack.push(need);
      continue;
    }
    stack.pop();
    if (next !== job) void next.happens;
  }
}

const STATUS = /\b(?:always|failure|cancelled|success)\s*\(/i;

function jobHappens({ job, needs, scope, caller }: JobRun): Known {
  const own = conditionHolds(job.if, scope);
  const waits =
    job.if && STATUS.test(job.if.value) && !/\bsuccess\s*\(/i.test(job.if.value)
      ? true
      : and(...needs.map((need) => need.happens));
  return and(own, waits, caller ? caller.happens : true);
}

function stepsIn(job: JobRun, repository: Repository): StepRun[] {
  const all: StepRun[] = [];
  const writers: StepRun[] = [];
  const add = (
    step: Step,
    outer: Step,
    action: StepRun["action"],
    scope: Scope,
    call: StepRun | undefined,
    depth: number,
    siblings: Map<string, StepRun>,
  ): void => {
    let known: { happens: Known } | undefined;
    const created: StepRun = {
      job,
      step,
      document: action ?? job.job.workflow,
      action,
      outer,
      get happens() {
        if (!known) {
          known = { happens: undefined };
          known = { happens: and(call ? call.happens : true, conditionHolds(step.if, created.scope)) };
        }
        return known.happens;
      },
      scope: undefined as never,
    };
    created.scope = withStepEnv(created, scope, writers, siblings);
    all.push(created);
    if (step.run?.value.includes("GITHUB_ENV")) writers.push(created);
    if (step.id) siblings.set(step.id.value.toLowerCase(), created);
    const inner =
      step.uses?.kind === "local" && depth < MOST_NESTED && all.length < MOST_STEPS
        ? actionIn(repository, step.uses.path)
        : undefined;
    if (inner && inner !== action && inner.steps.length > 0) {
      const nested = new Map<string, StepRun>();
      const inside = actionScope(created, inner.inputs, nested);
      insides.set(created, { siblings: nested, scope: inside, outputs: inner.outputs });
      for (const one of inner.steps) add(one, outer, inner, inside, created, depth + 1, nested);
    }
  };
  const siblings = new Map<string, StepRun>();
  for (const step of job.job.steps) add(step, step, undefined, job.scope, undefined, 0, siblings);
  return all;
}
