/** What a script prints, and what becomes of it in the files that the runner reads afterwards. */
import type { Span } from "../../workflow/yaml/node.ts";
import type { Taint, WrittenFile } from "./model.ts";

/** A piece of printed text; `text` is nothing where it is only known when the script runs. */
export interface Emission {
  text: string | undefined;
  taint: Taint | undefined;
  pos: number;
  end: number;
}

/** The runner's file that a redirection names, in whatever quotes and braces. */
export function fileWritten(target: string): WrittenFile | undefined {
  const name = /^["']?\$\{?(?:env:)?(GITHUB_OUTPUT|GITHUB_ENV|GITHUB_PATH)\}?["']?$/.exec(target)?.[1];
  return name as WrittenFile | undefined;
}

export interface FileWrites {
  outputs: Map<string, Taint>;
  env: Map<string, Taint>;
  anyOutput: Taint | undefined;
  anyEnv: Taint | undefined;
  path: Taint | undefined;
  places: { file: WrittenFile; at: Span; taint: Taint }[];
  /** The value of several lines that is being written to each file. */
  open: Map<WrittenFile, { name: string; delimiter: string | undefined }>;
}

export const newWrites = (): FileWrites => ({
  outputs: new Map(),
  env: new Map(),
  anyOutput: undefined,
  anyEnv: undefined,
  path: undefined,
  places: [],
  open: new Map(),
});

interface Line {
  /** The text before anything that is not known. */
  prefix: string;
  /** The line is nothing but `prefix`. */
  literal: boolean;
  taint: Taint | undefined;
}

/** Pieces as lines; a piece without text may hold line breaks, which is what makes it dangerous. */
function linesOf(pieces: readonly Emission[]): Line[] {
  const lines: Line[] = [{ prefix: "", literal: true, taint: undefined }];
  for (const { text, taint } of pieces) {
    const line = lines.at(-1);
    if (!line) break;
    if (text === undefined) {
      line.literal = false;
      line.taint ??= taint;
      continue;
    }
    const [first = "", ...rest] = text.split(/\n|\\n/);
    if (line.literal) line.prefix += first;
    lines.push(...rest.map((prefix) => ({ prefix, literal: true, taint: undefined })));
  }
  return lines;
}

/** Reads what is appended to one of the files: `name=value`, or `name<<delimiter`, lines, `delimiter`. */
export function readWrites(
  writes: FileWrites,
  file: WrittenFile,
  pieces: readonly Emission[],
  stop: (target: string) => (taint: Taint) => Taint,
  at: Span,
): void {
  for (const { prefix, literal, taint } of linesOf(pieces)) {
    if (taint) writes.places.push({ file, at, taint });
    if (file === "GITHUB_PATH") {
      if (taint) writes.path = stop("`$GITHUB_PATH`")(taint);
      continue;
    }
    const named = file === "GITHUB_OUTPUT" ? writes.outputs : writes.env;
    const what = (name: string): string =>
      file === "GITHUB_OUTPUT" ? `the output \`${name}\`` : `the environment variable \`${name}\``;
    const open = writes.open.get(file);
    if (open) {
      if (literal && prefix.trim() !== "" && (open.delimiter === undefined || prefix.trim() === open.delimiter))
        writes.open.delete(file);
      else if (taint) named.set(open.name, stop(what(open.name))(taint));
      continue;
    }
    const several = /^\s*([A-Za-z_][\w.-]*)<<\s*(\S*)/.exec(prefix);
    if (several) {
      writes.open.set(file, { name: several[1] ?? "", delimiter: literal ? several[2] : undefined });
      continue;
    }
    if (!taint) continue;
    const single = /^\s*([A-Za-z_][\w.-]*)=/.exec(prefix);
    if (single) named.set(single[1] ?? "", stop(what(single[1] ?? ""))(taint));
    else if (file === "GITHUB_OUTPUT") writes.anyOutput = stop("`$GITHUB_OUTPUT`")(taint);
    else writes.anyEnv = stop("`$GITHUB_ENV`")(taint);
  }
}

const blank: Emission = { text: " ", taint: undefined, pos: 0, end: 0 };
const lineBreak: Emission = { text: "\n", taint: undefined, pos: 0, end: 0 };

/** What `echo` or `printf` prints, of its arguments' pieces. */
export function printed(program: "echo" | "printf", args: readonly (readonly Emission[])[]): Emission[] {
  if (program === "echo") {
    const words = args.filter((word) => !/^-[neE]+$/.test(word[0]?.text ?? ""));
    return [...words.flatMap((word, at) => (at === 0 ? word : [blank, ...word])), lineBreak];
  }
  const [format, ...values] = args[0]?.[0]?.text === "--" ? args.slice(1) : args;
  const pieces: Emission[] = [];
  let next = 0;
  for (const piece of format ?? []) {
    if (piece.text === undefined) {
      pieces.push(piece);
      continue;
    }
    piece.text.split(/%[-0-9.]*[sqbdiu]/).forEach((text, at) => {
      if (at > 0) pieces.push(...(values[next++] ?? []));
      pieces.push({ ...piece, text });
    });
  }
  // The format begins again until all values are printed.
  return [...pieces, ...values.slice(next).flatMap((value) => [lineBreak, ...value])];
}
