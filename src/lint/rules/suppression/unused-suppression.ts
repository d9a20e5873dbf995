import { rule } from "../../rule.ts";
import { SUPPRESSION_LEVELS } from "../../suppressions.ts";

export const unusedSuppression = rule({
  id: "unused-suppression",
  family: "language",
  levels: SUPPRESSION_LEVELS["unused-suppression"],
  summary: "A comment that sets a finding aside goes when the finding has gone.",
  why: "A comment that covers nothing would silently cover the next fault of that kind. It is judged only for rules that ran.",
  onTheRun: true,
  fixable: true,
  bad: `on: push
jobs:
  test:
    # pipewright-ignore: yaml-syntax -- the bracket is closed below
    runs-on: [ubuntu-latest]
    steps:
      - run: make test
`,
  good: `on: push
jobs:
  test:
    # The bracket is closed.
    runs-on: [ubuntu-latest]
    steps:
      - run: make test
`,
});
