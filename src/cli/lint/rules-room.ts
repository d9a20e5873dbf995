/** Everything that a run needs only when something has changed: the rules, the YAML parser, the expressions. */
import { didYouMean } from "../../config/nearest.ts";
import { userError } from "../../config/user-error.ts";
import { FAMILIES } from "../../lint/finding.ts";
import { type Group, infoOf, work, type Work, type Worked } from "../../lint/pass.ts";
import type { RepositoryFiles } from "../../lint/repository.ts";
import type { Rule } from "../../lint/rule.ts";
import { RULES } from "../../lint/rules/index.ts";
import type { LintSettings, RuleSettings } from "../../lint/settings.ts";
import { startHelper } from "./helper.ts";
import type { Selection } from "./selection.ts";

export { infoOf, RULES };

/**
 * The settings under which only the selected rules are on. A rule that `--only` names by its id runs even where its
 * preset leaves it off. Throws a `UserError` for a name that is neither a rule nor a family.
 */
export function select(rules: readonly Rule[], settings: LintSettings, { only, skip }: Selection): LintSettings {
  if (only.length === 0 && skip.length === 0) return settings;
  const names = [...FAMILIES, ...rules.map(({ id }) => id)];
  for (const [option, given] of [["--only", only], ["--skip", skip]] as const) {
    for (const name of given) {
      if (names.includes(name)) continue;
      const hint = didYouMean(name, names) ?? "`pipewright rules` lists them.";
      throw userError(`${option} ${name}: there is no rule or family of this name.`, { hint });
    }
  }
  const isNamed = (given: readonly string[], { id, family }: Rule): boolean => given.includes(id) || given.includes(family);
  const isOn = (rule: Rule): boolean => (only.length === 0 || isNamed(only, rule)) && !isNamed(skip, rule);
  const off = new Set(rules.filter((rule) => !isOn(rule)).map(({ id }) => id));
  const own: Record<string, RuleSettings[string]> = { ...settings.rules };
  for (const rule of rules) {
    const { id, levels } = rule;
    const level = own[id]?.level ?? levels[settings.preset];
    if (off.has(id)) own[id] = { ...own[id], level: "off" };
    else if (level === "off" && only.includes(id)) own[id] = { ...own[id], level: levels.strict === "off" ? "warning" : levels.strict };
  }
  const overrides = settings.overrides.map((override) => ({ ...override, rules: Object.fromEntries(Object.entries(override.rules).filter(([id]) => !off.has(id))) }));
  return { ...settings, rules: own, overrides };
}

/** Half of a lot of work goes to a second thread: what one of them costs to start is soon won. */
const WORTH_A_THREAD_BYTES = 400_000;

export async function workOn(task: Work, files: (group: Group) => RepositoryFiles, root: string, settings: LintSettings): Promise<Worked> {
  const bytes = new Map(task.sources.map(({ path, text }) => [path, text.length]));
  const size = (paths: readonly string[]): number => paths.reduce((sum, path) => sum + (bytes.get(path) ?? 0), 0);
  const total = size(task.each);
  const helper = total >= WORTH_A_THREAD_BYTES ? startHelper() : undefined;
  if (!helper) return work(task, files, RULES, settings);
  // The files whose rules run there, and the groups that lie wholly among them.
  const there = new Set<string>();
  for (let sum = 0, index = task.each.length - 1; index >= 0 && sum < total / 2; index--) {
    const path = task.each[index] ?? "";
    there.add(path);
    sum += bytes.get(path) ?? 0;
  }
  const groupsThere = task.together.filter(({ paths }) => paths.every((path) => there.has(path)) && paths.length < 2);
  const groupsHere = task.together.filter((group) => !groupsThere.includes(group));
  const neededHere = new Set([...task.each.filter((path) => !there.has(path)), ...groupsHere.flatMap(({ paths }) => paths)]);
  const [answer, own] = await Promise.all([
    helper.run({ task: { sources: task.sources.filter(({ path }) => there.has(path)), each: task.each.filter((path) => there.has(path)), together: groupsThere }, settings, root }),
    work({ sources: task.sources.filter(({ path }) => neededHere.has(path)), each: task.each.filter((path) => !there.has(path)), together: groupsHere }, files, RULES, settings),
  ]);
  for (const [index, group] of groupsThere.entries()) repeat(files(group), answer.asked[index] ?? []);
  const eachThere = new Map(task.each.filter((path) => there.has(path)).map((path, index) => [path, answer.done.each[index] ?? []]));
  const eachHere = new Map(task.each.filter((path) => !there.has(path)).map((path, index) => [path, own.each[index] ?? []]));
  return {
    each: task.each.map((path) => eachThere.get(path) ?? eachHere.get(path) ?? []),
    together: task.together.map((group) => answer.done.together[groupsThere.indexOf(group)] ?? own.together[groupsHere.indexOf(group)] ?? []),
  };
}

/** Asks again what the helper asked, so that it is noted here. */
function repeat(files: RepositoryFiles, asked: readonly { what: "read" | "exists" | "list"; path: string }[]): void {
  for (const { what, path } of asked) files[what](path);
}
