/** What the pipeline costs and how well it does: measured daily, compared with a baseline, kept for a quarter. */
import { READY_CHECK } from "../../pipeline/check-names.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { Workflow, YamlMapping } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { expression, TOKEN } from "../expressions.ts";
import { notifyJob } from "../jobs/notify.ts";
import { useAction } from "../steps/action.ts";
import { uploadArtifact } from "../steps/artifacts.ts";
import { runProgram } from "../steps/program.ts";
import { PROGRAM_TOOLS, setUpTools } from "../steps/tools.ts";
import { BUILD_JOB_PREFIX, BUILD_STEP } from "../jobs/image/mode.ts";
import { classSettings, packagesOf, registryCredentials } from "./cleanup.ts";
import { FALLBACK_STEP, PULL_STEP, TEST_JOB } from "./consumer.ts";
import { grant } from "../permissions.ts";

const ARTIFACT = "ci-metrics";

export function metricsWorkflow(pipeline: Pipeline, name: string): Workflow {
  const { metrics } = pipeline;
  if (!metrics) throw new Error("This pipeline measures nothing.");
  const folder = expression("runner.temp");
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
        permissions: grant({ actions: "read", packages: "read", statuses: "read" }),
        steps: [
          ...setUpTools(pipeline, PROGRAM_TOOLS),
          runProgram("find-baseline.sh", {
            name: "Find the metrics to compare with",
            id: "baseline",
            env: { GH_TOKEN: TOKEN, REPOSITORY: expression("github.repository"), ARTIFACT },
          }),
          useAction(pipeline, "actions/download-artifact", {
            name: "Download the metrics to compare with",
            if: "steps.baseline.outputs.run-id != ''",
            continueOnError: true,
            with: { name: ARTIFACT, path: `${folder}/baseline`, "run-id": expression("steps.baseline.outputs.run-id"), "github-token": TOKEN },
          }),
          runProgram("metrics.mjs", {
            name: "Measure the pipeline",
            timeoutMinutes: 25,
            env: {
              GH_TOKEN: TOKEN,
              ...registryCredentials(pipeline),
              METRICS: JSON.stringify(metricsSettings(pipeline), null, 2),
              BASELINE_FILE: `${folder}/baseline/ci-metrics.json`,
              OUTPUT: `${folder}/ci-metrics.json`,
            },
          }),
          uploadArtifact(pipeline, { title: "Keep the metrics", name: ARTIFACT, paths: [`${folder}/ci-metrics.json`], keepDays: metrics.keepDays, if: "!cancelled()", overwrite: true }),
        ],
      },
      ...notifyJob(pipeline, "metrics", ["measure"]),
    },
  };
}

function metricsSettings(pipeline: Pipeline): YamlMapping {
  const { metrics, retention, workflows } = pipeline;
  if (!metrics) throw new Error("This pipeline measures nothing.");
  return {
    build: workflows.build?.name ?? null,
    consumers: pipeline.consumers.map((consumer) => consumer.name),
    cleanup: workflows.cleanup?.name ?? null,
    runs: metrics.runs,
    thresholds: { ...metrics.thresholds },
    regressions: { ...metrics.regressions },
    baseline: metrics.baseline ? { ...metrics.baseline } : null,
    ...(retention ? classSettings(pipeline, retention) : { classes: [], keepForever: [] }),
    packages: pipeline.registry ? packagesOf(pipeline) : [],
    mode: pipeline.registry?.cleanup ?? "packages",
    ownerKind: pipeline.registry?.owner ?? null,
    buildJobPrefix: BUILD_JOB_PREFIX,
    buildStep: BUILD_STEP,
    gateJob: READY_CHECK,
    testJobPrefix: TEST_JOB,
    pullStep: PULL_STEP,
    fallbackStep: FALLBACK_STEP,
  };
}

