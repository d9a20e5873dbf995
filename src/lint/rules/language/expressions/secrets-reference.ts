import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const secretsReference = rule({
  id: "secrets-reference",
  family: "language",
  levels: { recommended: "warning", strict: "error" },
  summary: "A called workflow reads secrets that it declares.",
  why: "A workflow that is only called gets the secrets that it declares, unless every caller writes `secrets: inherit`. An undeclared one is empty.",
  bad: `on:
  workflow_call:
    secrets:
      token:
        required: true
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        env:
          TOKEN: \${{ secrets.tokens }}
`,
  good: `on:
  workflow_call:
    secrets:
      token:
        required: true
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        env:
          TOKEN: \${{ secrets.token }}
`,
  document: reportTypeProblems("secrets-reference"),
});
