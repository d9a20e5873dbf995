/** What the lint pass is told: `lint` of the config, or a `pipewright.lint.*` of its own in a repository without one. */
import * as z from "zod";
import { globs } from "./values.ts";

const level = z.enum(["error", "warning", "info", "off"]);

const ruleSetting = z.union([
  level,
  z.strictObject({
    level: level.optional().describe("The rule's level; by default its preset's."),
    options: z
      .record(z.string(), z.unknown())
      .optional()
      .describe("The rule's own options: `pipewright explain <rule>` lists them."),
  }),
]);

const rules = z.record(z.string(), ruleSetting);

export const lint = z
  .strictObject({
    preset: z
      .enum(["recommended", "strict"])
      .default("recommended")
      .describe("Which rules are on: what nearly every repository wants, or all of it."),
    rules: rules.default({}).describe("A rule's level, or its level and options, by the rule's id."),
    overrides: z
      .array(
        z.strictObject({
          paths: globs.describe("Globs of the files."),
          rules: rules.describe("Levels in these files, by the rule's id."),
        }),
      )
      .default([])
      .describe("Other levels for some files. The later of two that fit a file wins."),
    ignore: z
      .array(z.string().min(1))
      .default([])
      .describe("Globs of files that nothing is said of. They are still read, for what other files take from them."),
    minLevel: z.enum(["error", "warning", "info"]).default("info").describe("Findings below this level are not shown."),
    maxWarnings: z
      .int()
      .min(0)
      .optional()
      .describe("More warnings fail the run. By default any number under `recommended`, none under `strict`."),
    baseline: z
      .string()
      .min(1)
      .optional()
      .describe("The file of findings that are set aside; `pipewright lint --update-baseline` writes it."),
    runnerLabels: z
      .array(z.string().min(1))
      .optional()
      .describe(
        "Labels of self-hosted runners that `runs-on` may name; globs are allowed. Without it, labels that GitHub does not have are not judged.",
      ),
    requiredChecks: z.array(z.string().min(1)).optional().describe("Names of the checks that branch rules require."),
    defaultBranch: z
      .string()
      .min(1)
      .optional()
      .describe(
        "The branch that GitHub reads scheduled, dispatched and chained workflows from. By default the config's main branch, or `main`.",
      ),
    owner: z
      .string()
      .min(1)
      .optional()
      .describe("The account that the repository belongs to. By default the one that the remote `origin` names."),
    visibility: z
      .enum(["public", "private"])
      .optional()
      .describe("Whether anybody can open a pull request from a fork."),
  })
  .describe("What the lint pass is told.");

/** The whole of `pipewright.lint.json` and its like. */
export const lintFileSchema = lint.extend({ $schema: z.string().optional() });

export type LintConfig = z.output<typeof lint>;
