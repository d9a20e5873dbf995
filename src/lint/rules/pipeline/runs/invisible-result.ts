import { nameOfWorkflow, type Job } from "../../../../workflow/document/document.ts";
import type { Span } from "../../../../workflow/yaml/node.ts";
import { filterOf } from "../../../model/events.ts";
import { plainNames } from "../../../../workflow/filters.ts";
import { workflowAt } from "../../../repository.ts";
import { consumersIn, producersOf, workflowsByName } from "../../../runs/chains.ts";
import { intentOf } from "../../../runs/intent.ts";
import { holds, occasionsOf } from "../../../runs/occasions.ts";
import { reportsIn } from "../../../runs/reports.ts";
import { testingStep } from "../../../runs/tests.ts";
import { levelOf, permissionsFor } from "../../../runs/token.ts";
import { repositoryRule } from "../../../rule.ts";

const BUILD = `name: Build
on: pull_request
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: make
`;
const TEST = `name: Test
on:
  workflow_run:
    workflows: [Build]
    types: [completed]
permissions:
  statuses: write
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`;

export const invisibleResult = repositoryRule({
  id: "invisible-result",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "Tests in a `workflow_run` workflow tell the tested commit what came out.",
  why: "A `workflow_run` run belongs to the default branch: its result shows neither on the pull request nor on the commit, and no branch rule can require it. Only a commit status on `github.event.workflow_run.head_sha` does both.",
  bad: {
    ".github/workflows/build.yml": BUILD,
    ".github/workflows/test.yml": TEST.replace("permissions:\n  statuses: write\n", ""),
  },
  good: {
    ".github/workflows/build.yml": BUILD,
    ".github/workflows/test.yml": `${TEST}      - if: always()
        env:
          GH_TOKEN: \${{ github.token }}
        run: gh api "repos/$GITHUB_REPOSITORY/statuses/\${{ github.event.workflow_run.head_sha }}" -f state="\${{ job.status }}" -f context=test
`,
  },
  repository({ repository, report }) {
    const named = workflowsByName(repository);
    for (const { workflow, trigger, names } of consumersIn(repository)) {
      const producers = names.flatMap(({ value }) => producersOf(value, named));
      const pull = producers.flatMap(occasionsOf).find(({ event }) => event === "pull_request");
      const all = producers.length >= names.length && names.length > 0;
      const run = occasionsOf(workflow).find(({ event }) => event === "workflow_run");
      if (!run || (all && !pull) || (!all && intentOf(workflow).pulls === undefined)) continue;
      if (plainNames(filterOf(trigger, "branches"))?.length === 1 && intentOf(workflow).pulls === undefined) continue;
      const seen = { ...run, ...(pull ? { upstream: pull } : {}) };
      const tests = workflow.jobs.flatMap((job): { job: Job; at: Span }[] => {
        if (holds(job.if, seen) === false) return [];
        const step = testingStep(job);
        return step ? [{ job, at: step.run ?? step.uses?.node ?? step.node }] : [];
      });
      const [first] = tests;
      if (!first || reportsIn(workflow).length > 0 || workflow.jobs.some((job) => mayReportElsewhere(job))) continue;
      // A workflow that is called may post the result.
      if (
        workflow.jobs.some(
          ({ uses }) => uses && !(uses.kind === "local" && isSilent(workflowAt(repository, uses.path))),
        )
      )
        continue;
      report(
        workflow,
        trigger.node,
        `The result of \`${first.job.id}\` shows on no commit and no pull request, since a \`workflow_run\` run belongs to the default branch. Post a commit status to \`github.event.workflow_run.head_sha\` for every outcome, in a job with \`statuses: write\`.`,
        {
          related: [
            { at: first.job.key, message: "Tests here." },
            ...(pull
              ? [
                  {
                    in: pull.workflow,
                    at: pull.trigger.node,
                    message: `\`${nameOfWorkflow(pull.workflow)}\` runs for pull requests.`,
                  },
                ]
              : []),
          ],
        },
      );
    }
  },
});

/** The job holds a scope that is good for nothing else. */
const mayReportElsewhere = (job: Job): boolean => {
  const permissions = permissionsFor(job);
  return (
    permissions !== undefined &&
    !permissions.all &&
    (["statuses", "checks", "pull-requests", "issues"] as const).some(
      (scope) => levelOf(permissions, scope) === "write",
    )
  );
};

const isSilent = (called: ReturnType<typeof workflowAt>): boolean =>
  called !== undefined && reportsIn(called).length === 0 && !called.jobs.some(({ uses }) => uses);
