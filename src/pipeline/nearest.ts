import { closest, distance } from "fastest-levenshtein";

/** The valid name that a typo most likely meant: at most a third of its letters are different. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const found = closest(name, names);
  return distance(name, found) <= Math.max(1, Math.floor(Math.max(name.length, found.length) / 3)) ? found : undefined;
}

/** "Did you mean …?", or the list of what is valid. */
export function nameHint(name: string, names: readonly string[]): string {
  const found = nearest(name, names);
  if (found !== undefined) return `Did you mean "${found}"?`;
  return names.length > 0 ? `Valid names: ${names.join(", ")}.` : "There is none to choose from.";
}
