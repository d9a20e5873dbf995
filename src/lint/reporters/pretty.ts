/** The report for people: each finding under its file, with its line, what is marked in it, and what to do next. */
import type { Finding, Level, RelatedPlace } from "../finding.ts";
import { counted, type LintReport, type LintSummary } from "../report.ts";
import { marked, shown, wrapped } from "./terminal-text.ts";

export type Colour = (text: string) => string;
/** Chalk fits. */
export interface Paint {
  bold: Colour;
  dim: Colour;
  red: Colour;
  yellow: Colour;
  cyan: Colour;
  green: Colour;
}

const plain: Colour = (text) => text;
export const NO_PAINT: Paint = { bold: plain, dim: plain, red: plain, yellow: plain, cyan: plain, green: plain };

export interface PrettyOptions {
  paint?: Paint;
  /** Leave the summary out where there is nothing to say. */
  quiet?: boolean;
  /** How wide the terminal is; without it messages are not broken. */
  columns?: number | undefined;
}

/** A line that is longer is cut around what is marked. */
const WIDEST_SOURCE = 120;
/** Below this a terminal breaks lines as it likes. */
const NARROWEST = 40;

export function reportPretty(
  { findings, textOf, summary }: LintReport,
  { paint = NO_PAINT, quiet = false, columns: terminal }: PrettyOptions = {},
): string {
  const columns = terminal === undefined ? undefined : Math.max(NARROWEST, terminal);
  const lines = linesReader(textOf);
  const out: string[] = [];
  let file: string | undefined;
  for (const finding of findings) {
    if (finding.file !== file)
      out.push(`${out.length > 0 ? "\n" : ""}${paint.bold(paint.cyan(shown(finding.file)))}\n`);
    file = finding.file;
    out.push(block(finding, paint, lines, columns));
  }
  // A run that fails says why, however quiet it is.
  if (!quiet || findings.length > 0 || !summary.ok) out.push(summaryOf(findings, summary, paint, columns));
  return out.join("");
}

type LineOf = (file: string, line: number) => string | undefined;

function linesReader(textOf: LintReport["textOf"]): LineOf {
  const split = new Map<string, string[]>();
  return (file, line) => {
    let lines = split.get(file);
    if (!lines) split.set(file, (lines = (textOf(file) ?? "").split(/\r?\n/)));
    return lines[line - 1];
  };
}

const colourOf = (paint: Paint, level: Level): Colour =>
  ({ error: paint.red, warning: paint.yellow, info: paint.cyan })[level];

function block(finding: Finding, paint: Paint, lineOf: LineOf, columns: number | undefined): string {
  const { rule, level, start, message, related, fix } = finding;
  const colour = colourOf(paint, level);
  const fixable = fix === undefined ? "" : paint.green(fix.optIn ? `  [fixable with --opt-in-fixes]` : "  [fixable]");
  const gutter = String(Math.max(start.line, ...related.map((place) => place.start.line))).length;
  return [
    `  ${paint.dim(`${start.line}:${start.column}`)}  ${colour(level)}  ${paint.bold(rule)}${fixable}\n`,
    `${wrapped(shown(message), "    ", columns)}\n`,
    ...source(finding, colour, paint, lineOf, gutter, columns),
    ...related.flatMap((place) => [
      `    ${paint.dim(`${shown(place.file)}:${place.start.line}:${place.start.column}`)}  ${shown(place.message)}\n`,
      ...source(place, paint.cyan, paint, lineOf, gutter, columns),
    ]),
  ].join("");
}

/** The line and what is marked in it. */
function source(
  { file, start, end }: Finding | RelatedPlace,
  colour: Colour,
  paint: Paint,
  lineOf: LineOf,
  gutter: number,
  columns = Number.POSITIVE_INFINITY,
): string[] {
  const line = lineOf(file, start.line);
  if (line === undefined || line.trim() === "") return [];
  const last = end.line > start.line ? line.trimEnd().length : end.column - 1;
  const { text, indent, width } = marked(
    line,
    { start: start.column - 1, end: last },
    Math.min(WIDEST_SOURCE, columns - gutter - "     | ".length),
  );
  return [
    `    ${paint.dim(`${String(start.line).padStart(gutter)} |`)} ${text}\n`,
    `    ${paint.dim(`${" ".repeat(gutter)} |`)} ${" ".repeat(indent)}${colour("^".repeat(width))}\n`,
  ];
}

function summaryOf(
  findings: readonly Finding[],
  summary: LintSummary,
  paint: Paint,
  columns: number | undefined,
): string {
  const { files, errors, warnings, infos, fixable, suppressed, baselined, maxWarnings } = summary;
  const aside = [
    ...(suppressed > 0 ? [`${suppressed} suppressed`] : []),
    ...(baselined > 0 ? [`${baselined} in the baseline`] : []),
  ];
  const behind = aside.length > 0 ? paint.dim(` (${aside.join(", ")})`) : "";
  if (findings.length === 0 && summary.ok)
    return `${paint.green("Nothing to report")} in ${counted(files, "file")}${behind}.\n`;
  const counts = [
    ...(errors > 0 ? [paint.red(counted(errors, "error"))] : []),
    ...(warnings > 0 ? [paint.yellow(counted(warnings, "warning"))] : []),
    ...(infos > 0 ? [paint.cyan(counted(infos, "info"))] : []),
  ];
  const example = findings.find(({ level }) => level === "error") ?? findings[0];
  const hints = [
    ...(maxWarnings !== null && errors === 0 && warnings > maxWarnings
      ? [`No more than ${counted(maxWarnings, "warning")} ${maxWarnings === 1 ? "is" : "are"} allowed.`]
      : []),
    ...(fixable > 0 ? [`\`pipewright lint --fix\` mends ${fixable} of them.`] : []),
    ...(example ? [`\`pipewright explain ${example.rule}\` says more of one.`] : []),
  ];
  const verdict = `${counts.join(", ")} in ${counted(files, "file")}${behind}.`;
  return `\n${verdict}\n${hints.map((hint) => `${paint.dim(wrapped(hint, "", columns))}\n`).join("")}`;
}
