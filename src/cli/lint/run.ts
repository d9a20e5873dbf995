/** Runs the rules on what has changed, and takes the rest from the cache. */
import type { Finding } from "../../lint/finding.ts";
import type { Group, Reader, SourceText, Work } from "../../lint/pass.ts";
import type { RuleInfo } from "../../lint/report.ts";
import type { LintSettings } from "../../lint/settings.ts";
import { type Cache, digestOf, type Remembered } from "./cache.ts";
import { filesOnDisk, isUnchanged } from "./repository-files.ts";
import type { Selection } from "./selection.ts";

export interface RunRequest {
  root: string;
  sources: readonly SourceText[];
  /** The files that findings are wanted for. */
  linted: readonly string[];
  groups: readonly Group[];
  settings: LintSettings;
  selection: Selection;
  cache: Cache;
  /** How texts are read; each anew by default. */
  read?: Reader | undefined;
  /** Holds the settings against the rules that there are; throws a `UserError`. Not called where they are known to be right. */
  check: (rules: readonly import("../../lint/rule.ts").Rule[]) => Promise<void>;
}

export interface RunResult {
  found: Finding[];
  rules: readonly RuleInfo[];
  /** After `--only` and `--skip`. */
  settings: LintSettings;
}

export async function run({
  root,
  sources,
  linted,
  groups,
  settings,
  selection,
  cache,
  read,
  check,
}: RunRequest): Promise<RunResult> {
  const textOf = new Map(sources.map(({ path, text }) => [path, text]));
  const keyOf = new Map(sources.map(({ path, text }) => [path, digestOf(path, text)]));
  const groupKey = ({ paths, complete }: Group): string =>
    digestOf(String(complete), ...paths.map((path) => keyOf.get(path) ?? ""));
  const files = filesOnDisk(root);
  const before = cache.read();

  const each = linted.filter((path) => before?.each[keyOf.get(path) ?? ""] === undefined);
  const together = groups.filter((group) => {
    const known = before?.together[groupKey(group)];
    return known === undefined || !isUnchanged(files, known.asked);
  });

  let remembered: Remembered;
  if (before && each.length === 0 && together.length === 0) remembered = before;
  else {
    const { RULES, infoOf, select, workOn } = await import("./rules-room.ts");
    if (!before) await check(RULES);
    const effective = before?.settings ?? select(RULES, settings, selection);
    const needed = new Set([...each, ...together.flatMap(({ paths }) => paths)]);
    const task: Work = { sources: [...needed].map((path) => ({ path, text: textOf.get(path) ?? "" })), each, together };
    const done = await workOn(task, root, effective, read);
    remembered = {
      settings: effective,
      rules: before?.rules ?? infoOf(RULES, effective),
      // What was there last time stays while its text is there.
      each: {
        ...pick(before?.each, new Set(keyOf.values())),
        ...Object.fromEntries(each.map((path, index) => [keyOf.get(path) ?? "", done.each[index] ?? []])),
      },
      together: {
        ...pick(before?.together, new Set(groups.map(groupKey))),
        ...Object.fromEntries(
          together.map((group, index) => [groupKey(group), done.together[index] ?? { asked: [], findings: [] }]),
        ),
      },
    };
    cache.write(remembered);
  }
  const { rules } = remembered;
  const found = [
    ...linted.flatMap((path) => remembered.each[keyOf.get(path) ?? ""] ?? []),
    ...groups.flatMap((group) => remembered.together[groupKey(group)]?.findings ?? []),
  ];
  return { found, rules, settings: remembered.settings };
}

const pick = <Value>(from: Record<string, Value> | undefined, keys: ReadonlySet<string>): Record<string, Value> =>
  Object.fromEntries(Object.entries(from ?? {}).filter(([key]) => keys.has(key)));
