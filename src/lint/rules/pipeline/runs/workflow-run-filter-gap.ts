import { nameOfWorkflow, type Job, type WorkflowDocument } from "../../../../workflow/document/document.ts";
import { expressionsOf } from "../../../../workflow/document/expression-sites.ts";
import { referencesIn } from "../../../../workflow/expressions/expression.ts";
import type { Span } from "../../../../workflow/yaml/node.ts";
import { filterOf } from "../../../model/events.ts";
import { passesFilter, plainNames, sampleName } from "../../../../workflow/filters.ts";
import type { Filter, Run } from "../../../model/model.ts";
import { consumersIn, producersOf, workflowsByName } from "../../../runs/chains.ts";
import { intentOf } from "../../../runs/intent.ts";
import { lastingIn } from "../../../runs/lasting.ts";
import { occasionsOf } from "../../../runs/occasions.ts";
import { testingStep } from "../../../runs/tests.ts";
import { repositoryRule } from "../../../rule.ts";

const BUILD = `name: Build
on:
  push:
    branches: [main]
  pull_request:
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
    branches: [main, 'feature/**']
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - env:
          EVENT: \${{ github.event.workflow_run.event }}
          NUMBER: \${{ github.event.workflow_run.pull_requests[0].number }}
        run: |
          if [[ "$EVENT" == "pull_request" ]]; then ./test.sh "pr-$NUMBER"; fi
`;

export const workflowRunFilterGap = repositoryRule({
  id: "workflow-run-filter-gap",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "The branch filter of a `workflow_run` lets through every head that the workflow is written for.",
  why: "`branches` of `workflow_run` is compared with the head branch of the run before: the source branch of a pull request, `gh-readonly-queue/...` in a merge queue, the tag's name for a tag. `[main]` does not mean pull requests into main: those from `fix/x` are dropped, and a fork's branch called `main` gets through.",
  bad: { ".github/workflows/build.yml": BUILD, ".github/workflows/test.yml": TEST },
  good: {
    ".github/workflows/build.yml": BUILD,
    ".github/workflows/test.yml": TEST.replace("    branches: [main, 'feature/**']\n", ""),
  },
  repository({ repository, settings, report }) {
    const named = workflowsByName(repository);
    for (const { workflow, trigger, names } of consumersIn(repository)) {
      const filter = filterOf(trigger, "branches");
      if (!filter) continue;
      const producers = names.flatMap(({ value }) => producersOf(value, named));
      const runs = producers.flatMap(occasionsOf);
      const all = repository.complete && producers.length >= names.length;
      const intent = intentOf(workflow);
      const say = (
        message: string,
        producer: WorkflowDocument | undefined,
        place: Span | undefined,
        level?: "info",
      ): void =>
        report(workflow, filter.at, message, {
          ...(producer
            ? {
                related: [
                  { in: producer, at: place ?? { start: 0, end: 0 }, message: "These heads are accepted here." },
                ],
              }
            : {}),
          ...(level ? { level } : {}),
        });

      const pull = runs.find(({ event }) => event === "pull_request");
      if (intent.pulls && dropsMost(filter) && (pull || !all)) {
        say(
          `This filter is compared with the source branch of a pull request, so ${examplesOf(filter)} drops most pull requests, which this workflow is written for (${intent.pulls}). Leave the filter out and decide by \`github.event.workflow_run.event\`.`,
          pull?.workflow,
          pull?.trigger.node,
        );
      }
      const tests =
        settings.preset === "strict" && pull && !intent.pulls && filter.patterns.length > 0 && dropsMost(filter)
          ? onlyTest(workflow)
          : undefined;
      if (tests)
        say(
          `This filter is compared with the source branch of a pull request, so for one from \`fix/x\` \`${nameOfWorkflow(pull?.workflow ?? workflow)}\` runs and the tests here do not. Leave the filter out, or write \`if: github.event.workflow_run.event == 'push'\` where only pushes are meant.`,
          pull?.workflow,
          pull?.trigger.node,
        );
      const queue = runs.find(({ event }) => event === "merge_group");
      if (queue && intent.reports && !passesFilter(filter, "gh-readonly-queue/main/pr-1-0123abc"))
        say(
          "Heads of the merge queue are branches such as `gh-readonly-queue/main/pr-1-...`, which this filter drops: the queue waits for a status that nobody posts. Add `'gh-readonly-queue/**'` to the filter.",
          queue.workflow,
          queue.trigger.node,
        );
      const tags = runs.find(({ event, ref }) => event === "push" && ref === "tag");
      if (
        tags?.tags &&
        intent.tags &&
        tags.tags.patterns.every(
          (pattern) => pattern.startsWith("!") || !passesFilter(filter, sampleName(pattern) ?? ""),
        )
      )
        say(
          `For a tag the head branch is the tag's name, which this filter drops (${tags.tags.patterns.map((pattern) => `\`${pattern}\``).join(", ")} start \`${nameOfWorkflow(tags.workflow)}\`), while the workflow is written for tags (${intent.tags}). Add the tags' pattern to the filter.`,
          tags.workflow,
          tags.tags.at,
        );

      const dropped = intent.branches.filter(({ name }) => !passesFilter(filter, name));
      for (const { name, at } of dropped)
        report(
          workflow,
          at,
          `The filter of \`workflow_run\` drops runs whose head is \`${name}\`, so this is never so. Add \`${name}\` to \`branches\`, or remove the test.`,
          { related: [{ at: filter.at, message: "The filter." }] },
        );

      if (!all) continue;
      const heads =
        runs.length > 0 &&
        runs.every(
          ({ event, ref, branches }) =>
            event === "push" && (ref === "branch" ? plainNames(branches) : undefined) !== undefined,
        )
          ? runs.flatMap(({ branches }) => plainNames(branches) ?? [])
          : undefined;
      if (heads && !heads.some((name) => passesFilter(filter, name)))
        say(
          `None of the branches that start ${producers.map((producer) => `\`${nameOfWorkflow(producer)}\``).join(", ")} (${heads.map((name) => `\`${name}\``).join(", ")}) passes this filter, so nothing starts this workflow. Name one of them.`,
          runs[0]?.workflow,
          runs[0]?.branches?.at,
        );
      else if (settings.preset === "strict" && !isDefaultOnly(filter)) {
        const forgotten = [...new Set(runs.flatMap(pushedBranches))].filter(
          (name) => !passesFilter(filter, name) && !dropped.some((other) => other.name === name),
        );
        if (forgotten.length > 0 && !filter.ignore)
          say(
            `This filter drops ${forgotten.map((name) => `\`${name}\``).join(", ")}, for which ${producers.map((producer) => `\`${nameOfWorkflow(producer)}\``).join(", ")} runs as well. Add what was forgotten.`,
            undefined,
            undefined,
            "info",
          );
      }
    }
  },
});

/** Whether ordinary branches of pull requests do not pass. */
const dropsMost = (filter: Filter): boolean =>
  !["fix/login", "feature", "renovate/all", "patch-1"].some((branch) => passesFilter(filter, branch));

const examplesOf = ({ patterns, ignore }: Filter): string =>
  `${ignore ? "the exclusion of " : ""}${patterns
    .slice(0, 3)
    .map((pattern) => `\`${pattern}\``)
    .join(", ")}${patterns.length > 3 ? ", ..." : ""}`;

/** A job that tests, in a workflow that does nothing else of weight and does not say that it is for pushes. */
function onlyTest(workflow: WorkflowDocument): Job | undefined {
  const [run] = occasionsOf(workflow).filter(({ event }) => event === "workflow_run");
  if (!run || workflow.jobs.some((job) => job.uses || lastingIn(job, run) !== undefined)) return undefined;
  return saysPush(workflow) ? undefined : workflow.jobs.find((job) => testingStep(job) !== undefined);
}

const saysPush = (workflow: WorkflowDocument): boolean =>
  expressionsOf(workflow).some(
    ({ expression }) =>
      expression !== undefined &&
      [...referencesIn(expression)].some(({ path }) => path.join(".") === "github.event.workflow_run.event"),
  );

/** A filter of the default branch alone says: only after it is merged. */
const isDefaultOnly = ({ patterns }: Filter): boolean =>
  patterns.length === 1 && /^(?:main|master|trunk)$/.test(patterns[0] ?? "");

const pushedBranches = ({ event, ref, branches }: Run): readonly string[] =>
  event === "push" && ref === "branch" ? (plainNames(branches) ?? []) : [];
