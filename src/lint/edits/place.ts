/** Where things stand in a file: what an edit must know before it touches the text. */
import type { SourceFile } from "../../workflow/document/source-file.ts";
import type { MappingNode, Pair, ScalarNode, Span, YamlNode } from "../../workflow/yaml/node.ts";

/** Spans in file order that do not overlap, so that one is found by halving. */
interface Shape {
  flows: Span[];
  repeated: Span[];
  lineBreak: string;
}

const shapes = new WeakMap<SourceFile, Shape>();

function shapeOf(file: SourceFile): Shape {
  const known = shapes.get(file);
  if (known) return known;
  const flows: Span[] = [];
  const seen = new Set<YamlNode>();
  const visit = (node: YamlNode): void => {
    if (node.kind === "scalar" || seen.has(node)) return;
    seen.add(node);
    if (node.flow) flows.push({ start: node.start, end: node.end });
    else if (node.kind === "sequence") node.items.forEach(visit);
    else for (const { value } of node.pairs) visit(value);
  };
  if (file.yaml.root) visit(file.yaml.root);
  const targets = new Set(file.yaml.aliases.map(({ target }) => target));
  const repeated = file.yaml.anchors
    .filter(({ node }) => targets.has(node))
    .map(({ span, node }) => ({ start: span.start, end: Math.max(span.end, node.end) }));
  const firstBreak = file.text.indexOf("\n");
  const shape = {
    flows: disjoint(flows),
    repeated: disjoint(repeated),
    lineBreak: firstBreak > 0 && file.text[firstBreak - 1] === "\r" ? "\r\n" : "\n",
  };
  shapes.set(file, shape);
  return shape;
}

/** Sorted, and without those that lie inside of another. */
function disjoint(spans: Span[]): Span[] {
  const kept: Span[] = [];
  for (const span of spans.sort((a, b) => a.start - b.start || b.end - a.end))
    if (span.start >= (kept.at(-1)?.end ?? -1)) kept.push(span);
  return kept;
}

function covers(spans: readonly Span[], { start, end }: Span): boolean {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.start ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  const span = spans[low - 1];
  return span !== undefined && end <= span.end;
}

/** Inside of `{...}` or `[...]`, where commas and brackets mean something. */
export const isInFlow = (file: SourceFile, span: Span): boolean => covers(shapeOf(file).flows, span);

/** Inside of something that an alias elsewhere in the file repeats: what is changed here changes there. */
export const isRepeated = (file: SourceFile, span: Span): boolean => covers(shapeOf(file).repeated, span);

/** The file's own line break. */
export const lineBreakOf = (file: SourceFile): string => shapeOf(file).lineBreak;

/** Where the line of an offset starts. */
export const lineStart = (text: string, at: number): number => text.lastIndexOf("\n", at - 1) + 1;

/** Where the line of an offset ends, before its line break. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  if (end === -1) return text.length;
  return end > at && text[end - 1] === "\r" ? end - 1 : end;
}

/** The value stands elsewhere, and an alias here. */
export const isAliased = ({ key, value }: Pair): boolean => value.start < key.end;

/** Where a pair ends in the file, its value included; nothing where that is not clear. */
export function endOfPair(file: SourceFile, pair: Pair): number | undefined {
  if (isAliased(pair)) return file.yaml.aliases.find(({ start }) => start >= pair.key.end)?.end;
  const { value } = pair;
  const last = lastLeaf(value);
  // The end of a block without a word in it is anybody's guess, and so is that of an empty item.
  if (last && isBlock(last.leaf) && last.leaf.value.trim() === "") return undefined;
  if (last?.inList && last.leaf.start === last.leaf.end) return undefined;
  return Math.max(pair.key.end, value.end);
}

export const isBlock = ({ style }: ScalarNode): boolean => style === "literal" || style === "folded";

/** The scalar that a node ends with; nothing where it ends with a bracket or an alias. */
export function lastLeaf(node: YamlNode): { leaf: ScalarNode; inList: boolean } | undefined {
  let at = node;
  let inList = false;
  while (at.kind !== "scalar") {
    if (at.flow) return undefined;
    inList = at.kind === "sequence";
    const last: YamlNode | undefined = at.kind === "sequence" ? at.items.at(-1) : at.pairs.at(-1)?.value;
    // What stands before its parent is named by an alias here.
    if (last === undefined || last.start < at.start) return undefined;
    at = last;
  }
  return { leaf: at, inList };
}

/** The column, from 0, of a block mapping's keys; nothing where its keys are written in an unusual way. */
export function columnOf(file: SourceFile, mapping: MappingNode): number | undefined {
  let column: number | undefined;
  for (const { key } of mapping.pairs) {
    const prefix = file.text.slice(lineStart(file.text, key.start), key.start);
    if (!/^ *(?:- +)*$/.test(prefix)) return undefined;
    if (column !== undefined && column !== prefix.length) return undefined;
    column = prefix.length;
  }
  return column;
}

/** Nothing but blanks and a comment stands between an offset and the end of its line. */
export const endsItsLine = (text: string, at: number): boolean =>
  /^[ \t]*(?:[ \t]#.*)?$/.test(text.slice(at, lineEnd(text, at)));
