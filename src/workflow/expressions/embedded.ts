/** `${{ }}` inside scalars. */
import type { ScalarNode, Span } from "../yaml/node.ts";
import { sourceSpan } from "../yaml/scalar-source.ts";
import { type ExpressionProblem, parseExpression } from "./parse.ts";
import type { Expression } from "./expression.ts";

/** One `${{ }}` of a scalar, or the whole of an `if:` without them. */
export interface EmbeddedExpression {
  node: ScalarNode;
  /** Where it stands in the scalar's value, with its `${{` and `}}`. */
  within: Span;
  /** The text between the braces, with its blanks; offsets of the tree count from its start. */
  text: string;
  /** Where `text` begins in the scalar's value. */
  textStart: number;
  expression?: Expression | undefined;
  error?: ExpressionProblem | undefined;
  /** An `if:` whose braces are left out. */
  implicit: boolean;
}

/** The expressions of a scalar in order; one that never closes carries an error. */
export function embeddedExpressions(node: ScalarNode): EmbeddedExpression[] {
  const { value } = node;
  const found: EmbeddedExpression[] = [];
  for (let start = value.indexOf("${{"); start !== -1; start = value.indexOf("${{", start)) {
    const textStart = start + 3;
    const textEnd = closingBraces(value, textStart);
    if (textEnd === -1) {
      found.push({
        node,
        within: { start, end: value.length },
        text: value.slice(textStart),
        textStart,
        error: { kind: "syntax", message: "This expression is not closed with `}}`.", start: -3, end: 0 },
        implicit: false,
      });
      break;
    }
    const text = value.slice(textStart, textEnd);
    found.push({
      node,
      within: { start, end: textEnd + 2 },
      text,
      textStart,
      implicit: false,
      ...parseExpression(text),
    });
    start = textEnd + 2;
  }
  return found;
}

/** An `if:` is an expression whether it wears braces or not. */
export function conditionOf(node: ScalarNode): EmbeddedExpression[] {
  if (node.value.includes("${{")) return embeddedExpressions(node);
  if (node.value.trim() === "") return [];
  const { value } = node;
  return [
    {
      node,
      within: { start: 0, end: value.length },
      text: value,
      textStart: 0,
      implicit: true,
      ...parseExpression(value),
    },
  ];
}

/** Braces inside of strings do not close an expression. */
function closingBraces(value: string, from: number): number {
  let quoted = false;
  for (let at = from; at < value.length; at++) {
    if (value[at] === "'") quoted = !quoted;
    else if (!quoted && value[at] === "}" && value[at + 1] === "}") return at;
  }
  return -1;
}

/** Where a part of the expression's text stands in the file. */
export const spanInFile = (fileText: string, { node, textStart }: EmbeddedExpression, { start, end }: Span): Span =>
  sourceSpan(fileText, node, { start: textStart + start, end: textStart + end });

/** Where the expression stands in the file, braces and all. */
export const wholeSpanInFile = (fileText: string, { node, within }: EmbeddedExpression): Span =>
  sourceSpan(fileText, node, within);

/** A scalar that is one expression and nothing else, and so may be of any type. */
export const isWholly = ({ node, within, implicit }: EmbeddedExpression): boolean =>
  implicit ||
  (isBlankBetween(node.value, 0, within.start) && isBlankBetween(node.value, within.end, node.value.length));

/** A long script has many expressions, so nothing of it is copied. */
function isBlankBetween(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const character = text[at];
    if (character !== " " && character !== "\n" && character !== "\t" && character !== "\r") return false;
  }
  return true;
}
