import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const impossibleComparison = rule({
  id: "impossible-comparison",
  family: "language",
  levels: { recommended: "warning", strict: "error" },
  summary: "A comparison can come out both ways.",
  why: "A value that the other side never has makes the condition always the same: `failed` is no result, `ubuntu` no `runner.os`.",
  bad: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: runner.os == 'ubuntu'
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - id: unit
        run: make test
      - run: make logs
        if: always() && steps.unit.outcome == 'failed'
`,
  ],
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: runner.os == 'linux'
`,
  document: reportTypeProblems("impossible-comparison"),
});
