/** What the checks of an expression share: where they are, whom they tell, and how they name what they find. */
import type { Span } from "../../yaml/node.ts";
import type { Expression } from "../expression.ts";
import type { Scope } from "./scope.ts";
import type { Type, TypeProblemCode } from "./type.ts";

/** Offsets count from the start of the expression's text. */
export interface TypeProblem extends Span {
  code: TypeProblemCode;
  message: string;
  /** Useless at worst, and often meant so. */
  mild: boolean;
}

export interface Checking {
  scope: Scope;
  report(code: TypeProblemCode, at: Span, message: string, mild?: boolean): void;
  typeOf(expression: Expression): Type;
}

/** How a message names the thing whose property is asked for. */
export function sourceOf(expression: Expression): string {
  const path = written(expression);
  return path === undefined ? "This value" : `\`${path}\``;
}

function written(expression: Expression): string | undefined {
  if (expression.kind === "context") return expression.name;
  if (expression.kind !== "access") return undefined;
  const target = written(expression.target);
  if (target === undefined) return undefined;
  if (expression.index === "star") return `${target}.*`;
  if (expression.property !== undefined) return `${target}.${expression.property}`;
  return expression.index.kind === "literal" ? `${target}[${String(expression.index.value)}]` : undefined;
}
