import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const stepReference = rule({
  id: "step-reference",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "A reference to a step finds a step that has run, in the same job, with that output.",
  why: "A step that has not run, is in another job or does not set the output gives an empty value.",
  bad: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo \${{ steps.version.outputs.version }}
      - id: version
        run: echo "version=1" >> "$GITHUB_OUTPUT"
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - id: cache
        uses: actions/cache@v4
        with:
          path: node_modules
          key: modules
      - run: npm ci
        if: steps.cache.outputs.cache_hit != 'true'
`,
  ],
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - id: version
        run: echo "version=1" >> "$GITHUB_OUTPUT"
      - run: echo \${{ steps.version.outputs.version }}
        if: steps.version.outcome == 'success'
`,
  document: reportTypeProblems("step-reference"),
});
