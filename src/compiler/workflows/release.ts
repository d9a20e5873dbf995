/**
 * A release promotes the digest that was tested. Only where the tagged commit has no image yet, or none for all
 * platforms, is one built, and then nothing is published before that image has passed the same tests.
 */
import { imagesIn, releaseJobId } from "../../pipeline/stages.ts";
import type { Consumer, ImageBuild, Pipeline } from "../../pipeline/types.ts";
import type { Job, Workflow } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { every, expression, plannedIn, TOKEN } from "../expressions.ts";
import { createdOf } from "../jobs/image/outputs.ts";
import { notifyJob } from "../jobs/notify.ts";
import { releaseJob } from "../jobs/release.ts";
import { hasPassed, runJobs } from "../jobs/run-jobs.ts";
import { grant } from "../permissions.ts";
import { useProgram } from "../steps/program.ts";

export function releaseWorkflow(pipeline: Pipeline, name: string): Workflow {
  const { release } = pipeline;
  if (!release) throw new Error("This pipeline releases nothing.");
  const built = runJobs(pipeline, "release");
  const jobs = pipeline.topology === "workflow_call" ? built : { ...built, ...releaseAfterTests(pipeline, built) };
  return {
    name,
    on: { push: { tags: [release.tags] } },
    permissions: {},
    concurrency: {
      group: concurrencyGroup(pipeline, "release"),
      "cancel-in-progress": false,
      ...(pipeline.queue === "max" && { queue: "max" as const }),
    },
    jobs: { ...jobs, ...notifyJob(pipeline, "release", Object.keys(jobs)) },
  };
}

/** Where the tests are runs of their own, the release waits for them. */
function releaseAfterTests(pipeline: Pipeline, built: Readonly<Record<string, unknown>>): Record<string, Job> {
  const before = Object.keys(built);
  const images = imagesIn(pipeline, "release");
  return {
    test: testJob(pipeline, images, before),
    ...Object.fromEntries(
      images.map((build) => [
        releaseJobId(build),
        releaseJob(
          pipeline,
          build,
          [...before, "test"],
          every("!cancelled()", hasPassed(pipeline, "release"), "needs.test.result == 'success'"),
        ),
      ]),
    ),
  };
}

/** Waits for the verdicts on the commit, and asks for those that nobody has asked for yet. */
function testJob(pipeline: Pipeline, images: readonly ImageBuild[], needs: readonly string[]): Job {
  const planned = plannedIn(pipeline, "release");
  const waitMinutes = pipeline.release ? pipeline.release.waitMinutes : 0;
  const required = pipeline.consumers.filter((consumer) => consumer.required);
  const startable = (consumer: Consumer): string | null => {
    if (consumer.source === "build") return null;
    return consumer.dispatch ? (consumer.path.split("/").at(-1) ?? "") : "";
  };
  return {
    name: "Wait for the tests",
    needs,
    // Without a status function it would be skipped as soon as one of the jobs behind the gate was.
    if: every("!cancelled()", hasPassed(pipeline, "release")),
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
          since: images.map((build) => expression(createdOf(pipeline, "release", build))).join(" "),
          "timeout-seconds": waitMinutes * 60,
          "poll-seconds": 30,
        },
      }),
    ],
  };
}
