import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const impossibleEvent = rule({
  id: "impossible-event",
  family: "language",
  levels: { recommended: "off", strict: "info" },
  summary: "A condition on `github.event_name` names an event that starts the workflow.",
  why: "An event that is not among the triggers never comes, so what depends on it never runs: a trigger was forgotten, or the condition is left over.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: github.event_name == 'pull_request'
`,
  good: `on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        if: github.event_name == 'pull_request'
`,
  document: reportTypeProblems("impossible-event"),
});
