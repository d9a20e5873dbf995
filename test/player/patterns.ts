/**
 * The filter patterns of branches, tags and paths (docs.github.com, "Workflow syntax: Filter pattern cheat sheet").
 * They are not shell globs: `?` and `+` repeat the character before them, `**` crosses slashes.
 */

/** Whether a list of patterns lets `name` through: the last pattern that matches decides, `!` takes out again. */
export function matchesAny(patterns: readonly string[], name: string): boolean {
  let included = false;
  for (const pattern of patterns) {
    if (pattern.startsWith("!")) {
      if (matches(pattern.slice(1), name)) included = false;
    } else if (matches(pattern, name)) included = true;
  }
  return included;
}

export function matches(pattern: string, name: string): boolean {
  return toRegExp(pattern).test(name);
}

function toRegExp(pattern: string): RegExp {
  let source = "";
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern.charAt(index);
    if (pattern.startsWith("**/", index)) {
      source += "(?:.*/)?";
      index += 2;
    } else if (pattern.startsWith("**", index)) {
      source += ".*";
      index += 1;
    } else if (character === "*") source += "[^/]*";
    else if (character === "?" || character === "+") source += character;
    else if (character === "[") {
      const end = pattern.indexOf("]", index);
      if (end === -1) source += "\\[";
      else {
        source += pattern.slice(index, end + 1);
        index = end;
      }
    } else if (character === "\\" && index + 1 < pattern.length) {
      index += 1;
      source += escape(pattern.charAt(index));
    } else source += escape(character);
  }
  return new RegExp(`^${source}$`, "u");
}

const escape = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");
