/** What a word says. */
import type { ArrayValue, CommandArgument, Word } from "unbash";
import { isExpansion } from "./commands.ts";

/**
 * A word's value where it is known without running anything: no expansion is inside, and no `${{ }}`, which stands as
 * underscores (`../lint/scripts.ts`). Globs are text.
 */
export function literalOf(word: CommandArgument | ArrayValue | undefined): string | undefined {
  if (!word || word.type === "ArrayValue") return undefined;
  if (word.type === "Assignment") {
    const value = literalOf(word.value);
    return value === undefined ? undefined : word.text.slice(0, word.text.indexOf("=") + 1) + value;
  }
  return word.parts?.some(isExpansion) === true || holdsPlaceholder(word.text) ? undefined : word.value;
}

/** The character that a `${{ }}` is replaced by, as often as it is long: at least five times. */
export const PLACEHOLDER = "_";
const PLACEHOLDERS = PLACEHOLDER.repeat("${{}}".length);
export const holdsPlaceholder = (text: string): boolean => text.includes(PLACEHOLDERS);

/** The whole word is inside quotes, or needs none. */
export const isQuoted = ({ parts }: Word): boolean =>
  parts !== undefined &&
  parts.every(({ type }) => type === "DoubleQuoted" || type === "SingleQuoted" || type === "AnsiCQuoted");
