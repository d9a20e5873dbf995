/** Looks for flaky tests in the results that past runs have left, and holds them against what is allowed. */
import { inRepository, junitArtifact } from "../../pipeline/check-names.ts";
import { FLAKES_ARTIFACT } from "../../pipeline/step-names.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { Workflow } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { expression, TOKEN } from "../expressions.ts";
import { notifyJob } from "../jobs/notify.ts";
import { grant } from "../permissions.ts";
import { downloadArtifact, uploadArtifact } from "../steps/artifacts.ts";
import { useProgram } from "../steps/program.ts";
import { PROGRAM_TOOLS, setUpTools } from "../steps/tools.ts";

const REPORT_DAYS = 90;

export function flakesWorkflow(pipeline: Pipeline, name: string): Workflow {
  const { flakes } = pipeline;
  if (!flakes) throw new Error("This pipeline looks for no flaky tests.");
  const folder = expression("runner.temp");
  const artifact = inRepository(pipeline, FLAKES_ARTIFACT);
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
          ...setUpTools(pipeline, PROGRAM_TOOLS),
          useProgram("find-artifact", {
            name: "Find the last report",
            id: "last",
            with: { "gh-token": TOKEN, repository: expression("github.repository"), artifact: artifact, which: "newest" },
          }),
          downloadArtifact(pipeline, {
            title: "Take the last report",
            name: artifact,
            path: `${folder}/last`,
            runId: expression("steps.last.outputs.run-id"),
            if: "steps.last.outputs.run-id != ''",
            continueOnError: true,
          }),
          useProgram("flakes", {
            name: "Look for flaky tests",
            timeoutMinutes: 25,
            with: {
              "gh-token": TOKEN,
              flakes: JSON.stringify(flakeSettings(pipeline, flakes), null, 2),
              "previous-file": `${folder}/last/flakes.json`,
              output: `${folder}/flakes.json`,
            },
          }),
          uploadArtifact(pipeline, {
            title: "Keep the report",
            name: artifact,
            paths: [`${folder}/flakes.json`],
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

const flakeSettings = (pipeline: Pipeline, flakes: Exclude<Pipeline["flakes"], false>) => ({
  suites: pipeline.consumers.flatMap((consumer) =>
    consumer.results
      ? [
          {
            name: consumer.name,
            workflow: pipeline.topology === "workflow_call" ? (pipeline.workflows.build?.name ?? "") : consumer.name,
            artifact: junitArtifact(consumer.key),
            budgetPercent: consumer.results.flakeBudget,
          },
        ]
      : [],
  ),
  overallBudgetPercent: flakes.budget,
  runs: flakes.runs,
  quarantineAfter: flakes.quarantineAfter,
  issues: flakes.issues,
});
