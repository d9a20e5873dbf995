/** Text as a terminal shows it: how wide it is, what of it would be obeyed rather than shown, where a paragraph breaks. */

const ZERO = /^(?:\p{M}|[\u200b-\u200f\ufeff\u2060])$/u;
/** Unicode's "East Asian Width", wide and fullwidth, by its blocks; and what is shown as a picture. */
const WIDE =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation})$/u;
const OBEYED = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const TAB = "    ";

function widthOf(character: string): number {
  if (character <= "\u007e") return 1;
  if (ZERO.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A file may be called anything; what a terminal would obey is shown instead. */
export const shown = (text: string): string =>
  OBEYED.test(text) ? text.replace(new RegExp(OBEYED, "g"), escaped) : text;

/** A line and the marks below a part of it, cut to a number of columns around what is marked. Tabs become blanks, so that the marks stand below what they mark. */
export function marked(
  line: string,
  { start, end }: { start: number; end: number },
  columns: number,
): { text: string; indent: number; width: number } {
  const cells: { text: string; width: number; at: number }[] = [];
  // Nothing far behind the mark can be shown.
  for (let at = 0; at < Math.min(line.length, end + columns);) {
    const character = String.fromCodePoint(line.codePointAt(at) ?? 0);
    const text = character === "\t" ? TAB : character === "\ufeff" ? "" : shown(character);
    cells.push({ text, width: text === character ? widthOf(character) : text.length, at });
    at += character.length;
  }
  const isBefore = ({ at }: { at: number }): boolean => at < start;
  const isMarked = ({ at }: { at: number }): boolean => at >= start && at < end;
  const total = widthIn(cells);
  const [before, within] = [widthIn(cells.filter(isBefore)), widthIn(cells.filter(isMarked))];
  const isLong = total > columns || (cells.length < line.length && end + columns < line.length);
  // The whole of the mark is shown where it fits, with a quarter of the room before it.
  let dropped =
    isLong && before + within > columns - 1
      ? Math.max(0, before - Math.max(0, Math.min(Math.floor(columns / 4), columns - within - 2)))
      : 0;
  let skipped = 0;
  let first = 0;
  for (; skipped < dropped && first < cells.length; first++) skipped += cells[first]?.width ?? 0;
  dropped = skipped;
  const opening = dropped > 0 ? "…" : "";
  const kept: typeof cells = [];
  let used = opening.length;
  for (const cell of cells.slice(first)) {
    if (used + cell.width > columns - 1 && isLong) break;
    kept.push(cell);
    used += cell.width;
  }
  const isCut = (isLong && first + kept.length < cells.length) || (cells.length === 0 && line.length > 0);
  const text = `${opening}${kept.map((cell) => cell.text).join("")}${isCut ? "…" : ""}`.trimEnd();
  return {
    text,
    indent: opening.length + widthIn(kept.filter(isBefore)),
    width: Math.max(1, widthIn(kept.filter(isMarked))),
  };
}

const widthIn = (cells: readonly { width: number }[]): number => cells.reduce((sum, { width }) => sum + width, 0);

/** Breaks a paragraph between words; nothing is broken without a number of columns. */
export function wrapped(text: string, indent: string, columns: number | undefined): string {
  if (columns === undefined || indent.length + text.length <= columns) return `${indent}${text}`;
  const lines: string[] = [];
  let line = "";
  let width = 0;
  for (const word of text.split(" ")) {
    const wide = [...word].reduce((sum, character) => sum + widthOf(character), 0);
    if (line !== "" && indent.length + width + 1 + wide > columns) {
      lines.push(line);
      [line, width] = [word, wide];
    } else [line, width] = line === "" ? [word, wide] : [`${line} ${word}`, width + 1 + wide];
  }
  return [...lines, line].map((each) => `${indent}${each}`).join("\n");
}
