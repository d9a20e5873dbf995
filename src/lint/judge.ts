/** From what the rules found to what is reported: suppressions, the baseline, levels, the verdict. Pure. */
import { applyBaseline, type BaselineEntry, STALE_BASELINE } from "./baseline.ts";
import { inOrder } from "./in-order.ts";
import type { Finding } from "./finding.ts";
import { fits } from "./glob.ts";
import { isAtLeast, type LintReport, type RuleInfo, summarise } from "./report.ts";
import { type LintSettings, settingsFor } from "./settings.ts";
import { isShellcheckName } from "./shellcheck-names.ts";
import { applySuppressions, type Ran } from "./suppressions.ts";
import { linesOf, positionAt } from "../workflow/yaml/position.ts";

export interface Judgement {
  /** What the rules found, in any files. */
  found: readonly Finding[];
  /** Every file that was read, by path. */
  texts: ReadonlyMap<string, string>;
  /** The files that findings are wanted for. */
  linted: ReadonlySet<string>;
  /** Those among them that were judged together with all of their repository; all of them by default. */
  whole?: ReadonlySet<string>;
  /** Whether shellcheck ran. */
  shellcheck?: boolean;
  rules: readonly RuleInfo[];
  settings: LintSettings;
  maxWarnings: number;
  baseline?: { path: string; text: string; entries: readonly BaselineEntry[] } | undefined;
}

export interface Judged extends LintReport {
  /** The findings before the baseline set any aside: what `--update-baseline` writes. */
  beforeBaseline: readonly Finding[];
  /** Whether a rule ran anywhere. */
  ran: (rule: string) => boolean;
}

export function judge({
  found,
  texts,
  linted,
  whole = linted,
  shellcheck = false,
  rules,
  settings,
  maxWarnings,
  baseline,
}: Judgement): Judged {
  const wanted = new Set([...linted].filter((path) => !settings.ignore.some((glob) => fits(path, glob))));
  const textOf = (path: string): string | undefined => (path === baseline?.path ? baseline.text : texts.get(path));
  const ranOn = (path: string): Ran => ({
    rules: rules.map((rule) => (rule.together && !whole.has(path) ? { ...rule, active: false } : rule)),
    shellcheck,
  });
  const suppressed = applySuppressions(
    found.filter(({ file }) => wanted.has(file)),
    new Map([...texts].filter(([path]) => wanted.has(path))),
    ranOn,
    settings,
  );
  const beforeBaseline = inOrder(suppressed.findings.filter(({ level }) => isAtLeast(level, settings.minLevel)));
  const active = new Map(rules.filter((rule) => rule.active).map((rule) => [rule.id, rule]));
  const isActive = (rule: string, file: string): boolean =>
    isShellcheckName(rule)
      ? shellcheck
      : active.has(rule) && (active.get(rule)?.together !== true || whole.has(file) || !texts.has(file));
  const judged = ({ rule, file }: BaselineEntry): boolean =>
    isActive(rule, file) && (wanted.has(file) || !texts.has(file));
  const { left, count, stale } = baseline
    ? applyBaseline(beforeBaseline, baseline.entries, textOf, judged)
    : { left: [...beforeBaseline], count: 0, stale: [] };
  const findings = baseline
    ? inOrder([
        ...left,
        ...staleEntries(baseline, stale, settings).filter(({ level }) => isAtLeast(level, settings.minLevel)),
      ])
    : left;
  const ran = (rule: string): boolean => (isShellcheckName(rule) ? shellcheck : active.has(rule));
  return {
    findings,
    beforeBaseline,
    ran,
    textOf,
    summary: summarise(findings, { files: wanted.size, suppressed: suppressed.count, baselined: count, maxWarnings }),
  };
}

/** Each stale entry at its place in the baseline. */
function staleEntries(
  { path, text }: NonNullable<Judgement["baseline"]>,
  stale: readonly BaselineEntry[],
  everywhere: LintSettings,
): Finding[] {
  const level = settingsFor(everywhere, path).rules[STALE_BASELINE]?.level ?? "info";
  if (level === "off" || stale.length === 0) return [];
  const lines = linesOf(text);
  return stale.map((entry): Finding => {
    const file = JSON.stringify(entry.file);
    const source = JSON.stringify(entry.source);
    const at = Math.max(0, text.indexOf(source, Math.max(0, text.indexOf(file))));
    const span = { start: at, end: at === 0 ? 0 : at + source.length };
    return {
      rule: STALE_BASELINE,
      family: "language",
      level,
      file: path,
      span,
      start: positionAt(lines, span.start),
      end: positionAt(lines, span.end),
      message: `\`${entry.rule}\` no longer finds this in ${entry.file}. Run \`pipewright lint --update-baseline\`.`,
      related: [],
    };
  });
}
