/** Small pieces of Markdown. */
import { code } from "../../pipeline/describe.ts";
import { textWidth } from "./text-width.ts";

const escapeCell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** A table as Prettier formats it: columns padded to their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(escapeCell));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => textWidth(row[column] ?? ""))));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? "") + " ".repeat(width - textWidth(row[column] ?? ""))).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const [first = [], ...rest] = cells;
  return [line(first), rule, ...rest.map(line)].join("\n");
}

/** Text in which nothing is taken for emphasis. */
export const escapeMarkdown = (text: string): string => text.replace(/[*_`]/g, "\\$&");

export { code };

/** `code` and `code`, or a dash. */
export const codes = (texts: readonly string[]): string => (texts.length > 0 ? texts.map(code).join(", ") : "–");

export const sections = (...parts: readonly string[]): string =>
  `${parts
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .join("\n\n")}\n`;
