import { type EmbeddedExpression, spanInFile } from "../../../../workflow/expressions/embedded.ts";
import { constantTruth } from "../../../../workflow/expressions/constant.ts";
import type { Expression } from "../../../../workflow/expressions/expression.ts";
import { parseExpression } from "../../../../workflow/expressions/parse.ts";
import { jobsOf, stepsOf } from "../../../../workflow/document/document.ts";
import { expressionsOf, type ExpressionSite } from "../../../../workflow/document/expression-sites.ts";
import type { ScalarNode } from "../../../../workflow/yaml/node.ts";
import { sourceSpan } from "../../../../workflow/yaml/scalar-source.ts";
import type { Fix, TextEdit } from "../../../finding.ts";
import { rule } from "../../../rule.ts";

export const constantCondition = rule({
  id: "constant-condition",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "An `if:` can come out both ways.",
  why: "An `if:` that holds anything beside one `${{ }}`, be it a line break, is text to GitHub, and text that is not empty is true: the step or job runs always. A text alone between operators (`a == 'x' || 'y'`) is true as well.",
  fixable: true,
  bad: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make publish
        if: \${{ github.ref_name == 'main' }} && \${{ github.event_name == 'push' }}
      - run: make report
        if: |
          \${{ github.event_name == 'push' }}
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: github.ref_name == 'main' || 'dev'
`,
  ],
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make publish
        if: github.ref_name == 'main' && github.event_name == 'push'
      - run: make report
        if: |
          always() &&
          github.event_name == 'push'
      - run: make notes
        if: \${{ github.ref_name == 'dev' }}
`,
  document(document, { report }) {
    const conditions = new Set<ScalarNode>();
    for (const { if: condition } of [...jobsOf(document), ...stepsOf(document)])
      if (condition) conditions.add(condition);
    if (conditions.size === 0) return;
    const sites = new Map<ScalarNode, ExpressionSite[]>();
    for (const site of expressionsOf(document))
      if (conditions.has(site.node)) sites.set(site.node, [...(sites.get(site.node) ?? []), site]);
    for (const [node, parts] of sites) {
      const [only] = parts;
      if (!only || parts.some(({ error }) => error)) continue;
      if (!only.implicit && (parts.length > 1 || only.within.start > 0 || only.within.end < node.value.length)) {
        report(node, messageFor(node, parts), { fix: withoutBraces(document.file.text, node, parts) });
        continue;
      }
      const truth = only.expression && constantTruth(only.expression);
      if (truth === undefined || !only.expression) continue;
      const isWord = only.expression.kind === "literal";
      report(
        isWord ? node : spanInFile(document.file.text, only, only.expression),
        `This condition is always ${truth ? "true: leave it out, or write what was meant." : "false, so this never runs. Remove what is switched off, or write what was meant."}`,
        // Switched off by hand: somebody knows.
        isDeliberate(only.expression) ? { level: "info" } : {},
      );
    }
  },
});

/** `false && ...` and `1 == 2` are how people switch something off. */
function isDeliberate(expression: Expression): boolean {
  switch (expression.kind) {
    case "literal":
      return typeof expression.value !== "string";
    case "not":
      return isDeliberate(expression.operand);
    case "logical":
      return expression.operands.some(isDeliberate);
    case "comparison":
      return expression.left.kind === "literal" && expression.right.kind === "literal";
    case "call":
    case "context":
    case "access":
      return false;
  }
}

const textAround = (node: ScalarNode, parts: readonly EmbeddedExpression[]): string => {
  let text = "";
  let cursor = 0;
  for (const { within } of parts) {
    text += node.value.slice(cursor, within.start);
    cursor = within.end;
  }
  return text + node.value.slice(cursor);
};

const messageFor = (node: ScalarNode, parts: readonly EmbeddedExpression[]): string =>
  textAround(node, parts).trim() === ""
    ? "This condition is always true: a blank or line break stands beside `${{ }}`, which makes it text that is not empty. Leave out the braces."
    : "This condition is always true: there is text beside `${{ }}`, so the whole is text that is not empty. Leave out the braces and write one expression.";

/** The same text as one expression, where that can be read as one. */
function withoutBraces(text: string, node: ScalarNode, parts: readonly EmbeddedExpression[]): Fix | undefined {
  if (node.style === "double" && node.value.includes("\n")) return undefined;
  const alone = parts.length === 1 && textAround(node, parts).trim() === "";
  const edits: TextEdit[] = [];
  let result = "";
  let cursor = 0;
  for (const { within, text: inner, textStart, expression } of parts) {
    const wrap = !alone && expression?.kind === "logical";
    const start = textStart + (inner.length - inner.trimStart().length);
    const end = textStart + inner.trimEnd().length;
    edits.push(
      { ...sourceSpan(text, node, { start: within.start, end: start }), text: wrap ? "(" : "" },
      { ...sourceSpan(text, node, { start: end, end: within.end }), text: wrap ? ")" : "" },
    );
    result += `${node.value.slice(cursor, within.start)}${wrap ? "(" : ""}${node.value.slice(start, end)}${wrap ? ")" : ""}`;
    cursor = within.end;
  }
  result += node.value.slice(cursor);
  // A plain scalar must not start with one of YAML's own signs.
  if (node.style === "plain" && !/^[\w(]/.test(result)) return undefined;
  const { expression } = parseExpression(result);
  return expression && constantTruth(expression) === undefined ? { title: "Leave out the braces", edits } : undefined;
}
