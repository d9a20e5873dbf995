import type { FaultOf } from "../../../../workflow/grammar/fault.ts";
import { faultsOfKind } from "../../../../workflow/grammar/validate.ts";
import { quoted } from "../../../../workflow/grammar/words.ts";
import { rule } from "../../../rule.ts";

const FILTERS = new Set([
  "branches",
  "branches-ignore",
  "tags",
  "tags-ignore",
  "paths",
  "paths-ignore",
  "types",
  "workflows",
]);

/** A filter that other events have, under one that has it not. */
export const isFilterOfEvent = ({ path, key }: FaultOf<"unknown-key">): boolean =>
  path.length === 2 && path[0] === "on" && FILTERS.has(key.value);

export const eventFilter = rule({
  id: "event-filter",
  family: "language",
  levels: { recommended: "warning", strict: "warning" },
  summary: "An event has only filters that it listens to.",
  why: "A release has no branch filter and a pull request no tag filter: the workflow runs on every such event, whatever the filter says.",
  bad: `on:
  release:
    types: [published]
    branches: [main]
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - run: make publish
`,
  good: `on:
  release:
    types: [published]
  push:
    tags: [v*]
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - run: make publish
`,
  workflow(workflow, { report }) {
    for (const fault of faultsOfKind(workflow, "unknown-key")) {
      if (!isFilterOfEvent(fault)) continue;
      const event = fault.path[1] ?? "";
      const owners = EVENTS_BY_FILTER[fault.key.value.replace("-ignore", "")];
      const has =
        fault.known.length === 0 ? `\`${event}\` takes no filter at all` : `\`${event}\` takes ${quoted(fault.known)}`;
      report(
        fault.at,
        `\`${event}\` is not filtered by \`${fault.key.value}\`; ${has}.${owners === undefined ? "" : ` The filter belongs to ${owners}.`} Remove it, or write an \`if:\` on the job.`,
      );
    }
  },
});

/** Reference: "Events that trigger workflows". */
const EVENTS_BY_FILTER: Readonly<Record<string, string>> = {
  branches: "`push`, `pull_request`, `pull_request_target`, `merge_group` and `workflow_run`",
  tags: "`push`",
  paths: "`push`, `pull_request` and `pull_request_target`",
  workflows: "`workflow_run`",
};
