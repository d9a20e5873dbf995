/**
 * Deletes what a run has left in the registry, by what became of it. It waits for every job that reads an image: that this
 * is so, and cannot be otherwise, is proven on the plan (src/pipeline/invariants/order.ts).
 */
import { planJobId } from "../../pipeline/runs.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";
import { every, expression, plannedIn, TOKEN } from "../expressions.ts";
import { grant } from "../permissions.ts";
import { useProgram } from "../steps/program.ts";
import { accessPermissions, accessToOwnRegistry } from "../steps/registry.ts";

export function cleanJob(pipeline: Pipeline, needs: readonly string[]): Job {
  const { retention } = pipeline;
  if (!retention || !retention.afterRun) throw new Error("This pipeline's runs clean nothing up.");
  const access = accessToOwnRegistry(pipeline);
  const planned = plannedIn(pipeline, "build");
  const plan = planJobId(pipeline, "build");
  // Where one job plans and builds, its failure is none of the plan.
  const buildsItself = plan !== "plan";
  return {
    name: "Clean up after this run",
    needs,
    // Also when something has failed: then it keeps what may tell why, and says so. A cancelled run keeps everything.
    if: every("!cancelled()", !buildsItself && `needs.${plan}.result == 'success'`, `${planned("push")} == 'true'`),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 15,
    permissions: grant({ contents: "read", ...accessPermissions(pipeline, "write") }),
    steps: [
      ...access.steps,
      useProgram("clean-run", {
        name: "Clean up by what became of this run",
        timeoutMinutes: 10,
        env: access.env,
        with: {
          "gh-token": TOKEN,
          class: expression(planned("class")),
          tag: expression(planned("tag")),
          commit: expression(planned("sha")),
          staging: expression(`fromJSON(${planned("plan")} || '{}').staging`),
          needs: expression("toJSON(needs)"),
        },
      }),
    ],
  };
}
