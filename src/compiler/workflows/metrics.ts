/** What the pipeline costs and how well it does: measured daily, compared with a baseline, kept for a quarter. */
import type { AlertEvent } from "../../config/alerts.ts";
import { inRepository } from "../../pipeline/check-names.ts";
import { METRICS_ARTIFACT } from "../../pipeline/step-names.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { Workflow } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { expression, TOKEN } from "../expressions.ts";
import { notifyJob, tellAlerts } from "../jobs/notify.ts";
import { grant } from "../permissions.ts";
import { uploadArtifact } from "../steps/artifacts.ts";
import { useProgram } from "../steps/program.ts";
import { accessPermissions, accessToOwnRegistry } from "../steps/registry.ts";

/** What the metrics find; failures of other workflows are told by these themselves. */
const FOUND: readonly AlertEvent[] = [
  "metrics",
  "maximum",
  "budget",
  "cache",
  "flakes",
  "threshold",
  "queue",
  "storage",
];

/** Where the program writes them. */
const FILES = ["ci-metrics.json", "ci-report.md"];

export function metricsWorkflow(pipeline: Pipeline, name: string): Workflow {
  const { metrics } = pipeline;
  if (!metrics) throw new Error("This pipeline measures nothing.");
  const access = accessToOwnRegistry(pipeline);
  const told = tellAlerts(pipeline, FOUND, "!cancelled() && steps.measure.outputs.told == 'true'");
  return {
    name,
    on: { schedule: [{ cron: metrics.schedule }], workflow_dispatch: null },
    permissions: {},
    concurrency: { group: concurrencyGroup(pipeline, "metrics"), "cancel-in-progress": false },
    jobs: {
      measure: {
        name: "Measure",
        "runs-on": pipeline.runners.default,
        "timeout-minutes": 30,
        permissions: grant({ actions: "read", ...accessPermissions(pipeline, "read"), statuses: "read" }),
        ...(told.length > 0 && { outputs: { told: expression("steps.measure.outputs.told") } }),
        steps: [
          ...access.steps,
          useProgram("metrics", {
            name: "Measure the pipeline",
            id: "measure",
            timeoutMinutes: 25,
            env: access.env,
            with: { "gh-token": TOKEN },
          }),
          uploadArtifact(pipeline, {
            title: "Keep the metrics",
            name: inRepository(pipeline, METRICS_ARTIFACT),
            paths: FILES.map((file) => `${expression("runner.temp")}/${file}`),
            keepDays: metrics.keepDays,
            if: "!cancelled()",
            overwrite: true,
          }),
          ...told,
        ],
      },
      // What was found is told with its details above; here, that nothing could be measured.
      ...notifyJob(
        pipeline,
        "metrics",
        ["measure"],
        told.length > 0 ? "needs.measure.outputs.told != 'true'" : undefined,
      ),
    },
  };
}
