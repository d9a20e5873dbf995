/** What is measured of the pipeline, and how good it has to be, as the programs read it. */
import { groupKeyOf } from "../build-groups.ts";
import { BUILDS_CALL, FILES_CALL, inRepository } from "../check-names.ts";
import { runOfConsumer } from "../consumer-runs.ts";
import { imagesOf } from "../images.ts";
import { buildsIn, buildsParts, callsBuilds, hasGate, isCalled, planJobId, runsThatBuild } from "../runs.ts";
import * as names from "../step-names.ts";
import type { Budget, Build, Consumer, Pipeline } from "../types.ts";
import type { PipelinePart } from "./schema.ts";

type MetricsPart = NonNullable<PipelinePart["metrics"]>;
type Stage = MetricsPart["stages"][number];

export function metricsPart(pipeline: Pipeline): PipelinePart["metrics"] {
  const { metrics, workflows, branches, checks } = pipeline;
  if (!metrics) return null;
  const { imageMegabytes: limit, ...thresholds } = metrics.thresholds;
  const { imageMegabytes: imagesBefore, ...baseline } = metrics.baseline ?? {};
  const keys = imagesOf(pipeline.builds).map(({ key }) => key);
  return {
    artifact: inRepository(pipeline, names.METRICS_ARTIFACT),
    baseline: metrics.baseline ? given(baseline) : null,
    budgets: { ...metrics.budgets },
    build: workflows.build?.name ?? null,
    cleanup: workflows.cleanup?.name ?? null,
    consumers: pipeline.consumers.map(({ name }) => name),
    flakes: measuresFlakes(pipeline) ? inRepository(pipeline, names.FLAKES_ARTIFACT) : null,
    imageLimits: typeof limit === "number" ? Object.fromEntries(keys.map((key) => [key, limit])) : (limit ?? null),
    imagesBefore: imagesBefore ?? null,
    kpis: metrics.kpis ? [...metrics.kpis] : null,
    latest: pipeline.channels.find(({ of }) => of === branches.main)?.tag ?? null,
    names: {
      buildStep: names.BUILD_STEP,
      cacheMissed: names.cacheMissStep("{cache}"),
      deployStep: names.DEPLOY_STEP,
      fallbackStep: names.NOT_PULLED_STEP,
      plan: planningJob(pipeline),
      published: checks.published,
      pullStep: names.TAKE_STEP,
      ready: inCall(pipeline, undefined) + checks.ready,
      restoreCache: names.RESTORE_CACHE,
    },
    regressions: { ...metrics.regressions },
    runs: metrics.runs,
    stages: stagesOf(pipeline),
    thresholds: given({ ...thresholds, ...(typeof limit === "number" && { imageMegabytes: limit }) }),
    verdicts: verdictsOf(pipeline),
    watched: watchedBy(pipeline),
  };
}

const verdictsOf = (pipeline: Pipeline): string[] => {
  if (!hasGate(pipeline)) return [];
  return pipeline.gates === "each" ? pipeline.consumers.map(({ name }) => name) : [pipeline.checks.gate];
};

const measuresFlakes = ({ metrics, flakes }: Pipeline): boolean =>
  flakes !== false || (metrics !== false && metrics.thresholds.flakePercent !== undefined);

/** Jobs of one kind whose time is measured, and what was planned for it. */
function stagesOf(pipeline: Pipeline): Stage[] {
  const keys = new Set(pipeline.builds.map(groupKeyOf));
  // The targets of a bake file are built by one job.
  const builds = [...keys].flatMap((key) => pipeline.builds.find((build) => groupKeyOf(build) === key) ?? []);
  return [
    ...builds.map((build) => stageOfBuild(pipeline, build)),
    ...pipeline.consumers.map((consumer) => stageOfConsumer(pipeline, consumer)),
  ];
}

/** GitHub puts the name of the job that calls before those of the called jobs. */
function inCall(pipeline: Pipeline, build: Build | undefined): string {
  const parts = buildsParts(pipeline);
  if (parts.length === 0) return "";
  return `${build?.kind === "files" && parts.includes("files") ? FILES_CALL : BUILDS_CALL} / `;
}

/** The job that decides what a run builds: one of its own, or the one that builds. */
function planningJob(pipeline: Pipeline): string {
  if (planJobId(pipeline, "build") === "plan") return names.PLAN_JOB;
  const [sole] = buildsIn(pipeline, callsBuilds(pipeline) ? runsThatBuild(pipeline) : "build");
  if (sole === undefined) return names.PLAN_JOB;
  return `${inCall(pipeline, sole)}${names.BUILD_JOB_PREFIX}${groupKeyOf(sole)}`;
}

const stageOfBuild = (pipeline: Pipeline, build: Build): Stage => ({
  name: `Build ${groupKeyOf(build)}`,
  kind: build.kind,
  workflow: pipeline.workflows.build?.name ?? null,
  job: `${inCall(pipeline, build)}${names.BUILD_JOB_PREFIX}${groupKeyOf(build)}`,
  ...planned(build.budget),
});

const stageOfConsumer = (pipeline: Pipeline, consumer: Consumer): Stage => ({
  name: consumer.name,
  kind: "test",
  workflow: runOfConsumer(pipeline, consumer),
  job: testJobOf(pipeline, consumer),
  ...planned(consumer.budget),
});

/** The tests are a job of the run, or one of a workflow that it calls; or of a run of their own, alone or with others. */
function testJobOf(pipeline: Pipeline, consumer: Consumer): string {
  const { name, group } = consumer;
  if (pipeline.topology === "workflow_run") return group === undefined ? names.TEST_JOB : `${names.TEST_JOB} ${name}`;
  return isCalled(pipeline, consumer) ? `${names.callingJob(name)} / ${names.TEST_JOB}` : name;
}

const planned = (budget: Budget | undefined) => ({
  targetMinutes: budget?.targetMinutes ?? null,
  maximumMinutes: budget?.maximumMinutes ?? null,
});

/** What each alert of a workflow is about, by its name: those whose runs are not measured anyway. */
const watchedBy = ({ workflows }: Pipeline): Record<string, string> =>
  Object.fromEntries(
    (["nightly", "promote", "release", "warmUp", "flakes", "bases"] as const).flatMap((kind) =>
      workflows[kind] ? [[kind, workflows[kind].name]] : [],
    ),
  );

const given = (values: Readonly<Record<string, number | undefined>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
