/** Takes back the tags of a commit whose required tests have failed: nobody shall find an image by them that did not pass. */
import { imagesIn } from "../../pipeline/stages.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";
import { every, expression, planned, TOKEN } from "../expressions.ts";
import { grant } from "../permissions.ts";
import { useProgram } from "../steps/program.ts";
import { accessPermissions, accessToOwnRegistry } from "../steps/registry.ts";
import { PROGRAM_TOOLS, setUpTools } from "../steps/tools.ts";
import { packageAccess, packageOf } from "../workflows/cleanup.ts";

/** @param verdicts the jobs whose failure takes the tags back. */
export function withdrawJob(pipeline: Pipeline, needs: readonly string[], verdicts: readonly string[]): Job {
  const access = accessToOwnRegistry(pipeline);
  const failed = ["ready", ...verdicts].map((id) => `needs.${id}.result == 'failure'`);
  const images = imagesIn(pipeline, "build").map((build) => ({
    ...packageOf(build),
    tag: expression(planned("tag")),
    digest: expression(`needs.publish-${build.key}.outputs.digest`),
  }));
  return {
    name: "Take the tags back",
    needs,
    // A cancelled run has said nothing about its images.
    if: every(
      "!cancelled()",
      "needs.plan.result == 'success'",
      `${planned("push")} == 'true'`,
      `(${failed.join(" || ")})`,
    ),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 15,
    permissions: grant(accessPermissions(pipeline, "write")),
    steps: [
      ...setUpTools(pipeline, PROGRAM_TOOLS),
      ...access.steps,
      useProgram("withdraw-tags", {
        name: "Take the tags back",
        timeoutMinutes: 10,
        env: access.env,
        with: {
          "gh-token": TOKEN,
          images: JSON.stringify(images, null, 2),
          withdraw: JSON.stringify(
            {
              ...packageAccess(pipeline),
              keepForever: [pipeline.rules.classes.channel, pipeline.rules.classes.release],
              dryRun: false,
            },
            null,
            2,
          ),
        },
      }),
    ],
  };
}
