import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const unknownEventProperty = rule({
  id: "unknown-event-property",
  family: "language",
  levels: { recommended: "warning", strict: "warning" },
  summary: "`github.event` is read for what the events of this workflow send.",
  why: "Each event has its own payload. A property that none of the workflow's events sends is always empty, so the condition or value built on it is always the same.",
  bad: [
    `on: [push, workflow_dispatch]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: github.event.pull_request.draft == false
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make docs
        if: contains(github.event.head_commit.modified, 'docs/')
`,
  ],
  good: `on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: github.event.pull_request.draft == false
`,
  document: reportTypeProblems("unknown-event-property"),
});
