/** What is measured of the pipeline, and how good it has to be. */
import * as z from "zod";
import { cron, duration, key } from "./values.ts";

const percent = z.number().min(0).max(100);
const amount = z.number().positive();
const perImage = z.record(key, amount);

/** Every figure; the program that measures says of each what it is called and which way is worse. */
export const FIGURES = [
  "buildMinutes",
  "totalMinutes",
  "pipelineMinutes",
  "testMinutes",
  "deployMinutes",
  "timeReductionPercent",
  "buildsPerCommit",
  "reusePercent",
  "buildSuccessPercent",
  "buildFailurePercent",
  "testFailurePercent",
  "failurePercent",
  "flakePercent",
  "pullSuccessPercent",
  "publishSuccessPercent",
  "cleanupSuccessPercent",
  "cacheHitPercent",
  "cacheRestoreSeconds",
  "cacheGigabytes",
  "queueMinutes",
  "queueDepth",
  "imageMegabytes",
  "imageReductionPercent",
  "storageGigabytes",
] as const;
export type Figure = (typeof FIGURES)[number];

const thresholds = z.strictObject({
  buildMinutes: amount.default(20).describe("Build time of a pull request."),
  totalMinutes: amount.default(30).describe("From the build's start to the last verdict on a pull request."),
  pipelineMinutes: amount.optional().describe("The same for every commit that is built, whatever the event."),
  testMinutes: amount.optional().describe("The tests of the slowest consumer, in the median."),
  deployMinutes: amount.optional().describe("Deployments of an image, for tests or for use."),
  timeReductionPercent: percent
    .optional()
    .describe("How much shorter the total time is than the baseline's, at least."),
  buildsPerCommit: amount.default(1).describe("How often one image is built for one commit."),
  reusePercent: percent.optional().describe("Images that were there already when a run asked for them, at least."),
  buildSuccessPercent: percent.optional().describe("Builds that worked, at least."),
  buildFailurePercent: percent.default(5).describe("Failed builds."),
  testFailurePercent: percent.default(100).describe("Failed tests."),
  failurePercent: percent.optional().describe("Failed runs of all workflows that are measured."),
  flakePercent: percent
    .optional()
    .describe("Tests that failed and passed on the same commit, as the newest report on flaky tests says."),
  pullSuccessPercent: percent.default(95).describe("Pulls that worked, at least."),
  publishSuccessPercent: percent
    .optional()
    .describe("Runs that published everything they had to, of those that began to publish, at least."),
  cleanupSuccessPercent: percent.default(98).describe("Cleanups that worked, at least."),
  cacheHitPercent: percent.optional().describe("Caches that were there when a job asked for them, at least."),
  cacheRestoreSeconds: amount.optional().describe("The restore of a cache."),
  cacheGigabytes: amount.optional().describe("What GitHub keeps in caches."),
  queueMinutes: amount.optional().describe("How long a job waits for its runner."),
  queueDepth: z.int().min(0).optional().describe("How many runs wait while the pipeline is measured."),
  imageMegabytes: z
    .union([amount, perImage])
    .optional()
    .describe("What one platform of an image takes, compressed: for all images, or by build."),
  imageReductionPercent: percent.optional().describe("How much smaller each image is than the baseline's, at least."),
  storageGigabytes: amount.default(50).describe("What the images take in the registry."),
});

export const metrics = z.strictObject({
  schedule: cron.default("0 0 * * *").describe("When the pipeline is measured (UTC)."),
  keep: duration.default("90d").describe("How long the figures are kept; at most 90 days."),
  runs: z.int().min(10).max(1000).default(100).describe("How many runs of each workflow are read."),
  kpis: z
    .array(z.enum(FIGURES))
    .min(1)
    .optional()
    .describe("The figures of the table of goals; those with a threshold by default."),
  thresholds: thresholds.prefault({}).describe("Warn when a figure is worse than this."),
  budgets: z
    .strictObject({
      overTargetPercent: amount
        .default(50)
        .describe("By how much the median of a job may be over its budget's target."),
    })
    .prefault({})
    .describe(
      "How the budgets of builds and consumers are judged. A job whose 95th percentile is over its budget's maximum fails the metrics run.",
    ),
  regressions: z
    .strictObject({
      buildTimePercent: percent.default(20).describe("How much longer builds may take."),
      testFailurePoints: percent.default(3).describe("By how many points more tests may fail."),
      pullFailurePercent: percent.default(10).describe("Pulls that may fail, with or without a baseline."),
    })
    .prefault({})
    .describe("Fail the metrics run when a figure is this much worse than the baseline's."),
  baseline: z
    .strictObject({
      buildMinutes: amount.optional().describe("Build time of a pull request."),
      totalMinutes: amount.optional().describe("Total time of a pull request."),
      pipelineMinutes: amount.optional().describe("Total time of a commit, whatever the event."),
      testMinutes: amount.optional().describe("Tests of the slowest consumer."),
      deployMinutes: amount.optional().describe("Deployments."),
      buildsPerCommit: amount.optional().describe("Builds of one image for one commit."),
      buildFailurePercent: percent.optional().describe("Failed builds."),
      testFailurePercent: percent.optional().describe("Failed tests."),
      imageMegabytes: perImage.optional().describe("What one platform of an image takes, by build."),
      storageGigabytes: amount.optional().describe("What the images take in the registry."),
    })
    .optional()
    .describe("The figures to compare with. Without it, the oldest metrics artifact that is still kept."),
});
