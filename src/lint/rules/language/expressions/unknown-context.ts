import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const unknownContext = rule({
  id: "unknown-context",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "An expression names only contexts that exist.",
  why: "GitHub refuses a file with an unknown name in an expression: the run fails before any job starts. Text needs single quotes.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo "$NAME"
        env:
          NAME: \${{ gihub.actor }}
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo "$NAME"
        env:
          NAME: \${{ github.actor }}
`,
  document: reportTypeProblems("unknown-context"),
});
