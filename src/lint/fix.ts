/** Applies fixes to a file's text. */
import type { Fix, TextEdit } from "./finding.ts";

export interface FixedText {
  text: string;
  /** Those that were applied: a fix that would touch what another has changed waits for the next pass. */
  applied: Fix[];
}

/** A fix is applied whole or not at all; of two that overlap, the one that stands first wins. */
export function applyFixes(text: string, fixes: readonly Fix[]): FixedText {
  const taken: TextEdit[] = [];
  const applied: Fix[] = [];
  for (const fix of fixes) {
    const edits = fix.edits.filter((edit) => text.slice(edit.start, edit.end) !== edit.text);
    if (edits.length === 0 || edits.some((edit) => taken.some((other) => clash(edit, other)))) continue;
    taken.push(...edits);
    applied.push(fix);
  }
  taken.sort((a, b) => a.start - b.start || a.end - b.end);
  // A file keeps its line endings, whoever wrote the fix.
  const breaks = text.includes("\r\n")
    ? (written: string): string => written.replace(/\r?\n/g, "\r\n")
    : (written: string): string => written;
  let result = "";
  let cursor = 0;
  for (const { start, end, text: replacement } of taken) {
    result += text.slice(cursor, start) + breaks(replacement);
    cursor = end;
  }
  return { text: result + text.slice(cursor), applied };
}

/** Two insertions at one place clash as well: their order would be a guess. */
const clash = (a: TextEdit, b: TextEdit): boolean => (a.start < b.end && b.start < a.end) || a.start === b.start;
