import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const functionArguments = rule({
  id: "function-arguments",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "Functions get as many arguments as they take, of the right types.",
  why: "A wrong count makes the file invalid; an object where text is expected gives an empty or useless result.",
  bad: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: startsWith(github.ref)
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: contains(github.event.ref, github.event)
`,
  ],
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: contains(github.event.commits.*.message, 'test')
`,
  document: reportTypeProblems("function-arguments"),
});
