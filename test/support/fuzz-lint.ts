/** Breaks workflow files in ways that a person or a tool might, and holds the lint pass to what it promises of any text. */
import { judge } from "../../src/lint/judge.ts";
import { infoOf, work } from "../../src/lint/pass.ts";
import { NO_FILES } from "../../src/lint/repository.ts";
import { reportForGitHub } from "../../src/lint/reporters/github.ts";
import { reportAsJson } from "../../src/lint/reporters/json.ts";
import { reportPretty } from "../../src/lint/reporters/pretty.ts";
import { reportAsSarif } from "../../src/lint/reporters/sarif.ts";
import { RULES } from "../../src/lint/rules/index.ts";
import { DEFAULT_SETTINGS, type LintSettings } from "../../src/lint/settings.ts";

/** A number below `limit`, and the state that the next is made from (mulberry32). */
export function random(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * limit);
  };
}

const SCRAPS = [
  "{",
  "}",
  "[",
  "]",
  ":",
  "- ",
  "\t",
  "\r",
  "\u0000",
  "\uFEFF",
  "\u{1F600}",
  "\ud800",
  "&a ",
  "*a",
  "!!str ",
  "<<: *a",
  "${{",
  "}}",
  "${{ github.",
  "${{ secrets",
  "'",
  '"',
  "|",
  ">",
  "#",
  "? ",
  "---\n",
  "...\n",
  "null",
  "~",
  "0x1",
  "1e999",
  "__proto__: ",
  "constructor: ",
  "%",
  "\\",
  "`",
  "$(",
  "<<EOF\n",
];
const VALUES = [
  "[]",
  "{}",
  "~",
  "true",
  "1",
  "''",
  "[a, b]",
  "{a: 1}",
  "|\n    x",
  "${{ x }}",
  "*a",
  "[[[[]]]]",
  "{__proto__: 1}",
];

type Pick = (limit: number) => number;

/** One change of a text. */
export function mutate(text: string, pick: Pick): string {
  const lines = text.split("\n");
  const at = pick(lines.length);
  const line = lines[at] ?? "";
  switch (pick(9)) {
    case 0:
      return text.slice(0, pick(text.length + 1));
    case 1: {
      const start = pick(text.length + 1);
      return text.slice(0, start) + text.slice(start + pick(60));
    }
    case 2:
      lines.splice(at, 0, ...lines.slice(at, at + 1 + pick(8)));
      return lines.join("\n");
    case 3:
      lines[at] = " ".repeat(pick(8)) + line.trimStart();
      return lines.join("\n");
    case 4:
      lines[at] = line.replace(
        /^(\s*(?:- )?[\w-]+:).*$/,
        (_, key: string) => `${key} ${VALUES[pick(VALUES.length)] ?? ""}`,
      );
      return lines.join("\n");
    case 5: {
      const start = pick(text.length + 1);
      return text.slice(0, start) + (SCRAPS[pick(SCRAPS.length)] ?? "") + text.slice(start);
    }
    case 6: {
      const other = pick(lines.length);
      [lines[at], lines[other]] = [lines[other] ?? "", line];
      return lines.join("\n");
    }
    case 7:
      lines.splice(at, 1 + pick(3));
      return lines.join("\n");
    default:
      return text.replaceAll("\n", "\r\n");
  }
}

export const STRICT: LintSettings = {
  ...DEFAULT_SETTINGS,
  preset: "strict",
  rules: Object.fromEntries(
    RULES.filter(({ levels }) => levels.strict === "off").map(({ id }) => [id, { level: "warning" as const }]),
  ),
};

/** How long a single text may take: a hang is a bug, a busy machine is not. */
const PATIENCE_MILLISECONDS = 5000;

/** Lints texts as one repository. Throws when a promise is broken, with the texts that broke it. */
export async function holdsFor(texts: Readonly<Record<string, string>>, reporters: boolean): Promise<number> {
  const start = performance.now();
  try {
    const sources = Object.entries(texts).map(([path, text]) => ({ path, text }));
    const paths = sources.map(({ path }) => path);
    const { each, together } = await work(
      { sources, each: paths, together: [{ paths, complete: true }] },
      () => NO_FILES,
      RULES,
      STRICT,
    );
    const judged = judge({
      found: [...each, ...together].flat(),
      texts: new Map(Object.entries(texts)),
      linted: new Set(paths),
      rules: infoOf(RULES, STRICT),
      settings: STRICT,
      maxWarnings: 0,
    });
    for (const finding of judged.findings) {
      for (const place of [finding, ...finding.related]) {
        const text = texts[place.file];
        if (text === undefined) throw new Error(`${finding.rule} points at ${place.file}, which is not there.`);
        if (!(place.span.start >= 0 && place.span.start <= place.span.end && place.span.end <= text.length))
          throw new Error(
            `${finding.rule} points outside of the file: ${place.span.start} to ${place.span.end} of ${text.length}.`,
          );
      }
      for (const edit of finding.fix?.edits ?? []) {
        const { length } = texts[finding.file] ?? "";
        if (!(edit.start >= 0 && edit.start <= edit.end && edit.end <= length))
          throw new Error(
            `The fix of ${finding.rule} edits outside of the file: ${edit.start} to ${edit.end} of ${length}.`,
          );
      }
      if (finding.message === "" || !Number.isFinite(finding.start.line))
        throw new Error(`${finding.rule} says nothing.`);
    }
    if (reporters) {
      reportPretty(judged);
      reportForGitHub(judged);
      JSON.parse(reportAsJson(judged));
      JSON.parse(reportAsSarif(judged, { version: "0.0.0", rules: RULES }));
    }
    const took = performance.now() - start;
    if (took > PATIENCE_MILLISECONDS) throw new Error(`It took ${Math.round(took)} ms.`);
    return judged.findings.length;
  } catch (error) {
    throw new Error(
      `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\nIn ${JSON.stringify(texts)}`,
    );
  }
}
