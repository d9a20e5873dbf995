import { type Job, type Step, triggerOf } from "../../../../workflow/document/document.ts";
import { type ExpressionSite, expressionsOf } from "../../../../workflow/document/expression-sites.ts";
import { isAction } from "../../../../workflow/document/uses.ts";
import { spanInFile } from "../../../../workflow/expressions/embedded.ts";
import { referencesIn } from "../../../../workflow/expressions/expression.ts";
import type { Span } from "../../../../workflow/yaml/node.ts";
import { filterOf } from "../../../model/events.ts";
import { plainNames } from "../../../../workflow/filters.ts";
import { holds, occasionsOf } from "../../../runs/occasions.ts";
import { lastingIn, scriptsByStep } from "../../../runs/lasting.ts";
import { testingStep } from "../../../runs/tests.ts";
import { rule } from "../../../rule.ts";
import { commandsIn } from "../../../scripts.ts";

export const wrongCommitCheckout = rule({
  id: "wrong-commit-checkout",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary:
    "The files that a `workflow_run` job works with are of the same commit as the image or artifact beside them.",
  why: "Without `ref`, `actions/checkout` takes the default branch's newest commit in a `workflow_run` workflow. Tests of one commit then run against an image of another, and a failure (or a success) says nothing about either.",
  bad: `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: docker pull "ghcr.io/octo/app:\${{ github.event.workflow_run.head_sha }}"
      - run: npm test
`,
  good: `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
jobs:
  test:
    runs-on: ubuntu-latest
    permissions: {}
    steps:
      - uses: actions/checkout@v5
        with:
          ref: \${{ github.event.workflow_run.head_sha }}
          persist-credentials: false
      - run: docker pull "ghcr.io/octo/app:\${{ github.event.workflow_run.head_sha }}"
      - run: npm test
`,
  workflow(workflow, { report }) {
    const run = occasionsOf(workflow).find(({ event }) => event === "workflow_run");
    const trigger = triggerOf(workflow, "workflow_run");
    if (!run || !trigger) return;
    const oneBranch = plainNames(filterOf(trigger, "branches"))?.length === 1;
    const byJob = new Map<Job, ExpressionSite[]>();
    for (const site of expressionsOf(workflow))
      if (site.job && site.path.at(-1) !== "if") byJob.set(site.job, [...(byJob.get(site.job) ?? []), site]);
    for (const job of workflow.jobs) {
      if (holds(job.if, run) === false) continue;
      const checkout = job.steps.find((step) => isPlainCheckout(step) && holds(step.if, run) !== false);
      if (!checkout) continue;
      const other = otherCommit(byJob.get(job) ?? [], job, workflow.file.text);
      if (
        !other ||
        job.steps.some((step) => isAction(step.uses, "actions/checkout") && step.with.has("ref")) ||
        switches(job)
      )
        continue;
      const testing = testingStep(job);
      const deploys =
        lastingIn(job, run) !== undefined ||
        job.environment !== undefined ||
        /deploy|release|publish/i.test(`${job.id} ${job.name?.value ?? ""}`);
      // A job that only comments or labels is right to stay with trusted files, and so is one that takes its actions from them.
      if (!testing && !(deploys && readsFiles(job) && !job.steps.some(({ uses }) => uses?.kind === "local"))) continue;
      report(
        checkout.uses?.node ?? checkout.node,
        `This checks out the default branch's newest commit, while the job works with what another run made of \`github.event.workflow_run.head_sha\`${oneBranch ? ", which a newer push may have left behind" : ""}. Set \`ref: \${{ github.event.workflow_run.head_sha }}\`${oneBranch ? "" : ", in a job without secrets and write permissions since that code may come from a fork"}.`,
        { related: [{ at: other, message: "This is of the commit that was built." }] },
      );
    }
  },
});

const isPlainCheckout = ({ uses, with: inputs }: Step): boolean =>
  isAction(uses, "actions/checkout") && !inputs.has("ref") && !inputs.has("repository");

/** Where the job takes something that belongs to the run before: its image by commit, its artifacts by id. */
function otherCommit(sites: readonly ExpressionSite[], { steps }: Job, text: string): Span | undefined {
  for (const site of sites) {
    if (!site.expression || !site.step || isAction(site.step.uses, "actions/checkout")) continue;
    const download =
      isAction(site.step.uses, "actions/download-artifact", "dawidd6/action-download-artifact") ||
      /gh run download|actions\/artifacts|listWorkflowRunArtifacts/.test(textOf(site.step));
    for (const { path, expression } of referencesIn(site.expression)) {
      const name = path.join(".");
      if (name === "github.event.workflow_run.head_sha" && takesImage(site.step, steps))
        return spanInFile(text, site, expression);
      if (name === "github.event.workflow_run.id" && download) return spanInFile(text, site, expression);
    }
  }
  return undefined;
}

const textOf = ({ run, with: inputs }: Step): string =>
  `${run?.value ?? ""}${[...inputs.values()].map(({ value }) => (value.kind === "scalar" ? value.value : "")).join("\n")}`;

/** The commit is part of an image's name: in this step, or in one that reads this step's output. */
function takesImage(step: Step, steps: readonly Step[]): boolean {
  if (/docker (?:pull|run)|--image|image(?:-?name)?[:=]|imagetools/i.test(textOf(step))) return true;
  const id = step.id?.value;
  return (
    id !== undefined &&
    steps.some(
      (other) =>
        textOf(other).includes(`steps.${id}.outputs`) &&
        /docker (?:pull|run)|--image|imageName|image[-_]?name|imagetools/i.test(textOf(other)),
    )
  );
}

/** Scripts of the checked-out tree run, or its history is read. */
const readsFiles = (job: Job): boolean =>
  [...scriptsByStep(job).values()].some((script) =>
    commandsIn(script).some(
      ({ name, args }) =>
        (name === "git" && /^(?:diff|log|show|describe|rev-list)$/.test(args[0] ?? "")) ||
        (name !== undefined && /^(?:\.\/|scripts\/|\.github\/)/.test(name)),
    ),
  );

/** The script goes to the right commit by itself. */
const switches = (job: Job): boolean =>
  [...scriptsByStep(job).values()].some(
    (script) =>
      commandsIn(script).some(
        ({ name, args }) => name === "git" && /^(?:checkout|switch|reset|fetch)$/.test(args[0] ?? ""),
      ) || /\bgh pr checkout\b/.test(script.text),
  );
