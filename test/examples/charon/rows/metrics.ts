/** Section 8 of Charon's plan: what the pipeline measures about itself. */
import type { Emission } from "../../support/emission.ts";
import { holdsValue, input, onOf, same, script } from "../../support/questions.ts";
import {
  always,
  beyond,
  broken,
  brokenProgram,
  deleted,
  fromConfig,
  type Requirement,
  set,
} from "../../support/requirement.ts";
import { BUILD_NAME, CONSUMERS, testStep } from "../charon-files.ts";

const METRICS = "ci-metrics";
const PROOF = "test/templates/metrics.test.ts";
const setting = (files: Emission, path: string) => files.plan(`metrics.${path}`);
const program = (files: Emission): string => script(files, METRICS, "measure", "Measure the pipeline");

const inProgram = (section: string, requirement: string, line: string): Requirement =>
  always(section, requirement, {
    output: ".github/pipewright/metrics",
    holds: (files) => program(files).includes(line),
    breaks: brokenProgram(line),
    proof: PROOF,
  });

/** A figure is measured, and somebody is warned when it passes its threshold. @param isTold by what the workflows do */
const threshold = (
  section: string,
  requirement: string,
  name: string,
  value: number,
  other: number,
  isTold: (files: Emission) => boolean = () => true,
): Requirement =>
  fromConfig(section, requirement, {
    line: set(`metrics.thresholds.${name}`, other),
    output: `plan.json: \`metrics.thresholds.${name}\``,
    holds: (files) =>
      same(setting(files, `thresholds.${name}`), value) && program(files).includes(`{ key: "${name}"`) && isTold(files),
    proof: PROOF,
  });

/** By the steps of every test that tell a pull from the registry from one that did not go well. */
const tellsPulls = (files: Emission): boolean =>
  CONSUMERS.every((key) => {
    const take = testStep(files, key, String(setting(files, "names.pullStep")));
    const note = testStep(files, key, String(setting(files, "names.fallbackStep")));
    return (
      take?.uses === "$/.github/pipewright/take-image" &&
      note?.if === `always() && steps.${take.id ?? "none"}.outputs.not-pulled == 'true'`
    );
  });

const regression = (section: string, requirement: string, name: string, value: number, other: number): Requirement =>
  fromConfig(section, requirement, {
    line: set(`metrics.regressions.${name}`, other),
    output: `plan.json: \`metrics.regressions.${name}\``,
    holds: (files) => same(setting(files, `regressions.${name}`), value) && program(files).includes(`limits.${name}`),
    proof: PROOF,
  });

const baseline = (section: string, requirement: string, name: string, value: number): Requirement =>
  fromConfig(section, requirement, {
    line: deleted(`metrics.baseline.${name}`),
    output: `plan.json: \`metrics.baseline.${name}\``,
    holds: (files) => same(setting(files, `baseline.${name}`), value),
    proof: PROOF,
  });

export const metricsRows: Requirement[] = [
  fromConfig("6.1, 8.4", "A workflow measures the pipeline every day at midnight.", {
    line: set("metrics.schedule", "0 6 * * *"),
    output: "ci-metrics.yml: `on.schedule`",
    holds: (files) => same(onOf(files, METRICS, "schedule.0.cron"), "0 0 * * *"),
  }),
  always("8.4", "Its token reads runs, packages and results, and writes nothing.", {
    output: "ci-metrics.yml: job `measure`, `permissions`",
    holds: (files) => {
      const granted = JSON.stringify(files.job(METRICS, "measure")?.permissions ?? null);
      return (
        ['"actions":"read"', '"packages":"read"'].every((each) => granted.includes(each)) && !granted.includes("write")
      );
    },
    breaks: broken(METRICS, "packages: read", "packages: write"),
  }),
  fromConfig("8.4", "The last hundred runs of each workflow are read.", {
    line: set("metrics.runs", 50),
    output: "plan.json: `metrics.runs`",
    holds: (files) => same(setting(files, "runs"), 100),
  }),
  always("8.4", "The build and every test are measured, each by its full name.", {
    output: "plan.json: `metrics.build` and `metrics.consumers`",
    holds: (files) =>
      same(setting(files, "build"), BUILD_NAME) &&
      [
        "Integration Test: CrowdSec",
        "Integration Test: Cerberus",
        "Integration Test: WAF",
        "Integration Test: Rate Limiting",
        "E2E Tests",
      ].every((name) => holdsValue(setting(files, "consumers"), name)),
    breaks: broken("plan", '"Integration Test: WAF"', '"Integration Test*"'),
  }),
  threshold("8.1, 8.4", "Build time of a pull request: over 20 minutes is a warning.", "buildMinutes", 20, 60),
  threshold("8.1", "Total CI time of a pull request: over 30 minutes is a warning.", "totalMinutes", 30, 120),
  threshold("8.1", "Builds of one commit: more than one is a warning.", "buildsPerCommit", 1, 6),
  threshold("8.1, 8.4", "Build failures: over 5 % is a warning.", "buildFailurePercent", 5, 50),
  threshold("8.1", "Successful image pulls: under 95 % is a warning.", "pullSuccessPercent", 95, 10, tellsPulls),
  threshold("8.1", "Successful cleanups: under 98 % is a warning.", "cleanupSuccessPercent", 98, 10),
  threshold("6.0, 6.5, 8.1", "Registry storage: over 80 GB is a warning.", "storageGigabytes", 80, 500),
  threshold("6.6, 8.3", "Test failures are measured.", "testFailurePercent", 100, 50),
  always("8.1", "A build counts only where a job ran the step that builds.", {
    output: "plan.json: `metrics.stages` and `metrics.names.buildStep`",
    holds: (files) => {
      const jobs = [...(files.workflow("builds")?.jobs.values() ?? [])].filter((job) =>
        `Build / ${job.name ?? ""}`.startsWith(String(setting(files, "stages.0.job"))),
      );
      return (
        jobs.length > 0 &&
        jobs.every((job) => job.steps.some((step) => step.name === setting(files, "names.buildStep"))) &&
        program(files).includes("const step = stepOf(job, names.buildStep);")
      );
    },
    breaks: broken("plan", '"buildStep": "Build"', '"buildStep": "Make"'),
    proof: PROOF,
  }),
  inProgram("6.0, 8.1", "Storage is summed from manifests, in gigabytes.", "sizeOf([...manifests.values()])"),
  inProgram(
    "6.0, 8.4",
    "Tags are counted by their kind: pull requests, branches, commits, and so on.",
    "classOf(tag, policy)",
  ),
  inProgram("8.4", "Figures beyond a threshold are warnings of the run.", "else warn(alert.text);"),
  inProgram("8.3", "A regression fails the run.", "if (alerts.some(fails)) process.exitCode = 1;"),
  regression("8.3", "Build time: 20 % more than before is a regression.", "buildTimePercent", 20, 90),
  regression("8.3", "Test failures: three points more than before are a regression.", "testFailurePoints", 3, 50),
  regression("8.3", "Image pulls: more than 10 % that fail are a regression.", "pullFailurePercent", 10, 90),
  inProgram(
    "8.3",
    "What has become better than the baseline may not fall back to it unnoticed.",
    "Math.min(value, earlier.figures[key] ?? value)",
  ),
  baseline("6.0, 6.6, 8.5", "The baseline: 62 minutes of builds a pull request.", "buildMinutes", 62),
  baseline("6.6, 8.1, 8.5", "The baseline: 120 minutes until a pull request has its verdict.", "totalMinutes", 120),
  baseline("6.0, 8.5", "The baseline: six builds of a pull request's commit.", "buildsPerCommit", 6),
  baseline("6.0, 8.5", "The baseline: 150 GB in the registry.", "storageGigabytes", 150),
  always("8.4", "What the config's baseline does not name is compared with the oldest metrics still kept.", {
    output: ".github/pipewright/metrics",
    holds: (files) =>
      program(files).includes("...settings.baseline") &&
      program(files).includes('earlierFile(settings.artifact, "oldest", isFigures') &&
      same(setting(files, "artifact"), input(files, METRICS, "measure", "Keep the metrics", "name") ?? "none"),
    breaks: brokenProgram('earlierFile(settings.artifact, "oldest"', 'earlierFile(settings.artifact, "newest"'),
    proof: PROOF,
  }),
  inProgram(
    "6.6, 8.6",
    "The summary is the report: before, now, change and threshold of every figure.",
    'section("Before and now", comparison(values, baseline, settings.thresholds))',
  ),
  fromConfig("8.4", "The figures are kept 90 days as an artifact, so trends can be read.", {
    line: set("metrics.keep", "30d"),
    output: "ci-metrics.yml: job `measure`, step `Keep the metrics`",
    holds: (files) => same(input(files, METRICS, "measure", "Keep the metrics", "retention-days"), 90),
  }),
  fromConfig("6.1", "Monitoring is a line of the config.", {
    line: deleted("metrics"),
    output: "ci-metrics.yml",
    holds: (files) => files.workflow(METRICS) !== undefined,
  }),
  beyond(
    "6.7",
    "Weekly, monthly and quarterly reviews of the figures and the retention.",
    "People, from the daily summaries; the thresholds are lines of the config.",
  ),
  beyond(
    "8.3",
    "Resource usage falls by more than 80 %.",
    "Follows from the builds of one commit, which are measured: one instead of six.",
    PROOF,
  ),
  beyond(
    "8.5",
    "A script to collect the baseline by hand.",
    "Not needed: the figures of the time before stand in `metrics.baseline`, and the daily run measures in the same way from then on.",
  ),
];
