import type { Trigger, WorkflowDocument } from "../../../workflow/document/document.ts";
import { scalarsOf, valueOf } from "../../../workflow/yaml/node.ts";
import { fixOf, insertKey } from "../../edits.ts";
import { rule } from "../../rule.ts";
import { effectsOf } from "./work.ts";

export const concurrencyGroup = rule({
  id: "concurrency-group",
  family: "checklist",
  levels: { recommended: "warning", strict: "error" },
  checklist: "10.1.4",
  summary: "Runs that write to the same branch, site, tag or environment do not run side by side.",
  why: "Two pushes in short order start two runs. Without a concurrency group the older one may finish last and overwrite what the newer one deployed, or fail because the branch that it pushes to has moved. Workflows that only read and test cannot race and are left alone.",
  bad: [
    `on:
  push:
    branches: [main]
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/deploy-pages@v4
`,
    `on: [push, pull_request]
jobs:
  format:
    runs-on: ubuntu-latest
    steps:
      - run: |
          make format
          git commit -am "Format"
          git push
`,
  ],
  good: [
    `on:
  push:
    branches: [main]
concurrency:
  group: pages
  cancel-in-progress: false
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/deploy-pages@v4
`,
    `on: [push, pull_request]
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - run: make lint
`,
    `on:
  push:
    tags: [v*]
jobs:
  deploy:
    runs-on: ubuntu-latest
    concurrency: pages
    steps:
      - uses: actions/deploy-pages@v4
`,
  ],
  fixable: true,
  workflow(workflow, { report }) {
    if (workflow.concurrency || !workflow.triggers.some(comesInBursts)) return;
    // In a called workflow the group would be the caller's business.
    const called = workflow.triggers.some(({ event }) => event === "workflow_call");
    const effect = effectsOf(workflow).find(({ step }) => step.owner.kind === "job" && !step.owner.concurrency);
    if (!effect) return;
    const { step, what } = effect;
    const group = groupFor(workflow);
    report(step.uses?.node ?? step.node.pairs.find(({ key }) => key.value === "run")?.key ?? step.node, `This step ${what}, and two runs of this workflow may do so at once: the older one can win. Put the ${called ? "job" : "workflow"} into a \`concurrency\` group.`, {
      fix: called ? undefined : fixOf(`Add \`concurrency\` by workflow and ref`, insertKey(workflow.file, workflow.root, "concurrency", { group, "cancel-in-progress": false }, { after: ["permissions", "on"], before: ["jobs"] })),
    });
  },
});

/** Pushes to branches, merges and finished runs come in short order; releases, tags and schedules do not. */
function comesInBursts({ event, config }: Trigger): boolean {
  if (event === "workflow_run" || event === "pull_request_target") return true;
  if (event !== "push") return false;
  return config?.kind !== "mapping" || valueOf(config, "branches") !== undefined || valueOf(config, "branches-ignore") !== undefined || (scalarsOf(valueOf(config, "tags")).length === 0 && valueOf(config, "tags-ignore") === undefined);
}

/** By workflow and branch; the ref of a `workflow_run` is always the default branch. */
function groupFor({ triggers }: WorkflowDocument): string {
  const names = triggers.map(({ event }) => event);
  const refs = [...(names.includes("workflow_run") ? ["github.event.workflow_run.head_branch"] : []), ...(names.some((event) => event.startsWith("pull_request")) ? ["github.event.pull_request.number"] : []), "github.ref"];
  return `\${{ github.workflow }}-\${{ ${refs.join(" || ")} }}`;
}
