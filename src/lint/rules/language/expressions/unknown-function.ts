import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const unknownFunction = rule({
  id: "unknown-function",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "An expression calls only functions that exist.",
  why: "GitHub refuses a file with an unknown function in an expression.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: startWith(github.ref, 'refs/tags/')
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: startsWith(github.ref, 'refs/tags/')
`,
  document: reportTypeProblems("unknown-function"),
});
