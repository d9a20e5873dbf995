/** Offsets to lines and columns. */

/** Both count from 1; a column counts UTF-16 code units, as editors and SARIF do. */
export interface Position {
  line: number;
  column: number;
}

/** Where each line starts, so that a position is found by halving. */
export interface Lines {
  starts: readonly number[];
  length: number;
}

export function linesOf(text: string): Lines {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return { starts, length: text.length };
}

/** The position of an offset; one outside of the text is moved to its nearest end. */
export function positionAt({ starts, length }: Lines, offset: number): Position {
  const at = Math.min(Math.max(offset, 0), length);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
}

/** The offset of a position; a line or column outside of the text is moved to its nearest end. */
export function offsetAt({ starts, length }: Lines, { line, column }: Position): number {
  const start = starts[Math.min(Math.max(line, 1), starts.length) - 1] ?? 0;
  return Math.min(start + Math.max(column, 1) - 1, length);
}
