/** Conditions that come out the same whatever happens. */
import type { Comparison, Expression, Literal } from "./expression.ts";
import { areEqual } from "./types/equality.ts";

/** Whether an expression is truthy on every run, or on none; nothing where it depends. */
export function constantTruth(expression: Expression): boolean | undefined {
  switch (expression.kind) {
    case "literal":
      return isTruthy(expression);
    case "not": {
      const operand = constantTruth(expression.operand);
      return operand === undefined ? undefined : !operand;
    }
    case "logical": {
      const truths = expression.operands.map(constantTruth);
      const decisive = expression.operator === "||";
      if (truths.includes(decisive)) return decisive;
      return truths.every((truth) => truth === !decisive) ? !decisive : undefined;
    }
    case "comparison":
      return constantComparison(expression);
    case "call":
      return constantCall(expression.name, expression.args);
    case "context":
    case "access":
      return undefined;
  }
}

const isTruthy = ({ value }: Literal): boolean =>
  value !== null && value !== false && value !== "" && value !== 0 && !Number.isNaN(value);

function constantComparison({ operator, left, right }: Comparison): boolean | undefined {
  if (left.kind !== "literal" || right.kind !== "literal") return undefined;
  if (operator === "==") return areEqual(left.value, right.value);
  if (operator === "!=") return !areEqual(left.value, right.value);
  if (typeof left.value !== "number" || typeof right.value !== "number") return undefined;
  switch (operator) {
    case "<":
      return left.value < right.value;
    case "<=":
      return left.value <= right.value;
    case ">":
      return left.value > right.value;
    case ">=":
      return left.value >= right.value;
  }
}

const textOf = (value: Literal["value"]): string => (value === null ? "" : String(value));

function constantCall(name: string, args: readonly Expression[]): boolean | undefined {
  const texts = args.map((argument) =>
    argument.kind === "literal" ? textOf(argument.value).toUpperCase() : undefined,
  );
  const [text, part] = texts;
  if (text === undefined || part === undefined || args.length !== 2) return undefined;
  switch (name.toLowerCase()) {
    case "contains":
      return text.includes(part);
    case "startswith":
      return text.startsWith(part);
    case "endswith":
      return text.endsWith(part);
    default:
      return undefined;
  }
}
