/** Builds the model of a repository, once. */
import { nameOfWorkflow, type WorkflowDocument } from "../../workflow/document/document.ts";
import { type Repository, workflowsOf } from "../repository.ts";
import { effectsOfJob } from "./effects/collect.ts";
import { startsByDispatch } from "./dispatches.ts";
import { imageKey } from "./image-reference.ts";
import { jobsOfRun } from "./jobs.ts";
import type { Effect, ImageReference, JobRun, Pipeline, Run, Start } from "./model.ts";
import { runsOfAll, startsByName } from "./runs.ts";

const known = new WeakMap<Repository["documents"], Pipeline>();

/** The model of all documents of the repository. Parts that nobody asks for are never worked out. */
export function pipelineOf(repository: Repository): Pipeline {
  let pipeline = known.get(repository.documents);
  if (!pipeline) {
    pipeline = build(repository);
    known.set(repository.documents, pipeline);
  }
  return pipeline;
}

function build(repository: Repository): Pipeline {
  const workflows = workflowsOf(repository);
  const byName = new Map<string, WorkflowDocument[]>();
  for (const workflow of workflows) {
    const name = nameOfWorkflow(workflow);
    byName.set(name, [...(byName.get(name) ?? []), workflow]);
  }
  const named = (name: string): readonly WorkflowDocument[] => byName.get(name) ?? [];
  const byWorkflow = runsOfAll(workflows, named);
  const runs: Run[] = [];
  for (const run of [...byWorkflow.values()].flat()) {
    run.jobs = jobsOfRun(run, repository, (job: JobRun) => effectsOfJob(job, repository.files));
    runs.push(run);
  }
  let starts: Start[] | undefined;
  let effects: Effect[] | undefined;
  let byImage: Map<string, Effect[]> | undefined;
  const pipeline: Pipeline = {
    repository,
    runs,
    runsOf: (workflow) => byWorkflow.get(workflow) ?? [],
    named,
    get starts() {
      return (starts ??= [...startsByName(workflows, named), ...startsByDispatch(workflows, named)]);
    },
    get effects() {
      return (effects ??= runs.flatMap((run) => run.jobs.flatMap((job) => job.effects)));
    },
    touching(image) {
      if (!byImage) {
        byImage = new Map();
        for (const effect of pipeline.effects)
          for (const key of new Set(imagesOf(effect).map(imageKey))) {
            if (key === undefined) continue;
            const list = byImage.get(key);
            if (list) list.push(effect);
            else byImage.set(key, [effect]);
          }
      }
      return byImage.get(image) ?? [];
    },
  };
  return pipeline;
}

/** Every image that an effect names. */
export function imagesOf(effect: Effect): readonly ImageReference[] {
  switch (effect.kind) {
    case "build":
      return effect.images;
    case "push":
    case "take":
      return [effect.image];
    case "scan":
    case "delete-image":
      return effect.image ? [effect.image] : [];
    case "move":
      return effect.from ? [effect.from, effect.to] : [effect.to];
    default:
      return [];
  }
}

/** Whether `later` starts only after `earlier` has finished, within one run. */
export function comesAfter(later: JobRun, earlier: JobRun): boolean {
  const seen = new Set<JobRun>();
  const stack: JobRun[] = [later];
  const finished = new Set<JobRun>();
  for (let job: JobRun | undefined = earlier; job; job = job.caller) finished.add(job);
  // What has the same caller has not finished when that caller is waited for by both.
  for (let job: JobRun | undefined = later; job; job = job.caller) finished.delete(job);
  for (let job = stack.pop(); job; job = stack.pop()) {
    if (seen.has(job)) continue;
    seen.add(job);
    for (const need of job.needs) {
      if (finished.has(need)) return true;
      stack.push(need);
    }
    if (job.caller) stack.push(job.caller);
  }
  return false;
}
