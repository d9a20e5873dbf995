/**
 * What the repository says of linting: `pipewright.lint.{json,yaml,yml}`, or else `lint` of its ci.config. Neither is
 * evaluated or held against the schema again as long as its text is the one of an earlier run.
 */
import { existsSync, readdirSync } from "node:fs";
import { basename, extname } from "node:path";
import { type ConfigFile, findConfigFile } from "../../config/find.ts";
import { knownConfig, rememberConfig } from "../../config/known-configs.ts";
import type { Location, Problem } from "../../config/problem.ts";
import type { LintConfig } from "../../config/schema/lint.ts";
import { UserError, userError } from "../../config/user-error.ts";
import { DEFAULT_SETTINGS, type LintSettings, type RuleSettings } from "../../lint/settings.ts";
import type { Rule } from "../../lint/rule.ts";
import { isShellcheckName } from "../../lint/shellcheck-names.ts";
import { originOf } from "../git-remote.ts";

const LINT_FILES = ["pipewright.lint.json", "pipewright.lint.yaml", "pipewright.lint.yml"];

export interface LoadedSettings {
  settings: LintSettings;
  maxWarnings: number | undefined;
  baseline: string | undefined;
  /** Holds the names and options of rules against the rules that there are. Throws a `UserError`. */
  check: (rules: readonly Rule[]) => Promise<void>;
}

export async function loadSettings(
  root: string,
  config: string | undefined,
  timeLimit: number | undefined,
): Promise<LoadedSettings> {
  const names = new Set(existsSync(root) ? readdirSync(root) : []);
  const file =
    config ??
    onlyLintFile(names, root) ??
    [...names].find((name) => /^ci\.config\.(?:ts|mts|js|mjs|json|ya?ml)$/.test(name));
  if (file === undefined) return settingsOf(root, undefined, undefined, noProblems);
  const isOfLint =
    config === undefined
      ? LINT_FILES.includes(file)
      : /^\.(?:json|ya?ml)$/.test(extname(file)) && !basename(file).startsWith("ci.config.");
  return isOfLint ? readLintFile(root, file) : readCiConfig(root, config, timeLimit);
}

const noProblems = async (): Promise<void> => undefined;

function onlyLintFile(names: ReadonlySet<string>, root: string): string | undefined {
  const present = LINT_FILES.filter((name) => names.has(name));
  if (present.length > 1)
    throw userError(`There are several lint configs in ${root}: ${present.join(", ")}.`, {
      hint: "Keep one, or name one with `--config`.",
    });
  return present[0];
}

async function readLintFile(root: string, file: string): Promise<LoadedSettings> {
  const found = await findConfigFile(root, file);
  const locate = async (problem: Problem): Promise<Location> =>
    (await import("../../config/read-data.ts")).readData(found).locate(problem);
  const known = await knownConfig<LintConfig>(found);
  const lint = known ?? (await parse(found));
  if (!known) await rememberConfig(found, lint);
  return settingsOf(root, lint, undefined, checker(lint, [], locate));
}

async function parse(found: ConfigFile): Promise<LintConfig> {
  const [{ readData }, { lintFileSchema }] = await Promise.all([
    import("../../config/read-data.ts"),
    import("../../config/schema/lint.ts"),
  ]);
  const { value, locate } = readData(found);
  const result = lintFileSchema.safeParse(value ?? {});
  if (result.success) return result.data;
  const { explainIssues } = await import("../../config/explain-issues.ts");
  throw new UserError(
    explainIssues(lintFileSchema, value, result.error.issues).map(({ message, hint, ...problem }) => ({
      message,
      ...(hint !== undefined && { hint }),
      location: locate({ message, ...problem }),
    })),
  );
}

async function readCiConfig(
  root: string,
  config: string | undefined,
  timeLimit: number | undefined,
): Promise<LoadedSettings> {
  const { loadConfig } = await import("../../config/load.ts");
  const loaded = await loadConfig({ cwd: root, file: config, timeLimit });
  const { lint, branches } = loaded.config;
  return settingsOf(root, lint, branches.main, lint ? checker(lint, ["lint"], loaded.locate) : noProblems);
}

function settingsOf(
  root: string,
  lint: LintConfig | undefined,
  mainBranch: string | undefined,
  check: LoadedSettings["check"],
): LoadedSettings {
  const settings: LintSettings = {
    ...DEFAULT_SETTINGS,
    preset: lint?.preset ?? DEFAULT_SETTINGS.preset,
    rules: rulesOf(lint?.rules ?? {}),
    overrides: (lint?.overrides ?? []).map(({ paths, rules }) => ({ paths, rules: rulesOf(rules) })),
    ignore: lint?.ignore ?? [],
    runnerLabels: lint?.runnerLabels,
    requiredChecks: lint?.requiredChecks,
    defaultBranch: lint?.defaultBranch ?? mainBranch ?? DEFAULT_SETTINGS.defaultBranch,
    owner: lint?.owner ?? originOf(root)?.owner,
    visibility: lint?.visibility,
    minLevel: lint?.minLevel ?? DEFAULT_SETTINGS.minLevel,
  };
  return { settings, maxWarnings: lint?.maxWarnings, baseline: lint?.baseline, check };
}

const rulesOf = (rules: LintConfig["rules"]): RuleSettings =>
  Object.fromEntries(
    Object.entries(rules).map(([id, setting]) => [id, typeof setting === "string" ? { level: setting } : setting]),
  );

const checker =
  (
    lint: LintConfig,
    above: readonly PropertyKey[],
    locate: (problem: Problem) => Promise<Location>,
  ): LoadedSettings["check"] =>
  async (rules) => {
    const problems = await problemsOf(lint, above, rules);
    if (problems.length === 0) return;
    const { locateAll } = await import("../../config/load.ts");
    throw new UserError(await locateAll(problems, locate));
  };

async function problemsOf(lint: LintConfig, above: readonly PropertyKey[], rules: readonly Rule[]): Promise<Problem[]> {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const places = [
    { path: [...above, "rules"], rules: lint.rules },
    ...lint.overrides.map((override, index) => ({
      path: [...above, "overrides", index, "rules"],
      rules: override.rules,
    })),
  ];
  const problems: Problem[] = [];
  for (const place of places) {
    for (const [id, setting] of Object.entries(place.rules)) {
      const path = [...place.path, id];
      const rule = byId.get(id);
      if (isShellcheckName(id)) {
        if (typeof setting !== "string" && setting.options !== undefined)
          problems.push({ path: [...path, "options"], at: "key", message: `\`${id}\` has no options.` });
        continue;
      }
      if (!rule) {
        const { didYouMean } = await import("../../nearest.ts");
        problems.push({
          path,
          at: "key",
          message: `There is no rule \`${id}\`.`,
          hint: didYouMean(id, [...byId.keys()]) ?? "`pipewright rules` lists them.",
        });
        continue;
      }
      const options = typeof setting === "string" ? undefined : setting.options;
      if (options === undefined) continue;
      if (rule.options === undefined)
        problems.push({ path: [...path, "options"], at: "key", message: `\`${id}\` has no options.` });
      else {
        const schema = (await import("../../lint/rule-options.ts")).schemaOf(rule);
        const result = schema.safeParse(options);
        if (result.success) continue;
        const { explainIssues } = await import("../../config/explain-issues.ts");
        for (const problem of explainIssues(schema, options, result.error.issues))
          problems.push({ ...problem, path: [...path, "options", ...problem.path] });
      }
    }
  }
  return problems;
}
