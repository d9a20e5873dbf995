import type { CommandArgument } from "unbash";
import { invocationOf } from "../../../shell/invocation.ts";
import { literalOf } from "../../../shell/words.ts";
import { jobOf } from "../../../workflow/document/document.ts";
import { scalarsOf } from "../../../workflow/yaml/node.ts";
import type { Fix } from "../../finding.ts";
import { regexesOfSed } from "../../../shell/sed.ts";
import { rule } from "../../rule.ts";
import { commandsIn, type Script, spanOf } from "../../scripts.ts";

export const invalidBracketRange = rule({
  id: "invalid-bracket-range",
  family: "script",
  levels: { recommended: "error", strict: "error" },
  fixable: true,
  summary: "A bracket expression of `sed`, `grep` or `tr` has ranges that exist.",
  why: 'GNU `sed` and `grep` take `-` as itself only at the start or the end of a bracket expression: `[^a-z0-9-._]` and `[a-z_-.]` stop them with "Invalid range end". `tr` refuses ranges that run backwards.',
  bad: [
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: TAG=$(echo "$GITHUB_REF_NAME" | sed 's/[^a-z0-9-._]/-/g')
`,
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: echo "$GITHUB_REF_NAME" | tr -cd 'a-zA-Z0-9_-.'
`,
  ],
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo "$GITHUB_REF_NAME" | sed 's/[^a-z0-9._-]/-/g'
          echo "$GITHUB_REF_NAME" | tr -c 'a-z0-9-._' '-'
          echo "$GITHUB_REF_NAME" | grep -E '^[-+]?[]0-9[:alpha:]-]+$'
          echo "$GITHUB_REF_NAME" | grep -F '[z-a]'
          echo "$GITHUB_REF_NAME" | sed 's/\\[9-0]//'
`,
  script(script, { report }) {
    const onMac = isMac(script);
    for (const command of commandsIn(script)) {
      const invocation = invocationOf(command);
      const { name, args, argWords } = invocation;
      if (name !== "sed" && name !== "grep" && name !== "egrep" && name !== "tr") continue;
      const fixed =
        name === "grep" && args.some((argument) => /^-[a-zA-Z]*[FP]|^--(?:fixed-strings|perl-regexp)/.test(argument));
      if (fixed || onMac) continue;
      for (const word of patternsOf(name, argWords)) {
        const text = literalOf(word);
        const problem = text === undefined ? undefined : problemIn(name, text);
        if (problem !== undefined)
          report(
            spanOf(script, word),
            `\`${name}\` stops at \`${problem}\`: ${name === "tr" ? "the range runs backwards" : "that is not a range that exists"}. Put a \`-\` that means itself at the end${name === "tr" ? "" : " of the brackets"}.`,
            { fix: name === "tr" ? undefined : fixFor(script, word, problem) },
          );
      }
    }
  },
});

function problemIn(name: string, text: string): string | undefined {
  if (name === "tr") return reversedInTr(text);
  for (const pattern of name === "sed" ? regexesOfSed(text) : [text]) {
    const problem = firstBadBracket(pattern);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Every `-` that stands for itself goes to the end of the brackets. */
function fixFor(script: Script, { text, pos }: CommandArgument, bracket: string): Fix | undefined {
  const at = text.indexOf(bracket);
  // Written twice, or with escapes in between: somebody should look.
  if (at === -1 || text.indexOf(bracket, at + 1) !== -1 || !/^\[[\w.^/+ -]*\]$/.test(bracket)) return undefined;
  const mended = bracket
    .replace(/(?<=\w-\w)-(?=[^\]])|(?<=[_./+])-(?=[^\]])|(?<!^\[\^?)(?<![\w])-(?=[^\]])/g, "")
    .replace(/-?\]$/, "-]");
  if (mended === bracket || firstBadBracket(mended) !== undefined) return undefined;
  const span = spanOf(script, { pos: pos + at, end: pos + at + bracket.length });
  return { title: `Write \`${mended}\``, edits: [{ ...span, text: mended }] };
}

/** BSD's tools read brackets by other rules. */
const isMac = ({ step }: Script): boolean =>
  scalarsOf(jobOf(step)?.runsOn?.value).some(({ value }) => /mac|\$\{\{/i.test(value));

/** The words that are patterns: those behind `-e`, else the first one (both of `tr`). */
function patternsOf(name: string, words: readonly CommandArgument[]): CommandArgument[] {
  const patterns: CommandArgument[] = [];
  const operands: CommandArgument[] = [];
  let fromFile = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (!word) continue;
    const { text } = word;
    if (name !== "tr" && (text === "-e" || text === "--regexp" || text === "--expression")) {
      const next = words[++at];
      if (next) patterns.push(next);
    } else if (name !== "tr" && (text === "-f" || text.startsWith("--file"))) {
      fromFile = true;
      at++;
    } else if (name === "grep" && /^-[ABCmdD]$/.test(text)) at++;
    else if (name === "sed" && text === "-l") at++;
    // `-i ''` of BSD.
    else if (name === "sed" && text === "-i" && (words[at + 1]?.text === "''" || words[at + 1]?.text === '""')) at++;
    else if (!text.startsWith("-") || text === "-") operands.push(word);
  }
  if (name === "tr") return operands.slice(0, 2);
  return patterns.length > 0 || fromFile ? patterns : operands.slice(0, 1);
}

/** The first bracket expression that glibc's `regcomp` refuses (`parse_bracket_exp`: REG_ERANGE). */
export function firstBadBracket(pattern: string): string | undefined {
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] === "\\") at++;
    else if (pattern[at] === "[") {
      const end = closingBracket(pattern, at);
      // Not closed: of something else, such as the `y` command's letters.
      if (end === -1) return undefined;
      if (hasBadRange(pattern.slice(at + 1, end))) return pattern.slice(at, end + 1);
      at = end;
    }
  }
  return undefined;
}

function closingBracket(pattern: string, open: number): number {
  let at = open + 1;
  if (pattern[at] === "^") at++;
  if (pattern[at] === "]") at++;
  for (; at < pattern.length; at++) {
    // `[:alpha:]`, `[.-.]`, `[=a=]`
    const named =
      pattern[at] === "[" && /[:.=]/.test(pattern[at + 1] ?? "")
        ? pattern.indexOf(`${pattern[at + 1] ?? ""}]`, at + 2)
        : -1;
    if (named !== -1) at = named + 1;
    else if (pattern[at] === "]") return at;
    else if (pattern[at] === "\n") return -1;
  }
  return -1;
}

function hasBadRange(inside: string): boolean {
  let at = inside.startsWith("^") ? 1 : 0;
  for (let first = true; at < inside.length; first = false) {
    if (inside[at] === "[" && /[:.=]/.test(inside[at + 1] ?? "")) {
      at = inside.indexOf(`${inside[at + 1] ?? ""}]`, at + 2) + 2;
      if (at < 2) return false;
      continue;
    }
    const start = inside[at] ?? "";
    if (start === "-" && !first && at < inside.length - 1) return true;
    const end = inside[at + 1] === "-" ? inside[at + 2] : undefined;
    if (end === undefined || (end === "[" && /[:.=]/.test(inside[at + 3] ?? ""))) {
      at += 1;
      continue;
    }
    if (isAscii(start) && isAscii(end) && end < start) return true;
    at += 3;
  }
  return false;
}

const isAscii = (character: string): boolean => character.length === 1 && character <= "\x7f";

/** The first range of a set of `tr`'s that runs backwards. */
export function reversedInTr(set: string): string | undefined {
  const units = [...set.matchAll(/\\(?:[0-7]{1,3}|.)|\[:\w+:\]|[^]/gu)].map(([unit]) => unit);
  for (let at = 0; at + 2 < units.length; at++) {
    const [start = "", dash, end = ""] = units.slice(at, at + 3);
    if (dash !== "-" || start.length !== 1 || end.length !== 1) continue;
    if (isAscii(start) && isAscii(end) && end < start) return `${start}-${end}`;
    at += 2;
  }
  return undefined;
}
