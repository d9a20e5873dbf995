/** Everything around builds and tests: branches, tags, retention, schedules, and the names of the workflows. */
import * as z from "zod";
import { cron, duration, secretName, setup } from "./values.ts";

export const branches = z.strictObject({
  main: z.string().min(1).default("main").describe("The default branch."),
  integration: z.array(z.string().min(1)).default([]).describe("Long-lived branches whose images are kept like main's."),
  feature: z.array(z.string().min(1)).default([]).describe("Branch patterns whose pushes are built."),
});

export const tags = z.strictObject({
  shaLength: z.int().min(7).max(40).default(7).describe("How many characters of a commit a tag holds."),
  pullRequest: z.string().default("pr-{number}-{sha}").describe("Images of pull requests."),
  branch: z.string().default("{branch}-{sha}").describe("Images of pushes to feature branches."),
  commit: z.string().default("sha-{sha}").describe("Images of pushes to main and the integration branches; may hold `{branch}`."),
  queue: z.string().default("mq-{sha}").describe("Images of the merge queue."),
  nightly: z.string().default("nightly-{date}").describe("Nightly images."),
  manual: z.string().default("manual-{run}").describe("Images of manual runs without a tag of their own."),
  release: z.string().default("v{version}").describe("Releases; `1.2` and `1` are added unless it is a prerelease."),
  staging: z.string().default("stage-{sha}-{platform}").describe("What one build job has pushed, before it is published."),
});

export const retention = z.strictObject({
  pullRequest: duration.default("24h").describe("Images of pull requests."),
  branch: duration.default("7d").describe("Images of feature branches."),
  commit: duration.default("30d").describe("Images of main and the integration branches."),
  queue: duration.default("24h").describe("Images of the merge queue."),
  nightly: duration.default("7d").describe("Nightly images."),
  manual: duration.default("7d").describe("Images of manual runs."),
  staging: duration.default("24h").describe("Staging tags."),
  minimumAge: duration.default("48h").describe("Nothing younger is deleted, whatever its class says."),
  protect: z.array(z.string().min(1)).default([]).describe("Tags that are never deleted; `*` stands for any characters. Channels and releases always are protected."),
  dryRun: z.boolean().default(true).describe("Only say what would be deleted."),
  maxDeletions: z.int().min(1).default(200).describe("The most versions that one run deletes."),
  schedule: cron.default("0 3 * * *").describe("When the cleanup runs (UTC)."),
  timeout: duration.default("30m").describe("The cleanup's limit."),
});

export const nightly = z.strictObject({
  schedule: cron.default("0 2 * * *").describe("When the nightly build runs (UTC)."),
  test: z.boolean().default(true).describe("Whether consumers test the nightly images."),
});

export const release = z.strictObject({
  tags: z.string().default("v*.*.*").describe("The Git tags that release."),
  wait: duration.default("60m").describe("How long a release waits for the tests of its commit."),
});

const rate = z.number().min(0).max(100);
export const metrics = z.strictObject({
  schedule: cron.default("0 0 * * *").describe("When the pipeline is measured (UTC)."),
  keep: duration.default("90d").describe("How long the figures are kept; at most 90 days."),
  runs: z.int().min(10).max(1000).default(100).describe("How many runs of each workflow are read."),
  thresholds: z
    .strictObject({
      buildMinutes: z.number().positive().default(20).describe("Build time of a pull request."),
      totalMinutes: z.number().positive().default(30).describe("From the build's start to the last verdict on a pull request."),
      buildsPerCommit: z.number().positive().default(1).describe("How often one image is built for one commit."),
      buildFailurePercent: rate.default(5).describe("Failed builds."),
      testFailurePercent: rate.default(100).describe("Failed tests."),
      pullSuccessPercent: rate.default(95).describe("Pulls that worked."),
      cleanupSuccessPercent: rate.default(98).describe("Cleanups that worked."),
      storageGigabytes: z.number().positive().default(50).describe("What the images take in the registry."),
    })
    .prefault({})
    .describe("Warn when a figure is worse than this."),
  regressions: z
    .strictObject({
      buildTimePercent: rate.default(20).describe("How much longer builds may take."),
      testFailurePoints: rate.default(3).describe("By how many points more tests may fail."),
      pullFailurePercent: rate.default(10).describe("Pulls that may fail, with or without a baseline."),
    })
    .prefault({})
    .describe("Fail the metrics run when a figure is this much worse than the baseline's."),
  baseline: z
    .strictObject({
      buildMinutes: z.number().positive().optional().describe("Build time of a pull request."),
      totalMinutes: z.number().positive().optional().describe("Total time of a pull request."),
      buildsPerCommit: z.number().positive().optional().describe("Builds of one image for one commit."),
      buildFailurePercent: rate.optional().describe("Failed builds."),
      testFailurePercent: rate.optional().describe("Failed tests."),
      storageGigabytes: z.number().positive().optional().describe("What the images take in the registry."),
    })
    .optional()
    .describe("The figures to compare with. Without it, the oldest metrics artifact that is still kept."),
});

export const notify = z.strictObject({
  webhook: secretName.describe("The secret that holds the address. It receives {\"text\": …}, as Slack, Mattermost and Discord (/slack) take it."),
  on: z.array(z.enum(["build", "nightly", "release", "cleanup", "promote", "metrics"])).min(1).default(["build", "nightly", "release", "cleanup", "promote"]).describe("Which failures are told. Builds of pull requests and feature branches never are."),
});

const WORKFLOW_KINDS = ["build", "nightly", "cleanup", "metrics", "promote", "release", "check"] as const;
/** The workflows that Pipewright writes of itself, beside one a consumer. */
export type WorkflowKind = (typeof WORKFLOW_KINDS)[number];
export const byKind = (value: z.ZodString) =>
  z.strictObject(Object.fromEntries(WORKFLOW_KINDS.map((kind) => [kind, value.optional()])) as Record<WorkflowKind, z.ZodOptional<z.ZodString>>);

export const check = z.strictObject({
  setup: setup.prefault({ node: "24" }).describe("Tools to install first."),
  install: z.string().min(1).default("npm ci").describe("The command that installs Pipewright."),
  run: z.string().min(1).default("npx --no-install pipewright check").describe("The command that fails on drift."),
  lint: z.union([z.literal(false), z.string().min(1)]).default("npx --no-install pipewright lint --reporter github").describe("The command that lints all workflows and annotates their lines."),
  timeout: duration.default("10m").describe("The check's limit."),
});

export const actionPin = z.strictObject({
  version: z.string().min(1).describe("The version that the comment behind the pin names."),
  sha: z.string().regex(/^[0-9a-f]{40}$/, { error: "expected a full commit, 40 hexadecimal digits" }).describe("The commit that is run."),
});
