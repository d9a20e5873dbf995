import { nearest } from "../../../../nearest.ts";
import { faultsOfKind } from "../../../../workflow/grammar/validate.ts";
import { quoted } from "../../../../workflow/grammar/words.ts";
import { rule } from "../../../rule.ts";

export const activityType = rule({
  id: "activity-type",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "`types:` lists activities that the event has.",
  why: "A type that the event does not have never starts the workflow.",
  bad: `on:
  issues:
    types: [created]
jobs:
  triage:
    runs-on: ubuntu-latest
    steps:
      - run: make triage
`,
  good: `on:
  issues:
    types: [opened, typed]
  repository_dispatch:
    types: anything
jobs:
  triage:
    runs-on: ubuntu-latest
    steps:
      - run: make triage
`,
  workflow(workflow, { report }) {
    for (const { at, node, allowed, definition, path } of faultsOfKind(workflow, "allowed-value")) {
      if (!definition.includes("-activity")) continue;
      const near = nearest(node.value, allowed);
      report(
        at,
        `\`${path[1] ?? "This event"}\` has no activity \`${node.value}\`. ${near === undefined ? `It has ${quoted(allowed)}.` : `Did you mean \`${near}\`?`}`,
      );
    }
  },
});
