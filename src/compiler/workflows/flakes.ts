/** Looks for flaky tests in the results that past runs have left, and holds them against what is allowed. */
import { inRepository } from "../../pipeline/check-names.ts";
import { FLAKES_ARTIFACT } from "../../pipeline/step-names.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { Workflow } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { expression, TOKEN } from "../expressions.ts";
import { notifyJob } from "../jobs/notify.ts";
import { grant } from "../permissions.ts";
import { uploadArtifact } from "../steps/artifacts.ts";
import { useProgram } from "../steps/program.ts";

const REPORT_DAYS = 90;

export function flakesWorkflow(pipeline: Pipeline, name: string): Workflow {
  const { flakes } = pipeline;
  if (!flakes) throw new Error("This pipeline looks for no flaky tests.");
  return {
    name,
    on: { schedule: [{ cron: flakes.schedule }], workflow_dispatch: null },
    permissions: {},
    concurrency: { group: concurrencyGroup(pipeline, "flakes"), "cancel-in-progress": false },
    jobs: {
      look: {
        name: "Look for flaky tests",
        "runs-on": pipeline.runners.default,
        "timeout-minutes": 30,
        permissions: grant({ actions: "read", issues: flakes.issues && "write" }),
        steps: [
          useProgram("flakes", {
            name: "Look for flaky tests",
            timeoutMinutes: 25,
            with: { "gh-token": TOKEN },
          }),
          uploadArtifact(pipeline, {
            title: "Keep the report",
            name: inRepository(pipeline, FLAKES_ARTIFACT),
            // Where the program writes it.
            paths: [`${expression("runner.temp")}/flakes.json`],
            keepDays: REPORT_DAYS,
            if: "!cancelled()",
            missing: "warn",
            overwrite: true,
          }),
        ],
      },
      ...notifyJob(pipeline, "flakes", ["look"]),
    },
  };
}
