/** Columns of text, aligned with spaces; the last one runs on. */
import type { Paint } from "./paint.ts";

export function table(paint: Paint, columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (index === columns.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
      .join("  ")
      .trimEnd();
  return [paint.dim(`  ${line(columns)}`), ...rows.map((row) => `  ${line(row)}`)].map((text) => `${text}\n`).join("");
}
