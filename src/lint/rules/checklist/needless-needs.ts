import type { Job, WorkflowDocument } from "../../../workflow/document/document.ts";
import { expressionsOf } from "../../../workflow/document/expression-sites.ts";
import { isAction } from "../../../workflow/document/uses.ts";
import { rule } from "../../rule.ts";
import { effectsOf, heaviest, workOf } from "./work.ts";

export const needlessNeeds = rule({
  id: "needless-needs",
  family: "checklist",
  levels: { recommended: "off", strict: "info" },
  checklist: "10.3.2",
  summary: "Tests that take nothing from one another run side by side.",
  why: "`needs:` makes a job wait until another has ended. Where it takes neither outputs nor artifacts nor images from it, and publishes nothing that the other should have checked first, the run is only longer. To start expensive tests after cheap ones on purpose is a fair choice: suppress this with that reason.",
  bad: `on: push
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: make test-unit
  integration:
    needs: unit
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: make test-integration
`,
  good: [
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: make
      - uses: actions/upload-artifact@v4
        with: { path: out }
  test:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v4
      - run: make test
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
  publish:
    needs: test
    runs-on: ubuntu-latest
    steps:
      - run: npm publish
  gate:
    if: always()
    needs: [test]
    runs-on: ubuntu-latest
    steps:
      - run: exit 1
`,
  ],
  workflow(workflow, { report }) {
    if (!workflow.jobs.some(({ needs }) => needs.length > 0)) return;
    const read = needsRead(workflow);
    const producers = new Set(workflow.jobs.filter(produces));
    const publishing = new Set(effectsOf(workflow).map(({ step }) => step.owner));
    const byId = new Map(workflow.jobs.map((job) => [job.id, job]));
    for (const job of workflow.jobs) {
      // One that waits with a condition, publishes, deploys or downloads has its reasons.
      const hasReasons = job.uses ?? job.if ?? job.environment ?? job.permissions;
      if (hasReasons || publishing.has(job) || !onlyTests(job) || takes(job)) continue;
      for (const need of job.needs) {
        const needed = byId.get(need.value);
        if (!needed || needed === job || needed.uses || needed.if || !onlyTests(needed)) continue;
        const givesFiles = producers.has(needed) || (caches(job) && caches(needed));
        if (givesFiles || needed.outputs.size > 0 || read.has(`${job.id} ${need.value}`)) continue;
        report(
          need,
          `\`${job.id}\` takes nothing from \`${needed.id}\` but waits for it. Leave \`${needed.id}\` out of \`needs\` so that both run at once, unless the order is meant to save runners.`,
          { related: [{ at: needed.key, message: "It gives no outputs and uploads nothing." }] },
        );
      }
    }
  },
});

/** `job need` for each `needs.<need>` that an expression of a job reads; all of them where one reads the whole context. */
function needsRead(workflow: WorkflowDocument): Set<string> {
  const found = new Set<string>();
  for (const { job, text } of expressionsOf(workflow)) {
    if (!job || !text.includes("needs")) continue;
    for (const { value } of job.needs)
      if (new RegExp(`needs\\s*(?:\\.\\s*${escape(value)}\\b|\\[|\\.\\*|\\s*\\))`).test(text))
        found.add(`${job.id} ${value}`);
  }
  return found;
}

const escape = (text: string): string => text.replace(/[^\w-]/g, "\\$&");

/** It may leave something behind for others: files, caches, images, whatever an unknown action or script does. */
const produces = ({ steps }: Job): boolean =>
  steps.some(
    (step) =>
      isAction(step.uses, "docker/build-push-action", "docker/bake-action", "docker/login-action") ||
      (step.uses?.kind === "repository" &&
        /upload|artifact|deploy|publish|release|push|start|check|filter|skip|changes/.test(
          step.uses.name.toLowerCase(),
        ) &&
        !isAction(step.uses, "actions/checkout", "codecov/codecov-action")) ||
      step.uses?.kind === "local" ||
      step.uses?.kind === "computed" ||
      (step.run !== undefined &&
        /\b(?:push|publish|deploy|upload|prime|warm|start|cancel)\b|GITHUB_OUTPUT|set-output/i.test(step.run.value)),
  );

/** A job that restores what another has saved is faster for waiting. */
const caches = ({ steps }: Job): boolean =>
  steps.some(
    (step) =>
      step.with.has("cache") ||
      (step.uses?.kind === "repository" && /cache|setup-(?:go|gradle|uv)/.test(step.uses.name.toLowerCase())),
  );

const takes = ({ steps }: Job): boolean =>
  steps.some(
    (step) =>
      (step.uses?.kind === "repository" &&
        /download|deploy|publish|release|login|pages|credentials|auth/.test(step.uses.name.toLowerCase())) ||
      step.uses?.kind === "local" ||
      [...step.with.keys()].some((key) => key === "password" || key === "token") ||
      (step.run !== undefined &&
        /\b(?:push|publish|deploy|release|upload|pull|download)\b|\bsecrets\./i.test(step.run.value)) ||
      /secrets\./.test(
        [...(step.env?.variables.values() ?? [])]
          .map(({ value }) => (value.kind === "scalar" ? value.value : ""))
          .join(" "),
      ),
  );

const onlyTests = ({ steps }: Job): boolean =>
  steps.length > 0 &&
  ["build", "test", "browser", "unknown"].includes(heaviest(steps.map(workOf))) &&
  steps.some(
    ({ run }) =>
      run !== undefined &&
      /\b(?:test|lint|check|typecheck|e2e|spec|pytest|vet|clippy|format|mypy|eslint|tox)/i.test(run.value),
  );
