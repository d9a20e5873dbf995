/** The verdict on a run, under the name that a branch rule requires: one for all of it, and one a consumer where the config asks. */
import { VERDICT_SUFFIX } from "../../pipeline/build-checks.ts";
import { type RunKind } from "../../pipeline/runs.ts";
import type { Consumer, Pipeline } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";
import { every, expression, plannedIn } from "../expressions.ts";
import { useProgram } from "../steps/program.ts";
import { mayBeCovered } from "./plan.ts";

/** @param consumer the one whose verdict it is; all that is required without one */
export function gateJob(pipeline: Pipeline, run: RunKind, needs: readonly string[], consumer?: Consumer): Job {
  const planned = plannedIn(pipeline, run);
  const [plan] = needs;
  return {
    name: (consumer?.name ?? pipeline.checks.gate) + VERDICT_SUFFIX[run],
    needs,
    // Where forks are left out, nothing of theirs is tested, and the skipped gate counts as passed.
    if: every("always()", pipeline.forks === "ignore" && run === "build" && `needs.${plan}.result != 'skipped'`),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 5,
    permissions: {},
    steps: [
      useProgram("judge-run", {
        name: consumer ? "Judge the tests" : "Judge the run",
        with: {
          needs: expression("toJSON(needs)"),
          class: expression(planned("class")),
          covered: mayBeCovered(pipeline, run) ? expression(planned("covered")) : undefined,
          consumer: consumer?.key,
          passed: needs.includes("verdicts") ? expression("needs.verdicts.outputs.passed") : undefined,
        },
      }),
    ],
  };
}
