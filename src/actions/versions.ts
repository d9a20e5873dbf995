/**
 * What each version of a known action takes, gives and runs on. `versions.json` holds the newest tag of each major (see
 * `carry-versions.mjs`), `read-by-hand.json` actions of which one version was read.
 */
import byHand from "./read-by-hand.json" with { type: "json" };
import data from "./versions.json" with { type: "json" };

export interface InputFacts {
  required: boolean;
  hasDefault: boolean;
  deprecated: boolean;
}

export interface ActionVersion {
  tag: string;
  /** Empty where it was not recorded. */
  sha: string;
  /** `YYYY-MM-DD`, or empty. */
  date: string;
  /** `node24`, `composite` or `docker`, as the action declares it. */
  runtime: string;
  /** By the name as it is declared; GitHub compares names without case. */
  inputs: ReadonlyMap<string, InputFacts>;
  outputs: readonly string[];
}

/** A version that a ref stands for. */
export interface FoundVersion {
  version: ActionVersion;
  /**
   * `exact`: this very tag or commit, or a major's tag that moves with it. `older`: a tag of the same major before it,
   * which may lack inputs. `newer`: a tag after it, which may have more.
   */
  fit: "exact" | "older" | "newer";
}

type Written = readonly string[];

const written: ReadonlyMap<string, readonly Written[]> = new Map(
  [...Object.entries<readonly Written[]>(data), ...Object.entries<readonly Written[]>(byHand)].map(
    ([name, versions]) => [name.toLowerCase(), versions],
  ),
);

const read = new Map<string, readonly ActionVersion[]>();

/** Newest first; empty for an action that is not known. `name` is `owner/repo` or `owner/repo/path`, in any case. */
export function versionsOf(name: string): readonly ActionVersion[] {
  const key = name.toLowerCase();
  let versions = read.get(key);
  if (!versions) {
    versions = (written.get(key) ?? []).map(versionFrom);
    if (written.has(key)) read.set(key, versions);
  }
  return versions;
}

const words = (text: string): string[] => (text === "" ? [] : text.split(" "));

function versionFrom([tag = "", sha = "", date = "", runtime = "", inputs = "", outputs = ""]: Written): ActionVersion {
  return {
    tag,
    sha,
    date,
    runtime,
    inputs: new Map(
      words(inputs).map(
        (word) =>
          [
            word.replace(/[!=~]+$/, ""),
            { required: /![=~]*$/.test(word), hasDefault: /=~?$/.test(word), deprecated: word.endsWith("~") },
          ] as const,
      ),
    ),
    outputs: words(outputs),
  };
}

/** `v4`, `v4.1`, `v4.1.2` as numbers; nothing for a branch, a commit or a pre-release. */
export function numbersOf(ref: string): readonly number[] | undefined {
  const match = /^v?(\d{1,6})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?$/.exec(ref);
  return match
    ?.slice(1)
    .filter((part) => part !== undefined)
    .map(Number);
}

export const isCommit = (ref: string): boolean => /^[0-9a-f]{40}$/i.test(ref);

const found = new Map<string, FoundVersion | undefined>();
/** People choose refs freely, so a long-lived process would remember without end. */
const MOST_FOUND = 20_000;

/** The version that a ref stands for: a tag, `v4` or `v4.1` as it moves, or a recorded commit. Nothing for other commits and branches. */
export function versionOf(name: string, ref: string): FoundVersion | undefined {
  const key = `${name}@${ref}`;
  if (!found.has(key)) {
    if (found.size > MOST_FOUND) found.clear();
    found.set(key, find(name, ref));
  }
  return found.get(key);
}

function find(name: string, ref: string): FoundVersion | undefined {
  const versions = versionsOf(name);
  if (isCommit(ref)) {
    const version = versions.find(({ sha }) => sha === ref.toLowerCase());
    return version && { version, fit: "exact" };
  }
  const wanted = numbersOf(ref);
  if (!wanted) return undefined;
  for (const version of versions) {
    const numbers = numbersOf(version.tag);
    if (!numbers || numbers[0] !== wanted[0]) continue;
    const order = compare(wanted, numbers);
    return { version, fit: order === 0 ? "exact" : order < 0 ? "older" : "newer" };
  }
  return undefined;
}

/** A ref of fewer parts stands for the newest version that starts like it. */
function compare(ref: readonly number[], known: readonly number[]): number {
  for (const [index, number] of ref.entries()) if (number !== (known[index] ?? 0)) return number - (known[index] ?? 0);
  return 0;
}

/** The tag that a commit is known to be, of whatever action in that repository. */
export function tagOfCommit(name: string, sha: string): string | undefined {
  const wanted = sha.toLowerCase();
  return versionsOf(name).find((version) => version.sha === wanted && version.sha !== "")?.tag;
}

/** The commit of a tag, or of the newest recorded version under a major's tag. */
export function commitOf(name: string, ref: string): { tag: string; sha: string } | undefined {
  const known = isCommit(ref) ? undefined : versionOf(name, ref);
  return known?.fit === "exact" && known.version.sha !== ""
    ? { tag: known.version.tag, sha: known.version.sha }
    : undefined;
}

/** Majors that are not recorded, and the recorded one that has all of their inputs and outputs (by the actions' release notes, which only add). */
const CONTAINED: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  "actions/checkout": { 2: "v4", 3: "v4" },
  "actions/download-artifact": { 2: "v5", 3: "v5", 4: "v5" },
  "actions/github-script": { 3: "v5", 4: "v5" },
  "actions/setup-go": { 3: "v4" },
  "actions/setup-node": { 3: "v4" },
  "actions/setup-python": { 2: "v4", 3: "v4" },
  "actions/upload-artifact": { 2: "v4", 3: "v4" },
};

/** A recorded version that takes and gives everything that this one does, and perhaps more. */
export function supersetOf(name: string, ref: string): ActionVersion | undefined {
  const known = versionOf(name, ref);
  if (known) return known.fit === "newer" ? undefined : known.version;
  const key = name.toLowerCase();
  const major = numbersOf(ref)?.[0];
  const container = major === undefined || !Object.hasOwn(CONTAINED, key) ? undefined : CONTAINED[key]?.[major];
  return container === undefined ? undefined : versionOf(key, container)?.version;
}
