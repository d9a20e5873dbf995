import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const invalidJson = rule({
  id: "invalid-json",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "Text that is given to `fromJSON` is JSON.",
  why: "The evaluation fails at run time, and with it the job.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: contains(fromJSON('["main", "dev"'), github.ref_name)
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: contains(fromJSON('["main", "dev"]'), github.ref_name)
`,
  document: reportTypeProblems("invalid-json"),
});
