/**
 * A release promotes the digest that was tested. Only where the tagged commit has no image yet, or none for all
 * platforms, is one built, and then nothing is published before that image has passed the same tests.
 */
import { buildsIn } from "../../pipeline/stages.ts";
import type { Consumer, ImageBuild, Pipeline } from "../../pipeline/types.ts";
import type { Job, Workflow } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { every, expression, planned, TOKEN } from "../expressions.ts";
import { followingJobs } from "../jobs/following.ts";
import { notifyJob } from "../jobs/notify.ts";
import { planJob } from "../jobs/plan.ts";
import { recordJob } from "../jobs/record.ts";
import { releaseJob } from "../jobs/release.ts";
import { useProgram } from "../steps/program.ts";
import { buildJobs, imagesOf } from "./build.ts";
import { grant } from "../permissions.ts";

export function releaseWorkflow(pipeline: Pipeline, name: string): Workflow {
  const { release } = pipeline;
  if (!release) throw new Error("This pipeline releases nothing.");
  const builds = buildsIn(pipeline, "release");
  const images = imagesOf(builds);
  const plan = planJob(pipeline, images, {
    decide: useProgram("plan-release", {
      name: "Decide what to release",
      id: "plan",
      with: {
        "ref-name": expression("github.ref_name"),
        sha: expression("github.sha"),
      },
    }),
    reuse: false,
    run: "release",
  });
  const jobs = {
    plan: { ...plan, outputs: { ...plan.outputs, "release-tags": expression("steps.plan.outputs.release-tags") } },
    ...buildJobs(pipeline, builds, { fresh: false, reuse: false, promoted: true, cached: false }),
  };
  const ids = Object.keys(jobs);
  const after =
    pipeline.topology === "workflow_call" ? followingJobs(pipeline, "release") : releaseAfterTests(pipeline, images);
  return {
    name,
    on: { push: { tags: [release.tags] } },
    permissions: {},
    concurrency: {
      group: concurrencyGroup(pipeline, "release"),
      "cancel-in-progress": false,
      ...(pipeline.queue === "max" && { queue: "max" as const }),
    },
    jobs: {
      ...jobs,
      ready: recordJob(pipeline, "Release ready", builds, ids),
      ...after,
      ...notifyJob(pipeline, "release", [...ids, "ready", ...Object.keys(after)]),
    },
  };
}

/** Where the tests are runs of their own, the release waits for them. */
const releaseAfterTests = (pipeline: Pipeline, images: readonly ImageBuild[]): Record<string, Job> => ({
  test: testJob(pipeline, images),
  ...Object.fromEntries(
    images.map((build) => [
      `release-${build.key}`,
      releaseJob(
        pipeline,
        build,
        ["plan", `publish-${build.key}`, "ready", "test"],
        every(
          "!cancelled()",
          "needs.ready.result == 'success'",
          "needs.test.result == 'success'",
          "needs.plan.result == 'success'",
        ),
      ),
    ]),
  ),
});

/** Waits for the verdicts on the commit, and asks for those that nobody has asked for yet. */
function testJob(pipeline: Pipeline, images: readonly ImageBuild[]): Job {
  const waitMinutes = pipeline.release ? pipeline.release.waitMinutes : 0;
  const required = pipeline.consumers.filter((consumer) => consumer.required);
  const startable = (consumer: Consumer): string | null => {
    if (consumer.source === "build") return null;
    return consumer.dispatch ? (consumer.path.split("/").at(-1) ?? "") : "";
  };
  return {
    name: "Wait for the tests",
    needs: ["plan", ...images.map((build) => `publish-${build.key}`), "ready"],
    // Without a status function it would be skipped as soon as one of the jobs behind the gate was.
    if: every("!cancelled()", "needs.ready.result == 'success'"),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": waitMinutes + 5,
    permissions: grant({ actions: "write", checks: "read", statuses: "read" }),
    steps: [
      useProgram("await-tests", {
        name: "Wait for the tests of this commit",
        timeoutMinutes: waitMinutes + 2,
        with: {
          "gh-token": TOKEN,
          repository: expression("github.repository"),
          sha: expression(planned("sha")),
          tag: expression(planned("tag")),
          ref: pipeline.branches.main,
          workflows: JSON.stringify(
            Object.fromEntries(required.map((consumer) => [consumer.name, startable(consumer)])),
            null,
            2,
          ),
          since: images.map((build) => expression(`needs.publish-${build.key}.outputs.created`)).join(" "),
          "timeout-seconds": waitMinutes * 60,
          "poll-seconds": 30,
        },
      }),
    ],
  };
}
