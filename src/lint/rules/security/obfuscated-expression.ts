import { spanInFile } from "../../../workflow/expressions/embedded.ts";
import type { ExpressionSite } from "../../../workflow/document/expression-sites.ts";
import { type Expression, expressionsWithin } from "../../../workflow/expressions/expression.ts";
import { rule } from "../../rule.ts";

export const obfuscatedExpression = rule({
  id: "obfuscated-expression",
  family: "security",
  levels: { recommended: "info", strict: "info" },
  summary: "Expressions say what they mean.",
  why: "A `fromJSON(toJSON(x))` does nothing, and a `format` of constants is a constant: both are ways to keep a name out of sight of whoever searches for it.",
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: echo "\${{ format('{0}/{1}', 'octocat', 'hello') }}"
      - run: echo "\${{ fromJSON(toJSON(github.sha)) }}"
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: echo "\${{ format('{0}/{1}', github.repository_owner, 'hello') }}"
      - run: echo "\${{ fromJSON('[1, 2]')[0] }}"
`,
  expression(site, { document, report, settings }) {
    if (!site.expression) return;
    if (settings.preset === "strict" && !isCondition(site) && isConstant(site.expression)) {
      report(
        spanInFile(document.file.text, site, site.expression),
        "This is the same in every run. Write what it comes to.",
      );
      return;
    }
    if (!/format|json/i.test(site.text)) return;
    for (const inner of expressionsWithin(site.expression)) {
      if (inner.kind !== "call") continue;
      const name = inner.name.toLowerCase();
      const [argument] = inner.args;
      if (name === "format" && inner.args.length > 0 && inner.args.every(({ kind }) => kind === "literal"))
        report(
          spanInFile(document.file.text, site, inner),
          "This `format` has only constants in it. Write its result.",
        );
      if (name === "fromjson" && argument?.kind === "call" && argument.name.toLowerCase() === "tojson")
        report(
          spanInFile(document.file.text, site, inner),
          "`fromJSON(toJSON(...))` gives what it is given. Write what is inside.",
        );
    }
  },
});

/** What a condition is, the rule on constant conditions says. */
const isCondition = ({ path }: ExpressionSite): boolean => path.at(-1) === "if";

const PURE = new Set(["case", "contains", "endswith", "format", "fromjson", "join", "startswith", "tojson"]);

/** Made of constants only; a text with braces in it is the way to write braces. */
function isConstant(expression: Expression): boolean {
  switch (expression.kind) {
    case "literal":
      return typeof expression.value !== "string" || !/[{}]{2}/.test(expression.value);
    case "not":
      return isConstant(expression.operand);
    case "logical":
      return expression.operands.every(isConstant);
    case "comparison":
      return isConstant(expression.left) && isConstant(expression.right);
    case "call":
      return expression.args.length > 0 && PURE.has(expression.name.toLowerCase()) && expression.args.every(isConstant);
    default:
      return false;
  }
}
