import { type MappingNode, type Pair, pairOf, valueOf } from "../../../../workflow/yaml/node.ts";
import { stepsOf } from "../../../../workflow/document/document.ts";
import { type RuleContext, rule } from "../../../rule.ts";

/** `{}` says something here: no permissions at all. */
const MEANS_NOTHING_ELSE = new Set(["permissions"]);

export const emptyMapping = rule({
  id: "empty-mapping",
  family: "language",
  levels: { recommended: "info", strict: "warning" },
  summary: "No part of a job or step is an empty mapping.",
  why: "`env: {}` and the like set nothing: they are what is left of an edit, and hide that something is missing.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    outputs: {}
    steps:
      - run: make test
        env: {}
`,
  good: `on:
  push: {}
permissions: {}
jobs:
  test:
    runs-on: ubuntu-latest
    permissions: {}
    steps:
      - run: make test
`,
  document(document, context) {
    const { root } = document;
    if (!root) return;
    if (document.kind === "action") {
      for (const name of ["inputs", "outputs", "runs"]) check(pairOf(root, name), context);
    } else {
      for (const pair of root.pairs) if (pair.key.value !== "on" && pair.key.value !== "jobs") check(pair, context);
      check(pairOf(valueOf(root, "defaults"), "run"), context);
      for (const { event, config } of document.triggers)
        if (event === "workflow_call" || event === "workflow_dispatch")
          for (const name of ["inputs", "outputs", "secrets"]) check(pairOf(config, name), context);
      for (const { node } of document.jobs) checkJob(node, context);
    }
    for (const { node } of stepsOf(document)) for (const pair of node.pairs) check(pair, context);
  },
});

function checkJob(job: MappingNode, context: RuleContext): void {
  for (const pair of job.pairs) {
    const { key, value } = pair;
    check(pair, context);
    if (value.kind !== "mapping") continue;
    if (key.value === "defaults" || key.value === "strategy" || key.value === "container")
      for (const inner of value.pairs) check(inner, context);
    if (key.value === "services")
      for (const service of value.pairs)
        if (service.value.kind === "mapping") for (const inner of service.value.pairs) check(inner, context);
    const matrix = key.value === "strategy" ? valueOf(value, "matrix") : undefined;
    for (const name of ["include", "exclude"]) {
      const entries = valueOf(matrix, name);
      if (entries?.kind === "sequence")
        for (const entry of entries.items)
          if (entry.kind === "mapping" && entry.pairs.length === 0)
            context.report(entry, `This entry of \`${name}\` is empty. Remove it.`);
    }
  }
}

function check(pair: Pair | undefined, { report }: RuleContext): void {
  if (pair?.value.kind !== "mapping" || pair.value.pairs.length > 0 || MEANS_NOTHING_ELSE.has(pair.key.value)) return;
  // A job without a runner is refused, and so is an image without a name.
  if (pair.key.value === "runs-on")
    report(pair.value, "`runs-on:` asks for no runner. Write a label, or `group` or `labels` under it.", {
      level: "error",
    });
  else report(pair.value, `\`${pair.key.value}:\` is empty. Remove it, or write what belongs there.`);
}
