/** The key figures, and what became of the dashboard's commands. */
import { holdsValue, same, script } from "../../support/questions.ts";
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
import { SERVICES, threshold } from "../django-files.ts";

const PROOF = "test/templates/metrics.test.ts";

const goal = (section: string, requirement: string, name: string, value: number, other: number): Requirement =>
  fromConfig(section, requirement, {
    line: set(`metrics.thresholds.${name}`, other),
    output: `plan.json: \`metrics.thresholds.${name}\``,
    holds: (files) => same(threshold(files, name), value),
    proof: PROOF,
  });

const baseline = (requirement: string, name: string, value: number): Requirement =>
  fromConfig("KPI speed, Dashboard", requirement, {
    line: deleted(`metrics.baseline.${name}`),
    output: `plan.json: \`metrics.baseline.${name}\``,
    holds: (files) => same(files.plan(`metrics.baseline.${name}`), value),
    proof: PROOF,
  });

export const metricsRows: Requirement[] = [
  baseline("The baseline is a pipeline of 27 minutes.", "pipelineMinutes", 27),
  baseline("And a build of 8 minutes.", "buildMinutes", 8),
  goal("KPI speed", "A pipeline of at most twelve minutes.", "pipelineMinutes", 12, 20),
  goal("KPI speed", "From a pull request's push to its last verdict: twelve minutes.", "totalMinutes", 12, 20),
  goal("KPI speed", "Half the time of the baseline, at least.", "timeReductionPercent", 50, 25),
  beyond(
    "KPI speed",
    "Steps on the way: 20, 15 and 13 minutes after each phase.",
    "`thresholds.pipelineMinutes` is lowered with each phase; the history of the figures shows every step.",
  ),
  goal("KPI caches", "Caches are hit in more than 98 of 100 cases.", "cacheHitPercent", 98, 80),
  goal("KPI caches", "A cache is restored in 15 seconds.", "cacheRestoreSeconds", 15, 60),
  goal("KPI caches", "Caches take at most 5 GB.", "cacheGigabytes", 5, 10),
  goal("KPI build", "The images are built in three minutes.", "buildMinutes", 3, 10),
  fromConfig("KPI build", "The build has a budget: three minutes, six at most.", {
    line: deleted("builds.images.budget"),
    output: "plan.json: `metrics.stages`, `Build images`",
    holds: (files) =>
      same(files.plan("metrics.stages.0.targetMinutes"), 3) &&
      same(files.plan("metrics.stages.0.job"), "Build / Build images"),
    proof: PROOF,
  }),
  goal("KPI build", "The tests take eight minutes.", "testMinutes", 8, 20),
  fromConfig("KPI build", "They have a budget, too.", {
    line: deleted("consumers.tests.budget"),
    output: "plan.json: `metrics.stages`, `Tests`",
    holds: (files) => same(files.plan("metrics.stages.1.targetMinutes"), 8),
    proof: PROOF,
  }),
  goal("KPI images", "Images are 30 percent smaller than they were.", "imageReductionPercent", 30, 10),
  ...SERVICES.map((key) =>
    fromConfig("KPI images", `The limit for ${key} is watched.`, {
      line: deleted(`metrics.thresholds.imageMegabytes.${key}`),
      output: `plan.json: \`metrics.imageLimits.${key}\``,
      holds: (files) => same(files.plan(`metrics.imageLimits.${key}`), key === "flower" ? 400 : 1100),
      proof: PROOF,
    }),
  ),
  goal("KPI reliability, Validation", "Tests fail in one run of ten at most.", "testFailurePercent", 10, 50),
  fromConfig(
    "KPI reliability, Validation",
    "They fail no more often than before: one point more fails the metrics run.",
    {
      line: set("metrics.regressions.testFailurePoints", 5),
      output: "plan.json: `metrics.regressions.testFailurePoints`",
      holds: (files) => same(files.plan("metrics.regressions.testFailurePoints"), 1),
      proof: PROOF,
    },
  ),
  goal("KPI deployments, Validation", "Every deployment succeeds.", "publishSuccessPercent", 100, 90),
  always(
    "Dashboard",
    "The average of the last runs, read by a program: `gh run list --json` and `jq` are a command that somebody must remember.",
    {
      output: "ci-metrics.yml: job `measure`",
      holds: (files) => same(files.plan("metrics.build"), "CI") && holdsValue(files.plan("metrics.consumers"), "Tests"),
      breaks: broken("plan", '"build": "CI"', '"build": null'),
      proof: PROOF,
    },
  ),
  always(
    "Dashboard",
    "Cache hits are counted from the steps that restore: `gh cache list | grep hit` counts nothing.",
    {
      output: "plan.json: `metrics.names.restoreCache`, `metrics.names.cacheMissed`",
      holds: (files) =>
        typeof files.plan("metrics.names.restoreCache") === "string" &&
        typeof files.plan("metrics.names.cacheMissed") === "string",
      breaks: broken("plan", /"(restoreCache|cacheMissed)":/, '"unread":'),
      proof: PROOF,
    },
  ),
  always("Dashboard", "Image sizes come from the registry: `docker images` adds up the word MB.", {
    output: "plan.json: `builds`; .github/pipewright/metrics",
    holds: (files) =>
      same(files.plan("builds.web.image"), "ghcr.io/aaronspindler/site-web") &&
      script(files, "ci-metrics", "measure", "Measure").includes("packagesOf(plan)"),
    breaks: brokenProgram("packagesOf(plan)", "[]"),
    proof: PROOF,
  }),
  beyond(
    "Dashboard",
    "Track the figures weekly.",
    "They are measured every day, and the summary of each run compares them with the baseline.",
  ),
  beyond(
    "KPI caches",
    "The layers in the registry count as a cache.",
    "BuildKit does not say what it hit. A build whose layers are all there takes seconds, and that is what `buildMinutes` shows; the three figures above are about GitHub's caches, here the client of the smoke test.",
  ),
];
