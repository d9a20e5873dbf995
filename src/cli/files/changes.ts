/** Compares what the config declares with what lies in the repository. Pure: the reading is done in `snapshot.ts`. */
import type { Target } from "./inside.ts";
import { isRecordedIn, type Recorded, recordedStamp } from "./recorded.ts";
import { readStamp, type Stamp, withoutCarriageReturns } from "./stamp.ts";

/**
 * How a file stands to the config:
 * - `current`: byte for byte what the config declares;
 * - `missing`: declared, not there;
 * - `stale`: generated and untouched, but the config has changed since;
 * - `edited`: generated, then changed by hand;
 * - `handwritten`: something that Pipewright did not generate from this config lies in the way;
 * - `undeclared`: generated from this config, which no longer declares it;
 * - `undeclared-edited`: the same, and changed by hand.
 */
export type FileState = "current" | "missing" | "stale" | "edited" | "handwritten" | "undeclared" | "undeclared-edited";

export interface Declared extends Target {
  /** The whole file as it should be, header included. Bytes, here and below: a thousand texts are twice as large. */
  bytes: Buffer;
}

export interface Existing extends Target {
  /** Undefined when there is no such file. */
  bytes: Buffer | undefined;
  /** The working copy differs in line endings only, and git made them. */
  endingsFromGit: boolean;
}

export interface FileStatus extends Target {
  state: FileState;
  /** What lies there now; undefined when nothing does. A `current` file's text is not kept. */
  before: Buffer | undefined;
  /** What the config declares; undefined when it does not, and for a `current` file. */
  after: Buffer | undefined;
  /** The config that a `handwritten` file's stamp names, when it has one. */
  otherSource: string | undefined;
}

export interface Sources {
  /** The config at hand, relative to the root. */
  config: string;
  /** Whether another config that a stamp names is still there. One that was renamed or deleted no longer counts. */
  exists: (source: string) => boolean;
  /** What plan.json on disk says of the programs beside it; undefined where there is none. */
  recorded: Recorded | undefined;
}

/** The mark of a generated file: its header, or what plan.json says of it. */
const stampOf = (path: string, bytes: Buffer, { recorded }: Sources): Stamp | undefined =>
  isRecordedIn(path) ? recordedStamp(path, bytes.toString("utf8"), recorded) : readStamp(bytes.toString("utf8"));

/** A file that is what it should be. */
export const current = ({ path, file }: Target): FileStatus => ({
  path,
  file,
  state: "current",
  before: undefined,
  after: undefined,
  otherSource: undefined,
});

/** The state of a declared file. */
export function statusOfDeclared(declared: Declared, existing: Existing, sources: Sources): FileStatus {
  const { path, file, bytes: after } = declared;
  const before = existing.bytes;
  const status = (state: FileState, otherSource?: string): FileStatus => ({
    path,
    file,
    state,
    before,
    after,
    otherSource,
  });
  if (before === undefined) return status("missing");
  if (before.equals(after) || existing.endingsFromGit) return current(declared);
  const stamp = stampOf(path, before, sources);
  if (!stamp) return status("handwritten");
  if (stamp.source !== sources.config && sources.exists(stamp.source)) return status("handwritten", stamp.source);
  // Where the hand-made body is what the config now says (a merge was resolved by hand), nothing would be lost.
  const lost =
    !stamp.intact &&
    stamp.body !== (isRecordedIn(path) ? after.toString("utf8") : readStamp(after.toString("utf8"))?.body);
  return status(lost ? "edited" : "stale");
}

/** The state of a file that is not declared: undefined when it is none of this config's business. */
export function statusOfUndeclared(existing: Existing, sources: Sources): FileStatus | undefined {
  const { path, file, bytes: before } = existing;
  const stamp = before === undefined ? undefined : stampOf(path, before, sources);
  if (!stamp || (stamp.source !== sources.config && sources.exists(stamp.source))) return undefined;
  const state = stamp.intact ? "undeclared" : "undeclared-edited";
  return { path, file, state, before, after: undefined, otherSource: undefined };
}

/** Whether writing what the config declares would lose something that cannot be generated again. */
export const losesWork = (status: FileStatus): boolean =>
  status.state === "edited" || status.state === "handwritten" || status.state === "undeclared-edited";

/** Whether two texts differ in their line endings only. */
export const sameButEndings = (one: Buffer, other: Buffer): boolean =>
  !one.equals(other) &&
  one.includes("\r") !== other.includes("\r") &&
  withoutCarriageReturns(one.toString("utf8")) === withoutCarriageReturns(other.toString("utf8"));
