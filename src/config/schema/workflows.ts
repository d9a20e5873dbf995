/** Everything around builds and tests: branches, tags, retention, schedules, and the names of the workflows. */
import * as z from "zod";
import { cron, duration, environmentRef, setup } from "./values.ts";

export const branches = z.strictObject({
  main: z.string().min(1).default("main").describe("The default branch."),
  integration: z
    .array(z.string().min(1))
    .default([])
    .describe("Long-lived branches whose images are kept like main's."),
  feature: z.array(z.string().min(1)).default([]).describe("Branch patterns whose pushes are built."),
});

export const tags = z.strictObject({
  shaLength: z.int().min(7).max(40).default(7).describe("How many characters of a commit a tag holds."),
  pullRequest: z.string().default("pr-{number}-{sha}").describe("Images of pull requests."),
  branch: z.string().default("{branch}-{sha}").describe("Images of pushes to feature branches."),
  commit: z
    .string()
    .default("sha-{sha}")
    .describe("Images of pushes to main and the integration branches; may hold `{branch}`."),
  queue: z.string().default("mq-{sha}").describe("Images of the merge queue."),
  nightly: z.string().default("nightly-{date}").describe("Nightly images."),
  manual: z.string().default("manual-{run}").describe("Images of manual runs without a tag of their own."),
  release: z.string().default("v{version}").describe("Releases; `1.2` and `1` are added unless it is a prerelease."),
  staging: z
    .string()
    .default("stage-{sha}-{platform}")
    .describe("What one build job has pushed, before it is published."),
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
  protect: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Tags that are never deleted; `*` stands for any characters. Channels and releases always are protected.",
    ),
  dryRun: z.boolean().default(true).describe("Only say what would be deleted."),
  maxDeletions: z.int().min(1).default(200).describe("The most versions that one run deletes."),
  schedule: cron.default("0 3 * * *").describe("When the cleanup runs (UTC)."),
  timeout: duration.default("30m").describe("The cleanup's limit."),
  caches: z
    .strictObject({
      keepNewest: z.int().min(0).default(5).describe("So many stay beside main's."),
      after: duration.default("7d").describe("Older ones go."),
    })
    .prefault({})
    .describe("Layers that are kept in the registry a branch."),
  bases: z
    .strictObject({
      keepNewest: z.int().min(1).default(5).describe("So many stay of each."),
      after: duration.default("30d").describe("Older ones go, unless a file on main pins them."),
    })
    .prefault({})
    .describe("Base images. Those that the files in `pins` name on main always stay."),
  afterRun: z
    .union([
      z.literal(false),
      z.strictObject({
        preserve: z
          .string()
          .min(1)
          .default("[preserve]")
          .describe("In a commit's message it keeps everything of that commit's run."),
        keepRecent: z.int().min(0).default(5).describe("How many stay when nothing was published."),
      }),
    ])
    .default(false)
    .describe(
      'Delete a run\'s own images when it ends, by what became of them; with `topology: "workflow_call"`. The daily cleanup finds what such a run has left.',
    ),
});

export const version = z
  .strictObject({
    base: z
      .string()
      .regex(/^\d+\.\d+$/, { error: 'expected the first two numbers of a version, such as "1.0"' })
      .describe("Major and minor; the run's number is the third."),
  })
  .describe("The version of everything that a run builds. Without it, versions are 0.0.0 with the tag behind.");

export const nightly = z.strictObject({
  schedule: cron.default("0 2 * * *").describe("When the nightly build runs (UTC)."),
  test: z.boolean().default(true).describe("Whether consumers test the nightly images."),
});

export const release = z.strictObject({
  tags: z.string().default("v*.*.*").describe("The Git tags that release."),
  wait: duration.default("60m").describe("How long a release waits for the tests of its commit."),
  environment: environmentRef
    .optional()
    .describe("The GitHub environment whose reviewers approve a release before its tags are given."),
});

const WORKFLOW_KINDS = [
  "build",
  "builds",
  "files",
  "scan",
  "nightly",
  "cleanup",
  "metrics",
  "promote",
  "release",
  "check",
  "warmUp",
  "flakes",
  "bases",
] as const;
/** The workflows that Pipewright writes of itself, beside one a consumer. */
export type WorkflowKind = (typeof WORKFLOW_KINDS)[number];
export const byKind = (value: z.ZodString) =>
  z.strictObject(
    Object.fromEntries(WORKFLOW_KINDS.map((kind) => [kind, value.optional()])) as Record<
      WorkflowKind,
      z.ZodOptional<z.ZodString>
    >,
  );

export const check = z.strictObject({
  setup: setup.prefault({ node: "24" }).describe("Tools to install first."),
  install: z.string().min(1).default("npm ci").describe("The command that installs Pipewright."),
  run: z.string().min(1).default("npx --no-install pipewright check").describe("The command that fails on drift."),
  lint: z
    .union([z.literal(false), z.string().min(1)])
    .default("npx --no-install pipewright lint --reporter github")
    .describe("The command that lints all workflows and annotates their lines."),
  timeout: duration.default("10m").describe("The check's limit."),
});

export const actionPin = z.strictObject({
  version: z.string().min(1).describe("The version that the comment behind the pin names."),
  sha: z
    .string()
    .regex(/^[0-9a-f]{40}$/, { error: "expected a full commit, 40 hexadecimal digits" })
    .describe("The commit that is run."),
});
