/** What a run of the lint pass comes to, as reporters get it. */
import type { Family, Finding, Level } from "./finding.ts";

/** What can be said of a rule without loading it. */
export interface RuleInfo {
  id: string;
  family: Family;
  /** Whether it ran. */
  active: boolean;
  /** It sees the repository as a whole, so of a file outside of one it says nothing. */
  together?: boolean;
}

export interface LintReport {
  /** In order of file and place. */
  findings: readonly Finding[];
  /** The text of a file that a finding or a related place names. */
  textOf: (path: string) => string | undefined;
  summary: LintSummary;
}

export interface LintSummary {
  /** Files that were linted. */
  files: number;
  errors: number;
  warnings: number;
  infos: number;
  /** Findings that `--fix` mends without being asked by name. */
  fixable: number;
  /** Findings that a comment sets aside. */
  suppressed: number;
  /** Findings that the baseline sets aside. */
  baselined: number;
  /** More warnings fail the run; null for no limit. */
  maxWarnings: number | null;
  /** Whether the run passes. */
  ok: boolean;
}

const RANK: Readonly<Record<Level, number>> = { error: 2, warning: 1, info: 0 };

export const isAtLeast = (level: Level, least: Level): boolean => RANK[level] >= RANK[least];

/** `1 error`, `2 errors`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

export interface Counted {
  files: number;
  suppressed: number;
  baselined: number;
  maxWarnings: number;
}

export function summarise(
  findings: readonly Finding[],
  { files, suppressed, baselined, maxWarnings }: Counted,
): LintSummary {
  const count = (level: Level): number => findings.filter((finding) => finding.level === level).length;
  const [errors, warnings, infos] = [count("error"), count("warning"), count("info")];
  const fixable = findings.filter(({ fix }) => fix !== undefined && fix.optIn !== true).length;
  return {
    files,
    errors,
    warnings,
    infos,
    fixable,
    suppressed,
    baselined,
    maxWarnings: Number.isFinite(maxWarnings) ? maxWarnings : null,
    ok: errors === 0 && warnings <= maxWarnings,
  };
}
