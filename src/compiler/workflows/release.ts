/**
 * A release promotes the digest that was tested. Only where the tagged commit has no image yet, or none for all
 * platforms, is one built, and then nothing is published before that image has passed the same tests.
 */
import { callsBuilds, hasReady, imagesIn, planJobId, releaseJobId, takenAfter } from "../../pipeline/runs.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { Job, Workflow } from "../../workflow/model.ts";
import { concurrencyGroup, inTurn } from "../concurrency.ts";
import { every, expression, plannedIn, TOKEN } from "../expressions.ts";
import { notifyJob } from "../jobs/notify.ts";
import { releaseJob } from "../jobs/release.ts";
import { hasPassed, runJobs } from "../jobs/run-jobs.ts";
import { useProgram } from "../steps/program.ts";
import { grant } from "../permissions.ts";

export function releaseWorkflow(pipeline: Pipeline, name: string): Workflow {
  const { release } = pipeline;
  if (!release) throw new Error("This pipeline releases nothing.");
  const jobs = {
    ...runJobs(pipeline, "release"),
    ...(pipeline.topology === "workflow_run" && releaseAfterTests(pipeline)),
  };
  return {
    name,
    on: { push: { tags: [release.tags] } },
    permissions: {},
    concurrency: inTurn(pipeline, concurrencyGroup(pipeline, "release")),
    jobs: { ...jobs, ...notifyJob(pipeline, "release", Object.keys(jobs)) },
  };
}

/** Where the tests are runs of their own, the release waits for them. */
function releaseAfterTests(pipeline: Pipeline): Record<string, Job> {
  const images = imagesIn(pipeline, "release");
  const built = [
    ...new Set([planJobId(pipeline, "release"), ...images.flatMap((build) => takenAfter(pipeline, "release", build))]),
  ];
  // Where another workflow builds, its own gate stands there.
  const ready = !callsBuilds(pipeline) && hasReady(pipeline, "release");
  const before = [...built, ...(ready ? ["ready"] : [])];
  const passed = hasPassed(pipeline, "release");
  return {
    test: testJob(pipeline, before, passed),
    ...Object.fromEntries(
      images.map((build) => [
        releaseJobId(build),
        releaseJob(
          pipeline,
          build,
          [...before, "test"],
          every("!cancelled()", passed, "needs.test.result == 'success'"),
        ),
      ]),
    ),
  };
}

/** Waits for the verdicts on the commit, and asks for those that nobody has asked for yet. */
function testJob(pipeline: Pipeline, needs: readonly string[], passed: string): Job {
  const waitMinutes = pipeline.release ? pipeline.release.waitMinutes : 0;
  const planned = plannedIn(pipeline, "release");
  return {
    name: "Wait for the tests",
    needs,
    // Without a status function it would be skipped as soon as one of the jobs before was.
    if: every("!cancelled()", passed),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": waitMinutes + 5,
    permissions: grant({ actions: "write", checks: "read", statuses: "read" }),
    steps: [
      useProgram("await-tests", {
        name: "Wait for the tests of this commit",
        timeoutMinutes: waitMinutes + 2,
        with: {
          "gh-token": TOKEN,
          sha: expression(planned("sha")),
          tag: expression(planned("tag")),
          needs: expression("toJSON(needs)"),
        },
      }),
    ],
  };
}
