import { cancels, type Group, groupsOf, namesOf, uniqueSymbol } from "../../../runs/concurrency.ts";
import { occasionsOf } from "../../../runs/occasions.ts";
import { isFieldOf } from "../../../runs/payloads.ts";
import { placeOf, referencesOf } from "../../../runs/references.ts";
import { rule } from "../../../rule.ts";

export const ineffectiveCancel = rule({
  id: "ineffective-cancel",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A concurrency group that cancels holds the runs of more than one commit.",
  why: "`cancel-in-progress` ends runs of its own group only. With the commit or the run's id in the group's name, the next push is in another group, and the run of the old commit goes on.",
  bad: `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
concurrency:
  group: e2e-\${{ github.event.workflow_run.head_branch }}-\${{ github.event.workflow_run.head_sha }}
  cancel-in-progress: true
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  good: `on: [push, pull_request]
concurrency:
  group: ci-\${{ github.head_ref || github.run_id }}
  cancel-in-progress: true
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  workflow(workflow, { report }) {
    for (const group of groupsOf(workflow)) {
      const symbol = uselessOn(group);
      if (symbol === undefined || !group.concurrency.group || isFallback(group)) continue;
      const ofRun = /run_id|run_number|workflow_run\.id/.test(symbol);
      report(
        placeOf(workflow.file, group.concurrency.group, symbol),
        `\`${symbol}\` in the group's name gives every ${ofRun ? "run" : "commit"} a group of its own, so \`cancel-in-progress\` never ends the run of an older commit. ${better(group)}`,
      );
    }
  },
});

/** What makes the group's name unique on every occasion on which it would cancel. */
function uselessOn({ concurrency, workflow }: Group): string | undefined {
  let found: string | undefined;
  for (const run of occasionsOf(workflow)) {
    if (cancels(concurrency, run) === false) continue;
    const symbols = namesOf(concurrency, run).map((template) => uniqueSymbol(template, run));
    if (symbols.length === 0 || symbols.includes(undefined)) return undefined;
    found ??= symbols[0];
  }
  return found;
}

/** A name that also asks for a field of an event that the workflow does not have is shared text: its fallback is meant. */
const isFallback = ({ concurrency: { group }, workflow }: Group): boolean =>
  group !== undefined && referencesOf(workflow.file, group).some(({ name }) => occasionsOf(workflow).some(({ event }) => isFieldOf(name, event) === false));

function better({ workflow }: Group): string {
  const events = new Set(workflow.triggers.map(({ event }) => event));
  if (events.has("workflow_run")) return "Group by `github.event.workflow_run.head_repository.full_name` and `github.event.workflow_run.head_branch`.";
  if (events.has("pull_request") || events.has("pull_request_target")) return "Group by the branch, such as `github.head_ref || github.run_id`, which cancels for pull requests only.";
  return "Group by `github.ref`, or leave `cancel-in-progress` out.";
}
