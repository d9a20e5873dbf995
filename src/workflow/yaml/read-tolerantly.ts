/** The tree of a text that js-yaml refuses, by `yaml`: it knows more dialects and goes on after an error. */
import {
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Node as LibraryNode,
  type Scalar,
  type YAMLParseError,
} from "yaml";
import { anchorBook, type AnchorBook } from "./anchors.ts";
import type { MappingNode, ScalarNode, ScalarStyle, SequenceNode, YamlFile, YamlNode, YamlProblem } from "./node.ts";

const STYLES: Readonly<Record<string, ScalarStyle>> = {
  PLAIN: "plain",
  QUOTE_SINGLE: "single",
  QUOTE_DOUBLE: "double",
  BLOCK_LITERAL: "literal",
  BLOCK_FOLDED: "folded",
};
const MAX_DEPTH = 100;

export function readTolerantly(text: string): YamlFile {
  const file: YamlFile = { text, problems: [], anchors: [], aliases: [] };
  try {
    // Not strict: what is merely oddly indented is accepted, as GitHub's parser accepts it.
    const documents = parseAllDocuments(text, {
      strict: false,
      uniqueKeys: false,
      logLevel: "silent",
      keepSourceTokens: true,
      schema: "failsafe",
    });
    if (!Array.isArray(documents)) return file;
    const [first, second] = documents;
    // The first error is the cause; what follows is mostly its echo.
    const error = first?.errors[0];
    if (error)
      file.problems.push(
        lineTooDeep(error, text) ?? {
          code: "syntax",
          message: messageOf(error),
          start: error.pos[0],
          end: Math.max(error.pos[0], Math.min(error.pos[1], text.length)),
        },
      );
    if (second !== undefined)
      file.problems.push({
        code: "many-documents",
        message: "A second YAML document starts here; GitHub reads one a file.",
        start: second.range[0],
        end: second.range[0],
      });
    if (first?.contents) file.root = convert(first.contents, anchorBook(file), text, 0, file);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    file.problems.push({ code: "too-deep", message: "This file is nested too deeply to be read.", start: 0, end: 0 });
  }
  return file;
}

/** The library points at a value whose next line is indented as if it went on, though it has a key of its own: that line is to blame. */
function lineTooDeep({ code, pos: [start] }: YAMLParseError, text: string): YamlProblem | undefined {
  const lineEnd = text.indexOf("\n", start);
  if (code !== "BLOCK_AS_IMPLICIT_KEY" || lineEnd === -1 || /:(?:\s|$)/.test(text.slice(start, lineEnd)))
    return undefined;
  const next = /^\s*/.exec(text.slice(lineEnd))?.[0].length ?? 0;
  const from = lineEnd + next;
  const key = /^(?:-[ \t]+)?[^\s:#][^\n]*?:(?=\s|$)/.exec(text.slice(from, from + 500))?.[0];
  return key === undefined
    ? undefined
    : {
        code: "syntax",
        message:
          "This line is indented too far: it goes on with the value above, which can have no `:`. Correct the indentation.",
        start: from,
        end: from + key.length,
      };
}

/** What to do about the errors that people make. */
const ADVICE: Partial<Record<ErrorCode, string>> = {
  BAD_INDENT: "Correct the indentation.",
  BAD_SCALAR_START: "Put the value in quotes.",
  BLOCK_AS_IMPLICIT_KEY: "A value with `: ` in it needs quotes; or the line below is indented too far.",
  BLOCK_IN_FLOW: "Within `[ ]` and `{ }` write lists and mappings with brackets too.",
  MISSING_CHAR: "Add what is missing.",
  MULTILINE_IMPLICIT_KEY: "Write a `:` behind the key, or correct the indentation.",
  TAB_AS_INDENT: "Replace the tab by blanks.",
  UNEXPECTED_TOKEN: "Correct the indentation, or put the value in quotes.",
};

function messageOf({ code, message }: YAMLParseError): string {
  const said = (message.split(/ at line \d+|\n/)[0] ?? message)
    .replace(/[:.]$/, "")
    .replace(/closing (["'])quote$/, "closing quote `$1`");
  const advice = ADVICE[code];
  return advice === undefined ? `${said}.` : `${said}. ${advice}`;
}

function convert(node: LibraryNode, book: AnchorBook, text: string, depth: number, file: YamlFile): YamlNode {
  const [start, end] = node.range ?? [0, 0];
  if (isAlias(node)) return book.resolve({ start, end }, node.source);
  const marks = anchorMarks(node, text, start);
  if (depth > MAX_DEPTH) {
    file.problems.push({
      code: "too-deep",
      message: `This is nested more than ${MAX_DEPTH} levels deep.`,
      start,
      end: start,
    });
    return empty(start);
  }
  if (isScalar(node)) {
    const scalar = scalarFrom(node, text);
    book.remember(scalar, marks);
    return scalar;
  }
  if (isSeq(node)) {
    const sequence: SequenceNode = { kind: "sequence", flow: node.flow === true, items: [], start, end };
    book.open(sequence, marks);
    for (const item of node.items) sequence.items.push(convertAny(item, book, text, depth, file, sequence.start));
    book.close(sequence);
    return trimmed(sequence, text);
  }
  if (isMap(node)) {
    const mapping: MappingNode = { kind: "mapping", flow: node.flow === true, pairs: [], start, end };
    book.open(mapping, marks);
    for (const { key, value } of node.items) {
      const keyNode = convertAny(key, book, text, depth, file, start);
      if (keyNode.kind !== "scalar")
        file.problems.push({
          code: "complex-key",
          message: "A key must be a plain word here, not a list or a mapping.",
          start: keyNode.start,
          end: keyNode.end,
        });
      const scalarKey = keyNode.kind === "scalar" ? keyNode : empty(keyNode.start);
      mapping.pairs.push({ key: scalarKey, value: convertAny(value, book, text, depth, file, scalarKey.end) });
    }
    book.close(mapping);
    return trimmed(mapping, text);
  }
  return empty(start);
}

function convertAny(
  value: unknown,
  book: AnchorBook,
  text: string,
  depth: number,
  file: YamlFile,
  at: number,
): YamlNode {
  const known = value as LibraryNode | null;
  return known === null || typeof known !== "object" ? empty(at) : convert(known, book, text, depth + 1, file);
}

const empty = (at: number): ScalarNode => ({
  kind: "scalar",
  value: "",
  style: "plain",
  content: { start: at, end: at },
  indent: 0,
  start: at,
  end: at,
});

/** The library counts the line break behind a block collection in. */
function trimmed<Collection extends MappingNode | SequenceNode>(node: Collection, text: string): Collection {
  if (!node.flow) while (node.end > node.start && /\s/.test(text[node.end - 1] ?? "")) node.end--;
  return node;
}

function scalarFrom(node: Scalar, text: string): ScalarNode {
  const [start, end] = node.range ?? [0, 0, 0];
  const style = STYLES[node.type ?? "PLAIN"] ?? "plain";
  const value = typeof node.value === "string" ? node.value : (node.source ?? "");
  const tag = node.tag === undefined ? {} : { tag: node.tag.replace("tag:yaml.org,2002:", "!!") };
  if (style === "literal" || style === "folded") {
    const firstLine = text.indexOf("\n", start) + 1;
    const contentStart = firstLine === 0 ? end : Math.min(firstLine, end);
    // With an indicator (`|2`) the first line may be indented more than the block is; the value then keeps the rest.
    const indent = Math.max(0, leadingBlanks(text.slice(contentStart, end)) - leadingBlanks(value));
    let last = end;
    while (last > contentStart && /\s/.test(text[last - 1] ?? "")) last--;
    return { kind: "scalar", value, style, content: { start: contentStart, end }, indent, start, end: last, ...tag };
  }
  const quotes = style === "plain" ? 0 : 1;
  return {
    kind: "scalar",
    value,
    style,
    content: { start: start + quotes, end: Math.max(start + quotes, end - quotes) },
    indent: 0,
    start,
    end,
    ...tag,
  };
}

/** An anchor stands before its node, with at most a tag and blanks between. */
function anchorMarks(node: LibraryNode, text: string, start: number): { anchorStart: number; anchorEnd: number } {
  const name = (node as { anchor?: string }).anchor;
  if (name === undefined) return { anchorStart: -1, anchorEnd: -1 };
  const at = text.lastIndexOf(`&${name}`, start);
  return at === -1 ? { anchorStart: -1, anchorEnd: -1 } : { anchorStart: at + 1, anchorEnd: at + 1 + name.length };
}

/** How far the first line with something on it is indented. */
const leadingBlanks = (text: string): number => /^(?:[ \t]*\r?\n)*( *)/.exec(text)?.[1]?.length ?? 0;
