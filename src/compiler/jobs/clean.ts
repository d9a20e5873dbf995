/**
 * Deletes what a run has left in the registry, by what became of it. It waits for every job that reads an image: that this
 * is so, and cannot be otherwise, is proven on the plan (src/pipeline/invariants/order.ts).
 */
import { imagesIn, type Stage } from "../../pipeline/stages.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";
import { every, expression, planned, TOKEN } from "../expressions.ts";
import { grant } from "../permissions.ts";
import { useProgram } from "../steps/program.ts";
import { accessPermissions, accessToOwnRegistry } from "../steps/registry.ts";
import { PROGRAM_TOOLS, setUpTools } from "../steps/tools.ts";
import { classSettings, packageAccess, packageOf } from "../workflows/cleanup.ts";

export function cleanJob(pipeline: Pipeline, needs: readonly string[], stages: readonly Stage[]): Job {
  const { retention } = pipeline;
  if (!retention || !retention.afterRun) throw new Error("This pipeline's runs clean nothing up.");
  const access = accessToOwnRegistry(pipeline);
  const images = imagesIn(pipeline, "build");
  const entries = [
    ...new Set(images.flatMap((build) => Object.values(build.entries).flatMap((list) => list.map(({ name }) => name)))),
  ];
  const verdicts = stages.filter(({ kind }) => kind === "verdict").map(({ id }) => `needs.${id}.result != 'failure'`);
  return {
    name: "Clean up after this run",
    needs,
    // Also when something has failed: then it keeps what may tell why, and says so. A cancelled run keeps everything.
    if: every("!cancelled()", "needs.plan.result == 'success'", `${planned("push")} == 'true'`),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 15,
    permissions: grant({ contents: "read", ...accessPermissions(pipeline, "write") }),
    steps: [
      ...setUpTools(pipeline, PROGRAM_TOOLS),
      ...access.steps,
      useProgram("clean-run", {
        name: "Clean up by what became of this run",
        timeoutMinutes: 10,
        env: access.env,
        with: {
          "gh-token": TOKEN,
          class: expression(planned("class")),
          published: needs.includes("published") ? expression("needs.published.result") : "none",
          tested: verdicts.length > 0 ? expression(`${verdicts.join(" && ")} && 'success' || 'failure'`) : "none",
          commit: expression(planned("sha")),
          marker: retention.afterRun.preserve,
          staging: expression(planned("staging")),
          clean: JSON.stringify(
            {
              packages: images.map(packageOf),
              ...packageAccess(pipeline),
              tags: [expression(planned("tag"))],
              entries,
              ...classSettings(pipeline, retention),
              keepRecent: retention.afterRun.keepRecent,
              dryRun: retention.dryRun,
            },
            null,
            2,
          ),
        },
      }),
    ],
  };
}
