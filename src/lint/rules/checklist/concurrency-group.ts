import type { Job, Step, WorkflowDocument } from "../../../workflow/document/document.ts";
import { fixOf, insertKey, type Written } from "../../edits.ts";
import type { Fix } from "../../finding.ts";
import type { Run } from "../../model/model.ts";
import { holds, occasionsOf } from "../../runs/occasions.ts";
import { rule } from "../../rule.ts";
import { DELETES, effectsOf } from "./work.ts";

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
    `on:
  schedule:
    - cron: 0 3 * * *
  workflow_dispatch:
permissions:
  packages: write
jobs:
  cleanup:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/delete-package-versions@v5
        with:
          package-name: app
          package-type: container
          min-versions-to-keep: 10
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
    if (workflow.concurrency) return;
    const occasions = occasionsOf(workflow);
    const bursts = occasions.filter(comesInBursts);
    // A cleanup takes minutes, and somebody starts one by hand because the nightly one seems to hang.
    const byHand =
      occasions.length > 1 && occasions.some(({ event }) => event === "workflow_dispatch") ? occasions : [];
    const effect = effectsOf(workflow).find(
      ({ step, what }) =>
        step.owner.kind === "job" &&
        !step.owner.concurrency &&
        happensIn(step, step.owner, what === DELETES && bursts.length === 0 ? byHand : bursts),
    );
    if (!effect || effect.step.owner.kind !== "job") return;
    const { step, what } = effect;
    // In a called workflow a group of its own would be the caller's business, in a longer one it would hold up the tests.
    const job =
      workflow.jobs.length > 1 || workflow.triggers.some(({ event }) => event === "workflow_call")
        ? effect.step.owner
        : undefined;
    report(
      step.uses?.node ?? step.node.pairs.find(({ key }) => key.value === "run")?.key ?? step.node,
      `This step ${what}, and two runs of this workflow may do so at once: ${what === DELETES ? "what one has deleted is a 404 for the other" : "the older one can win"}. Put the ${job ? `job \`${job.id}\`` : "workflow"} into a \`concurrency\` group.`,
      {
        fix: fixFor(workflow, job, what),
        ...(what === DELETES && bursts.length === 0 ? { level: "info" as const } : {}),
      },
    );
  },
});

function fixFor(workflow: WorkflowDocument, job: Job | undefined, what: string): Fix | undefined {
  // The versions of a package belong to no branch.
  const branch = what === DELETES ? [] : [`\${{ ${branchOf(workflow)} }}`];
  const group = (name: string): Written => ({ group: [name, ...branch].join("-"), "cancel-in-progress": false });
  if (!job)
    return fixOf(
      `Add \`concurrency\` by workflow${branch.length > 0 ? " and ref" : ""}`,
      insertKey(workflow.file, workflow.root, "concurrency", group("${{ github.workflow }}"), {
        after: ["permissions", "on"],
        before: ["jobs"],
      }),
    );
  // The jobs of a matrix would share the group, and all but two of them be cancelled.
  return job.matrix
    ? undefined
    : fixOf(
        `Add \`concurrency\` to \`${job.id}\``,
        insertKey(workflow.file, job.node, "concurrency", group(job.id), {
          after: ["runs-on", "needs", "if", "name"],
          before: ["steps"],
        }),
      );
}

/** Pushes to branches and finished runs come in short order; releases, tags and schedules do not. */
const comesInBursts = ({ event, ref }: Run): boolean =>
  event === "workflow_run" || (event === "push" && ref === "branch");

/** The job and the step run on one of these occasions. */
const happensIn = (step: Step, job: Job, runs: readonly Run[]): boolean =>
  runs.some((run) => holds(job.if, run) !== false && holds(step.if, run) !== false);

/** The ref of a `workflow_run` is always the default branch, that of a pull request its merge. */
function branchOf({ triggers }: WorkflowDocument): string {
  const names = triggers.map(({ event }) => event);
  const pulls = names.some((event) => event.startsWith("pull_request")) ? ["github.event.pull_request.number"] : [];
  return names.includes("workflow_run")
    ? ["github.event.workflow_run.head_branch", ...pulls, "github.ref_name"].join(" || ")
    : [...pulls, "github.ref"].join(" || ");
}
