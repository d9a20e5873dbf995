import { embeddedExpressions } from "../../../../workflow/expressions/embedded.ts";
import { pathOf } from "../../../../workflow/expressions/expression.ts";
import type { ScalarNode } from "../../../../workflow/yaml/node.ts";
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
      if (symbol === undefined || !group.concurrency.group) continue;
      const ofRun = /run_id|run_number|workflow_run\.id/.test(symbol);
      report(
        placeOf(workflow.file, group.concurrency.group, symbol),
        `\`${symbol}\` in the group's name gives every ${ofRun ? "run" : "commit"} a group of its own, so \`cancel-in-progress\` never ends the run of an older commit. ${better(group)}`,
      );
    }
  },
});

/**
 * What makes the group's name unique where it would cancel. Named outright, on any occasion; as one of several choices
 * (`github.head_ref || github.run_id`), only if no occasion is left on which runs share a group.
 */
function uselessOn({ concurrency, workflow }: Group): string | undefined {
  const outright = concurrency.group ? namedOutright(concurrency.group) : new Set<string>();
  const choices = new Set<string | undefined>();
  for (const run of occasionsOf(workflow)) {
    if (cancels(concurrency, run) === false) continue;
    const symbols = namesOf(concurrency, run).map((template) => uniqueSymbol(template, run));
    const [first] = symbols;
    if (first !== undefined && symbols.every((symbol) => symbol !== undefined && outright.has(symbol))) return first;
    for (const symbol of symbols) choices.add(symbol);
  }
  return choices.has(undefined) || isShared({ concurrency, workflow }) ? undefined : [...choices][0];
}

/** A choice that also asks for a field of an event that the workflow does not have is text that several workflows share. */
const isShared = ({ concurrency: { group }, workflow }: Pick<Group, "concurrency" | "workflow">): boolean =>
  group !== undefined &&
  referencesOf(workflow.file, group).some(({ name }) =>
    occasionsOf(workflow).some(({ event }) => isFieldOf(name, event) === false),
  );

/** Names that stand alone in their braces, or as arguments of `format`. */
function namedOutright(group: ScalarNode): Set<string> {
  const names = embeddedExpressions(group).flatMap(({ expression }) => {
    if (!expression) return [];
    const parts =
      expression.kind === "call" && expression.name.toLowerCase() === "format" ? expression.args : [expression];
    return parts.flatMap((part) => pathOf(part)?.join(".") ?? []);
  });
  return new Set(names);
}

function better({ workflow }: Group): string {
  const events = new Set(workflow.triggers.map(({ event }) => event));
  if (events.has("workflow_run"))
    return "Group by `github.event.workflow_run.head_repository.full_name` and `github.event.workflow_run.head_branch`.";
  if (events.has("pull_request") || events.has("pull_request_target"))
    return "Group by the branch, such as `github.head_ref || github.run_id`, which cancels for pull requests only.";
  return "Group by `github.ref`, or leave `cancel-in-progress` out.";
}
