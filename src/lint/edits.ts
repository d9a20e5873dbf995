/**
 * The builders of text edits that fixes are made of. Each changes one thing and keeps what stands around it: comments,
 * quotes, anchors, line endings and indentation. Where that cannot be promised (a node that an alias repeats, a shape
 * that nobody writes) a builder gives `undefined`, and the finding goes without a fix.
 */
import type { Fix, TextEdit } from "./finding.ts";

export { insertKey, removePair, setIn, type Place } from "./edits/keys.ts";
export { appendComment, replaceScalar } from "./edits/scalars.ts";
export { insertScriptLine } from "./edits/run-script.ts";
export { insertItem } from "./edits/items.ts";
export type { Written } from "./edits/write.ts";

/** Some edits, or the news that one could not be built. */
export type Edits = TextEdit[] | undefined;

/** A fix of all these edits together; nothing where one of them could not be built, or nothing is left to change. */
export function fixOf(title: string, ...parts: Edits[]): Fix | undefined {
  const edits: TextEdit[] = [];
  for (const part of parts) {
    if (part === undefined) return undefined;
    edits.push(...part);
  }
  return edits.length === 0 ? undefined : { title, edits };
}
