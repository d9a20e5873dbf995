import { didYouMean } from "../../../../nearest.ts";
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
    for (const { event, node } of workflow.triggers) {
      if (event === "pull_request_comment")
        report(node, "Comments on pull requests start workflows as `issue_comment`. Write that event.", {
          level: "warning",
        });
      if (RETIRED.has(event))
        report(
          node,
          `\`${event}\` belongs to Projects (classic), which GitHub has shut down: it starts nothing any more. Remove it.`,
          { level: "warning" },
        );
    }
    for (const { at, key, known, definition } of faultsOfKind(workflow, "unknown-key"))
      if (definition === "on-mapping-strict" && key.value !== "") report(at, messageFor(key.value, known));
    for (const { at, node, allowed, definition } of faultsOfKind(workflow, "allowed-value"))
      if (definition.startsWith("on-")) report(at, messageFor(node.value, allowed));
  },
});

/** GitHub's changelog, "Sunset notice - Projects (classic)", 2024-05-23; the grammar still lists them. */
const RETIRED = new Set(["project", "project_card", "project_column"]);

const messageFor = (event: string, events: readonly string[]): string =>
  `No event \`${event}\` starts a workflow. ${didYouMean(event, events) ?? 'See GitHub\'s page "Events that trigger workflows".'}`;
