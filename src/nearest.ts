import { distance } from "fastest-levenshtein";

/** The candidate that a person most likely meant, or nothing when none is near. Case and punctuation count little. */
export function nearest(written: string, candidates: Iterable<string>): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const wanted = plain(written);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const plainCandidate = plain(candidate);
    const away = apart(wanted, plainCandidate);
    if (away < bestDistance) [best, bestDistance] = [candidate, away];
  }
  return best;
}

/** How many slips lie between two names. Two letters that changed places are one slip, and so is half a name. */
function apart(a: string, b: string): number {
  const between = distance(a, b);
  const isHalf = Math.min(a.length, b.length) >= 4 && (a.startsWith(b) || b.startsWith(a));
  const isSwap = between === 2 && [...a].sort().join("") === [...b].sort().join("");
  return isHalf || isSwap ? Math.min(1, between) : between;
}

/** ``Did you mean `timeout`?``, or the whole list when nothing is near and the list is short enough to read. */
export function didYouMean(written: string, candidates: readonly string[]): string | undefined {
  const near = nearest(written, candidates);
  if (near !== undefined) return `Did you mean \`${near}\`?`;
  if (candidates.length === 0 || candidates.length > 40) return undefined;
  return `Known here: ${candidates.join(", ")}.`;
}
