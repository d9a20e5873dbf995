/** Annotations on a pull request, as workflow commands ("Workflow commands for GitHub Actions", setting an error message). */
import type { Level } from "../finding.ts";
import { counted, type LintReport } from "../report.ts";

const COMMANDS: Readonly<Record<Level, string>> = { error: "error", warning: "warning", info: "notice" };

export function reportForGitHub({ findings, summary }: LintReport): string {
  const lines = findings.map(({ rule, level, file, start, end, message }) => {
    const properties = {
      file,
      line: start.line,
      col: start.column,
      endLine: end.line,
      endColumn: end.column,
      title: rule,
    };
    const written = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
    return `::${COMMANDS[level]} ${written.join(",")}::${escapeData(message)}\n`;
  });
  return `${lines.join("")}${counted(summary.errors, "error")}, ${counted(summary.warnings, "warning")}, ${counted(summary.infos, "info")} in ${counted(summary.files, "file")}.\n`;
}

/** As the runner reads them back: `ActionCommand` in actions/runner. */
const escapeData = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const escapeProperty = (text: string): string => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
