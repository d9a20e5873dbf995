/** The nightly build: from nothing, to learn in time when a fresh base image breaks what a cache still hides. */
import type { Pipeline } from "../../pipeline/types.ts";
import type { Workflow } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { notifyJob } from "../jobs/notify.ts";
import { runJobs } from "../jobs/run-jobs.ts";

export function nightlyWorkflow(pipeline: Pipeline, name: string): Workflow {
  if (!pipeline.nightly) throw new Error("This pipeline has no nightly build.");
  const jobs = runJobs(pipeline, "nightly");
  return {
    name,
    on: { schedule: [{ cron: pipeline.nightly.schedule }], workflow_dispatch: null },
    permissions: {},
    concurrency: { group: concurrencyGroup(pipeline, "nightly"), "cancel-in-progress": false },
    jobs: { ...jobs, ...notifyJob(pipeline, "nightly", Object.keys(jobs)) },
  };
}
