/** Turns what a config threw into a sentence, and finds the line of the user's own file that it came from. */
import { existsSync, readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { dirname, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Evaluation } from "./evaluation.ts";
import { nearest } from "../nearest.ts";
import type { Location } from "./problem.ts";

/** Gives the text that ran for a source file, with an inline source map. */
type Transform = (source: string, filename: string) => string;

export interface Surroundings {
  transform: Transform;
  /** The names that `pipewright` exports. */
  exported: readonly string[];
}

type Failure = Exclude<Evaluation, { kind: "value" }>;

export function explainThrown(thrown: unknown, surroundings: Surroundings): Failure {
  if (!(thrown instanceof Error))
    return {
      kind: "failure",
      message: `The config throws ${quoted(thrown)}.`,
      hint: "Throw an Error, and the line can be shown here.",
    };
  return (
    unparsed(thrown) ?? missingModule(thrown) ?? missingExport(thrown, surroundings) ?? plainError(thrown, surroundings)
  );
}

function quoted(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function plainError(error: Error, { transform }: Surroundings): Failure {
  const name = error.name === "Error" ? "" : `${error.name}: `;
  const location = whereThrown(error, transform);
  return {
    kind: "failure",
    message: ended(`The config throws an error: ${name}${error.message}`),
    ...(location && { location }),
  };
}

const ended = (sentence: string): string => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`);

/** jiti reports what Babel could not parse as `ParseError: <message> \n <file>:<line>:<column from 0>`. */
function unparsed(error: Error): Failure | undefined {
  const match = /^(?:\w+: )*(?<message>[^\n]*?)\s*\n\s*(?<file>[^\n]+):(?<line>\d+):(?<column>\d+)/.exec(error.message);
  if (!error.message.includes("ParseError") || !match?.groups) return undefined;
  const { message = "", file = "", line, column } = match.groups;
  return {
    kind: "syntax",
    message: ended(message),
    location: { file: plainPath(file), line: Number(line), column: Number(column) + 1 },
  };
}

function missingModule(error: Error): Failure | undefined {
  const code = "code" in error ? error.code : undefined;
  if (code !== "MODULE_NOT_FOUND" && code !== "ERR_MODULE_NOT_FOUND") return undefined;
  const specifier = /Cannot find (?:module|package) '([^']+)'/.exec(error.message)?.[1];
  if (specifier === undefined) return undefined;
  const importer =
    "requireStack" in error && Array.isArray(error.requireStack)
      ? String(error.requireStack[0] ?? "")
      : (userFrames(error)[0]?.file ?? "");
  const location = whereWritten(importer, specifier);
  const isRelative = /^[./]/.test(specifier);
  return {
    kind: "failure",
    message: `The config imports \`${specifier}\`, which cannot be found.`,
    hint: isRelative
      ? "Is the path right, seen from the importing file?"
      : "Install it in this repository, or is its name misspelt?",
    ...(location && { location }),
  };
}

/** What the loader makes of a call of an imported name: `(0 , _module.name)`. */
function missingExport(error: Error, { transform, exported }: Surroundings): Failure | undefined {
  const { module, name } =
    /^\(0 ?, ?(?<module>[\w$]+)\.(?<name>[\w$]+)\) is not a function/.exec(error.message)?.groups ?? {};
  if (name === undefined) return undefined;
  const near = module === "_pipewright" ? nearest(name, exported) : undefined;
  const location = whereThrown(error, transform);
  return {
    kind: "failure",
    message: `The config calls \`${name}\`, which is no function of the module that it is imported from.`,
    hint: near === undefined ? "Look at what that module exports." : `Did you mean \`${near}\`?`,
    ...(location && { location }),
  };
}

/** The place of an import's specifier. */
function whereWritten(file: string, specifier: string): Location | undefined {
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, "utf8")
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const column = Math.max(line.indexOf(`"${specifier}"`), line.indexOf(`'${specifier}'`));
    if (column >= 0) return { file, line: index + 1, column: column + 1 };
  }
  return { file, line: 1, column: 1 };
}

/** The topmost frame in a file of the user's, mapped back to what the user wrote. */
function whereThrown(error: Error, transform: Transform): Location | undefined {
  const frame = userFrames(error)[0];
  return frame && mapBack(frame, transform);
}

/** Frames of neither Node, nor an installed package, nor Pipewright itself. */
function userFrames(error: Error): Location[] {
  const own = dirname(fileURLToPath(import.meta.url));
  return (error.stack ?? "").split("\n").flatMap((text) => {
    const match = /^\s*at (?:.*\()?(.+?):(\d+):(\d+)\)?$/.exec(text);
    if (!match) return [];
    const file = plainPath(match[1] ?? "");
    const isOwn = !existsSync(file) || file.startsWith(own + sep) || file.includes(`${sep}node_modules${sep}`);
    return isOwn ? [] : [{ file, line: Number(match[2]), column: Number(match[3]) }];
  });
}

/** What jiti puts before a module's text, on its first line. */
const WRAPPER = "(async function (exports, require, module, __filename, __dirname, jitiImport, jitiESMResolve) { ";

function mapBack(frame: Location, transform: Transform): Location {
  try {
    const ran = transform(readFileSync(frame.file, "utf8"), frame.file);
    const encoded = /\/\/# sourceMappingURL=data:application\/json[^,]*;base64,(\S+)\s*$/.exec(ran)?.[1];
    if (encoded === undefined) return frame;
    const map = new SourceMap(JSON.parse(Buffer.from(encoded, "base64").toString("utf8")));
    const column = frame.line === 1 ? Math.max(1, frame.column - WRAPPER.length) : frame.column;
    const entry = map.findEntry(frame.line - 1, column - 1);
    return "originalLine" in entry
      ? { file: frame.file, line: entry.originalLine + 1, column: entry.originalColumn + 1 }
      : frame;
  } catch {
    // Without a map the line is still right, as transformed files keep their lines.
    return frame;
  }
}

const plainPath = (path: string): string => (path.startsWith("file://") ? fileURLToPath(path) : path);
