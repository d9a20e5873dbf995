/** From a place in a scalar's value back to the place in the file where it is written. */
import type { ScalarNode, Span } from "./node.ts";

const maps = new WeakMap<ScalarNode, Int32Array>();

/**
 * The offset in the file of `value[index]`. `index` may be the value's length; the answer then is the end of what is
 * written. Folded, quoted and block styles are followed character by character.
 */
export function sourceOffset(text: string, node: ScalarNode, index: number): number {
  if (isWrittenAsIs(node)) return Math.min(node.content.start + Math.max(index, 0), node.content.end);
  let map = maps.get(node);
  if (map === undefined) {
    map = alignment(text, node);
    maps.set(node, map);
  }
  return map[Math.min(Math.max(index, 0), node.value.length)] ?? node.content.start;
}

/** The span in the file of `value.slice(start, end)`. */
export function sourceSpan(text: string, node: ScalarNode, { start, end }: Span): Span {
  const from = sourceOffset(text, node, start);
  return { start: from, end: end > start ? Math.max(from, sourceOffset(text, node, end - 1) + 1) : from };
}

/** A value on one line without escapes is its own source. */
const isWrittenAsIs = ({ style, value, content }: ScalarNode): boolean =>
  style !== "literal" && style !== "folded" && content.end - content.start === value.length && !value.includes("\n");

/** For every index of the value, and its length, the offset where it is written. */
function alignment(text: string, node: ScalarNode): Int32Array {
  const { value, content } = node;
  const map = new Int32Array(value.length + 1).fill(-1);
  if (node.style === "literal") alignLiteral(text, node, map);
  else if (node.style === "folded") alignFolded(text, node, map);
  else alignFlow(text, node, map);
  // What is left are breaks that chomping kept, and where reading and this differ, nothing but order is promised.
  let last = content.start;
  for (let index = 0; index < map.length; index++) {
    const at = map[index] ?? -1;
    last = at === -1 ? Math.min(index === 0 ? last : last + 1, content.end) : Math.min(Math.max(at, last), content.end);
    map[index] = last;
  }
  if (value.length === 0) map[0] = content.start;
  return map;
}

interface Line {
  start: number;
  /** Without its break. */
  end: number;
}

/** The lines of a block scalar without their indentation. */
function* linesIn(text: string, { content, indent }: ScalarNode): Generator<Line> {
  for (let start = content.start; start < content.end;) {
    const nextBreak = text.indexOf("\n", start);
    const lineBreak = nextBreak === -1 || nextBreak > content.end ? content.end : nextBreak;
    const end =
      lineBreak > start && text[lineBreak - 1] === "\r" && text[lineBreak] === "\n" ? lineBreak - 1 : lineBreak;
    let at = start;
    while (at < end && at - start < indent && text[at] === " ") at++;
    yield { start: at, end };
    start = lineBreak + 1;
  }
}

/** Line by line the value. */
function alignLiteral(text: string, node: ScalarNode, map: Int32Array): void {
  let index = 0;
  for (const { start, end } of linesIn(text, node)) {
    for (let at = start; at <= end && index < node.value.length; at++) map[index++] = at;
  }
}

/**
 * Lines are joined by a blank, or by as many breaks as empty lines stand between; beside a line that is indented more,
 * every break stays (YAML 1.2, chapter 8.1.3).
 */
function alignFolded(text: string, node: ScalarNode, map: Int32Array): void {
  let index = 0;
  let empty = 0;
  let before: Line | undefined;
  const isSpaced = ({ start }: Line): boolean => text[start] === " " || text[start] === "\t";
  for (const line of linesIn(text, node)) {
    if (line.start === line.end) {
      empty++;
      continue;
    }
    const joints = before === undefined ? empty : isSpaced(before) || isSpaced(line) ? empty + 1 : Math.max(empty, 1);
    for (let joint = 0; joint < joints && index < node.value.length; joint++) map[index++] = before?.end ?? line.start;
    for (let at = line.start; at < line.end && index < node.value.length; at++) map[index++] = at;
    before = line;
    empty = 0;
  }
}

/** Escapes of double quotes by how many digits follow the letter (YAML 1.2, chapter 5.7). */
const ESCAPE_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Plain and quoted: blanks around a line break fold to one blank, or to the breaks after the first. */
function alignFlow(text: string, { value, content, style }: ScalarNode, map: Int32Array): void {
  const fold = /[ \t]*\r?\n(?:[ \t]*\r?\n)*[ \t]*/y;
  let at = content.start;
  let index = 0;
  while (index < value.length && at < content.end) {
    const character = text[at];
    if (character === " " || character === "\t" || character === "\n" || character === "\r") {
      fold.lastIndex = at;
      const run = fold.exec(text)?.[0];
      if (run === undefined) {
        map[index++] = at++;
        continue;
      }
      const breaks = run.split("\n").length - 1;
      for (let joint = 0; joint < Math.max(breaks - 1, 1) && index < value.length; joint++) map[index++] = at;
      at += run.length;
    } else if (style === "double" && character === "\\") {
      const next = text[at + 1];
      if (next === "\n" || next === "\r") {
        // The line goes on: nothing of the first break is in the value, empty lines behind it are.
        fold.lastIndex = at + 1;
        const run = fold.exec(text)?.[0] ?? "";
        const breaks = run.split("\n").length - 1;
        for (let joint = 1; joint < breaks && index < value.length; joint++) map[index++] = at;
        at += 1 + Math.max(run.length, 1);
        continue;
      }
      map[index] = at;
      // An astral character is two units of the value and one escape.
      const unit = value.charCodeAt(index++);
      if (next === "U" && unit >= 0xd800 && unit < 0xdc00) map[index++] = at;
      at += 2 + (ESCAPE_DIGITS[next ?? ""] ?? 0);
    } else {
      map[index++] = at;
      at += style === "single" && character === "'" ? 2 : 1;
    }
  }
}
