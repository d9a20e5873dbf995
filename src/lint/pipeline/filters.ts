/** GitHub's filter patterns ("Workflow syntax", Filter pattern cheat sheet), as far as a name is tested against them. */
import type { Filter } from "./model.ts";

const compiled = new Map<string, RegExp>();

function expressionFor(pattern: string): RegExp {
  const before = compiled.get(pattern);
  if (before) return before;
  let source = "";
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index] ?? "";
    if (character === "*" && pattern[index + 1] === "*") {
      source += ".*";
      index++;
    } else if (character === "*") source += "[^/]*";
    else if (character === "?" || character === "+") source += source === "" ? `\\${character}` : character;
    else if (character === "[" && pattern.indexOf("]", index) > index) {
      const end = pattern.indexOf("]", index);
      source += `[${pattern
        .slice(index + 1, end)
        .replaceAll("\\", "\\\\")
        .replaceAll("[", "\\[")}]`;
      index = end;
    } else if (character === "\\")
      source += `\\${pattern[++index] ?? "\\"}`.replace(/\\[a-zA-Z0-9]/, (escaped) => escaped.slice(1));
    else source += character.replace(/[.^$(){}|/\]]/g, "\\$&");
  }
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${source})$`, "s");
  } catch {
    expression = /[]/;
  }
  if (compiled.size > 2_000) compiled.clear();
  compiled.set(pattern, expression);
  return expression;
}

export const matchesPattern = (pattern: string, name: string): boolean =>
  name.length <= 512 && expressionFor(pattern).test(name);

/** The last pattern that matches decides; `!` takes out again. */
export function passesFilter({ patterns, ignore }: Filter, name: string): boolean {
  if (ignore) return !patterns.some((pattern) => matchesPattern(pattern, name));
  let passes = false;
  for (const pattern of patterns) {
    if (pattern.startsWith("!")) passes &&= !matchesPattern(pattern.slice(1), name);
    else passes ||= matchesPattern(pattern, name);
  }
  return passes;
}

/** The only names that pass, where the patterns are plain names. */
export function plainNames(filter: Filter | undefined): string[] | undefined {
  return filter && !filter.ignore && filter.patterns.every((pattern) => !/[*?+[\]!\\]/.test(pattern))
    ? [...filter.patterns]
    : undefined;
}
