/** Prints a report as it was asked for. */
import type { LintReport } from "../../lint/report.ts";
import { reportAsJson } from "../../lint/reporters/json.ts";
import { reportForGitHub } from "../../lint/reporters/github.ts";
import { reportPretty } from "../../lint/reporters/pretty.ts";
import type { ReporterName } from "../../lint/reporters/reporter.ts";
import { version } from "../../../package.json";
import type { Io } from "../io.ts";
import { paintFor } from "../paint.ts";

export async function printed(report: LintReport, reporter: ReporterName, io: Io, quiet: boolean): Promise<string> {
  // What programs read stays whole.
  const shown = quiet ? { ...report, findings: report.findings.filter(({ level }) => level === "error") } : report;
  switch (reporter) {
    case "json":
      return reportAsJson(report);
    case "github":
      return reportForGitHub(shown);
    case "sarif": {
      // Only this one needs what the rules say about themselves.
      const [{ reportAsSarif }, { RULES }] = await Promise.all([
        import("../../lint/reporters/sarif.ts"),
        import("../../lint/rules/index.ts"),
      ]);
      return reportAsSarif(report, { version, rules: RULES });
    }
    case "pretty": {
      return reportPretty(shown, {
        paint: paintFor(io.env, io.stdout),
        quiet,
        columns: io.stdout.isTTY === true ? io.stdout.columns : undefined,
      });
    }
  }
}
