import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const inputsReference = rule({
  id: "inputs-reference",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "`inputs` is read for inputs that the workflow or action declares.",
  why: "An input that is not declared is always empty.",
  bad: `on:
  workflow_dispatch:
    inputs:
      message:
        type: string
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo "$MESSAGE"
        env:
          MESSAGE: \${{ inputs.massage }}
`,
  good: `on:
  workflow_dispatch:
    inputs:
      message:
        type: string
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo "$MESSAGE"
        env:
          MESSAGE: \${{ inputs.message }}
`,
  document: reportTypeProblems("inputs-reference"),
});
