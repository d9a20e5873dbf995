/**
 * The emitted programs have no header, so that they stay byte for byte what they are: plan.json beside them holds the
 * digest of each. What it records on disk tells a program that was edited by hand from one of an earlier Pipewright.
 */
import { PROGRAMS_FOLDER } from "../../programs/programs.ts";
import { digestOf, readSource, type Stamp, withoutCarriageReturns } from "./stamp.ts";

export interface Recorded {
  /** The config that plan.json names. */
  source: string;
  /** By the file's path from the repository's root. An unresolved merge records two. */
  digests: ReadonlyMap<string, readonly string[]>;
}

/** An entry of `files`, found as text: a merge that nobody has resolved leaves no JSON, but it leaves these. */
const ENTRY = /^\s*"([\w-]+\/[\w-][\w.-]*)":\s*"([0-9a-f]{64})",?\r?$/gm;

/** Reads a plan.json as it lies there; undefined for one that is not Pipewright's. */
export function readRecorded(text: string): Recorded | undefined {
  const source = readSource(text);
  if (source === undefined) return undefined;
  const digests = new Map<string, string[]>();
  for (const [, file = "", digest = ""] of text.matchAll(ENTRY)) {
    const path = `${PROGRAMS_FOLDER}/${file}`;
    digests.set(path, [...(digests.get(path) ?? []), digest]);
  }
  return { source, digests };
}

/** What a header would say of a file that has none: undefined where plan.json does not know it. */
export function recordedStamp(path: string, text: string, recorded: Recorded | undefined): Stamp | undefined {
  const known = recorded?.digests.get(path);
  if (!recorded || !known) return undefined;
  const body = withoutCarriageReturns(text);
  const digest = digestOf(body);
  return { source: recorded.source, digest: known[0] ?? "", body, intact: known.includes(digest) };
}

/** Whether a file has no header of its own. */
export const isRecordedIn = (path: string): boolean =>
  path.startsWith(`${PROGRAMS_FOLDER}/`) && path.slice(PROGRAMS_FOLDER.length + 1).includes("/");
