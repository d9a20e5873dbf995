import { didYouMean } from "../../../../config/nearest.ts";
import { faultsOfKind } from "../../../../workflow/grammar/validate.ts";
import { rule } from "../../../rule.ts";

export const unknownEvent = rule({
  id: "unknown-event",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "Workflows start on events that GitHub has.",
  why: "GitHub refuses a workflow that names an event which starts no workflows.",
  bad: `on: [push, pullrequest]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  good: `on: [push, pull_request, repository_dispatch]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  workflow(workflow, { report }) {
    for (const { at, key, known, definition } of faultsOfKind(workflow, "unknown-key"))
      if (definition === "on-mapping-strict" && key.value !== "") report(at, messageFor(key.value, known));
    for (const { at, node, allowed, definition } of faultsOfKind(workflow, "allowed-value"))
      if (definition.startsWith("on-")) report(at, messageFor(node.value, allowed));
  },
});

const messageFor = (event: string, events: readonly string[]): string => `No event \`${event}\` starts a workflow. ${didYouMean(event, events) ?? "See GitHub's page \"Events that trigger workflows\"."}`;
