/** The nightly build: from nothing, to learn in time when a fresh base image breaks what a cache still hides. */
import { buildsIn } from "../../pipeline/stages.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { Workflow } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { followingJobs } from "../jobs/following.ts";
import { notifyJob } from "../jobs/notify.ts";
import { decideBuild, planJob } from "../jobs/plan.ts";
import { recordJob } from "../jobs/record.ts";
import { buildJobs, imagesOf } from "./build.ts";

export function nightlyWorkflow(pipeline: Pipeline, name: string): Workflow {
  if (!pipeline.nightly) throw new Error("This pipeline has no nightly build.");
  const builds = buildsIn(pipeline, "nightly");
  const plan = planJob(pipeline, imagesOf(builds), {
    decide: decideBuild(pipeline, "schedule"),
    reuse: false,
    run: "nightly",
  });
  const jobs = { plan, ...buildJobs(pipeline, builds, { fresh: true, reuse: false, promoted: false, cached: false }) };
  const ids = Object.keys(jobs);
  const after = followingJobs(pipeline, "nightly");
  return {
    name,
    on: { schedule: [{ cron: pipeline.nightly.schedule }], workflow_dispatch: null },
    permissions: {},
    concurrency: { group: concurrencyGroup(pipeline, "nightly"), "cancel-in-progress": false },
    jobs: {
      ...jobs,
      ready: recordJob(pipeline, pipeline.checks.nightlyReady, builds, ids),
      ...after,
      ...notifyJob(pipeline, "nightly", [...ids, "ready", ...Object.keys(after)]),
    },
  };
}
