import { didYouMean, nearest } from "../../../../nearest.ts";
import { nameOfWorkflow, type WorkflowDocument } from "../../../../workflow/document/document.ts";
import { escapePattern, isPlainName, readPattern } from "../../../../workflow/filters.ts";
import type { Repository } from "../../../repository.ts";
import { fixOf, replaceScalar } from "../../../edits.ts";
import {
  type Consumer,
  consumersIn,
  levelsOf,
  MOST_LEVELS,
  producersOf,
  workflowsByName,
} from "../../../runs/chains.ts";
import { type RepositoryContext, repositoryRule } from "../../../rule.ts";

const BUILD = `name: Build
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: make
`;
const after = (name: string): string => `name: Test
on:
  workflow_run:
    workflows: ["${name}"]
    types: [completed]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`;

export const danglingWorkflowRun = repositoryRule({
  id: "dangling-workflow-run",
  family: "pipeline",
  levels: { recommended: "error", strict: "error" },
  summary: "`workflow_run` names workflows that exist and that run by themselves, at most three levels deep.",
  why: 'GitHub starts nothing for a name that no workflow has: the workflow never runs, without an error anywhere. Each entry is a pattern, as those of branches are, so a name with a `+` or brackets needs backslashes: `C\\+\\+`. Without them it matches no name, or cannot be read, which gives a failed run at every event. After a first workflow at most three levels follow ("Events that trigger workflows").',
  bad: [
    { ".github/workflows/build.yml": BUILD, ".github/workflows/test.yml": after("Build image") },
    {
      ".github/workflows/build.yml": BUILD.replace("name: Build", "name: Build [x64]"),
      ".github/workflows/test.yml": after("Build [x64]"),
    },
    {
      ".github/workflows/build.yml": BUILD.replace("name: Build", "name: Build C++"),
      ".github/workflows/test.yml": after("Build C++"),
    },
    {
      ".github/workflows/build.yml": BUILD.replace("on: push", "on: workflow_call"),
      ".github/workflows/test.yml": after("Build"),
    },
  ],
  good: [
    { ".github/workflows/build.yml": BUILD, ".github/workflows/test.yml": after("Build") },
    {
      ".github/workflows/build.yml": BUILD.replace("name: Build", "name: Build C++"),
      ".github/workflows/test.yml": after("Build C\\\\+\\\\+"),
    },
    {
      ".github/workflows/build.yml": BUILD.replace("name: Build\n", ""),
      ".github/workflows/test.yml": after(".github/workflows/build.yml"),
    },
  ],
  fixable: true,
  repository(context) {
    const { repository, report } = context;
    const consumers = consumersIn(repository);
    if (consumers.length === 0) return;
    const named = workflowsByName(repository);
    for (const consumer of consumers) checkNames(consumer, named, context);
    if (!repository.complete) return;
    const levels = levelsOf(repository);
    for (const { workflow, trigger, names } of consumers) {
      const level = levels.get(workflow) ?? 0;
      const producers = names.flatMap(({ value }) => producersOf(value, named));
      if (Number.isFinite(level) && level > MOST_LEVELS)
        report(
          workflow,
          trigger.node,
          `${chainTo(workflow, repository)} is ${level} levels of \`workflow_run\` deep, and GitHub starts nothing beyond ${MOST_LEVELS}. Make this workflow follow an earlier one, or call it with \`workflow_call\`.`,
          { level: "error" },
        );
      else if (
        !Number.isFinite(level) &&
        producers.length > 0 &&
        producers.every((producer) => producer.triggers.some(({ event }) => event === "workflow_run"))
      )
        report(
          workflow,
          trigger.node,
          `This workflow and those that it follows wait for each other, so none of them ever starts. Let one of them start on an event such as \`push\`.`,
        );
    }
  },
});

/** Workflows that GitHub itself runs in a repository, without a file: Pages, default setups, Dependabot, Copilot. */
const OF_GITHUB =
  /^(?:pages build and deployment|CodeQL.*|Dependabot Updates|Automatic Dependency Submission.*|Dependency Graph.*|Copilot.*|Code Quality.*)$/i;

function checkNames(
  { workflow, names }: Consumer,
  named: ReadonlyMap<string, readonly WorkflowDocument[]>,
  { repository, report }: RepositoryContext,
): void {
  const all = [...named.keys()];
  for (const name of names) {
    const producers = producersOf(name.value, named);
    const literal = named.has(name.value) && !isPlainName(name.value);
    if (literal && (producers.length === 0 || readPattern(name.value) === undefined)) {
      const escaped = escapePattern(name.value);
      report(
        workflow,
        name,
        `\`workflow_run\` takes patterns, and \`${name.value}\` read as one does not match the workflow of that name. Write \`${escaped}\`.`,
        { fix: fixOf(`Write \`${escaped}\``, replaceScalar(workflow.file, name, escaped)) },
      );
      continue;
    }
    if (producers.length === 0) {
      if (OF_GITHUB.test(name.value)) continue;
      if (readPattern(name.value) === undefined && !name.value.includes("${{")) {
        report(
          workflow,
          name,
          `GitHub cannot read the pattern \`${name.value}\`, and reports a failed run at every event. Put a backslash before what is meant as itself: \`${escapePattern(name.value)}\`.`,
        );
        continue;
      }
      if (!isPlainName(name.value.replaceAll("\\", "")) && /[*?[\]]/.test(name.value)) {
        if (repository.complete)
          report(
            workflow,
            name,
            `No workflow has a name that the pattern \`${name.value}\` matches, so nothing starts this one. Write the \`name:\` of the workflow to follow.`,
          );
        continue;
      }
      if (repository.complete) {
        const byPath = workflowAtPath(name.value, repository);
        const near = byPath ? nameOfWorkflow(byPath) : nearest(name.value, all);
        const others = all.filter((other) => other !== nameOfWorkflow(workflow));
        report(
          workflow,
          name,
          byPath
            ? `\`workflow_run\` wants the workflow's name, not its file: \`${name.value}\` is called \`${nameOfWorkflow(byPath)}\`. Write that.`
            : `No workflow is called \`${name.value}\`, so nothing starts this one. ${didYouMean(name.value, others) ?? "Write the exact `name:` of the workflow to follow."}`,
          {
            fix:
              near === undefined || near === nameOfWorkflow(workflow)
                ? undefined
                : fixOf(`Write \`${escapePattern(near)}\``, replaceScalar(workflow.file, name, escapePattern(near))),
          },
        );
      }
      continue;
    }
    const [producer] = producers;
    if (
      producer &&
      repository.complete &&
      producers.every(({ triggers }) => triggers.length > 0 && triggers.every(({ event }) => event === "workflow_call"))
    )
      report(
        workflow,
        name,
        `\`${name.value}\` is only ever called by other workflows and has no runs of its own, so nothing starts this one. Name the workflow that calls it, or give it an event such as \`push\`.`,
        {
          related: [
            { in: producer, at: producer.on?.key ?? { start: 0, end: 0 }, message: "Runs only as `workflow_call`." },
          ],
        },
      );
  }
}

/** Somebody wrote a file's name or path where the name belongs. */
function workflowAtPath(written: string, { documents }: Repository): WorkflowDocument | undefined {
  const wanted = written.replace(/^\.\//, "");
  return documents.find(
    (document): document is WorkflowDocument =>
      document.kind === "workflow" &&
      (document.file.path === wanted || document.file.path.endsWith(`/workflows/${wanted}`)),
  );
}

/** `Build → Test → Scan`, by the shortest way. */
function chainTo(workflow: WorkflowDocument, repository: Repository): string {
  const levels = levelsOf(repository);
  const named = workflowsByName(repository);
  const consumers = new Map(consumersIn(repository).map((consumer) => [consumer.workflow, consumer]));
  const chain = [workflow];
  for (let current: WorkflowDocument | undefined = workflow; current && chain.length < 12;) {
    const level: number = levels.get(current) ?? 0;
    const before: WorkflowDocument | undefined = consumers
      .get(current)
      ?.names.flatMap(({ value }) => producersOf(value, named))
      .find((producer) => levels.get(producer) === level - 1);
    if (before) chain.unshift(before);
    current = level > 0 ? before : undefined;
  }
  return chain.map((link) => `\`${nameOfWorkflow(link)}\``).join(" → ");
}
