import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const objectAsString = rule({
  id: "object-as-string",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "Objects and arrays are not written into text.",
  why: "In text they become the words `Object` and `Array`.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo "$EVENT"
        env:
          EVENT: \${{ github.event }}
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo "$EVENT"
        env:
          EVENT: \${{ toJSON(github.event) }}
`,
  document: reportTypeProblems("object-as-string"),
});
