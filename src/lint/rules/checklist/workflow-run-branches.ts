import { valueOf } from "../../../workflow/yaml/node.ts";
import { type Job, triggerOf } from "../../../workflow/document/document.ts";
import { rule } from "../../rule.ts";

export const workflowRunBranches = rule({
  id: "workflow-run-branches",
  family: "checklist",
  levels: { recommended: "off", strict: "warning" },
  checklist: "10.1.3",
  summary: "A `workflow_run` trigger says which branches it follows, or its jobs ask what kind of run it was.",
  why: "Without `branches:` it starts after every run of the other workflow: on every branch, for every pull request, also from forks, always with this repository's token and secrets. `branches:` filters the *head* branch of that run, so a job that means pull requests asks `github.event.workflow_run.event` instead.",
  bad: `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
jobs:
  deploy:
    if: github.event.workflow_run.conclusion == 'success'
    runs-on: ubuntu-latest
    steps:
      - run: make deploy
`,
  good: [
    `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
    branches: [main]
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: make deploy
`,
    `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
jobs:
  comment:
    if: github.event.workflow_run.event == 'pull_request' && github.event.workflow_run.conclusion == 'success'
    runs-on: ubuntu-latest
    steps:
      - run: make comment
  after:
    needs: comment
    runs-on: ubuntu-latest
    steps:
      - run: make after
`,
  ],
  workflow(workflow, { report }) {
    const trigger = triggerOf(workflow, "workflow_run");
    if (
      !trigger ||
      trigger.config?.kind !== "mapping" ||
      valueOf(trigger.config, "branches") ||
      valueOf(trigger.config, "branches-ignore")
    )
      return;
    const byId = new Map(workflow.jobs.map((job) => [job.id, job]));
    const open = workflow.jobs.find((job) => !asks(job, byId, new Set()));
    if (!open) return;
    report(
      trigger.node,
      `This follows every run of the other workflow, on every branch and for pull requests from forks. Say which with \`branches:\`, or ask for \`github.event.workflow_run.event\` or \`head_branch\` in the \`if\` of \`${open.id}\`.`,
      {
        related: [{ at: open.key, message: "This job runs after all of them." }],
      },
    );
  },
});

/** The job, or one without which it does not run, asks which run it was. */
function asks(job: Job, byId: ReadonlyMap<string, Job>, seen: Set<Job>): boolean {
  if (seen.has(job)) return false;
  seen.add(job);
  if (
    /workflow_run\.(?:event|head_branch|head_repository|head_sha|pull_requests)|\bgithub\.event_name\b/.test(
      job.if?.value ?? "",
    )
  )
    return true;
  // Each step may ask for itself.
  if (
    job.steps.length > 0 &&
    job.steps.every((step) => /workflow_run\.(?:event|head_branch)/.test(step.if?.value ?? ""))
  )
    return true;
  return job.needs.some(({ value }) => {
    const needed = byId.get(value);
    return needed !== undefined && asks(needed, byId, seen);
  });
}
