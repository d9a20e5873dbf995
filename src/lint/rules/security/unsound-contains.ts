import { spanInFile } from "../../../workflow/expressions/embedded.ts";
import { type Expression, expressionsWithin, pathOf } from "../../../workflow/expressions/expression.ts";
import { rule } from "../../rule.ts";

export const unsoundContains = rule({
  id: "unsound-contains",
  family: "security",
  levels: { recommended: "warning", strict: "warning" },
  fixable: true,
  summary: "Whether a value is one of several is asked of a list, not of a text.",
  why: "`contains('main develop', github.ref_name)` holds for every part of that text too: `mai`, `develop` and the empty value. Whoever names a branch gets past it (GitHub's documentation, \"Evaluate expressions\": matching an array of strings).",
  bad: `on: push
jobs:
  deploy:
    if: contains('refs/heads/main refs/heads/develop', github.ref)
    runs-on: ubuntu-latest
    steps:
      - run: make deploy
`,
  good: `on: push
jobs:
  deploy:
    if: contains(fromJSON('["refs/heads/main", "refs/heads/develop"]'), github.ref) && contains(github.event.head_commit.message, 'deploy')
    runs-on: ubuntu-latest
    steps:
      - run: make deploy
`,
  expression(site, { document, report }) {
    if (!site.expression || !/contains/i.test(site.text)) return;
    for (const inner of expressionsWithin(site.expression)) {
      if (inner.kind !== "call" || inner.name.toLowerCase() !== "contains") continue;
      const [list, value] = inner.args;
      if (
        list?.kind !== "literal" ||
        typeof list.value !== "string" ||
        !value ||
        value.kind === "literal" ||
        !isText(value)
      )
        continue;
      const words = list.value.split(/[\s,;|]+/).filter((word) => word !== "");
      const at = spanInFile(document.file.text, site, list);
      const text = `fromJSON('[${words.map((word) => `"${word.replaceAll("'", "''")}"`).join(", ")}]')`;
      const quoted =
        document.file.text[at.start - 1] === '"' || site.node.style === "double" || site.node.style === "single";
      report(
        spanInFile(document.file.text, site, inner),
        `This holds for every part of '${list.value}', the empty value among them. Ask a list: \`contains(${text}, ...)\`.`,
        {
          ...(quoted || words.length === 0 || words.some((word) => /["\\]/.test(word))
            ? {}
            : { fix: { title: "Ask a list", edits: [{ ...at, text }] } }),
        },
      );
    }
  },
});

/** A value that is a text, and not itself checked. */
const isText = (expression: Expression): boolean => expression.kind === "access" && pathOf(expression) !== undefined;
