/** Which parts of an expression its value is made of. */
import { type Expression, pathOf } from "../../workflow/expressions/expression.ts";

/** The references whose values an expression's own value is made of. `whole`: `toJSON` writes out what is inside. */
export function* reaching(
  expression: Expression,
  whole: boolean,
): Generator<{ reference: Expression; whole: boolean }> {
  switch (expression.kind) {
    case "literal":
    case "not":
    case "comparison":
      return;
    case "context":
      yield { reference: expression, whole };
      return;
    case "access": {
      if (pathOf(expression)) {
        yield { reference: expression, whole };
        return;
      }
      // `fromJSON(x).y`: a part of what `x` holds.
      let target: Expression = expression;
      while (target.kind === "access") target = target.target;
      yield* reaching(target, whole);
      return;
    }
    case "logical": {
      // Of `a && b` only `b` can be a text of any length: `a` comes through when it is empty.
      const operands = expression.operator === "&&" ? expression.operands.slice(-1) : expression.operands;
      for (const operand of operands) yield* reaching(operand, whole);
      return;
    }
    case "call": {
      const name = expression.name.toLowerCase();
      if (
        ["contains", "startswith", "endswith", "success", "failure", "always", "cancelled", "hashfiles"].includes(name)
      )
        return;
      if (name === "case") {
        for (const [index, argument] of expression.args.entries())
          if (index % 2 === 1 || index === expression.args.length - 1) yield* reaching(argument, whole);
        return;
      }
      for (const argument of expression.args) yield* reaching(argument, whole || name === "tojson");
      return;
    }
  }
}
