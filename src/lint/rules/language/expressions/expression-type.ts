import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const expressionType = rule({
  id: "expression-type",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "A key gets a value of the type that it takes.",
  why: 'GitHub stops the run with "Unexpected value" where an expression\'s result has another type than its key. Text is not converted; `fromJSON` converts it.',
  bad: [
    `on: workflow_dispatch
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: \${{ vars.TIMEOUT }}
    steps:
      - run: make test
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        variables: [A=1, A=2]
    steps:
      - run: make test
        env: \${{ matrix.variables }}
`,
  ],
  good: `on: workflow_dispatch
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: \${{ fromJSON(vars.TIMEOUT) }}
    steps:
      - run: make test
`,
  document: reportTypeProblems("expression-type"),
});
