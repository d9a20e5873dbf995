/** What the lint pass is told about a repository, with defaults where nobody says anything. */
import type { Level, PresetLevel } from "./finding.ts";
import { fits } from "./glob.ts";

export type Preset = "recommended" | "strict";

export type RuleSettings = Readonly<Record<string, { level?: PresetLevel | undefined; options?: unknown }>>;

export interface LintSettings {
  preset: Preset;
  /** By rule; a rule that is not named has its preset's level. */
  rules: RuleSettings;
  /** Other levels for some paths; the later of two that fit a path wins. */
  overrides: readonly { paths: readonly string[]; rules: RuleSettings }[];
  /** Globs of files that nothing is said of; they are read all the same, for what other files take from them. */
  ignore: readonly string[];
  /** Labels of self-hosted runners that `runs-on` may name. Globs are allowed. Nothing: labels are not judged. */
  runnerLabels: readonly string[] | undefined;
  /** Names of checks that branch rules require; nothing: nobody said. */
  requiredChecks: readonly string[] | undefined;
  /** The branch that `workflow_run`, `schedule` and dispatch files are read from. */
  defaultBranch: string;
  /** The account that the repository belongs to, as in `owner/repo`; nothing: nobody said, and rules judge as if it were any. */
  owner?: string | undefined;
  /** Anybody can open a pull request from a fork. */
  visibility: "public" | "private" | undefined;
  /** Levels at or above this one are kept. */
  minLevel: Level;
}

export const DEFAULT_SETTINGS: LintSettings = {
  preset: "recommended",
  rules: {},
  overrides: [],
  ignore: [],
  runnerLabels: undefined,
  requiredChecks: undefined,
  defaultBranch: "main",
  visibility: undefined,
  minLevel: "info",
};

const byPath = new WeakMap<LintSettings, Map<string, LintSettings>>();

/** The settings as they hold for one file. */
export function settingsFor(settings: LintSettings, path: string): LintSettings {
  const fitting = settings.overrides.filter(({ paths }) => paths.some((glob) => fits(path, glob)));
  if (fitting.length === 0) return settings;
  let known = byPath.get(settings);
  if (!known) byPath.set(settings, (known = new Map()));
  let merged = known.get(path);
  if (!merged) {
    const rules: Record<string, { level?: PresetLevel | undefined; options?: unknown }> = { ...settings.rules };
    for (const override of fitting)
      for (const [id, own] of Object.entries(override.rules)) rules[id] = { ...rules[id], ...own };
    known.set(path, (merged = { ...settings, rules, overrides: [] }));
  }
  return merged;
}

/** How many warnings a run may have before it fails. */
export const defaultMaxWarnings = (preset: Preset): number => (preset === "strict" ? 0 : Number.POSITIVE_INFINITY);
