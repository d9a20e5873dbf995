/**
 * `pipewright lint --fix`: applies fixes pass by pass until nothing changes, holds each result against the rules again,
 * and writes all files or none. A fix whose result does not parse, or whose finding is still there, is dropped.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readSource as generatedFrom } from "../files/stamp.ts";
import { userError } from "../../config/user-error.ts";
import { didYouMean } from "../../nearest.ts";
import type { Finding, Fix } from "../../lint/finding.ts";
import { applyFixes } from "../../lint/fix.ts";
import type { Judged } from "../../lint/judge.ts";
import { seesRepository } from "../../lint/rule.ts";
import { RULES } from "../../lint/rules/index.ts";
import type { Reader } from "../../lint/pass.ts";
import { isBroken } from "../../workflow/yaml/read.ts";
import { unifiedDiff } from "../files/diff.ts";
import { whileLocked } from "../files/lock.ts";
import { type Write, writeAll } from "../files/transaction.ts";
import type { Io } from "../io.ts";
import { paintDiff, paintFor } from "../paint.ts";
import type { Fixing } from "./options.ts";
import type { Subject } from "./subject.ts";

const MOST_PASSES = 10;
const ON_REPOSITORY: ReadonlySet<string> = new Set(RULES.filter(seesRepository).map(({ id }) => id));

export interface FixRequest {
  io: Io;
  root: string;
  fixing: Fixing;
  subject: Subject;
  /** Reads a text once, for the rules as well. */
  read: Reader;
  /** What is reported of these texts. */
  judge: (subject: Subject) => Promise<Judged>;
}

/** What verifying needs. */
type Verifying = Pick<FixRequest, "read" | "judge">;

export interface Fixed {
  /** With the texts as they are now, or would be. */
  subject: Subject;
  judged: Judged;
  /** How many fixes were applied, and in which files. */
  applied: number;
  writes: Write[];
  /** Generated files with findings that could be mended, by the config that they come from. */
  generated: Map<string, string>;
}

/** Finds what mending comes to; writes nothing. */
export async function mend({ root, fixing, subject, read, judge }: FixRequest): Promise<Fixed> {
  refuseUnknown(fixing.rules ?? []);
  const generated = new Map<string, string>();
  const untouchable = new Set<string>();
  for (const { path, text } of subject.sources) {
    const source = generatedFrom(text);
    if (source !== undefined) generated.set(path, source);
    else if (!isReadable(root, path, text) || isBroken((await read({ path, text })).file.yaml)) untouchable.add(path);
  }
  const dropped = new Set<string>();
  const wanted = (finding: Finding): finding is Finding & { fix: Fix } =>
    finding.fix !== undefined &&
    (fixing.rules === undefined ? fixing.optIn || finding.fix.optIn !== true : fixing.rules.includes(finding.rule)) &&
    !dropped.has(keyOf(finding));
  const refused = new Map<string, string>();
  let now = subject;
  let judged = await judge(now);
  let applied = 0;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const byFile = new Map<string, (Finding & { fix: Fix })[]>();
    for (const finding of judged.findings) {
      if (!wanted(finding)) continue;
      const source = generated.get(finding.file);
      if (source !== undefined) refused.set(finding.file, source);
      else if (!untouchable.has(finding.file)) byFile.set(finding.file, [...(byFile.get(finding.file) ?? []), finding]);
    }
    if (byFile.size === 0) break;
    const step = await mendFiles(byFile, now, judged, { read, judge });
    for (const finding of step.dropped) dropped.add(keyOf(finding));
    ({ subject: now, judged } = step);
    applied += step.applied;
    if (step.applied === 0 && step.dropped.length === 0) break;
  }
  const was = new Map(subject.sources.map(({ path, text }) => [path, text]));
  const writes = now.sources.flatMap(({ path, text }): Write[] =>
    was.get(path) === text
      ? []
      : [{ path, file: join(root, path), before: Buffer.from(was.get(path) ?? ""), after: Buffer.from(text) }],
  );
  return { subject: now, judged, applied, writes, generated: refused };
}

/** A file whose bytes are not the text that was linted (it is not UTF-8, or has just changed) is left alone; standard input has none. */
function isReadable(root: string, path: string, text: string): boolean {
  try {
    return readFileSync(join(root, path)).equals(Buffer.from(text));
  } catch {
    return true;
  }
}

/** The finding again, wherever its line has moved to. */
const keyOf = ({ rule, file, message, fix }: Finding): string => JSON.stringify([rule, file, message, fix?.title]);

interface Step {
  subject: Subject;
  judged: Judged;
  applied: number;
  dropped: Finding[];
}

type Fixable = Finding & { fix: Fix };

/** All fixes of all files at once; in a file whose result does not hold, one by one. */
async function mendFiles(
  byFile: ReadonlyMap<string, readonly Fixable[]>,
  subject: Subject,
  before: Judged,
  verifying: Verifying,
): Promise<Step> {
  const texts = new Map(subject.sources.map(({ path, text }) => [path, text]));
  const attempts = await attemptsOf(texts, byFile, verifying.read);
  const all = attempts.size === 0 ? before : await verifying.judge(withTexts(subject, attempts));
  const holding = new Map([...attempts].filter(([path, attempt]) => holds(path, attempt, before, all)));
  if (holding.size === byFile.size)
    return { subject: withTexts(subject, holding), judged: all, applied: sum(holding), dropped: [] };
  const rest = new Map([...byFile].filter(([path]) => !holding.has(path)));
  const next = withTexts(subject, holding);
  const step = await sift(rest, next, holding.size === 0 ? before : await verifying.judge(next), verifying);
  return { ...step, applied: step.applied + sum(holding) };
}

/**
 * Tells the fixes that hold from those that do not: rule by rule, and one by one where a rule's do not hold together.
 * One fix of each file is tried at a time, so that many files cost no more than the one with the most.
 */
async function sift(
  byFile: ReadonlyMap<string, readonly Fixable[]>,
  subject: Subject,
  before: Judged,
  { read, judge }: Verifying,
): Promise<Step> {
  const texts = new Map(subject.sources.map(({ path, text }) => [path, text]));
  const queues = new Map([...byFile].map(([path, findings]) => [path, byRule(findings)]));
  const good = new Map<string, Fixable[][]>();
  const dropped: Finding[] = [];
  while ([...queues.values()].some(({ length }) => length > 0)) {
    const tried = new Map(
      [...queues].flatMap(([path, queue]) =>
        [queue.shift()].flatMap((candidate) => (candidate ? [[path, candidate] as const] : [])),
      ),
    );
    const attempts = await attemptsOf(texts, tried, read);
    // What a rule on one file finds does not hang on the others: all of them are judged together at the end.
    const alone = [...tried.values()].flat().every(({ rule }) => !ON_REPOSITORY.has(rule));
    const tentative = withTexts(subject, attempts);
    const after = attempts.size === 0 ? before : await judge(alone ? { ...tentative, groups: [] } : tentative);
    for (const [path, candidate] of tried) {
      const attempt = attempts.get(path);
      if (holds(path, attempt, before, after)) good.set(path, [...(good.get(path) ?? []), candidate]);
      else if (candidate.length > 1) queues.get(path)?.push(...candidate.map((each) => [each]));
      else dropped.push(...candidate);
    }
  }
  if (good.size === 0) return { subject, judged: before, applied: 0, dropped };
  const together = await attemptsOf(texts, new Map([...good].map(([path, groups]) => [path, groups.flat()])), read);
  const judged = await judge(withTexts(subject, together));
  const failing = new Map([...good].filter(([path]) => !holds(path, together.get(path), before, judged)));
  if (failing.size === 0) return { subject: withTexts(subject, together), judged, applied: sum(together), dropped };
  // Each holds by itself and not with the others: the first now, the others in the next pass.
  const first = await attemptsOf(
    texts,
    new Map([...failing].flatMap(([path, [group]]) => (group ? [[path, group] as const] : []))),
    read,
  );
  const settled = new Map([...together, ...first]);
  const last = withTexts(subject, settled);
  return { subject: last, judged: await judge(last), applied: sum(settled), dropped };
}

function byRule(findings: readonly Fixable[]): Fixable[][] {
  const groups = new Map<string, Fixable[]>();
  for (const finding of findings) groups.set(finding.rule, [...(groups.get(finding.rule) ?? []), finding]);
  return [...groups.values()];
}

async function attemptsOf(
  texts: ReadonlyMap<string, string>,
  chosen: ReadonlyMap<string, readonly Fixable[]>,
  read: Reader,
): Promise<Map<string, Attempt>> {
  const attempts = new Map<string, Attempt>();
  for (const [path, findings] of chosen) {
    const attempt = await attemptOf(path, texts.get(path) ?? "", findings, read);
    if (attempt) attempts.set(path, attempt);
  }
  return attempts;
}

/** A text with fixes applied, and how many of each rule. */
interface Attempt {
  text: string;
  rules: ReadonlyMap<string, number>;
}

/** Nothing where no fix changes the text, or the result does not parse. */
async function attemptOf(
  path: string,
  text: string,
  findings: readonly Fixable[],
  read: Reader,
): Promise<Attempt | undefined> {
  const { text: mended, applied } = applyFixes(
    text,
    findings.map(({ fix }) => fix),
  );
  if (applied.length === 0 || mended === text || isBroken((await read({ path, text: mended })).file.yaml))
    return undefined;
  const rules = new Map<string, number>();
  for (const { rule } of findings.filter(({ fix }) => applied.includes(fix)))
    rules.set(rule, (rules.get(rule) ?? 0) + 1);
  return { text: mended, rules };
}

/** Every finding that was mended is gone, and GitHub accepts no less of the file. */
const holds = (path: string, attempt: Attempt | undefined, before: Judged, after: Judged): boolean =>
  attempt !== undefined &&
  [...attempt.rules].every(([rule, count]) => countOf(after, path, rule) <= countOf(before, path, rule) - count) &&
  languageErrors(after, path) <= languageErrors(before, path);

const withTexts = (subject: Subject, attempts: ReadonlyMap<string, Attempt>): Subject => ({
  ...subject,
  sources: subject.sources.map(({ path, text }) => ({ path, text: attempts.get(path)?.text ?? text })),
});

const sum = (attempts: ReadonlyMap<string, Attempt>): number =>
  [...attempts.values()].reduce((total, { rules }) => total + [...rules.values()].reduce((a, b) => a + b, 0), 0);

const counted = new WeakMap<Judged, Map<string, number>>();

/** By file and rule, and by file for errors of the language. */
function countsIn(judged: Judged): Map<string, number> {
  let counts = counted.get(judged);
  if (!counts) {
    counted.set(judged, (counts = new Map()));
    for (const { file, rule, family, level } of judged.findings) {
      const keys = [`${rule} ${file}`, ...(family === "language" && level === "error" ? [` ${file}`] : [])];
      for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}

const countOf = (judged: Judged, path: string, rule: string): number => countsIn(judged).get(`${rule} ${path}`) ?? 0;
const languageErrors = (judged: Judged, path: string): number => countOf(judged, path, "");

function refuseUnknown(rules: readonly string[]): void {
  const ids = RULES.map(({ id }) => id);
  for (const rule of rules) {
    if (ids.includes(rule)) continue;
    throw userError(`--fix=${rule}: there is no rule of this name.`, {
      hint: didYouMean(rule, ids) ?? "`pipewright rules` lists them.",
    });
  }
}

/** Writes what mending came to. */
export async function writeFixed(io: Io, root: string, { writes }: Fixed): Promise<void> {
  const { interruptible = (work) => work(new AbortController().signal) } = io;
  if (writes.length > 0)
    await whileLocked(root, () => interruptible((interrupted) => writeAll(writes, { interrupted })));
}

/** The differences, as a patch that `git apply` takes. */
export function diffOf(io: Io, { writes }: Fixed): string {
  const paint = paintFor(io.env, io.stdout);
  return writes.map((write) => `${paintDiff(paint, unifiedDiff(write).trimEnd())}\n`).join("");
}

/** What was done, in sentences. */
export function whatWasDone({ applied, writes, generated }: Fixed, dryRun: boolean): string {
  const files = `${writes.length} file${writes.length === 1 ? "" : "s"}`;
  const done = dryRun
    ? `Dry run, nothing was written: ${applied} fix${applied === 1 ? "" : "es"} in ${files}.`
    : applied === 0
      ? "There was nothing to mend."
      : `Mended ${applied} finding${applied === 1 ? "" : "s"} in ${files}.`;
  const refused = [...generated].map(
    ([path, source]) => `${path} is generated: make the change in ${source} and run \`npx pipewright generate\`.`,
  );
  return [done, ...refused].map((line) => `${line}\n`).join("");
}
