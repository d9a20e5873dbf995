/** What the lint pass is told about a repository, with defaults where nobody says anything. */
import type { Level } from "./finding.ts";
import type { PresetLevel } from "./rule.ts";

export type Preset = "recommended" | "strict";

export interface LintSettings {
  preset: Preset;
  /** By rule; a rule that is not named has its preset's level. */
  rules: Readonly<Record<string, { level?: PresetLevel; options?: unknown }>>;
  /** Labels of self-hosted runners that `runs-on` may name. Globs are allowed. Nothing: labels are not judged. */
  runnerLabels: readonly string[] | undefined;
  /** Names of checks that branch rules require; nothing: nobody said. */
  requiredChecks: readonly string[] | undefined;
  /** The branch that `workflow_run`, `schedule` and dispatch files are read from. */
  defaultBranch: string;
  /** Anybody can open a pull request from a fork. */
  visibility: "public" | "private" | undefined;
  /** Levels at or above this one are kept. */
  minLevel: Level;
}

export const DEFAULT_SETTINGS: LintSettings = {
  preset: "recommended",
  rules: {},
  runnerLabels: undefined,
  requiredChecks: undefined,
  defaultBranch: "main",
  visibility: undefined,
  minLevel: "info",
};
