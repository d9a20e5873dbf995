/**
 * GitHub's filter patterns, of branches, tags and paths ("Workflow syntax", Filter pattern cheat sheet). They are no shell
 * globs: `?` and `+` repeat the character before them, `*` stops at a slash, `**` does not, and case matters.
 */

/** What a pattern is made of, in order. */
export type Piece =
  /** One of these characters: once, at most once (`?`), or at least once (`+`). */
  | { readonly kind: "character"; readonly of: readonly string[]; readonly repeat: "" | "?" | "+" }
  /** `*`, `**`, and a `**` with its slash at the start of a part, which stands for any number of folders or none. */
  | { readonly kind: "within-part" | "anything" | "folders" };

/** A list of patterns: `branches` and its like, or with `ignore` the list of `branches-ignore`. */
export interface NameFilter {
  readonly patterns: readonly string[];
  readonly ignore: boolean;
}

/** Of a pattern that matches nothing, such as one with a `[` that is never closed: no name is empty. */
const NOTHING = "^$";

/** The pieces of a pattern without its `!`. Nothing: GitHub cannot read it, and it matches no name. */
export function readPattern(pattern: string): readonly Piece[] | undefined {
  const characters = [...pattern];
  const pieces: Piece[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? "";
    const before = pieces.at(-1);
    if (character === "*") {
      const stars = starsAt(characters, at);
      const isSlash = characters[at + stars] === "/" && !/[?+]/.test(characters[at + stars + 1] ?? "");
      const isFolders = stars > 1 && isSlash && startsPart(before);
      pieces.push({ kind: isFolders ? "folders" : stars > 1 ? "anything" : "within-part" });
      at += isFolders ? stars : stars - 1;
    } else if (character === "[") {
      const end = characters.indexOf("]", at);
      const of = classMembers(characters.slice(at + 1, end === -1 ? at + 1 : end));
      if (!of) return undefined;
      pieces.push({ kind: "character", of, repeat: "" });
      at = end;
    } else if ((character === "?" || character === "+") && before) {
      // A repetition of what is repeated already is refused; where nothing stands before, it is the character itself.
      if (before.kind !== "character" || before.repeat !== "") return undefined;
      pieces[pieces.length - 1] = { ...before, repeat: character };
    } else {
      const escaped = character === "\\" ? characters[++at] : undefined;
      pieces.push({ kind: "character", of: [escaped ?? character], repeat: "" });
    }
  }
  return pieces;
}

function starsAt(characters: readonly string[], at: number): number {
  let stars = 0;
  while (characters[at + stars] === "*") stars++;
  return stars;
}

const startsPart = (before: Piece | undefined): boolean =>
  before === undefined ||
  before.kind === "folders" ||
  (before.kind === "character" && before.repeat === "" && before.of.length === 1 && before.of[0] === "/");

/** The characters between `[` and `]`, ranges written out. Nothing: there are none, or a range has no order. */
function classMembers(written: readonly string[]): string[] | undefined {
  const members = new Set<string>();
  for (let at = 0; at < written.length; at++) {
    const from = written[at] ?? "";
    const to = written[at + 1] === "-" ? written[at + 2] : undefined;
    if (to === undefined) {
      members.add(from);
      continue;
    }
    if (from > to || to > "\u007f") return undefined;
    for (let code = from.charCodeAt(0); code <= to.charCodeAt(0); code++) members.add(String.fromCharCode(code));
    at += 2;
  }
  return members.size === 0 ? undefined : [...members].sort();
}

/**
 * A pattern without its `!` as an anchored expression that JavaScript and POSIX (extended) read alike, for programs that
 * run in bash. Bash reads it in the C locale. It is for names without line breaks, as those of branches, tags and most
 * paths are.
 */
export function filterExpression(pattern: string): string {
  const pieces = readPattern(pattern);
  return pieces ? `^${pieces.map(pieceExpression).join("")}$` : NOTHING;
}

function pieceExpression(piece: Piece): string {
  switch (piece.kind) {
    case "character":
      return characterExpression(piece.of, piece.repeat);
    case "within-part":
      return "[^/]*";
    case "anything":
      return ".*";
    case "folders":
      return "(.*/)?";
  }
}

/** Within brackets these mean something else in one dialect or the other, and other than ASCII is several bytes to bash. */
const OUTSIDE_BRACKETS = /^(?:[\\\][^-]|[^\u0000-\u007f]+)$/;

/** One of the characters, in a group where a repetition would otherwise take a part of it. */
export function characterExpression(characters: readonly string[], repeat: "" | "?" | "+"): string {
  const inside = characters.filter((character) => !OUTSIDE_BRACKETS.test(character));
  const outside = characters.filter((character) => OUTSIDE_BRACKETS.test(character)).map(literalExpression);
  const [single] = inside;
  const bracket = single !== undefined && inside.length === 1 ? literalExpression(single) : `[${ranges(inside)}]`;
  const alternatives = inside.length === 0 ? outside : [bracket, ...outside];
  const [only] = alternatives;
  const isAlone = alternatives.length === 1 && (repeat === "" || inside.length > 0);
  return (isAlone ? (only ?? "") : `(${alternatives.join("|")})`) + repeat;
}

/** Sorted characters, with letters and digits that follow each other as a range. */
function ranges(characters: readonly string[]): string {
  const runs: string[][] = [];
  for (const character of characters) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    const follows = last !== undefined && character.charCodeAt(0) === last.charCodeAt(0) + 1;
    if (run && follows && /^(?:[0-9]{2}|[a-z]{2}|[A-Z]{2})$/.test(last + character)) run.push(character);
    else runs.push([character]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(""))).join("");
}

/** Text as an expression that matches just it. A class in brackets is the one way to quote that both dialects share. */
export const literalExpression = (text: string): string =>
  text.replace(/[.+*?()|{}$[\]\\^]/g, (character) =>
    /[[\]\\^]/.test(character) ? `\\${character}` : `[${character}]`,
  );

/** Longer names are not looked at: a pattern with many `**` would take too long. */
const LONGEST_NAME = 512;

const compiled = new Map<string, RegExp>();

/** Whether the whole name matches the pattern, which has no `!`. */
export function matchesPattern(pattern: string, name: string): boolean {
  let expression = compiled.get(pattern);
  if (!expression) {
    if (compiled.size > 2_000) compiled.clear();
    compiled.set(pattern, (expression = new RegExp(filterExpression(pattern), "s")));
  }
  return name.length <= LONGEST_NAME && expression.test(name);
}

/** Whether a name gets through: the last pattern that matches decides, and `!` takes out again. */
export function passesFilter({ patterns, ignore }: NameFilter, name: string): boolean {
  let listed = false;
  for (const pattern of patterns) {
    if (pattern.startsWith("!")) listed &&= !matchesPattern(pattern.slice(1), name);
    else listed ||= matchesPattern(pattern, name);
  }
  return listed !== ignore;
}

/** Whether a pattern is a name as it stands, and so matches that name and no other. */
export const isPlainName = (pattern: string): boolean => !/[*?+[\]!\\]/.test(pattern);

/** A name as a pattern that matches it and nothing else: GitHub reads `+` and its like in names as well. */
export const escapePattern = (name: string): string => name.replace(/[*?+[\]\\]|^!/g, "\\$&");

/** The only names that pass, where the patterns are plain names. */
export const plainNames = (filter: NameFilter | undefined): string[] | undefined =>
  filter && !filter.ignore && filter.patterns.every(isPlainName) ? [...filter.patterns] : undefined;

/** A name that matches, as short as may be; nothing where none does. */
export const sampleName = (pattern: string): string | undefined =>
  readPattern(pattern)
    ?.map((piece) => {
      if (piece.kind === "character") return piece.repeat === "?" ? "" : (piece.of[0] ?? "");
      return piece.kind === "folders" ? "" : "1";
    })
    .join("");

/** Whether a part of the matching names is anything that somebody likes: the pattern holds a `*`. */
export const leavesTextOpen = (pattern: string): boolean =>
  readPattern(pattern)?.some(({ kind }) => kind !== "character") === true;
