/** Fills caches ahead of time, so that the first run of a day is as fast as the last one, and deletes those that nobody reads. */
import type { Cache, Pipeline } from "../../pipeline/types.ts";
import type { Job, Workflow } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { TOKEN } from "../expressions.ts";
import { notifyJob } from "../jobs/notify.ts";
import { grant } from "../permissions.ts";
import { restoreCaches, saveCaches } from "../steps/caches.ts";
import { prepareSteps } from "../steps/prepare.ts";
import { useProgram } from "../steps/program.ts";
import { checkout } from "../steps/sources.ts";
import { setUpTools } from "../steps/tools.ts";
import { withComment } from "../../workflow/model.ts";

export function warmUpWorkflow(pipeline: Pipeline, name: string): Workflow {
  const { warmUp } = pipeline;
  if (!warmUp) throw new Error("This pipeline fills no cache ahead of time.");
  const filled = pipeline.caches.filter((cache) => cache.fill.length > 0);
  const jobs = Object.fromEntries(
    filled.map((cache) => [`fill-${cache.key}`, fillJob(pipeline, cache, warmUp.timeoutMinutes)]),
  );
  return {
    name,
    on: { schedule: [{ cron: warmUp.schedule }], workflow_dispatch: null },
    permissions: {},
    concurrency: { group: concurrencyGroup(pipeline, "warm-up"), "cancel-in-progress": false },
    jobs: {
      ...jobs,
      prune: pruneJob(pipeline, Object.keys(jobs)),
      ...notifyJob(pipeline, "warmUp", [...Object.keys(jobs), "prune"]),
    },
  };
}

/** A schedule runs on the default branch, so what it saves is what every branch reads. */
const fillJob = (pipeline: Pipeline, cache: Cache, timeoutMinutes: number): Job => ({
  name: `Fill ${cache.key}`,
  "runs-on": pipeline.runners.default,
  "timeout-minutes": timeoutMinutes,
  permissions: grant({ contents: "read" }),
  steps: [
    checkout(pipeline),
    ...setUpTools(pipeline, cache.setup),
    ...restoreCaches(pipeline, [cache], "github.sha"),
    ...prepareSteps(cache.fill, timeoutMinutes),
    ...saveCaches(pipeline, [cache]),
  ],
});

const pruneJob = (pipeline: Pipeline, needs: readonly string[]): Job => ({
  name: "Delete caches that nobody reads",
  ...(needs.length > 0 && { needs, if: "!cancelled()" }),
  "runs-on": pipeline.runners.default,
  "timeout-minutes": 15,
  permissions: grant({ actions: withComment("write", "delete caches") }),
  steps: [
    useProgram("prune-caches", {
      name: "Delete caches that nobody reads",
      timeoutMinutes: 10,
      with: { "gh-token": TOKEN },
    }),
  ],
});
