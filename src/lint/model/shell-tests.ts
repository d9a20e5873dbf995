/** What `[ ]`, `test` and `[[ ]]` answer, where it is known. */
import type { TestExpression } from "unbash";
import { relationOf } from "./compare.ts";
import type { Known } from "./model.ts";
import { type ShellState, valueOfWord } from "./shell-words.ts";
import { textOf, type Value } from "./value.ts";

/** `[ a = b ]`, `[ -n x ]`, `[ -z x ]`. */
export function plainTest(words: readonly Value[]): Known {
  const [first, operator, second] = words;
  if (words.length === 1 && first) return truth("-n", first);
  if (words.length === 2 && first && operator) return truth(textOf(first) ?? "", operator);
  if (words.length === 3 && first && operator && second)
    return textOf(first) === "!"
      ? negate(truth(textOf(operator) ?? "", second))
      : equal(textOf(operator) ?? "", first, second);
  return undefined;
}

const negate = (known: Known): Known => (known === undefined ? undefined : !known);

function truth(operator: string, value: Value): Known {
  if (operator !== "-n" && operator !== "-z") return undefined;
  const answers = new Set(
    value.map((template) =>
      template.length === 0 ? false : template.some((part) => part.kind === "text") ? true : undefined,
    ),
  );
  const [only] = answers;
  return answers.size === 1 ? (operator === "-n" ? only : negate(only)) : undefined;
}

function equal(operator: string, a: Value, b: Value): Known {
  if (operator !== "=" && operator !== "==" && operator !== "!=") return undefined;
  const relations = new Set(a.flatMap((x) => b.map((y) => relationOf(x, y))));
  const [only] = relations;
  if (relations.size !== 1 || only === "unknown" || only === undefined) return undefined;
  return (only === "equal") === (operator !== "!=");
}

export function testHolds(test: TestExpression, state: ShellState): Known {
  switch (test.type) {
    case "TestUnary":
      return truth(test.operator, valueOfWord(test.operand, state));
    case "TestBinary": {
      const right = valueOfWord(test.right, state);
      const glob = textOf(right);
      if (/[*?[]/.test(glob ?? test.right.text)) {
        const prefix = /^([^*?[]*)\*$/.exec(glob ?? "")?.[1];
        const left = valueOfWord(test.left, state);
        if (prefix === undefined || left.length !== 1 || !["=", "==", "!="].includes(test.operator)) return undefined;
        const first = left[0]?.[0];
        const text = left[0]?.length === 0 ? "" : first?.kind === "text" ? first.text : undefined;
        if (text === undefined) return undefined;
        const holds = text.startsWith(prefix)
          ? true
          : prefix.startsWith(text) && (left[0]?.length ?? 0) > 1
            ? undefined
            : false;
        return test.operator === "!=" ? negate(holds) : holds;
      }
      return equal(test.operator, valueOfWord(test.left, state), right);
    }
    case "TestNot":
      return test.negations.length % 2 === 1 ? negate(testHolds(test.operand, state)) : testHolds(test.operand, state);
    case "TestGroup":
      return testHolds(test.expression, state);
    case "TestLogical": {
      const all = test.operands.map((operand) => testHolds(operand, state));
      if (test.operator === "&&")
        return all.includes(false) ? false : all.every((known) => known === true) ? true : undefined;
      return all.includes(true) ? true : all.every((known) => known === false) ? false : undefined;
    }
  }
}
