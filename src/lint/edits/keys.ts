/** Keys that come and go. */
import type { SourceFile } from "../../workflow/document/source-file.ts";
import { isNull, type MappingNode, type Pair, pairOf } from "../../workflow/yaml/node.ts";
import type { TextEdit } from "../finding.ts";
import {
  columnOf,
  endOfPair,
  endsItsLine,
  isAliased,
  isBlock,
  isInFlow,
  isRepeated,
  lastLeaf,
  lineBreakOf,
  lineEnd,
  lineStart,
} from "./place.ts";
import { replaceScalar } from "./scalars.ts";
import { writeFlow, type Written, writePair } from "./write.ts";

/** Beside which keys a new one stands: the first of `after` that is there, else the first of `before`, else last. */
export interface Place {
  after?: readonly string[];
  before?: readonly string[];
}

/** Adds `key: value` to a mapping that lacks the key. */
export function insertKey(
  file: SourceFile,
  mapping: MappingNode | undefined,
  key: string,
  value: Written,
  place: Place = {},
): TextEdit[] | undefined {
  if (!mapping || isRepeated(file, mapping) || pairOf(mapping, key)) return undefined;
  const behind = firstOf(mapping, place.after);
  const ahead = behind ? undefined : firstOf(mapping, place.before);
  if (mapping.flow) return insertInFlow(file, mapping, `${writeFlow({ [key]: value }).slice(2, -2)}`, behind, ahead);
  if (isInFlow(file, mapping)) return undefined;
  const column = columnOf(file, mapping);
  if (column === undefined) return undefined;
  const lineBreak = lineBreakOf(file);
  const written = writePair(key, value, column, lineBreak);
  const indentation = " ".repeat(column);
  const between = mapping === file.yaml.root && hasBlankLines(file, mapping) ? lineBreak : "";
  if (ahead)
    return [{ start: ahead.key.start, end: ahead.key.start, text: `${written}${lineBreak}${between}${indentation}` }];
  const neighbour = behind ?? mapping.pairs.at(-1);
  const at = neighbour && lineBehind(file, neighbour);
  if (at === undefined) {
    // Behind the neighbour there is no safe place; ahead of the one that follows there is.
    const next = neighbour && mapping.pairs[mapping.pairs.indexOf(neighbour) + 1];
    return next && [{ start: next.key.start, end: next.key.start, text: `${written}${lineBreak}${indentation}` }];
  }
  return [{ start: at, end: at, text: `${lineBreak}${between}${indentation}${written}` }];
}

function firstOf(mapping: MappingNode, keys: readonly string[] = []): Pair | undefined {
  for (const key of keys) {
    const pair = pairOf(mapping, key);
    if (pair) return pair;
  }
  return undefined;
}

/** The end of the line on which a pair of a block mapping ends, where nothing else stands on it. */
function lineBehind(file: SourceFile, pair: Pair): number | undefined {
  const end = endOfPair(file, pair);
  if (end === undefined || !endsItsLine(file.text, end) || keepsTrailingLines(file, pair)) return undefined;
  return lineEnd(file.text, end);
}

/** `|+`: the blank lines behind it are part of a value. */
function keepsTrailingLines({ text }: SourceFile, { value }: Pair): boolean {
  const last = lastLeaf(value)?.leaf;
  return last !== undefined && isBlock(last) && /^.[1-9]?\+/.test(text.slice(last.start, last.start + 3));
}

/** Whether the top level of a file has blank lines between its keys. */
function hasBlankLines({ text }: SourceFile, { pairs }: MappingNode): boolean {
  return pairs.some(({ key }, index) => {
    if (index === 0) return false;
    let start = lineStart(text, key.start);
    while (start > 0) {
      const above = text.slice(lineStart(text, start - 1), start).trim();
      if (above === "") return true;
      if (!above.startsWith("#")) return false;
      start = lineStart(text, start - 1);
    }
    return false;
  });
}

function insertInFlow(
  file: SourceFile,
  mapping: MappingNode,
  written: string,
  behind: Pair | undefined,
  ahead: Pair | undefined,
): TextEdit[] | undefined {
  // A pair inside `[a: 1]` is a mapping without brackets.
  if (file.text[mapping.start] !== "{") return undefined;
  const at = (offset: number, text: string): TextEdit[] => [{ start: offset, end: offset, text }];
  if (mapping.pairs.length === 0) return at(mapping.start + 1, ` ${written} `);
  if (ahead) return at(ahead.key.start, `${written}, `);
  const neighbour = behind ?? mapping.pairs.at(-1);
  const end = neighbour && endOfPair(file, neighbour);
  // A comment or a missing comma between here and the bracket would swallow what is put there.
  if (end === undefined || !/^\s*[,}]/.test(file.text.slice(end, end + 1000))) return undefined;
  return at(end, `, ${written}`);
}

/**
 * Sets a key of a block such as `with:` or `env:` that `owner` (a step, a job, the whole file) may have or not: the block
 * is made where it is missing, a value that is there is replaced, its quotes kept.
 */
export function setIn(
  file: SourceFile,
  owner: MappingNode,
  block: string,
  key: string,
  value: string | number | boolean,
  place: Place = { after: ["uses", "run", "name"] },
): TextEdit[] | undefined {
  const pair = pairOf(owner, block);
  if (!pair) return insertKey(file, owner, block, { [key]: value }, place);
  if (isAliased(pair) || isRepeated(file, owner)) return undefined;
  if (pair.value.kind === "mapping") {
    const inner = pairOf(pair.value, key);
    if (!inner) return insertKey(file, pair.value, key, value);
    return inner.value.kind === "scalar" && !isAliased(inner) ? replaceScalar(file, inner.value, value) : undefined;
  }
  if (
    pair.value.kind !== "scalar" ||
    !isNull(pair.value) ||
    pair.value.end > pair.value.start ||
    owner.flow ||
    isInFlow(file, owner)
  )
    return undefined;
  const column = columnOf(file, owner);
  const at = column === undefined ? undefined : lineBehind(file, pair);
  if (column === undefined || at === undefined || pair.value.anchor !== undefined) return undefined;
  const lineBreak = lineBreakOf(file);
  return [
    {
      start: at,
      end: at,
      text: `${lineBreak}${" ".repeat(column + 2)}${writePair(key, value, column + 2, lineBreak)}`,
    },
  ];
}

/** Takes a pair out of its mapping, its comment on the same line with it. */
export function removePair(file: SourceFile, mapping: MappingNode, pair: Pair): TextEdit[] | undefined {
  const { text } = file;
  const index = mapping.pairs.indexOf(pair);
  const end = endOfPair(file, pair);
  if (index === -1 || end === undefined || isRepeated(file, mapping) || holdsAnchor(file, pair)) return undefined;
  const next = mapping.pairs[index + 1];
  const previous = mapping.pairs[index - 1];
  if (mapping.flow) {
    if (text[mapping.start] !== "{") return undefined;
    if (next) return [{ start: pair.key.start, end: next.key.start, text: "" }];
    const from = previous && endOfPair(file, previous);
    return previous && from === undefined ? undefined : [{ start: from ?? pair.key.start, end, text: "" }];
  }
  if (
    isInFlow(file, mapping) ||
    columnOf(file, mapping) === undefined ||
    mapping.pairs.length === 1 ||
    !endsItsLine(text, end) ||
    keepsTrailingLines(file, pair)
  )
    return undefined;
  const start = lineStart(text, pair.key.start);
  const behind = lineEnd(text, end);
  if (text.slice(start, pair.key.start).trim() !== "") {
    // The first key of a list's item: the next one moves up behind the dash.
    if (!next || text.slice(behind, next.key.start).trim() !== "") return undefined;
    return [{ start: pair.key.start, end: next.key.start, text: "" }];
  }
  const lineBreak = /^\r?\n/.exec(text.slice(behind, behind + 2))?.[0].length;
  // The last line of a file without a line break at its end: the break before it goes.
  if (lineBreak === undefined) return [{ start: start - (text[start - 2] === "\r" ? 2 : 1), end: behind, text: "" }];
  return [{ start, end: behind + lineBreak, text: "" }];
}

/** Something in it is named by an alias elsewhere. */
const holdsAnchor = ({ yaml }: SourceFile, { key, value }: Pair): boolean =>
  yaml.anchors.some(({ span }) => span.start >= key.start && span.end <= Math.max(value.end, key.end));
