/** The version that a `uses:` names, by its ref or by the comment behind a commit. */
import { isCommit, numbersOf } from "../../../actions/versions.ts";
import type { Uses } from "../../../workflow/document/document.ts";

export type Version = readonly number[];

/** `v4.1.2`, `4`, `release/v1` (pypa's way) as numbers. */
export const versionOf = (ref: string): Version | undefined => numbersOf(ref.replace(/^release\//, ""));

/** The comment behind the `uses:` on the same line. */
export function commentBehind(text: string, uses: Uses): { text: string; start: number } | undefined {
  const end = text.indexOf("\n", uses.node.end);
  const rest = text.slice(uses.node.end, end === -1 ? undefined : end).replace(/\r$/, "");
  const found = /^\s*#\s*(\S.*?)\s*$/.exec(rest);
  return found ? { text: found[1] ?? "", start: uses.node.end + rest.indexOf(found[1] ?? "") } : undefined;
}

/** The version that is said to run: a tag, or the comment behind a commit. */
export function saidVersion(text: string, uses: Uses & { kind: "repository" }): Version | undefined {
  if (!isCommit(uses.ref)) return versionOf(uses.ref);
  const word = commentBehind(text, uses)
    ?.text.replace(/^(?:pin|tag)\s*[=:@]?\s*@?/i, "")
    .split(/[\s,]/)[0];
  return word === undefined ? undefined : versionOf(word);
}

/** A moving tag such as `v4` is its newest version, so that it is lower only where its own major is. */
export function isBelow(version: Version, limit: Version): boolean {
  for (let at = 0; at < limit.length; at++) {
    const own = version[at];
    if (own === undefined) return false;
    if (own !== limit[at]) return own < (limit[at] ?? 0);
  }
  return false;
}

export const isAtLeast = (version: Version, limit: Version): boolean => {
  for (let at = 0; at < limit.length; at++) {
    const own = version[at];
    if (own === undefined) return true;
    if (own !== limit[at]) return own > (limit[at] ?? 0);
  }
  return true;
};
