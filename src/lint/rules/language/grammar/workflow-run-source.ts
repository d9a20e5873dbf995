import { scalarsOf, valueOf } from "../../../../workflow/yaml/node.ts";
import { triggerOf } from "../../../../workflow/document/document.ts";
import { rule } from "../../../rule.ts";

export const workflowRunSource = rule({
  id: "workflow-run-source",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "`workflow_run` says which workflows it follows.",
  why: "Without `workflows` the event follows none, and the workflow never starts.",
  bad: `on:
  workflow_run:
    types: [completed]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  good: `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  workflow(workflow, { report }) {
    const trigger = triggerOf(workflow, "workflow_run");
    if (!trigger) return;
    if (scalarsOf(valueOf(trigger.config, "workflows")).length === 0)
      report(trigger.node, "`workflow_run` follows no workflow. List their names under `workflows`.");
  },
});
