/** What the tests say of the code, beyond passing: coverage, flaky tests, and what is kept of a failure. */
import * as z from "zod";
import { commands, cron, globs, relativePath } from "./values.ts";

const percent = z.number().min(0).max(100);

export const coverage = z
  .strictObject({
    file: relativePath.describe("The report that the tests write."),
    format: z.enum(["go", "lcov", "cobertura"]).describe("The report's format."),
    minimum: percent.optional().describe("The least coverage of everything."),
    packages: z
      .record(z.string().min(1), percent)
      .default({})
      .describe("The least coverage of some packages, by pattern."),
    maxDrop: percent.default(5).describe("A drop by so many points against main, or more, is an alert."),
    comment: z
      .boolean()
      .default(true)
      .describe("Comment on the pull request; not on those of forks, whose token may not."),
  })
  .describe("How much of the code the tests reach.");

export const results = z
  .strictObject({
    junit: globs.describe("The results that the tests write, as JUnit XML."),
    flakeBudget: percent.default(0).describe("How many tests in a hundred runs may fail and pass on the same commit."),
  })
  .describe("The results of single tests, for finding flaky ones.");

export const diagnostics = z.strictObject({
  paths: globs.optional().describe("Files that help to understand a failure."),
  run: commands.optional().describe("Commands that write them; they run after a failure only."),
});

export const flakes = z.strictObject({
  schedule: cron.default("0 4 * * *").describe("When flaky tests are looked for (UTC)."),
  runs: z.int().min(10).max(1000).default(100).describe("How many runs of each suite are read."),
  budget: percent.default(0.1).describe("How many tests in a hundred may be flaky over all suites."),
  quarantineAfter: z.int().min(1).default(2).describe("So many flaky failures put a test up for quarantine."),
  issues: z.boolean().default(false).describe("Open an issue for each of them."),
});
