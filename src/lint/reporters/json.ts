/** The report for programs; its schema is `schemas/lint-report.schema.json`. */
import type { LintReport } from "../report.ts";

export function reportAsJson({ findings, summary }: LintReport): string {
  const rows = findings.map(({ rule, family, level, file, start, end, message, fix }) => ({
    rule,
    family,
    level,
    file,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
    message,
    fixable: fix !== undefined,
  }));
  return `${JSON.stringify({ findings: rows, summary }, undefined, 2)}\n`;
}
