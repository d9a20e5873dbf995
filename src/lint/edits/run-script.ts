/** Lines of `run:`. */
import type { SourceFile } from "../../workflow/document/source-file.ts";
import type { Step } from "../../workflow/document/document.ts";
import { pairOf } from "../../workflow/yaml/node.ts";
import type { TextEdit } from "../finding.ts";
import { columnOf, endOfPair, isAliased, isInFlow, isRepeated, lineBreakOf, lineEnd } from "./place.ts";

/** Puts a line before line `line` (from 0) of a step's script; a script on one line becomes a block. */
export function insertScriptLine(file: SourceFile, step: Step, line: number, written: string): TextEdit[] | undefined {
  const { text } = file;
  const pair = pairOf(step.node, "run");
  const column = columnOf(file, step.node);
  if (!pair || pair.value.kind !== "scalar" || column === undefined || isAliased(pair)) return undefined;
  if (step.node.flow || isInFlow(file, step.node) || isRepeated(file, step.node)) return undefined;
  if (/[\r\n]/.test(written) || written.trim() === "") return undefined;
  const script = pair.value;
  const lineBreak = lineBreakOf(file);
  if (script.anchor !== undefined || script.tag !== undefined) return undefined;
  if (script.style === "literal") {
    // An empty script has no indentation to follow.
    const end = endOfPair(file, pair);
    if (end === undefined || script.indent === 0) return undefined;
    const indented = " ".repeat(script.indent) + written;
    let start = script.content.start;
    for (let index = 0; index < line; index++) {
      const next = text.indexOf("\n", start) + 1;
      if (next === 0 || next > end)
        return [{ start: lineEnd(text, end), end: lineEnd(text, end), text: lineBreak + indented }];
      start = next;
    }
    return [{ start, end: start, text: indented + lineBreak }];
  }
  if (
    script.style === "folded" ||
    script.value.includes("\n") ||
    script.value.trim() === "" ||
    text.slice(script.start, script.end).includes("\n")
  )
    return undefined;
  // A comment behind the value would become part of the script.
  if (text.slice(script.end, lineEnd(text, script.end)).trim() !== "") return undefined;
  const lines = line === 0 ? [written, script.value] : [script.value, written];
  if (/^\s/.test(lines[0] ?? "")) return undefined;
  const indentation = lineBreak + " ".repeat(column + 2);
  return [{ start: script.start, end: script.end, text: `|${lines.map((each) => indentation + each).join("")}` }];
}
