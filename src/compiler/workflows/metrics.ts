/** What the pipeline costs and how well it does: measured daily, compared with a baseline, kept for a quarter. */
import { ALERT_EVENTS, ALERTS, type AlertEvent } from "../../config/alerts.ts";
import { inRepository } from "../../pipeline/check-names.ts";
import { groupKeyOf } from "../../pipeline/images.ts";
import {
  cacheMissStep,
  callingJob,
  DEPLOY_STEP,
  FLAKES_ARTIFACT,
  PLAN_JOB,
  RESTORE_CACHE,
} from "../../pipeline/step-names.ts";
import type { Budget, Build, Consumer, Pipeline } from "../../pipeline/types.ts";
import type { Step, Workflow, YamlMapping } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { expression, TOKEN } from "../expressions.ts";
import { BUILD_JOB_PREFIX, BUILD_STEP } from "../jobs/image/mode.ts";
import { notifyJob, tellAlerts } from "../jobs/notify.ts";
import { FALLBACK_STEP, PULL_STEP, TEST_JOB } from "../jobs/test.ts";
import { grant } from "../permissions.ts";
import { downloadArtifact, uploadArtifact } from "../steps/artifacts.ts";
import { useProgram } from "../steps/program.ts";
import { accessPermissions, accessToOwnRegistry } from "../steps/registry.ts";
import { PROGRAM_TOOLS, setUpTools } from "../steps/tools.ts";
import { imagesOf } from "./build.ts";
import { classSettings, packageAccess, packagesOf } from "./cleanup.ts";

const ARTIFACT = "ci-metrics";

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

export function metricsWorkflow(pipeline: Pipeline, name: string): Workflow {
  const { metrics } = pipeline;
  if (!metrics) throw new Error("This pipeline measures nothing.");
  const folder = expression("runner.temp");
  const artifact = inRepository(pipeline, ARTIFACT);
  const access = accessToOwnRegistry(pipeline);
  const alerts = `${folder}/ci-alerts.json`;
  const told = tellAlerts(pipeline, {
    file: alerts,
    events: FOUND,
    text: `${expression("github.repository")}: the metrics of CI have found something.`,
    if: "!cancelled() && steps.measure.outputs.told == 'true'",
  });
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
          ...setUpTools(pipeline, PROGRAM_TOOLS),
          ...access.steps,
          ...takeArtifact(pipeline, { what: "the metrics to compare with", id: "baseline", artifact, which: "oldest" }),
          ...takeArtifact(pipeline, { what: "the metrics of the run before", id: "newest", artifact, which: "newest" }),
          ...(measuresFlakes(pipeline)
            ? takeArtifact(pipeline, {
                what: "the report on flaky tests",
                id: "flakes",
                artifact: inRepository(pipeline, FLAKES_ARTIFACT),
                which: "newest",
              })
            : []),
          useProgram("metrics", {
            name: "Measure the pipeline",
            id: "measure",
            timeoutMinutes: 25,
            env: access.env,
            with: {
              "gh-token": TOKEN,
              metrics: JSON.stringify(metricsSettings(pipeline), null, 2),
              "baseline-file": `${folder}/baseline/ci-metrics.json`,
              "history-file": `${folder}/newest/ci-metrics.json`,
              ...(measuresFlakes(pipeline) && { "flakes-folder": `${folder}/flakes` }),
              output: `${folder}/ci-metrics.json`,
              report: `${folder}/ci-report.md`,
              "alerts-file": alerts,
            },
          }),
          uploadArtifact(pipeline, {
            title: "Keep the metrics",
            name: artifact,
            paths: [`${folder}/ci-metrics.json`, `${folder}/ci-report.md`],
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

const measuresFlakes = ({ metrics, flakes }: Pipeline): boolean =>
  flakes !== false || (metrics !== false && metrics.thresholds.flakePercent !== undefined);

/** Downloads an artifact of an earlier run into a folder that is called like the step's id, where there is one. */
function takeArtifact(
  pipeline: Pipeline,
  { what, id, artifact, which }: { what: string; id: string; artifact: string; which: "oldest" | "newest" },
): Step[] {
  const run = `steps.${id}.outputs.run-id`;
  return [
    useProgram("find-artifact", {
      name: `Find ${what}`,
      id,
      with: { "gh-token": TOKEN, repository: expression("github.repository"), artifact: artifact, which: which },
    }),
    downloadArtifact(pipeline, {
      title: `Download ${what}`,
      name: artifact,
      path: `${expression("runner.temp")}/${id}`,
      runId: expression(run),
      if: `${run} != ''`,
      continueOnError: true,
    }),
  ];
}

/** Jobs of one kind whose time is measured, and what was planned for it. */
interface Stage extends YamlMapping {
  name: string;
  kind: "image" | "files" | "test";
  /** The workflow in whose runs they are. */
  workflow: string | null;
  /** Their name, before a matrix. */
  job: string;
  targetMinutes: number | null;
  maximumMinutes: number | null;
}

const planned = (budget: Budget | undefined) => ({
  targetMinutes: budget?.targetMinutes ?? null,
  maximumMinutes: budget?.maximumMinutes ?? null,
});

function stagesOf(pipeline: Pipeline): Stage[] {
  const build = pipeline.workflows.build?.name ?? null;
  const keyOf = (one: Build): string => (one.kind === "image" ? groupKeyOf(one) : one.key);
  const ofBuild = (one: Build): Stage => ({
    name: `Build ${keyOf(one)}`,
    kind: one.kind,
    workflow: build,
    job: `${BUILD_JOB_PREFIX}${keyOf(one)}`,
    ...planned(one.budget),
  });
  const ofConsumer = (one: Consumer): Stage => {
    const called = pipeline.topology === "workflow_call";
    // GitHub names a job of a called workflow after the job that calls, and itself.
    return {
      name: one.name,
      kind: "test",
      workflow: called ? build : one.name,
      job: called ? `${callingJob(one.name)} / ${TEST_JOB}` : TEST_JOB,
      ...planned(one.budget),
    };
  };
  // The targets of a bake file are built by one job.
  const jobs = pipeline.builds.filter(
    (one, index) => pipeline.builds.findIndex((other) => keyOf(other) === keyOf(one)) === index,
  );
  return [...jobs.map(ofBuild), ...pipeline.consumers.map(ofConsumer)];
}

function metricsSettings(pipeline: Pipeline): YamlMapping {
  const { metrics, retention, workflows } = pipeline;
  if (!metrics) throw new Error("This pipeline measures nothing.");
  const { imageMegabytes: limit, ...thresholds } = metrics.thresholds;
  const { imageMegabytes: imagesBefore, ...baseline } = metrics.baseline ?? {};
  const images = imagesOf(pipeline.builds);
  const imageLimits = typeof limit === "number" ? Object.fromEntries(images.map((build) => [build.key, limit])) : limit;
  const latest = pipeline.channels.find((channel) => channel.of === pipeline.branches.main)?.tag ?? null;
  return {
    build: workflows.build?.name ?? null,
    consumers: pipeline.consumers.map((consumer) => consumer.name),
    cleanup: workflows.cleanup?.name ?? null,
    stages: stagesOf(pipeline),
    runs: metrics.runs,
    thresholds: given({ ...thresholds, ...(typeof limit === "number" && { imageMegabytes: limit }) }),
    ...(imageLimits && { imageLimits }),
    budgets: { ...metrics.budgets },
    regressions: { ...metrics.regressions },
    baseline: metrics.baseline ? given(baseline) : null,
    ...(imagesBefore && { imagesBefore }),
    ...(metrics.kpis && { kpis: metrics.kpis }),
    tiers: Object.fromEntries(ALERT_EVENTS.map((event) => [event, ALERTS[event].tier])),
    watched: watchedBy(pipeline),
    ...(retention ? classSettings(pipeline, retention) : { classes: [], keepForever: [] }),
    packages: pipeline.registry
      ? packagesOf(pipeline).map((item, index) => ({ ...item, build: images[index]?.key ?? item.name, tag: latest }))
      : [],
    ...packageAccess(pipeline),
    planJob: PLAN_JOB,
    buildJobPrefix: BUILD_JOB_PREFIX,
    buildStep: BUILD_STEP,
    gateJob: pipeline.checks.ready,
    publishedJob: pipeline.checks.published,
    testJobPrefix: TEST_JOB,
    pullStep: PULL_STEP,
    fallbackStep: FALLBACK_STEP,
    deployStep: DEPLOY_STEP,
    restoreCache: RESTORE_CACHE,
    cacheMissed: cacheMissStep("{cache}"),
  };
}

/** What each alert of a workflow is about, by its name: those whose runs are not measured anyway. */
const watchedBy = ({ workflows }: Pipeline): Record<string, string> =>
  Object.fromEntries(
    (["nightly", "promote", "release", "warmUp", "flakes", "bases"] as const).flatMap((kind) =>
      workflows[kind] ? [[kind, workflows[kind].name]] : [],
    ),
  );

const given = (values: Readonly<Record<string, number | undefined>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
