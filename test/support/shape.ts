/** How large emitted files are, and how much of them is said twice: figures of texts alone. */
import { isMap, isScalar, LineCounter, type Node, parseDocument, visit } from "yaml";
import { PROGRAMS_FOLDER } from "../../src/programs/programs.ts";

export type Texts = ReadonlyMap<string, string>;

export const isWorkflow = (path: string): boolean => path.startsWith(".github/workflows/");

/** A program, its action or a piece that programs share; not plan.json, which is data. */
export const isProgram = (path: string): boolean =>
  path.startsWith(`${PROGRAMS_FOLDER}/`) && /\.(?:sh|mjs|yml)$/.test(path);

export const filesThat = (files: Texts, is: (path: string) => boolean): Map<string, string> =>
  new Map([...files].filter(([path]) => is(path)));

/** As `wc -l` counts. */
export const linesIn = (text: string): number => text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
export const bytesIn = (text: string): number => Buffer.byteLength(text);

export const sumOf = (files: Texts, measure: (text: string) => number): number =>
  [...files.values()].reduce((sum, text) => sum + measure(text), 0);

/** `path:line`, with what was measured there. */
export interface Place {
  readonly at: string;
  readonly value: number;
}

/** Lines of more than that many characters. */
export const longLines = (files: Texts, most: number): Place[] =>
  [...files].flatMap(([path, text]) =>
    text
      .split("\n")
      .map((line, index): Place => ({ at: `${path}:${index + 1}`, value: line.length }))
      .filter(({ value }) => value > most),
  );

/** `env` and `with` mappings of more than that many entries, wherever they stand. */
export const largeBlocks = (files: Texts, most: number): Place[] =>
  [...files].flatMap(([path, text]) => {
    const places: Place[] = [];
    eachPair(text, (key, value, line) => {
      if ((key === "env" || key === "with") && isMap(value) && value.items.length > most)
        places.push({ at: `${path}:${line}`, value: value.items.length });
    });
    return places;
  });

export interface Script {
  readonly at: string;
  readonly lines: readonly string[];
}

/** The scripts of a workflow: `run`, and the `commands` that a step hands to a program which repeats them. */
export const scriptsIn = (files: Texts): Script[] =>
  [...files].flatMap(([path, text]) => {
    const scripts: Script[] = [];
    eachPair(text, (key, value, line) => {
      if ((key === "run" || key === "commands") && isScalar(value) && typeof value.value === "string")
        scripts.push({ at: `${path}:${line}`, lines: value.value.trimEnd().split("\n") });
    });
    return scripts;
  });

function eachPair(text: string, see: (key: unknown, value: unknown, line: number) => void): void {
  const counter = new LineCounter();
  visit(parseDocument(text, { lineCounter: counter }), {
    Pair: (_, { key, value }) => {
      if (isScalar(key)) see(key.value, value, counter.linePos((key as Node).range?.[0] ?? 0).line);
    },
  });
}

/** As many lines in a row make a block. */
export const BLOCK = 6;

/** A block that stands in another place already. */
export interface Repeat {
  /** Where it stands first, and where again: `path:line`. */
  readonly first: string;
  readonly again: string;
  /** How many lines are the same from there on. */
  readonly lines: number;
}

export interface Repeats {
  /** Non-blank lines of all files. */
  readonly lines: number;
  /** Those that are said for the second time or more. */
  readonly repeated: number;
  /** Longest first. */
  readonly blocks: readonly Repeat[];
}

/** In per cent. */
export const shareOf = ({ lines, repeated }: Repeats): number => (lines === 0 ? 0 : (100 * repeated) / lines);

interface Line {
  readonly text: string;
  readonly number: number;
}

/**
 * Which lines repeat a block of six lines or more.
 *
 * Blanks at the ends of lines and blank lines are left out; the depth of a line counts, so that a block is the same only
 * where it means the same. A window of six consecutive lines goes over each file, in the order of the paths. Where its
 * text has stood before, in another file or in this one without overlapping, its six lines are repeats. The place where it
 * stood first is none: what is said once is no repeat, and what is said three times counts twice.
 */
export function repeatsIn(files: Texts): Repeats {
  const seen = new Map<string, { path: string; index: number; number: number }>();
  const blocks: Repeat[] = [];
  let total = 0;
  let repeated = 0;
  for (const [path, text] of files) {
    const lines = text
      .split("\n")
      .map((line, index): Line => ({ text: line.trimEnd(), number: index + 1 }))
      .filter((line) => line.text !== "");
    total += lines.length;
    const marked = new Set<number>();
    let run: { first: string; from: Line; next: number; length: number; of: string; at: number } | undefined;
    const close = (): void => {
      if (run) blocks.push({ first: run.first, again: `${path}:${run.from.number}`, lines: run.length });
      run = undefined;
    };
    for (const [index, from] of lines.entries()) {
      const window = lines.slice(index, index + BLOCK);
      if (window.length < BLOCK) break;
      const key = window.map((line) => line.text).join("\n");
      const earlier = seen.get(key);
      if (!earlier) seen.set(key, { path, index, number: from.number });
      if (!earlier || (earlier.path === path && index - earlier.index < BLOCK)) {
        close();
        continue;
      }
      for (let offset = 0; offset < BLOCK; offset += 1) marked.add(index + offset);
      // What goes on where the first place goes on is one block.
      if (run?.next === index && run.of === earlier.path && earlier.index === run.at + 1) {
        run = { ...run, next: index + 1, length: run.length + 1, at: earlier.index };
        continue;
      }
      close();
      run = {
        first: `${earlier.path}:${earlier.number}`,
        from,
        next: index + 1,
        length: BLOCK,
        of: earlier.path,
        at: earlier.index,
      };
    }
    close();
    repeated += marked.size;
  }
  return { lines: total, repeated, blocks: blocks.sort((left, right) => right.lines - left.lines) };
}
