/**
 * Comments that set findings aside:
 *
 *     timeout-minutes: 300 # pipewright-ignore: long-timeout -- the kernel is built from nothing
 *     # pipewright-ignore: job-timeout, named-steps -- a fork of upstream's file
 *     # pipewright-ignore-file: job-timeout -- frozen
 *
 * A comment behind something covers the findings that start on its line, one on a line of its own those that start on
 * the next line that is no comment. In a `run:` block the shell's own comments do the same. All of it is read from the
 * text alone, so that a run whose findings are remembered needs no parser.
 */
import { didYouMean } from "../nearest.ts";
import type { Finding, Fix, PresetLevel } from "./finding.ts";
import type { RuleInfo } from "./report.ts";
import { type LintSettings, settingsFor } from "./settings.ts";
import { isShellcheckName, standsFor } from "./shellcheck-names.ts";
import { isGenerated } from "./generated.ts";
import { type Lines, linesOf, positionAt } from "../workflow/yaml/position.ts";

export interface Suppression {
  /** The ids with the place of each. */
  rules: readonly { id: string; start: number; end: number }[];
  /** The comment, from its `#` to the end of its line. */
  start: number;
  end: number;
  /** The line whose findings are covered; nothing for the whole file. */
  line: number | undefined;
  /** Nothing else stands on its line. */
  alone: boolean;
  reason: string;
}

const MARK = "pipewright-ignore";
const COMMENT = /(?<=^|\s)#[ \t]*pipewright-ignore(?<whole>-file)?(?::[ \t]*(?<list>[^\r\n]*))?(?=\r?$)/gm;

export function suppressionsIn(text: string, lines: Lines = linesOf(text)): Suppression[] {
  if (!text.includes(MARK)) return [];
  return [...text.matchAll(COMMENT)].map((match): Suppression => {
    const start = match.index;
    const list = match.groups?.["list"] ?? "";
    const [names = "", ...reason] = list.split(/(?:^|\s)--(?:\s|$)/);
    const listStart = start + match[0].length - list.length;
    const { line, column } = positionAt(lines, start);
    const alone = text.slice(start - column + 1, start).trim() === "";
    return {
      rules: [...names.matchAll(/[^\s,]+/g)].map(({ 0: id, index }) => ({
        id,
        start: listStart + index,
        end: listStart + index + id.length,
      })),
      start,
      end: start + match[0].length,
      line: match.groups?.["whole"] === undefined ? (alone ? nextLine(text, lines, line) : line) : undefined,
      alone,
      reason: reason.join(" -- ").trim(),
    };
  });
}

/** The next line that is neither blank nor a comment. */
function nextLine(text: string, { starts }: Lines, from: number): number {
  for (let line = from + 1; line <= starts.length; line++) {
    const written = text.slice(starts[line - 1], starts[line] ?? text.length).trim();
    if (written !== "" && !written.startsWith("#")) return line;
  }
  return from;
}

/** The rules on suppressions themselves: they run after all others, on what those found. */
export const SUPPRESSION_LEVELS = {
  "suppression-reason": { recommended: "warning", strict: "error" },
  "unknown-suppression": { recommended: "warning", strict: "error" },
  "unused-suppression": { recommended: "warning", strict: "warning" },
} as const satisfies Record<string, { recommended: PresetLevel; strict: PresetLevel }>;
type SuppressionRule = keyof typeof SUPPRESSION_LEVELS;

export interface Suppressed {
  /** What is left, and what is wrong with the suppressions; not in order. */
  findings: Finding[];
  /** How many findings were set aside. */
  count: number;
}

/** What ran on a file. */
export interface Ran {
  /** Every rule there is. */
  rules: readonly RuleInfo[];
  shellcheck: boolean;
}

/** @param texts the linted files */
export function applySuppressions(
  findings: readonly Finding[],
  texts: ReadonlyMap<string, string>,
  ranOn: (path: string) => Ran,
  settings: LintSettings,
): Suppressed {
  const byFile = new Map<string, { lines: Lines; suppressions: Suppression[] }>();
  for (const [path, text] of texts) {
    if (!text.includes(MARK)) continue;
    const lines = linesOf(text);
    const suppressions = suppressionsIn(text, lines);
    if (suppressions.length > 0) byFile.set(path, { lines, suppressions });
  }
  if (byFile.size === 0) return { findings: [...findings], count: 0 };
  const used = new Set<Suppression["rules"][number]>();
  const left = findings.filter((finding) => {
    const covering = (byFile.get(finding.file)?.suppressions ?? [])
      .filter(({ line }) => line === undefined || line === finding.start.line)
      .flatMap((suppression) => suppression.rules.filter(({ id }) => standsFor(id, finding.rule)));
    for (const each of covering) used.add(each);
    return covering.length === 0;
  });
  // Nothing but its syntax was judged in a file that does not parse.
  const broken = new Set(findings.filter(({ rule }) => rule === "yaml-syntax").map(({ file }) => file));
  const ran = (path: string): Ran =>
    broken.has(path)
      ? { rules: ranOn(path).rules.map((rule) => ({ ...rule, active: false })), shellcheck: false }
      : ranOn(path);
  const own = [...byFile].flatMap(([path, { lines, suppressions }]) =>
    judge(path, texts.get(path) ?? "", lines, suppressions, used, ran(path), settingsFor(settings, path)),
  );
  return { findings: [...left, ...own], count: findings.length - left.length };
}

function judge(
  file: string,
  text: string,
  lines: Lines,
  suppressions: readonly Suppression[],
  used: ReadonlySet<Suppression["rules"][number]>,
  { rules, shellcheck }: Ran,
  settings: LintSettings,
): Finding[] {
  const findings: Finding[] = [];
  const report = (rule: SuppressionRule, span: { start: number; end: number }, message: string, fix?: Fix): void => {
    const level = settings.rules[rule]?.level ?? SUPPRESSION_LEVELS[rule][settings.preset];
    if (level === "off") return;
    findings.push({
      rule,
      family: "language",
      level,
      file,
      span: { start: span.start, end: span.end },
      start: positionAt(lines, span.start),
      end: positionAt(lines, span.end),
      message,
      related: [],
      ...(fix && { fix }),
    });
  };
  const known = new Map(rules.map((rule) => [rule.id, rule]));
  const isActive = (id: string): boolean => (isShellcheckName(id) ? shellcheck : known.get(id)?.active === true);
  for (const suppression of suppressions) {
    if (suppression.rules.length === 0)
      report(
        "unknown-suppression",
        suppression,
        "This comment names no rule. Write `# pipewright-ignore: <rule> -- <reason>`.",
      );
    else if (suppression.reason === "")
      report(
        "suppression-reason",
        suppression,
        "This suppression says no reason. Put it behind the rules: `-- <reason>`.",
      );
    // In a generated file the comment is there for good: which of several files a finding falls on may change.
    const idle = isGenerated(text) ? [] : suppression.rules.filter((each) => isActive(each.id) && !used.has(each));
    for (const each of suppression.rules) {
      if (!known.has(each.id) && !isShellcheckName(each.id))
        report(
          "unknown-suppression",
          each,
          [
            "There is no rule `",
            each.id,
            "`. ",
            didYouMean(each.id, [...known.keys()]) ?? "`pipewright rules` lists them.",
          ].join(""),
        );
      else if (idle.includes(each))
        report(
          "unused-suppression",
          each,
          `\`${each.id}\` finds nothing ${suppression.line === undefined ? "in this file" : "here"} any more. Remove it from the comment.`,
          removal(text, lines, suppression, idle, each),
        );
    }
  }
  return findings;
}

/** Takes one id out of its comment, or the comment away once nothing is left of it. */
function removal(
  text: string,
  lines: Lines,
  suppression: Suppression,
  idle: Suppression["rules"],
  unused: Suppression["rules"][number],
): Fix {
  if (idle.length === suppression.rules.length) {
    const { line, column } = positionAt(lines, suppression.start);
    const lineStart = suppression.start - column + 1;
    const before = text.slice(lineStart, suppression.start);
    const start = suppression.alone ? lineStart : suppression.start - (before.length - before.trimEnd().length);
    const end = suppression.alone ? (lines.starts[line] ?? text.length) : suppression.end;
    return { title: "Remove the comment", edits: [{ start, end, text: "" }] };
  }
  const at = suppression.rules.indexOf(unused);
  const next = suppression.rules[at + 1];
  const previous = suppression.rules[at - 1];
  const span = next
    ? { start: unused.start, end: next.start }
    : { start: previous?.end ?? unused.start, end: unused.end };
  return { title: `Take \`${unused.id}\` out of the comment`, edits: [{ ...span, text: "" }] };
}
