import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const formatArguments = rule({
  id: "format-arguments",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "The placeholders of `format` and its values belong together.",
  why: "A placeholder without a value makes the evaluation fail; a value without a placeholder is left out.",
  bad: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make '\${{ format('{0}-{1}', github.ref_name) }}'
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make '\${{ format('{0}', github.ref_name, github.sha) }}'
`,
  ],
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make '\${{ format('{0}-{1}-{{x}}', github.run_id, github.sha) }}'
`,
  document: reportTypeProblems("format-arguments"),
});
