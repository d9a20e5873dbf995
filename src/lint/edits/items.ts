/** Items of lists. */
import type { SourceFile } from "../../workflow/document/source-file.ts";
import type { SequenceNode, YamlNode } from "../../workflow/yaml/node.ts";
import type { TextEdit } from "../finding.ts";
import { isInFlow, isRepeated, lineBreakOf, lineStart } from "./place.ts";
import { writeFlow, writeItem, type Written } from "./write.ts";

/** Puts an item (a step, a branch) before another of a list. */
export function insertItem(
  file: SourceFile,
  list: SequenceNode,
  before: YamlNode,
  value: Written,
): TextEdit[] | undefined {
  if (isRepeated(file, list) || !list.items.includes(before) || before.start < list.start) return undefined;
  if (list.flow)
    return file.text[list.start] === "["
      ? [{ start: before.start, end: before.start, text: `${writeFlow(value)}, ` }]
      : undefined;
  if (isInFlow(file, list)) return undefined;
  const start = lineStart(file.text, before.start);
  // Only spaces and this item's own dash; a list in a list, an anchor or a tag before the item is left alone.
  const dash = /^( *)- +$/.exec(file.text.slice(start, before.start));
  if (!dash) return undefined;
  const column = dash[1]?.length ?? 0;
  const lineBreak = lineBreakOf(file);
  return [
    {
      start: start + column,
      end: start + column,
      text: `${writeItem(value, column, lineBreak)}${lineBreak}${" ".repeat(column)}`,
    },
  ];
}
