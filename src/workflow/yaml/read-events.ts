/** js-yaml's flat list of events to the tree. */
import {
  EVENT_ID,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type AliasEvent,
  type MappingEvent,
  type ScalarEvent,
  type SequenceEvent,
} from "js-yaml";
import type { ScalarNode, ScalarStyle, Span, YamlFile, YamlNode } from "./node.ts";
import { anchorBook } from "./anchors.ts";

const STYLES: Readonly<Record<number, ScalarStyle>> = {
  [SCALAR_STYLE.PLAIN]: "plain",
  [SCALAR_STYLE.SINGLE_QUOTED]: "single",
  [SCALAR_STYLE.DOUBLE_QUOTED]: "double",
  [SCALAR_STYLE.LITERAL_BLOCK]: "literal",
  [SCALAR_STYLE.FOLDED_BLOCK]: "folded",
};

// Looked up once: an exported object is asked anew at every use.
const { DOCUMENT, SCALAR, ALIAS, SEQUENCE, MAPPING, POP } = EVENT_ID;

/** Deeper than any workflow, shallower than the call stack of what walks the tree. */
const MAX_DEPTH = 100;

/** A collection that is still open; a mapping's key waits there for its value. */
interface Open {
  node: Exclude<YamlNode, ScalarNode>;
  key: ScalarNode | undefined;
}

/** Throws js-yaml's exception at the first error. */
export function readEvents(text: string): YamlFile {
  const events = parseEvents(text, { maxDepth: MAX_DEPTH });
  const file: YamlFile = { text, problems: [], anchors: [], aliases: [] };
  const book = anchorBook(file);
  const open: Open[] = [];
  let documents = 0;
  /** Where the last token ended: an empty value has no place of its own and stands there. */
  let cursor = 0;

  const place = (node: YamlNode): void => {
    const parent = open.at(-1);
    if (parent === undefined) {
      if (documents === 1) file.root = node;
    } else if (parent.node.kind === "sequence") {
      parent.node.items.push(node);
    } else if (parent.key === undefined) {
      if (node.kind !== "scalar")
        file.problems.push({
          code: "complex-key",
          message: "A key must be a plain word here, not a list or a mapping.",
          start: node.start,
          end: node.end,
        });
      parent.key = node.kind === "scalar" ? node : emptyScalar(node.start);
    } else {
      parent.node.pairs.push({ key: parent.key, value: node });
      parent.key = undefined;
    }
  };

  for (const event of events) {
    switch (event.type) {
      case DOCUMENT:
        documents++;
        if (documents === 2)
          file.problems.push({
            code: "many-documents",
            message: "A second YAML document starts after this; GitHub reads one a file.",
            start: cursor,
            end: cursor,
          });
        break;
      case SCALAR: {
        const node = scalarFrom(text, event, cursor);
        book.remember(node, event);
        cursor = Math.max(cursor, node.end);
        place(node);
        break;
      }
      case ALIAS: {
        const node = book.resolve(aliasSpan(event), text.slice(event.anchorStart, event.anchorEnd));
        cursor = event.anchorEnd;
        place(node);
        break;
      }
      case SEQUENCE:
      case MAPPING: {
        const node = collectionFrom(event);
        book.open(node, event);
        cursor = Math.max(cursor, event.start);
        open.push({ node, key: undefined });
        break;
      }
      case POP: {
        const closed = open.pop();
        if (closed === undefined) break; // the end of a document
        closed.node.end = endOf(text, closed.node, cursor);
        cursor = Math.max(cursor, closed.node.end);
        book.close(closed.node);
        place(closed.node);
        break;
      }
    }
  }
  return file;
}

const emptyScalar = (at: number): ScalarNode => ({
  kind: "scalar",
  value: "",
  style: "plain",
  content: { start: at, end: at },
  indent: 0,
  start: at,
  end: at,
});

const aliasSpan = ({ anchorStart, anchorEnd }: AliasEvent): Span => ({ start: anchorStart - 1, end: anchorEnd });

function collectionFrom(event: SequenceEvent | MappingEvent): Exclude<YamlNode, ScalarNode> {
  const { start, style } = event;
  return event.type === SEQUENCE
    ? { kind: "sequence", items: [], flow: style === 2, start, end: start }
    : { kind: "mapping", pairs: [], flow: style === 2, start, end: start };
}

function scalarFrom(text: string, event: ScalarEvent, cursor: number): ScalarNode {
  const node =
    event.valueStart === -1
      ? emptyScalar(afterSeparator(text, Math.max(cursor, event.anchorEnd, event.tagEnd)))
      : writtenScalar(text, event, cursor);
  if (event.tagStart !== -1) node.tag = text.slice(event.tagStart, event.tagEnd);
  return node;
}

function writtenScalar(text: string, event: ScalarEvent, cursor: number): ScalarNode {
  const style = STYLES[event.style] ?? "plain";
  // A block at the end of the text ends with a break that nobody has written.
  const content = { start: event.valueStart, end: Math.min(event.valueEnd, text.length) };
  const block = style === "literal" || style === "folded";
  const quoted = style === "single" || style === "double";
  return {
    kind: "scalar",
    value: getScalarValue(text, event),
    style,
    content,
    indent: block ? Math.max(event.indent, 0) : 0,
    start: block
      ? text.indexOf(style === "literal" ? "|" : ">", Math.max(cursor, event.anchorEnd, event.tagEnd))
      : quoted
        ? content.start - 1
        : content.start,
    end: quoted ? content.end + 1 : block ? endOfBlock(text, content) : content.end,
  };
}

/** An empty value stands behind the `:` that it belongs to, or behind its `-`, perhaps some lines further on. */
function afterSeparator(text: string, from: number): number {
  for (const separator of [/[ \t]*[:?-]/y, /(?:[ \t]*(?:#[^\n]*)?\r?\n)+[ \t]*-(?=\s|$)/y]) {
    separator.lastIndex = from;
    if (separator.test(text)) return separator.lastIndex;
  }
  return from;
}

/** The last line of a block with something on it: blank lines behind it are nobody's. */
function endOfBlock(text: string, { start, end }: Span): number {
  let last = end;
  while (last > start && /\s/.test(text[last - 1] ?? "")) last--;
  return last > start ? last : start;
}

/** A block collection ends with its last child, a flow one with its bracket. */
function endOf(text: string, node: Exclude<YamlNode, ScalarNode>, cursor: number): number {
  if (!node.flow) return Math.max(node.start, cursor);
  const opening = text[node.start];
  // A pair inside `[a: 1]` is a flow mapping without brackets.
  if (opening !== "{" && opening !== "[") return Math.max(node.start, cursor);
  const rest = /(?:[\s,]|#[^\n]*)*[\]}]?/y;
  rest.lastIndex = Math.max(cursor, node.start + 1);
  rest.test(text);
  return rest.lastIndex;
}
