/**
 * `pipewright lint --fix`: applies fixes pass by pass until nothing changes, holds each result against the rules again,
 * and writes all files or none. A fix whose result does not parse, or whose finding is still there, is dropped.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readSource as generatedFrom } from "../../compiler/stamp.ts";
import { userError } from "../../config/user-error.ts";
import { didYouMean } from "../../config/nearest.ts";
import type { Finding, Fix } from "../../lint/finding.ts";
import { applyFixes } from "../../lint/fix.ts";
import type { Judged } from "../../lint/judge.ts";
import { RULES } from "../../lint/rules/index.ts";
import { isBroken, readYaml } from "../../workflow/yaml/read.ts";
import { unifiedDiff } from "../files/diff.ts";
import { whileLocked } from "../files/lock.ts";
import { type Write, writeAll } from "../files/transaction.ts";
import type { Io } from "../io.ts";
import { paintDiff, paintFor } from "../paint.ts";
import type { Fixing } from "./options.ts";
import type { Subject } from "./subject.ts";

const MOST_PASSES = 10;

export interface FixRequest {
  io: Io;
  root: string;
  fixing: Fixing;
  subject: Subject;
  /** What is reported of these texts. */
  judge: (subject: Subject) => Promise<Judged>;
}

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
export async function mend({ root, fixing, subject, judge }: FixRequest): Promise<Fixed> {
  refuseUnknown(fixing.rules ?? []);
  const generated = new Map<string, string>();
  const untouchable = new Set<string>();
  for (const { path, text } of subject.sources) {
    const source = generatedFrom(text);
    if (source !== undefined) generated.set(path, source);
    else if (!isReadable(root, path, text) || isBroken(await readYaml(text))) untouchable.add(path);
  }
  const dropped = new Set<string>();
  const wanted = (finding: Finding): finding is Finding & { fix: Fix } => finding.fix !== undefined && (fixing.rules === undefined ? fixing.optIn || finding.fix.optIn !== true : fixing.rules.includes(finding.rule)) && !dropped.has(keyOf(finding));
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
    let changed = false;
    for (const [path, findings] of byFile) {
      const before = judged;
      const step = await mendFile(path, findings, now, before, judge);
      for (const finding of step.dropped) dropped.add(keyOf(finding));
      if (step.applied === 0) continue;
      ({ subject: now, judged } = step);
      applied += step.applied;
      changed = true;
    }
    if (!changed) break;
  }
  const was = new Map(subject.sources.map(({ path, text }) => [path, text]));
  const writes = now.sources.flatMap(({ path, text }): Write[] => (was.get(path) === text ? [] : [{ path, file: join(root, path), before: Buffer.from(was.get(path) ?? ""), after: Buffer.from(text) }]));
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

/** All fixes of one file at once; when the result does not hold, one by one. */
async function mendFile(path: string, findings: readonly (Finding & { fix: Fix })[], subject: Subject, before: Judged, judge: FixRequest["judge"]): Promise<Step> {
  const text = subject.sources.find((source) => source.path === path)?.text ?? "";
  const attempt = async (chosen: readonly (Finding & { fix: Fix })[]): Promise<Step & { holds: boolean }> => {
    const { text: mended, applied } = applyFixes(text, chosen.map(({ fix }) => fix));
    const nothing = { subject, judged: before, applied: 0, dropped: [], holds: applied.length > 0 };
    if (applied.length === 0 || mended === text || isBroken(await readYaml(mended))) return { ...nothing, holds: false };
    const next: Subject = { ...subject, sources: subject.sources.map((source) => (source.path === path ? { path, text: mended } : source)) };
    const judged = await judge(next);
    const mendedRules = new Map<string, number>();
    for (const { rule } of chosen.filter(({ fix }) => applied.includes(fix))) mendedRules.set(rule, (mendedRules.get(rule) ?? 0) + 1);
    const holds = [...mendedRules].every(([rule, count]) => countOf(judged, path, rule) <= countOf(before, path, rule) - count) && languageErrors(judged, path) <= languageErrors(before, path);
    return { subject: next, judged, applied: applied.length, dropped: [], holds };
  };
  const together = await attempt(findings);
  if (together.holds) return together;
  const dropped: Finding[] = [];
  for (const finding of findings) {
    const alone = await attempt([finding]);
    if (alone.holds) return { ...alone, dropped };
    dropped.push(finding);
  }
  return { subject, judged: before, applied: 0, dropped };
}

const countOf = ({ findings }: Judged, path: string, rule: string): number => findings.filter((finding) => finding.file === path && finding.rule === rule).length;
const languageErrors = ({ findings }: Judged, path: string): number => findings.filter(({ file, family, level }) => file === path && family === "language" && level === "error").length;

function refuseUnknown(rules: readonly string[]): void {
  const ids = RULES.map(({ id }) => id);
  for (const rule of rules) {
    if (ids.includes(rule)) continue;
    throw userError(`--fix=${rule}: there is no rule of this name.`, { hint: didYouMean(rule, ids) ?? "`pipewright rules` lists them." });
  }
}

/** Writes what mending came to. */
export async function writeFixed(io: Io, root: string, { writes }: Fixed): Promise<void> {
  const { interruptible = (work) => work(new AbortController().signal) } = io;
  if (writes.length > 0) await whileLocked(root, () => interruptible((interrupted) => writeAll(writes, { interrupted })));
}

/** The differences, as a patch that `git apply` takes. */
export function diffOf(io: Io, { writes }: Fixed): string {
  const paint = paintFor(io.env, io.stdout);
  return writes.map((write) => `${paintDiff(paint, unifiedDiff(write).trimEnd())}\n`).join("");
}

/** What was done, in sentences. */
export function whatWasDone({ applied, writes, generated }: Fixed, dryRun: boolean): string {
  const files = `${writes.length} file${writes.length === 1 ? "" : "s"}`;
  const done = dryRun ? `Dry run, nothing was written: ${applied} fix${applied === 1 ? "" : "es"} in ${files}.` : applied === 0 ? "There was nothing to mend." : `Mended ${applied} finding${applied === 1 ? "" : "s"} in ${files}.`;
  const refused = [...generated].map(([path, source]) => `${path} is generated: make the change in ${source} and run \`npx pipewright generate\`.`);
  return [done, ...refused].map((line) => `${line}\n`).join("");
}
