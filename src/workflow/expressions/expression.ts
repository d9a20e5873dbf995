/** GitHub's expressions as a tree with places; offsets count from the start of the expression's text. */
import type { Span } from "../yaml/node.ts";

export type Expression = Literal | Context | Access | Call | Not | Comparison | Logical;

export interface Literal extends Span {
  kind: "literal";
  value: string | number | boolean | null;
}

/** The first word of `github.event.number`. Names compare without case; `name` is as written. */
export interface Context extends Span {
  kind: "context";
  name: string;
}

/** `.property`, `['property']`, `[0]`, `.*` or `[computed]` of a target. */
export interface Access extends Span {
  kind: "access";
  target: Expression;
  index: Expression | "star";
  /** The written property where it is known without evaluating anything. */
  property?: string;
}

export interface Call extends Span {
  kind: "call";
  /** As written; functions compare without case. */
  name: string;
  nameSpan: Span;
  args: Expression[];
}

export interface Not extends Span {
  kind: "not";
  operand: Expression;
}

export interface Comparison extends Span {
  kind: "comparison";
  operator: "==" | "!=" | ">" | ">=" | "<" | "<=";
  left: Expression;
  right: Expression;
}

export interface Logical extends Span {
  kind: "logical";
  operator: "&&" | "||";
  operands: Expression[];
}

/** This expression and everything inside it, outermost first. */
export function* expressionsWithin(expression: Expression): Generator<Expression> {
  yield expression;
  switch (expression.kind) {
    case "access":
      yield* expressionsWithin(expression.target);
      if (expression.index !== "star") yield* expressionsWithin(expression.index);
      return;
    case "call":
      for (const argument of expression.args) yield* expressionsWithin(argument);
      return;
    case "not":
      yield* expressionsWithin(expression.operand);
      return;
    case "comparison":
      yield* expressionsWithin(expression.left);
      yield* expressionsWithin(expression.right);
      return;
    case "logical":
      for (const operand of expression.operands) yield* expressionsWithin(operand);
      return;
    case "literal":
    case "context":
      return;
  }
}

/**
 * The dotted path of a chain of properties, lower-cased: `github.event.issue.title`, with `*` for a star or a computed
 * index. Nothing for anything else.
 */
export function pathOf(expression: Expression): string[] | undefined {
  if (expression.kind === "context") return [expression.name.toLowerCase()];
  if (expression.kind !== "access") return undefined;
  const target = pathOf(expression.target);
  return target && [...target, expression.property?.toLowerCase() ?? "*"];
}

/** Every longest chain within an expression, each with its path: `github.sha` once, not also `github`. */
export function* referencesIn(expression: Expression): Generator<{ path: string[]; expression: Context | Access }> {
  if (expression.kind === "context" || expression.kind === "access") {
    const path = pathOf(expression);
    if (path) yield { path, expression };
    for (let inner: Expression = expression; inner.kind === "access"; inner = inner.target) {
      if (inner.index !== "star" && inner.property === undefined) yield* referencesIn(inner.index);
      if (!path && inner.target.kind !== "access") yield* referencesIn(inner.target);
    }
    return;
  }
  switch (expression.kind) {
    case "call":
      for (const argument of expression.args) yield* referencesIn(argument);
      return;
    case "not":
      yield* referencesIn(expression.operand);
      return;
    case "comparison":
      yield* referencesIn(expression.left);
      yield* referencesIn(expression.right);
      return;
    case "logical":
      for (const operand of expression.operands) yield* referencesIn(operand);
      return;
    case "literal":
      return;
  }
}
