/** Reads a config written in JSON or YAML, and finds the places of its values. */
import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Pair,
} from "yaml";
import type { ConfigFile } from "./find.ts";
import type { Location, Problem } from "./problem.ts";
import { type LocatedProblem, UserError } from "./user-error.ts";

/** A file whose value is read and whose places can be found. */
export interface DataDocument {
  value: unknown;
  locate(problem: Problem): Location;
}

/** Aliases that would blow a small file up to an enormous value are refused beyond this many. */
const MOST_ALIASES = 1000;

/** Throws a {@link UserError} with every syntax error. */
export function readData({ name, text, language }: ConfigFile): DataDocument {
  const lines = new LineCounter();
  const place = (offset: number): Location => {
    const { line, col } = lines.linePos(offset);
    return { file: name, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  // What JSON.parse refuses and YAML would take, such as a trailing comma or a comment.
  const strict = language === "json" ? jsonError(text) : undefined;
  if (strict) throw new UserError([{ ...strict, location: place(strict.offset) }]);
  const wrong =
    language === "json"
      ? document.errors.filter(({ code }) => code === "DUPLICATE_KEY")
      : [...document.errors, ...document.warnings];
  if (wrong.length > 0)
    throw new UserError(
      wrong.map(({ message, pos }): LocatedProblem => ({ message: asSentence(message), location: place(pos[0]) })),
    );
  const refused = language === "json" ? [] : refusedNodes(document);
  if (refused.length > 0)
    throw new UserError(
      refused.map(({ offset, ...problem }): LocatedProblem => ({ ...problem, location: place(offset) })),
    );
  return {
    value: language === "json" ? JSON.parse(text) : toValue(document, place(0)),
    locate: (problem) => place(offsetOf(document, problem)),
  };
}

/** What YAML takes and nobody means: an alias of nothing, and a version that is read as another number. */
function refusedNodes(document: Document.Parsed): { message: string; hint: string; offset: number }[] {
  const refused: { message: string; hint: string; offset: number }[] = [];
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document)) return;
      refused.push({
        message: `No anchor \`&${alias.source}\` stands before this alias.`,
        hint: `Quote it if it is a text: "*${alias.source}".`,
        offset: startOf(alias) ?? 0,
      });
    },
    Scalar(_, scalar, above) {
      const { source = "", value } = scalar;
      if (typeof value !== "number" || !/^\d+\.\d*0$/.test(source) || isMeasured(above)) return;
      refused.push({
        message: `YAML reads ${source} as the number ${value}.`,
        hint: `Quote it: "${source}".`,
        offset: startOf(scalar) ?? 0,
      });
    },
  });
  return refused;
}

/** Whether a number stands where fractions are meant: in `metrics`, whose thresholds are measures. */
const isMeasured = (above: readonly unknown[]): boolean =>
  above.some((node) => isPair(node) && isScalar(node.key) && node.key.value === "metrics");

function toValue(document: Document.Parsed, start: Location): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    throw new UserError([
      { message: asSentence(error instanceof Error ? error.message : String(error)), location: start },
    ]);
  }
}

function jsonError(text: string): { message: string; offset: number } | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const offset = /at position (\d+)/.exec(message)?.[1];
    const found = offset === undefined ? text.trimEnd().length : Number(offset);
    const what = found >= text.trimEnd().length ? "the end of the file" : JSON.stringify(text[found]);
    return { message: `This is not JSON: ${what} was not expected here.`, offset: found };
  }
}

function asSentence(message: string): string {
  if (message === "Map keys must be unique") return "This key is given twice.";
  const text = message.replace(/\s+/g, " ").trim();
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The offset of the last part of the path that is there. */
function offsetOf(document: Document.Parsed, { path, at }: Problem): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, part] of path.entries()) {
    const isLast = index === path.length - 1;
    const container = isAlias(node) ? node.resolve(document) : node;
    if (isMap(container)) {
      const pair = container.items.find(
        (item): item is Pair<unknown, unknown> => isPair(item) && keyOf(item) === String(part),
      );
      if (!pair) return offset;
      node = pair.value;
      offset =
        (isLast && at === "key") || isEmpty(pair.value)
          ? (startOf(pair.key) ?? offset)
          : (startOf(pair.value) ?? offset);
    } else if (isSeq(container)) {
      const item: unknown = container.items[Number(part)];
      if (item === undefined) return offset;
      node = item;
      offset = startOf(item) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

const keyOf = (pair: Pair<unknown, unknown>): string =>
  isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
const isEmpty = (node: unknown): boolean => node === null || (isScalar(node) && node.source === "");
const startOf = (node: unknown): number | undefined => (node as Node | null)?.range?.[0];
