/** Takes back the tags of a commit whose required tests have failed: nobody shall find an image by them that did not pass. */
import { GATE_JOB, imagesIn, planJobId } from "../../pipeline/runs.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";
import { every, expression, plannedIn, TOKEN } from "../expressions.ts";
import { grant } from "../permissions.ts";
import { digestOf } from "./image/outputs.ts";
import { useProgram } from "../steps/program.ts";
import { accessPermissions, accessToOwnRegistry } from "../steps/registry.ts";

export function withdrawJob(pipeline: Pipeline, needs: readonly string[]): Job {
  const access = accessToOwnRegistry(pipeline);
  const planned = plannedIn(pipeline, "build");
  const plan = planJobId(pipeline, "build");
  // Where one job plans and builds, it may have failed after it gave its tags: its scan found something.
  const buildsItself = plan !== "plan";
  const failed = [...(buildsItself ? [plan] : ["ready"]), GATE_JOB]
    .filter((id) => needs.includes(id))
    .map((id) => `needs.${id}.result == 'failure'`);
  const digests = imagesIn(pipeline, "build").map(
    (build) => `${build.key}=${expression(digestOf(pipeline, "build", build))}\n`,
  );
  return {
    name: "Take the tags back",
    needs,
    // A cancelled run has said nothing about its images.
    if: every(
      "!cancelled()",
      !buildsItself && `needs.${plan}.result == 'success'`,
      `${planned("push")} == 'true'`,
      failed.length > 1 ? `(${failed.join(" || ")})` : failed[0],
    ),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 15,
    permissions: grant(accessPermissions(pipeline, "write")),
    steps: [
      ...access.steps,
      useProgram("withdraw-tags", {
        name: "Take the tags back",
        timeoutMinutes: 10,
        env: access.env,
        with: { "gh-token": TOKEN, tag: expression(planned("tag")), digests: digests.join("") },
      }),
    ],
  };
}
