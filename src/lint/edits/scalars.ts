/** Single values and what stands behind them. */
import type { SourceFile } from "../../workflow/document/source-file.ts";
import type { ScalarNode, Span } from "../../workflow/yaml/node.ts";
import type { TextEdit } from "../finding.ts";
import { endsItsLine, isInFlow, isRepeated, lineEnd } from "./place.ts";
import { inDoubleQuotes, inSingleQuotes, writeScalar } from "./write.ts";

/** Gives a scalar another value; quotes stay what they are. Blocks (`|`, `>`) are not replaced. */
export function replaceScalar(
  file: SourceFile,
  scalar: ScalarNode,
  value: string | number | boolean,
): TextEdit[] | undefined {
  if (scalar.style === "literal" || scalar.style === "folded" || scalar.tag !== undefined || isRepeated(file, scalar))
    return undefined;
  if (scalar.value === String(value)) return [];
  // An empty value stands right behind its colon.
  const blank = scalar.start === scalar.end && /[:-]/.test(file.text[scalar.start - 1] ?? "") ? " " : "";
  return [{ start: scalar.start, end: scalar.end, text: blank + inStyleOf(file, scalar, value) }];
}

function inStyleOf(file: SourceFile, { style, start, end }: ScalarNode, value: string | number | boolean): string {
  if (style === "double" || (style === "single" && /[\x00-\x1f\x7f]/.test(String(value))))
    return inDoubleQuotes(String(value));
  if (style === "single") return inSingleQuotes(String(value));
  return writeScalar(value, isInFlow(file, { start, end }));
}

/**
 * Puts ` # comment` behind the line on which a value ends. A comment that is there stays, behind the new one, unless
 * `replaces` matches all of it (an older version, say).
 */
export function appendComment(
  file: SourceFile,
  value: Span,
  comment: string,
  replaces?: RegExp,
): TextEdit[] | undefined {
  const { text } = file;
  if (/[\r\n]/.test(comment) || !endsItsLine(text, value.end)) return undefined;
  const end = lineEnd(text, value.end);
  const rest = text.slice(value.end, end);
  const hash = rest.indexOf("#");
  if (hash === -1) return [{ start: value.end, end, text: ` # ${comment}` }];
  const there = rest.slice(hash + 1).trim();
  if (there === comment || there.startsWith(`${comment} `)) return [];
  const start = value.end + hash;
  if (replaces?.exec(there)?.[0] === there) return [{ start, end, text: `# ${comment}` }];
  return [{ start, end: start, text: `# ${comment} ` }];
}
