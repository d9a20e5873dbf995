import { spanInFile } from "../../../../workflow/expressions/embedded.ts";
import { rule } from "../../../rule.ts";

export const expressionSyntax = rule({
  id: "expression-syntax",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "What stands between `${{` and `}}` is an expression.",
  why: "GitHub refuses a file with an expression that it cannot read, and no job starts. Text has single quotes, there is no arithmetic, and every bracket closes.",
  bad: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: github.ref == "refs/heads/main"
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo "\${{ github.run_number + 1 }}"
`,
  ],
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: github.ref == 'refs/heads/main'
`,
  expression(site, { document, report }) {
    if (site.error?.kind === "syntax") report(spanInFile(document.file.text, site, site.error), site.error.message);
  },
});
