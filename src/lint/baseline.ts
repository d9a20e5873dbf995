/**
 * Findings that a repository had when it adopted the linter, set aside in `pipewright.baseline.json`. A finding is known
 * again by its rule, its file, the text of its line and how many alike stand before it, so that it may move.
 */
import type { Finding } from "./finding.ts";

export interface BaselineEntry {
  rule: string;
  file: string;
  /** The line that the finding starts on, blanks run together. */
  source: string;
  /** How many findings of that rule have that line in that file. */
  count: number;
}

export interface Baselined {
  left: Finding[];
  /** How many findings were set aside. */
  count: number;
  /** Entries that nothing was found for, wholly or in part. */
  stale: BaselineEntry[];
}

/** The rule on the baseline itself. */
export const STALE_BASELINE = "stale-baseline";

const LONGEST_SOURCE = 200;

export function sourceOf(finding: Finding, textOf: (path: string) => string | undefined): string {
  const text = textOf(finding.file) ?? "";
  const start = text.lastIndexOf("\n", finding.span.start - 1) + 1;
  const lineBreak = text.indexOf("\n", finding.span.start);
  return text
    .slice(start, lineBreak === -1 ? text.length : lineBreak)
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, LONGEST_SOURCE);
}

/** As JSON, so that no character in a name can make two keys one. */
const keyOf = ({ rule, file, source }: Omit<BaselineEntry, "count">): string => JSON.stringify([rule, file, source]);

/** What would set all of these findings aside, in order. */
export function baselineOf(
  findings: readonly Finding[],
  textOf: (path: string) => string | undefined,
): BaselineEntry[] {
  const entries = new Map<string, BaselineEntry>();
  for (const finding of findings) {
    const entry = { rule: finding.rule, file: finding.file, source: sourceOf(finding, textOf) };
    const known = entries.get(keyOf(entry));
    if (known) known.count++;
    else entries.set(keyOf(entry), { ...entry, count: 1 });
  }
  return inOrder([...entries.values()]);
}

const inOrder = (entries: readonly BaselineEntry[]): BaselineEntry[] =>
  [...entries].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

/** What sets these findings aside, and what was set aside of rules that did not run this time. */
export const renewed = (
  entries: readonly BaselineEntry[],
  before: readonly BaselineEntry[],
  ran: (rule: string) => boolean,
): BaselineEntry[] => inOrder([...entries, ...before.filter(({ rule }) => !ran(rule))]);

/** @param judged whether an entry could have been found in this run: its file was linted and its rule ran */
export function applyBaseline(
  findings: readonly Finding[],
  baseline: readonly BaselineEntry[],
  textOf: (path: string) => string | undefined,
  judged: (entry: BaselineEntry) => boolean,
): Baselined {
  const open = new Map<string, number>();
  for (const entry of baseline) open.set(keyOf(entry), (open.get(keyOf(entry)) ?? 0) + entry.count);
  const left = findings.filter((finding) => {
    const key = keyOf({ rule: finding.rule, file: finding.file, source: sourceOf(finding, textOf) });
    const count = open.get(key) ?? 0;
    if (count > 0) open.set(key, count - 1);
    return count === 0;
  });
  const stale = baseline.filter((entry) => (open.get(keyOf(entry)) ?? 0) > 0 && judged(entry));
  return { left, count: findings.length - left.length, stale };
}

/** The file's text. */
export const printBaseline = (entries: readonly BaselineEntry[]): string =>
  `${JSON.stringify({ version: 1, findings: entries }, undefined, 2)}\n`;

/** The entries of a baseline's text, or a sentence that says what is wrong with it. */
export function readBaseline(text: string): BaselineEntry[] | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `It is not JSON: ${error instanceof Error ? error.message : String(error)}.`;
  }
  const { version, findings } = Object(value) as { version?: unknown; findings?: unknown };
  if (version !== 1)
    return `Its \`version\` is ${JSON.stringify(version) ?? "missing"}; this Pipewright reads version 1.`;
  if (!Array.isArray(findings) || !findings.every(isEntry))
    return "Its `findings` must be a list of { rule, file, source, count }.";
  return findings;
}

function isEntry(value: unknown): value is BaselineEntry {
  const { rule, file, source, count } = Object(value) as Record<string, unknown>;
  return (
    typeof rule === "string" &&
    typeof file === "string" &&
    typeof source === "string" &&
    Number.isInteger(count) &&
    Number(count) > 0
  );
}
