/** The door between a script's text and its syntax tree. Total: any text gives a tree, perhaps an empty one. */
import { type ParsedScript, parse } from "unbash";

/** Longer scripts exist only to break tools; UTF-16 code units. */
export const MAX_SCRIPT_LENGTH = 200_000;

const NOTHING: ParsedScript = { type: "Script", pos: 0, end: 0, shebang: undefined, commands: [] };

/** The tree of a script in bash or sh; offsets count UTF-16 code units. One that is too long has no commands. */
export function parseShell(source: string): ParsedScript {
  if (source.length > MAX_SCRIPT_LENGTH) return NOTHING;
  try {
    return parse(source);
  } catch (error) {
    // Nesting beyond the call stack.
    if (error instanceof RangeError) return NOTHING;
    throw error;
  }
}
