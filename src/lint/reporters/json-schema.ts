/** The published schema of what `lint --reporter json` prints. */
import * as z from "zod";
import { FAMILIES } from "../finding.ts";

const position = z.int().min(1);

export const lintReportSchema = z
  .strictObject({
    findings: z
      .array(
        z.strictObject({
          rule: z
            .string()
            .regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/)
            .describe("The rule's id: `pipewright explain <rule>` says more."),
          family: z.enum(FAMILIES).describe("What the rule is about."),
          level: z
            .enum(["error", "warning", "info"])
            .describe(
              "`error` breaks the run or its security, `warning` costs time, money or sleep, `info` is advice.",
            ),
          file: z.string().min(1).describe("From the repository's root, with `/`."),
          line: position.describe("The first line, from 1."),
          column: position.describe("The first column, from 1, in UTF-16 code units."),
          endLine: position.describe("The last line."),
          endColumn: position.describe("The column behind the last character."),
          message: z.string().min(1).describe("What is wrong and what to do."),
          fixable: z.boolean().describe("Whether there is a mechanical fix."),
        }),
      )
      .describe("In order of file and place."),
    summary: z.strictObject({
      files: z.int().min(0).describe("Files that were linted."),
      errors: z.int().min(0).describe("Findings of the level `error`."),
      warnings: z.int().min(0).describe("Findings of the level `warning`."),
      infos: z.int().min(0).describe("Findings of the level `info`."),
      fixable: z.int().min(0).describe("Findings that `--fix` mends."),
      suppressed: z.int().min(0).describe("Findings that a comment sets aside."),
      baselined: z.int().min(0).describe("Findings that the baseline sets aside."),
      maxWarnings: z.int().min(0).nullable().describe("More warnings fail the run; null for no limit."),
      ok: z.boolean().describe("Whether the run passes."),
    }),
  })
  .describe("What `pipewright lint --reporter json` prints.");

export function lintReportJsonSchema(): string {
  const { $schema, ...rest } = z.toJSONSchema(lintReportSchema, { io: "output", target: "draft-2020-12" });
  return `${JSON.stringify({ $schema, $id: "urn:pipewright:schema:lint-report", title: "Pipewright lint report", ...rest }, undefined, 2)}\n`;
}
