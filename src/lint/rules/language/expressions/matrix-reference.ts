import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const matrixReference = rule({
  id: "matrix-reference",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "`matrix` is read for keys that the job's matrix or its `include` has.",
  why: "A key that is not in the matrix gives an empty value. Each job sees its own matrix only.",
  bad: `on: push
jobs:
  test:
    strategy:
      matrix:
        os: [ubuntu-latest, windows-latest]
        include:
          - os: ubuntu-latest
            coverage: true
    runs-on: \${{ matrix.os }}
    steps:
      - run: make test
        if: matrix.cover
`,
  good: `on: push
jobs:
  test:
    strategy:
      matrix:
        os: [ubuntu-latest, windows-latest]
        include:
          - os: ubuntu-latest
            coverage: true
    runs-on: \${{ matrix.os }}
    steps:
      - run: make test
        if: matrix.coverage
`,
  document: reportTypeProblems("matrix-reference"),
});
