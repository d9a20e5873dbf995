import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const contextAvailability = rule({
  id: "context-availability",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "Contexts and functions stand where GitHub provides them.",
  why: 'Each key has its own list of contexts ("Contexts reference", context availability). Naming another one there makes the file invalid.',
  bad: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    env:
      CACHE: \${{ runner.temp }}/cache
    steps:
      - run: make test
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo \${{ success() }}
`,
  ],
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: success()
        env:
          CACHE: \${{ runner.temp }}/cache
`,
  document: reportTypeProblems("context-availability"),
});
