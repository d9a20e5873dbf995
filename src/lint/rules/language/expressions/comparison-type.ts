import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const comparisonType = rule({
  id: "comparison-type",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "What is compared can be equal.",
  why: "Values of two types are compared as numbers, and an object is equal only to itself (\"Evaluate expressions in workflows and actions\", operators). `true == 'true'` is false.",
  bad: [
    `on:
  workflow_dispatch:
    inputs:
      debug:
        type: boolean
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: inputs.debug == 'true'
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: github.event == 'push'
`,
  ],
  good: `on:
  workflow_dispatch:
    inputs:
      debug:
        type: boolean
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: inputs.debug == true
`,
  document: reportTypeProblems("comparison-type"),
});
