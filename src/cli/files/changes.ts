/** Compares what the config declares with what lies in the repository. Pure: the reading is done in `snapshot.ts`. */
import { readStamp, withoutCarriageReturns } from "../../compiler/stamp.ts";
import type { Target } from "./inside.ts";

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
  /** The whole file as it should be, header included. */
  text: string;
}

export interface Existing extends Target {
  /** Undefined when there is no such file. */
  text: string | undefined;
  /** The working copy differs in line endings only, and git made them. */
  endingsFromGit: boolean;
}

export interface FileStatus extends Target {
  state: FileState;
  /** What lies there now; undefined when nothing does. */
  before: string | undefined;
  /** What the config declares; undefined when it does not. */
  after: string | undefined;
  /** The config that a `handwritten` file's stamp names, when it has one. */
  otherSource: string | undefined;
}

export interface Sources {
  /** The config at hand, relative to the root. */
  config: string;
  /** Whether another config that a stamp names is still there. One that was renamed or deleted no longer counts. */
  exists: (source: string) => boolean;
}

/** The state of a declared file. */
export function statusOfDeclared(declared: Declared, existing: Existing, sources: Sources): FileStatus {
  const { path, file, text: after } = declared;
  const before = existing.text;
  const status = (state: FileState, otherSource?: string): FileStatus => ({ path, file, state, before, after, otherSource });
  if (before === undefined) return status("missing");
  if (before === after || existing.endingsFromGit) return status("current");
  const stamp = readStamp(before);
  if (!stamp) return status("handwritten");
  if (stamp.source !== sources.config && sources.exists(stamp.source)) return status("handwritten", stamp.source);
  // Where the hand-made body is what the config now says (a merge was resolved by hand), nothing would be lost.
  const lost = !stamp.intact && stamp.body !== readStamp(after)?.body;
  return status(lost ? "edited" : "stale");
}

/** The state of a file that is not declared: undefined when it is none of this config's business. */
export function statusOfUndeclared(existing: Existing, sources: Sources): FileStatus | undefined {
  const { path, file, text: before } = existing;
  const stamp = before === undefined ? undefined : readStamp(before);
  if (!stamp || (stamp.source !== sources.config && sources.exists(stamp.source))) return undefined;
  const state = stamp.intact ? "undeclared" : "undeclared-edited";
  return { path, file, state, before, after: undefined, otherSource: undefined };
}

/** Whether writing what the config declares would lose something that cannot be generated again. */
export const losesWork = (status: FileStatus): boolean =>
  status.state === "edited" || status.state === "handwritten" || status.state === "undeclared-edited";

/** Whether two texts differ in their line endings only. */
export const sameButEndings = (one: string, other: string): boolean =>
  one !== other && withoutCarriageReturns(one) === withoutCarriageReturns(other);
