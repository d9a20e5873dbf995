/** Caches of GitHub that jobs share: what is in them, what they are keyed by, how long they are kept, and what fills them. */
import * as z from "zod";
import { commands, cron, duration, globs, setup } from "./values.ts";

export const cache = z.strictObject({
  paths: globs.describe("What is kept."),
  files: globs.describe("The files whose content the key is made of."),
  perCommit: z
    .boolean()
    .default(false)
    .describe("Whether the commit is part of the key as well: for re-runs, and as the nearest one for others."),
  keep: duration.default("7d").describe("A cache that nobody has read for so long is deleted."),
  fill: commands.optional().describe("Commands that fill the cache ahead of time, every day."),
  setup: setup.optional().describe("Tools that they need."),
});

export const warmUp = z.strictObject({
  schedule: cron.default("0 2 * * *").describe("When caches are filled ahead of time, and old ones deleted (UTC)."),
  timeout: duration.default("30m").describe("The limit of each job."),
  maxGigabytes: z
    .number()
    .positive()
    .default(10)
    .describe("What all caches may take; more is a warning. GitHub evicts beyond its own limit."),
});

export const retry = z
  .strictObject({
    attempts: z.int().min(1).max(10).default(3).describe("How often to try."),
    delay: duration.default("2s").describe("The pause after the first attempt."),
    growth: z
      .enum(["linear", "exponential"])
      .default("exponential")
      .describe("How the pause grows: by the first pause each time, or twofold."),
    jitter: z.number().min(0).max(100).default(20).describe("By how many percent a pause may be longer or shorter."),
  })
  .describe("How what may fail for a moment is tried again: downloads, logins, registries. Never tests.");
