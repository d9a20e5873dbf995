import type { CommandArgument, TestExpression } from "unbash";
import { forEachChild, type SyntaxNode } from "unbash";
import { isQuoted } from "../../../shell/words.ts";
import { rule } from "../../rule.ts";
import { commandsIn, expressionsInside, type Script, spanOf } from "../../scripts.ts";
import type { Expression } from "../../../workflow/expressions/expression.ts";

export const constantTest = rule({
  id: "constant-test",
  family: "script",
  levels: { recommended: "error", strict: "error" },
  summary: "A test in a script can come out both ways.",
  why: '`[ word ]` asks only whether the word is empty, and `false` is not: `[ ${{ inputs.flag }} ]` and `[ "$A"=="$B" ]` always hold, and so does `[ -n $A ]`, which without quotes becomes `[ -n ]` for an empty variable.',
  bad: [
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          if [ "$GITHUB_REF_NAME"=="main" ]; then ./publish; fi
`,
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: if [ \${{ github.ref == 'refs/heads/main' }} ]; then ./publish; fi
      - run: if [ -n $TOKEN ]; then ./publish; fi
        env:
          TOKEN: \${{ secrets.TOKEN }}
`,
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          if [ "$GITHUB_REF_NAME" = "main"]; then ./publish; fi
`,
  ],
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          if [ "$GITHUB_REF_NAME" == "main" ]; then ./publish; fi
          if [ "$A" ]; then echo "$A"; fi
          if [ -n "$A" ] && [[ -n $B ]]; then echo "$B"; fi
          if [ "\${{ github.head_ref }}" ]; then echo "pull request"; fi
          if [ "\${{ github.ref == 'refs/heads/main' }}" = true ]; then ./publish; fi
          if \${{ github.ref == 'refs/heads/main' }}; then ./publish; fi
`,
  script(script, { report }) {
    if (script.shellFrom === "unknown") return;
    const commands = commandsIn(script);
    const isTest = (name: string | undefined): boolean =>
      name === "[" || (name === "test" && !commands.some(({ inFunction }) => inFunction === "test"));
    for (const { name, argWords, args } of commands) {
      if (!isTest(name)) continue;
      const closed = args.at(-1) === "]";
      if (name === "[" && !closed) {
        const last = argWords.at(-1);
        if (last && args.at(-1)?.endsWith("]") === true && !last.text.includes("["))
          report(
            spanOf(script, last),
            "`]` must be a word of its own: without a blank before it the test is not closed and always fails.",
          );
        continue;
      }
      operandAlone(script, name === "[" ? argWords.slice(0, -1) : argWords, (at, message) =>
        report(spanOf(script, at), message),
      );
    }
    if (script.source.includes("[[") && script.source.includes("-n"))
      inTests(script.ast, 0, (expression) => {
        if (expression.type !== "TestUnary" || expression.operator !== "-n") return;
        const message = alone(script, expression.operand);
        if (message !== undefined) report(spanOf(script, expression.operand), message);
      });
  },
});

function operandAlone(
  script: Script,
  all: readonly CommandArgument[],
  found: (at: CommandArgument, message: string) => void,
): void {
  const words = all[0]?.text === "!" ? all.slice(1) : all;
  const [first, second] = words;
  if (!first) return;
  if (words.length === 1) {
    const message = alone(script, first);
    if (message !== undefined) found(first, message);
    return;
  }
  if (
    words.length === 2 &&
    first.text === "-n" &&
    second?.type === "Word" &&
    second.parts?.length === 1 &&
    isVariable(second.parts[0]?.type) &&
    !isQuoted(second)
  )
    found(
      second,
      `An empty \`${second.text}\` leaves \`-n\` alone, which is true: this test always holds. Quote it: \`"${second.text}"\`.`,
    );
}

const isVariable = (type: string | undefined): boolean =>
  type === "SimpleExpansion" || type === "ParameterExpansion" || type === "CommandExpansion";

/** What makes a single operand true whatever is meant. */
function alone(script: Script, word: CommandArgument): string | undefined {
  const [expression, ...others] = expressionsInside(script, word);
  if (
    expression &&
    others.length === 0 &&
    expression.within.end - expression.within.start >= word.text.replace(/^"|"$/g, "").length &&
    expression.expression &&
    isBoolean(expression.expression)
  )
    return 'This is `true` or `false`, and neither is empty: the test always holds. Compare with `true`: `[ "${{ ... }}" = true ]`.';
  const operator = word.type === "Assignment" ? "=" : comparisonIn(word);
  if (operator !== undefined)
    return `\`${operator}\` needs blanks around it: as one word this is a test for "not empty", which always holds.`;
  return undefined;
}

/** `a==b` outside of quotes, with something on both sides. */
function comparisonIn(word: CommandArgument): string | undefined {
  if (word.type === "Assignment") return "=";
  const parts = word.parts ?? [
    { type: "Literal" as const, text: word.text, pos: word.pos, end: word.end, value: word.value },
  ];
  for (const part of parts) {
    if (part.type !== "Literal") continue;
    const operator = /(?:==|!=|=)/.exec(part.text);
    // An option such as `--flag=x` stands in no test; a word that begins or ends with the sign is something else.
    if (operator && part.pos + operator.index > word.pos && part.pos + operator.index + operator[0].length < word.end)
      return operator[0];
  }
  return undefined;
}

function isBoolean(expression: Expression): boolean {
  switch (expression.kind) {
    case "comparison":
    case "not":
      return true;
    case "literal":
      return typeof expression.value === "boolean";
    case "call":
      return ["contains", "startswith", "endswith", "success", "failure", "always", "cancelled"].includes(
        expression.name.toLowerCase(),
      );
    case "logical":
      return expression.operands.every(isBoolean);
    default:
      return false;
  }
}

function inTests(node: SyntaxNode, depth: number, visit: (expression: TestExpression) => void): void {
  if (depth > 300) return;
  if (node.type === "TestUnary" || node.type === "TestBinary") return visit(node);
  forEachChild(node, (child) => inTests(child, depth + 1, visit));
}
