/** Everything that a run needs only when something has changed: the rules, the YAML parser, the expressions. */
import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";
import { didYouMean } from "../../nearest.ts";
import { userError } from "../../config/user-error.ts";
import { FAMILIES, type Finding } from "../../lint/finding.ts";
import { type Group, infoOf, piecesOf, type Reader, type Work } from "../../lint/pass.ts";
import type { Rule } from "../../lint/rule.ts";
import { RULES } from "../../lint/rules/index.ts";
import type { LintSettings, RuleSettings } from "../../lint/settings.ts";
import { isShellcheckName } from "../../lint/shellcheck-names.ts";
import { startSecondThread } from "./second-thread.ts";
import { COUNTERS, type DonePiece, type SharedWork, takePieces } from "./pieces.ts";
import type { Selection } from "./selection.ts";

export { infoOf, RULES };

/**
 * The settings under which only the selected rules are on. A rule that `--only` names by its id runs even where its
 * preset leaves it off. Throws a `UserError` for a name that is neither a rule nor a family.
 */
export function select(rules: readonly Rule[], settings: LintSettings, { only, skip }: Selection): LintSettings {
  if (only.length === 0 && skip.length === 0) return settings;
  const names = [...FAMILIES, ...rules.map(({ id }) => id)];
  for (const [option, given] of [
    ["--only", only],
    ["--skip", skip],
  ] as const) {
    for (const name of given) {
      if (names.includes(name) || isShellcheckName(name)) continue;
      const hint = didYouMean(name, names) ?? "`pipewright rules` lists them.";
      throw userError(`${option} ${name}: there is no rule or family of this name.`, { hint });
    }
  }
  const isNamed = (given: readonly string[], { id, family }: Rule): boolean =>
    given.includes(id) || given.includes(family);
  const isOn = (rule: Rule): boolean => (only.length === 0 || isNamed(only, rule)) && !isNamed(skip, rule);
  const off = new Set(rules.filter((rule) => !isOn(rule)).map(({ id }) => id));
  const own: Record<string, RuleSettings[string]> = { ...settings.rules };
  for (const rule of rules) {
    const { id, levels } = rule;
    const level = own[id]?.level ?? levels[settings.preset];
    if (off.has(id)) own[id] = { ...own[id], level: "off" };
    else if (level === "off" && only.includes(id))
      own[id] = { ...own[id], level: levels.strict === "off" ? "warning" : levels.strict };
  }
  const overrides = settings.overrides.map((override) => ({
    ...override,
    rules: Object.fromEntries(Object.entries(override.rules).filter(([id]) => !off.has(id))),
  }));
  return { ...settings, rules: own, overrides };
}

/** Less than this is done before a second thread has started. */
const WORTH_A_THREAD_CHARACTERS = 150_000;

export interface DoneWork {
  /** By file, in the order of the work. */
  each: Finding[][];
  /** By group, in the order of the work. */
  together: DonePiece["together"];
}

/** Runs the rules, on two threads where there is enough to do. */
export async function workOn(work: Work, root: string, settings: LintSettings, read?: Reader): Promise<DoneWork> {
  compileLater();
  const pieces = piecesOf(work);
  const task: SharedWork = {
    pieces,
    settings,
    root,
    counters: new SharedArrayBuffer(COUNTERS * Int32Array.BYTES_PER_ELEMENT),
  };
  const characters = work.sources.reduce((sum, { text }) => sum + text.length, 0);
  const secondThread =
    characters >= WORTH_A_THREAD_CHARACTERS && availableParallelism() > 1 ? startSecondThread(task) : undefined;
  const done = await takePieces(RULES, task, read);
  const each = new Map<string, Finding[]>();
  const together = new Map<Group, DoneWork["together"][number]>();
  for (const piece of [...done, ...((await secondThread?.done()) ?? [])]) {
    for (const [at, path] of (pieces[piece.index]?.each ?? []).entries()) each.set(path, piece.each[at] ?? []);
    for (const [at, group] of (pieces[piece.index]?.together ?? []).entries())
      together.set(group, piece.together[at] ?? NOTHING);
  }
  return {
    each: work.each.map((path) => each.get(path) ?? []),
    together: work.together.map((group) => together.get(group) ?? NOTHING),
  };
}

const NOTHING: DoneWork["together"][number] = { findings: [], asked: [] };

/**
 * A run of a second or two costs as much again when V8 compiles at its usual pace what will not run for long. See
 * docs/decisions/lint-speed.md. V8 prints an error for a flag that it does not know, so each is for the versions that
 * were tried; others keep their pace.
 */
function compileLater(): void {
  const major = Number.parseInt(process.versions.v8, 10);
  if (major === 10 || major === 11) setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
  if (major === 12 || major === 13) setFlagsFromString(`--invocation-count-for-turbofan=${INVOCATIONS}`);
}

/** Bytes of bytecode that a function runs through before V8 thinks about compiling it; nine times V8's own number. */
const INTERRUPT_BUDGET = 600_000;
/** The same in V8 of Node 22 and 24, which counts calls; nine times its own number, too. */
const INVOCATIONS = 27_000;
