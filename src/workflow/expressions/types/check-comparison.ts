/** Comparisons whose outcome is the same whatever happens, by the types of what they compare. */
import type { Comparison, Expression } from "../expression.ts";
import { type Checking, sourceOf } from "./checking.ts";
import { canBeEqual } from "./equality.ts";
import { EVENT_NAMES } from "./events.ts";
import { describe, type StringType, type Type } from "./type.ts";

export function checkComparison(comparison: Comparison, left: Type, right: Type, checking: Checking): void {
  if (left.kind === "any" || right.kind === "any") return;
  if (comparison.operator === "==" || comparison.operator === "!=") checkEquality(comparison, left, right, checking);
  else checkOrder(comparison, left, right, checking);
}

const isCompound = ({ kind }: Type): boolean => kind === "object" || kind === "array";

function checkOrder(comparison: Comparison, left: Type, right: Type, { report }: Checking): void {
  for (const [operand, type] of [
    [comparison.left, left],
    [comparison.right, right],
  ] as const) {
    if (type.kind !== "bool" && !isCompound(type) && operand.kind + type.kind !== "literalnull") continue;
    report(
      "comparison-type",
      operand,
      `${sourceOf(operand)} is ${describe(type)}; \`${comparison.operator}\` compares numbers or text.`,
    );
    return;
  }
}

const outcomeOf = ({ operator }: Comparison): string => (operator === "==" ? "false" : "true");

function checkEquality(comparison: Comparison, left: Type, right: Type, { report }: Checking): void {
  const { operator } = comparison;
  if (isCompound(left) || isCompound(right)) {
    if (left.kind === "null" || right.kind === "null") return;
    const [compound, operand] = isCompound(left) ? [left, comparison.left] : [right, comparison.right];
    report(
      "comparison-type",
      comparison,
      left.kind === right.kind
        ? `Two ${left.kind}s are equal only when they are the same one. Compare their \`toJSON\`, or a property.`
        : `${sourceOf(operand)} is ${describe(compound)} and never equals a single value, so \`${operator}\` is always ${outcomeOf(comparison)}. Compare one of its properties.`,
    );
    return;
  }
  const flag = flagAgainstText(comparison, left, right);
  if (flag !== undefined) {
    report("comparison-type", comparison, flag.message, flag.mild);
    return;
  }
  if (canBeEqual(left, right) || (comparison.left.kind === "literal" && comparison.right.kind === "literal")) return;
  const [open, literal, type] =
    comparison.right.kind === "literal"
      ? [comparison.left, comparison.right, left]
      : [comparison.right, comparison.left, right];
  const choices =
    type.kind === "string" || type.kind === "number"
      ? (type.values ?? []).map((value) => (typeof value === "string" ? `'${value}'` : String(value)))
      : [];
  const path = sourceOf(open).toLowerCase();
  report(
    path === "`github.event_name`" &&
      literal.kind === "literal" &&
      EVENT_NAMES.includes(String(literal.value).toLowerCase())
      ? "impossible-event"
      : "impossible-comparison",
    literal.kind === "literal" ? literal : comparison,
    `${sourceOf(open)} ${choices.length > 0 && choices.length <= 20 ? `is ${listed(choices)}` : "never has this value"}, so \`${operator}\` is always ${outcomeOf(comparison)} here.`,
  );
}

const listed = (choices: readonly string[]): string =>
  choices.length === 1 ? `always ${choices[0] ?? ""}` : `one of ${choices.join(", ")}`;

/** A boolean and a text are compared as numbers: `true` is 1 and 'true' is none. */
function flagAgainstText(
  comparison: Comparison,
  left: Type,
  right: Type,
): { message: string; mild: boolean } | undefined {
  const [flag, text, flagOperand, textOperand]: [Type, Type, Expression, Expression] =
    left.kind === "bool"
      ? [left, right, comparison.left, comparison.right]
      : [right, left, comparison.right, comparison.left];
  if (flag.kind !== "bool" || text.kind !== "string") return undefined;
  if (isNumeric(text)) return undefined;
  const always = `\`${comparison.operator}\` is always ${outcomeOf(comparison)}`;
  if (textOperand.kind === "literal") {
    const advice = /^(?:true|false)$/i.test(String(textOperand.value))
      ? ` Compare with ${String(textOperand.value).toLowerCase()} without quotes.`
      : "";
    const message = `${sourceOf(flagOperand)} is a boolean and '${String(textOperand.value)}' is text; the two are compared as numbers, so ${always}.${advice}`;
    return { message, mild: false };
  }
  if (flagOperand.kind !== "literal") return undefined;
  const word = String(flagOperand.value);
  // An empty text equals false, which some rely on.
  return {
    message: `${sourceOf(textOperand)} is text, and '${word}' does not equal ${word}: the two are compared as numbers. Compare with '${word}' in quotes.`,
    mild: flagOperand.value === false,
  };
}

/** Some value of it is the same number as a boolean. */
const isNumeric = ({ values }: StringType): boolean =>
  values?.some((value) => ["", "0", "1"].includes(value.trim())) === true;
