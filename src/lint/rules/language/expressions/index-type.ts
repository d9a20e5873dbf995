import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const indexType = rule({
  id: "index-type",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "Objects are indexed with names and arrays with numbers.",
  why: "Another type finds nothing, and the value is empty.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo '\${{ env[0] }}'
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo '\${{ env['HOME'] }} \${{ github.event.commits[0].id }}'
`,
  document: reportTypeProblems("index-type"),
});
