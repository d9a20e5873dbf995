/** The plan's figures (KPIs), its sections 2.3, 6.3 to 6.5, and its alerts. */
import { holdsValue, onOf, same, script } from "../../support/questions.ts";
import { always, beyond, broken, deleted, fromConfig, type Requirement, set } from "../../support/requirement.ts";

const METRICS = "monitor-performance";
const PROOF = "test/templates/metrics-measures.test.ts";
const threshold =
  (name: string, value: number) =>
  (files: Parameters<typeof onOf>[0]): boolean =>
    files.plan(`metrics.thresholds.${name}`) === value;
const where = (name: string): string => `plan.json: \`metrics.thresholds.${name}\``;

export const metricsRows: Requirement[] = [
  fromConfig("KPIs, 2.3, Performance criteria", "Building the image takes less than five minutes.", {
    line: deleted("metrics.thresholds.buildMinutes"),
    output: where("buildMinutes"),
    holds: threshold("buildMinutes", 5),
    proof: PROOF,
  }),
  fromConfig("KPIs, 2.3, Summary, Performance criteria", "A deployment of the image takes less than a minute.", {
    line: deleted("metrics.thresholds.deployMinutes"),
    output: where("deployMinutes"),
    holds: threshold("deployMinutes", 1),
    proof: PROOF,
  }),
  fromConfig(
    "KPIs, Summary, Background, P2 tests, P3 tests, P4 tests, Performance criteria, Business criteria",
    "Runs take at least 40 % less time than before.",
    {
      line: deleted("metrics.thresholds.timeReductionPercent"),
      output: where("timeReductionPercent"),
      holds: threshold("timeReductionPercent", 40),
      proof: PROOF,
    },
  ),
  fromConfig("KPIs, 3.3, Dashboards", "More than 80 % of the images that runs ask for are there already.", {
    line: deleted("metrics.thresholds.reusePercent"),
    output: where("reusePercent"),
    holds: threshold("reusePercent", 80),
    proof: PROOF,
  }),
  fromConfig("KPIs, Dashboards", "Fewer than 2 % of the runs fail.", {
    line: deleted("metrics.thresholds.failurePercent"),
    output: where("failurePercent"),
    holds: threshold("failurePercent", 2),
    proof: PROOF,
  }),
  fromConfig("6.3, 6.5, Performance criteria, 5.2", "A whole run takes at most 30 minutes.", {
    line: set("metrics.thresholds.totalMinutes", 60),
    output: where("totalMinutes"),
    holds: threshold("totalMinutes", 30),
    proof: PROOF,
  }),
  fromConfig("6.3, 6.5, Performance criteria, 4.5", "Its slowest test takes at most 20.", {
    line: deleted("metrics.thresholds.testMinutes"),
    output: where("testMinutes"),
    holds: threshold("testMinutes", 20),
    proof: PROOF,
  }),
  fromConfig("6.4, P6 deliverables, P6 tests", "The image gets 10 % smaller, at least.", {
    line: deleted("metrics.thresholds.imageReductionPercent"),
    output: where("imageReductionPercent"),
    holds: threshold("imageReductionPercent", 10),
    proof: PROOF,
  }),
  fromConfig(
    "KPIs, 2.3, Performance tests, Background, 5.2",
    "The figures from before stand beside them: 40 minutes a run, five a deployment, 51 builds a run.",
    {
      line: deleted("metrics.baseline"),
      output: "plan.json: `metrics.baseline`",
      holds: (files) =>
        files.plan("metrics.baseline.totalMinutes") === 40 && files.plan("metrics.baseline.deployMinutes") === 5,
      proof: PROOF,
    },
  ),
  always(
    "KPIs, Performance tests, 2.1",
    "Deployments of the image and from the sources are steps of different names, so the first can be measured.",
    {
      output: "plan.json: `metrics.names.deployStep`",
      holds: (files) => files.plan("metrics.names.deployStep") === "Deploy the image",
      breaks: broken("plan", '"deployStep": "Deploy the image"', '"deployStep": "Deploy"'),
      proof: PROOF,
    },
  ),
  always(
    "Dashboards, 6.3, Performance tests",
    "Times of runs and jobs are read from GitHub, for the build and every test.",
    {
      output: "plan.json: `metrics.consumers` and `metrics.stages`",
      holds: (files) => holdsValue(files.plan("metrics.consumers"), "Per-Extension Tests"),
      breaks: broken("plan", '"Per-Extension Tests"', '"Nothing"'),
      proof: PROOF,
    },
  ),
  fromConfig(
    "6.3, 6.5, Reporting, After launch, Phase criteria, Operational criteria",
    "Every day's figures are kept for 90 days and compared with those of before: the trend.",
    {
      line: set("metrics.keep", "30d"),
      output: "monitor-performance.yml: job `measure`, step `Keep the metrics`; .github/pipewright/metrics",
      holds: (files) =>
        script(files, METRICS, "measure", "Measure").includes('earlierFile(settings.artifact, "newest"') &&
        files.step(METRICS, "measure", "Keep the metrics")?.with["retention-days"] === 90,
      proof: "test/templates/metrics.test.ts",
    },
  ),
  fromConfig(
    "6.5, Dashboards, P6 deliverables, P6 tests",
    "The dashboard is the summary of the daily run: no bot commits to the repository.",
    {
      line: set("metrics", false),
      output: "monitor-performance.yml: `on.schedule`",
      holds: (files) => same(onOf(files, METRICS, "schedule.0.cron"), "0 0 * * *"),
      proof: "test/templates/metrics.test.ts",
    },
  ),
  fromConfig(
    "Alerts, Reporting, After launch",
    "People are told in Slack when a figure gets worse, a build of main fails, or the cleanup or the metrics fail.",
    {
      line: deleted("notify"),
      output:
        "monitor-performance.yml: step `Tell people about the alerts`; job `notify` of every workflow that nobody watches",
      holds: (files) =>
        files.step(METRICS, "measure", "Tell people about the alerts") !== undefined &&
        files.job("build-image", "notify") !== undefined &&
        files.job("cleanup-images", "notify") !== undefined,
      proof: "test/execution/notify.test.ts",
    },
  ),
  beyond(
    "Alerts",
    "Rolls back by itself on critical failures.",
    "Out of scope, on purpose: a line of the config is the rollback, and a person sets it. Nothing that failed is promoted in the meantime.",
  ),
  beyond(
    "Alerts, Technical risks",
    "Fly.io says when the registry's space runs out.",
    "People, at Fly.io; `metrics.thresholds.storageGigabytes` and the cleanup's summary tell the images' gigabytes.",
  ),
  beyond(
    "Reporting",
    "A weekly and a monthly report: savings, costs, recommendations.",
    "People, from the daily figures; Fly.io's bill is not in reach of a workflow.",
  ),
  beyond(
    "6.4, P6 deliverables",
    "Multi-stage builds, fewer layers.",
    "People, in the Dockerfile; the figure says whether it helped.",
  ),
];
