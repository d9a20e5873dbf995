import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const unknownProperty = rule({
  id: "unknown-property",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "An expression reads only properties that exist.",
  why: "GitHub gives an empty value for a property that is not there, without a word in the log.",
  bad: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo "\${{ github.repo }}"
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo "\${{ github.repository.owner }}"
`,
  ],
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo "\${{ github.repository }} \${{ job.container.id }}"
`,
  document: reportTypeProblems("unknown-property"),
});
