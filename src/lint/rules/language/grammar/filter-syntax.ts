/**
 * The patterns of `branches`, `tags` and `paths` (reference: "Workflow syntax", filter pattern cheat sheet) and what a
 * Git ref may be called (git-check-ref-format).
 */

export interface PatternFault {
  /** Offsets in the pattern. */
  start: number;
  end: number;
  message: string;
  /** It works, but says less than it seems to. */
  mild?: true;
}

const NOT_IN_REFS: Readonly<Record<string, string>> = {
  " ": "a blank",
  "\t": "a tab",
  "~": "`~`",
  "^": "`^`",
  ":": "`:`",
};

/** The first fault of a pattern. */
export function patternFault(pattern: string, kind: "ref" | "path"): PatternFault | undefined {
  const start = pattern.startsWith("!") ? 1 : 0;
  if (pattern.length === start)
    return {
      start: 0,
      end: pattern.length,
      message: start === 0 ? "An empty pattern matches nothing." : "`!` needs a pattern behind it.",
    };
  const lineBreak = pattern.trimEnd().indexOf("\n");
  if (lineBreak !== -1)
    return {
      start: lineBreak,
      end: lineBreak + 1,
      message: "No name contains a line break. Write each pattern as an item of its own.",
    };
  return (
    specialFault(pattern, start) ??
    (kind === "ref" ? refFault(pattern, start) : pathFault(pattern, start)) ??
    singleCharacterClass(pattern)
  );
}

function specialFault(pattern: string, start: number): PatternFault | undefined {
  /** What `?` and `+` repeat: a character or a class. */
  let repeatable = false;
  for (let at = start; at < pattern.length; at++) {
    const character = pattern[at] ?? "";
    if (character === "\\") {
      const next = pattern[at + 1];
      if (next === undefined)
        return { start: at, end: at + 1, message: "Nothing follows the `\\`, which makes the next character literal." };
      if (!/[[\]?+*\\!]/.test(next))
        return {
          start: at,
          end: at + 2,
          message: `\`\\${next}\` means nothing: filters are no regular expressions, and \`\\\` only makes \`[\`, \`]\`, \`*\`, \`?\`, \`+\` and \`!\` literal.${next === "d" ? " Write `[0-9]`." : ""}`,
        };
      at++;
      repeatable = true;
    } else if (character === "*") {
      repeatable = false;
    } else if (character === "?" || character === "+") {
      if (!repeatable) {
        const before = at === start ? "stands first" : `follows \`${pattern[at - 1] ?? ""}\``;
        return {
          start: at,
          end: at + 1,
          message: `\`${character}\` repeats the character or class before it, but here it ${before}.`,
        };
      }
      repeatable = false;
    } else if (character === "[") {
      const fault = classFault(pattern, at);
      if (fault) return fault;
      at = pattern.indexOf("]", at);
      repeatable = true;
    } else {
      repeatable = true;
    }
  }
  return undefined;
}

function classFault(pattern: string, open: number): PatternFault | undefined {
  const close = pattern.indexOf("]", open);
  if (close === -1) return { start: open, end: pattern.length, message: "This `[` has no `]`." };
  if (close === open + 1) return { start: open, end: close + 1, message: "`[]` matches no character." };
  for (let at = open + 1; at < close; at++) {
    if (pattern[at + 1] !== "-") continue;
    if (at + 2 >= close)
      return {
        start: at,
        end: close,
        message: `The range \`${pattern.slice(at, close)}\` has no end. Put a \`-\` that is meant as itself first.`,
      };
    const [from = "", to = ""] = [pattern[at], pattern[at + 2]];
    if (from > to) return { start: at, end: at + 3, message: `The range \`${from}-${to}\` runs backwards.` };
    if (to > "\u007f")
      return {
        start: at,
        end: at + 3,
        message: `Ranges are within \`a-z\`, \`A-Z\` and \`0-9\`, and \`${from}-${to}\` goes beyond. List the characters.`,
      };
    at += 2;
  }
  return undefined;
}

function singleCharacterClass(pattern: string): PatternFault | undefined {
  const found = /(?<!\\)\[([A-Za-z0-9_-])\]/.exec(pattern);
  return found
    ? {
        start: found.index,
        end: found.index + found[0].length,
        message: `\`${found[0]}\` matches only \`${found[1] ?? ""}\`. Write that without brackets, or the range that was meant.`,
        mild: true,
      }
    : undefined;
}

function refFault(pattern: string, start: number): PatternFault | undefined {
  for (let at = start; at < pattern.length; at++) {
    // What a class says is not in the name itself.
    if (pattern[at] === "[" && pattern[at - 1] !== "\\") at = Math.max(at, pattern.indexOf("]", at));
    const name = NOT_IN_REFS[pattern[at] ?? ""];
    if (name === undefined) continue;
    const regular =
      pattern[at] === "^" ? " Filters are no regular expressions: a pattern matches the whole name as it is." : "";
    return { start: at, end: at + 1, message: `No branch or tag can contain ${name}.${regular}` };
  }
  const never: readonly [string, string][] = [
    ["..", "No branch or tag can contain `..`."],
    ["//", "No branch or tag can contain `//`."],
    ["@{", "No branch or tag can contain `@{`."],
  ];
  for (const [text, message] of never) {
    const at = pattern.indexOf(text, start);
    if (at !== -1) return { start: at, end: at + text.length, message };
  }
  if (pattern[start] === "/") return { start, end: start + 1, message: "No branch or tag begins with `/`." };
  if (/[/.]$/.test(pattern))
    return {
      start: pattern.length - 1,
      end: pattern.length,
      message: `No branch or tag ends with \`${pattern.slice(-1)}\`.`,
    };
  return undefined;
}

function pathFault(pattern: string, start: number): PatternFault | undefined {
  const relative = /^\.{1,2}(?=\/|$)/.exec(pattern.slice(start));
  if (relative)
    return {
      start,
      end: start + relative[0].length,
      message: `Paths are compared from the repository's root and never begin with \`${relative[0]}/\`.`,
    };
  const inside = /\/\.{1,2}(?=\/|$)/.exec(pattern);
  if (inside)
    return {
      start: inside.index + 1,
      end: inside.index + inside[0].length,
      message: `No changed path contains a part \`${inside[0].slice(1)}\`.`,
    };
  if (/^\s/.test(pattern.slice(start)))
    return { start, end: start + 1, message: "The pattern begins with a blank, and so would the path." };
  if (/\s$/.test(pattern))
    return {
      start: pattern.length - 1,
      end: pattern.length,
      message: "The pattern ends with a blank, and so would the path.",
    };
  return undefined;
}
