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
  const map = new Int32Array(value.length + 1);
  if (node.style === "literal") alignLines(text, node, map);
  else alignCharacters(text, node, map);
  map[value.length] = Math.max(content.start, Math.min(content.end, value.length === 0 ? content.start : (map[value.length - 1] ?? 0) + 1));
  return map;
}

/** A literal block's lines are the file's lines without their indentation. */
function alignLines(text: string, { value, content, indent }: ScalarNode, map: Int32Array): void {
  let lineStart = content.start;
  let index = 0;
  while (index < value.length) {
    const nextBreak = text.indexOf("\n", lineStart);
    const lineEnd = nextBreak === -1 || nextBreak > content.end ? content.end : nextBreak;
    let at = lineStart;
    while (at < lineEnd && at - lineStart < indent && text[at] === " ") at++;
    const valueBreak = value.indexOf("\n", index);
    const length = (valueBreak === -1 ? value.length : valueBreak) - index;
    for (let column = 0; column <= length && index < value.length; column++) map[index++] = Math.min(at + column, content.end);
    lineStart = lineEnd + 1;
  }
}

const isBlank = (character: string | undefined): boolean => character === " " || character === "\t" || character === "\n" || character === "\r";

/** Escapes of double quotes by how many characters are written after the letter (YAML 1.2, chapter 5.7). */
const ESCAPE_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function alignCharacters(text: string, { value, content, style }: ScalarNode, map: Int32Array): void {
  let at = content.start;
  for (let index = 0; index < value.length; index++) {
    // A line that goes on: nothing of it is in the value.
    while (style === "double" && text[at] === "\\" && /^\\\r?\n[ \t]*/.test(text.slice(at, at + 200))) at += /^\\\r?\n[ \t]*/.exec(text.slice(at, content.end))?.[0].length ?? 1;
    if (style === "double" && text[at] === "\\") {
      map[index] = at;
      const length = 2 + (ESCAPE_DIGITS[text[at + 1] ?? ""] ?? 0);
      // An astral character is two units of the value and one escape.
      const unit = value.charCodeAt(index);
      if (unit >= 0xd800 && unit < 0xdc00 && text[at + 1] === "U") map[++index] = at;
      at += length;
      continue;
    }
    if (isBlank(value[index])) {
      map[index] = Math.min(at, content.end);
      // A fold: blanks and breaks of the file became one character, or several breaks.
      if (isBlank(text[at])) {
        if (value[index + 1] !== undefined && !isBlank(value[index + 1])) while (at < content.end && isBlank(text[at])) at++;
        else at++;
      }
      continue;
    }
    while (at < content.end && isBlank(text[at])) at++;
    map[index] = Math.min(at, content.end);
    at += style === "single" && text[at] === "'" ? 2 : 1;
  }
}
