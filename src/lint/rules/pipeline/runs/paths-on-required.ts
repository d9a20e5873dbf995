import { type Job, triggerOf, type WorkflowDocument } from "../../../../workflow/document/document.ts";
import { filterOf } from "../../../model/events.ts";
import type { Repository } from "../../../repository.ts";
import { workflowsOf } from "../../../repository.ts";
import { repositoryRule } from "../../../rule.ts";
import { checkNames } from "../../../runs/check-names.ts";

export const pathsOnRequired = repositoryRule({
  id: "paths-on-required",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A workflow that makes a required check has no `paths` filter on pull requests.",
  why: 'When `paths` or `paths-ignore` skips the workflow, its checks stay "Expected — Waiting for status to be reported" for ever, and the pull request cannot be merged ("Troubleshooting required status checks"). Name the required checks in the setting `requiredChecks`; without it this is said only of workflows with a `merge_group` trigger, which serve no other purpose than a required check.',
  bad: `on:
  pull_request:
    paths-ignore: ['**.md']
  merge_group:
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  good: `on:
  pull_request:
  merge_group:
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  repository({ repository, settings, report }) {
    for (const workflow of workflowsOf(repository)) {
      const trigger = triggerOf(workflow, "pull_request") ?? triggerOf(workflow, "pull_request_target");
      const filter = trigger && filterOf(trigger, "paths");
      if (!filter || filter.patterns.length === 0) continue;
      const required = settings.requiredChecks;
      const job = required
        ? workflow.jobs.find((candidate) => checkNames(candidate)?.some((name) => required.includes(name)))
        : undefined;
      if (required ? !job : !triggerOf(workflow, "merge_group")) continue;
      const jobs = job ? [job] : workflow.jobs;
      if (jobs.every((each) => hasTwin(each, workflow, repository))) continue;
      const what = job
        ? `\`${checkNames(job)?.find((name) => required?.includes(name)) ?? job.id}\` is a required check`
        : "A workflow with `merge_group` makes checks that a merge queue requires";
      report(
        workflow,
        filter.at,
        `${what}, and a pull request that \`${filter.ignore ? "paths-ignore" : "paths"}\` skips waits for it for ever. Run the workflow on every pull request, and skip the work by an \`if\` on the jobs: a skipped job counts as passed.`,
        {
          ...(job ? { related: [{ at: job.key, message: "The required check." }] } : {}),
        },
      );
    }
  },
});

/** Another workflow reports under the same name, as GitHub's own workaround for skipped checks does. */
function hasTwin(job: Job, workflow: WorkflowDocument, repository: Repository): boolean {
  const names = checkNames(job);
  if (!names) return false;
  return workflowsOf(repository).some(
    (other) =>
      other !== workflow &&
      triggerOf(other, "pull_request") !== undefined &&
      other.jobs.some((twin) => checkNames(twin)?.some((name) => names.includes(name)) === true),
  );
}
