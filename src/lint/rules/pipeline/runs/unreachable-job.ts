import type { Job, Step, WorkflowDocument } from "../../../../workflow/document/document.ts";
import { expressionsOf } from "../../../../workflow/document/expression-sites.ts";
import { conditionOf, spanInFile } from "../../../../workflow/expressions/embedded.ts";
import {
  type Comparison,
  type Expression,
  expressionsWithin,
  pathOf,
  referencesIn,
} from "../../../../workflow/expressions/expression.ts";
import type { ScalarNode } from "../../../../workflow/yaml/node.ts";
import { fixOf, replaceScalar } from "../../../edits.ts";
import type { Fix } from "../../../finding.ts";
import type { Run } from "../../../model/model.ts";
import { hasStatusFunction, holds, holdsIn, occasionsOf } from "../../../runs/occasions.ts";
import { jobNamed, needsSucceed, obstacleOf, stepsSucceed } from "../../../runs/reach.ts";
import { type RuleContext, rule } from "../../../rule.ts";

export const unreachableJob = rule({
  id: "unreachable-job",
  family: "pipeline",
  levels: { recommended: "error", strict: "error" },
  summary: "Every job and every fallback can run on some event of the workflow.",
  why: 'A condition without a status function means `success() && (...)`: a job that asks for a failed need, or whose need was skipped, is skipped as well, and a step that asks for a failed step never comes to it ("Using conditions to control job execution").',
  bad: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
  clean-up:
    needs: test
    if: needs.test.result == 'failure'
    runs-on: ubuntu-latest
    steps:
      - run: make clean
`,
    `on:
  push:
    branches: [main]
jobs:
  release:
    if: startsWith(github.ref, 'refs/tags/')
    runs-on: ubuntu-latest
    steps:
      - run: make release
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - id: pull
        run: docker pull ghcr.io/octo/app
      - if: steps.pull.outcome == 'failure'
        run: docker build -t ghcr.io/octo/app .
`,
  ],
  good: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
  clean-up:
    needs: test
    if: always() && needs.test.result == 'failure'
    runs-on: ubuntu-latest
    steps:
      - run: make clean
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - id: pull
        continue-on-error: true
        run: docker pull ghcr.io/octo/app
      - if: steps.pull.outcome == 'failure'
        run: docker build -t ghcr.io/octo/app .
`,
  ],
  fixable: true,
  workflow(workflow, context) {
    const runs = occasionsOf(workflow);
    if (runs.length === 0) return;
    for (const job of workflow.jobs) {
      if (!judgeJob(job, runs, context)) continue;
      for (const step of job.steps)
        judgeStep(
          step,
          job,
          runs.filter((run) => !obstacleOf(job, run)),
          context,
        );
    }
    fallbacksOnResults(workflow, context);
  },
});

/** Whether the job can run; what is wrong with it is said. */
function judgeJob(job: Job, runs: readonly Run[], { report }: RuleContext): boolean {
  const obstacles = runs.map((run) => ({ run, obstacle: obstacleOf(job, run) }));
  const at = job.if ?? job.key;
  if (obstacles.every(({ obstacle }) => obstacle)) {
    const byNeed = obstacles.flatMap(({ obstacle }) => (obstacle?.by === "need" ? [obstacle.need] : []));
    const [need] = byNeed;
    // A need that can never run is said to be so itself.
    if (need && runs.some((run) => !obstacleOf(need, run)))
      report(
        job.needs.find(({ value }) => value === need.id) ?? at,
        `On every event on which \`${job.id}\` may run its need \`${need.id}\` is skipped, and then this job is skipped too. Remove the need, or write \`if: always() && ...\` and read \`needs.${need.id}.result\`.`,
        { related: [{ at: need.if ?? need.key, message: "Skipped on those events." }] },
      );
    else if (!need && job.if && namesSomething(job.if)) {
      if (!hasStatusFunction(job.if) && runs.some((run) => holds(job.if, run, undefined, "anything happens") !== false))
        report(
          job.if,
          `Without a status function this means \`success() && (...)\`, and once all needs have succeeded it is never true: \`${job.id}\` never runs. Write \`always() && (...)\`.`,
          { fix: withAlways(job.if, job.workflow) },
        );
      else
        report(
          job.if,
          `This is never true on the events of this workflow (${eventsOf(runs)}), so \`${job.id}\` never runs. Add the event to \`on\`, or remove the job.`,
          { level: "warning" },
        );
    }
    return false;
  }
  for (const { run, obstacle } of obstacles)
    if (obstacle?.by === "need" && job.if && namesEvent(job.if, run) && holds(job.if, run, needsSucceed) === true) {
      report(
        job.needs.find(({ value }) => value === obstacle.need.id) ?? job.if,
        `\`${job.id}\` is meant to run on \`${run.event}\`, but its need \`${obstacle.need.id}\` is skipped there, and then this job is skipped too. Write \`if: always() && ...\` and read \`needs.${obstacle.need.id}.result\`, or let \`${obstacle.need.id}\` run.`,
        {
          related: [{ at: obstacle.need.if ?? obstacle.need.key, message: `Not true on \`${run.event}\`.` }],
        },
      );
      break;
    }
  return true;
}

function judgeStep(step: Step, job: Job, runs: readonly Run[], { report }: RuleContext): void {
  if (!step.if || hasStatusFunction(step.if) || runs.length === 0) return;
  const assume = stepsSucceed(job, step);
  if (!runs.every((run) => holds(step.if, run, assume) === false) || !runs.some((run) => holds(step.if, run) !== false))
    return;
  report(
    step.if,
    "Without a status function this means `success() && (...)`: when an earlier step fails, this one is skipped, and while none has failed it is never true. Write `always() && (...)`, or give the earlier step `continue-on-error: true`.",
    { fix: withAlways(step.if, job.workflow) },
  );
}

/** `needs.build.result == 'success' && a || b` in a job that only starts when the build has succeeded: `b` never comes. */
function fallbacksOnResults(workflow: WorkflowDocument, { report }: RuleContext): void {
  for (const site of expressionsOf(workflow)) {
    const { expression, job, path } = site;
    if (!expression || !job || path.at(-1) === "if" || path[2] === "outputs" || hasStatusFunction(job.if)) continue;
    for (const part of expressionsWithin(expression)) {
      if (part.kind !== "logical" || part.operator !== "||") continue;
      const test = part.operands
        .slice(0, -1)
        .map(firstTest)
        .find((found) => found !== undefined);
      const id = test && resultOf(test);
      if (!test || id === undefined || !job.needs.some(({ value }) => value.toLowerCase() === id)) continue;
      const run = occasionsOf(workflow)[0];
      if (!run || holdsIn(test, run, needsSucceed) !== true) continue;
      report(
        spanInFile(workflow.file.text, site, test),
        `This is always true here: without a status function in its \`if\`, \`${job.id}\` starts only when \`${jobNamed(workflow, id)?.id ?? id}\` has succeeded, so what follows \`||\` is never used. Write \`if: always() && ...\` on the job.`,
      );
    }
  }
}

const firstTest = (operand: Expression): Comparison | undefined => {
  const first = operand.kind === "logical" && operand.operator === "&&" ? operand.operands[0] : operand;
  return first?.kind === "comparison" ? first : undefined;
};

/** The job whose result is compared, lower-cased. */
function resultOf({ left, right }: Comparison): string | undefined {
  const path = pathOf(left.kind === "literal" ? right : left);
  return path?.[0] === "needs" && path[2] === "result" ? path[1] : undefined;
}

/** A constant condition is another rule's matter, and `false && ...` is a job that somebody has switched off. */
const namesSomething = (condition: ScalarNode): boolean =>
  conditionOf(condition).some(({ expression }) => expression !== undefined && namesInEveryPart(expression));

const namesInEveryPart = (expression: Expression): boolean =>
  expression.kind === "logical" && expression.operator === "&&"
    ? expression.operands.every(namesInEveryPart)
    : !referencesIn(expression).next().done || [...expressionsWithin(expression)].some(({ kind }) => kind === "call");

/** Whether the condition says in so many words that it is for this event. */
function namesEvent(condition: ScalarNode, { event }: Run): boolean {
  return conditionOf(condition).some(
    ({ expression }) =>
      expression !== undefined &&
      [...expressionsWithin(expression)].some(
        (part) =>
          part.kind === "comparison" &&
          part.operator === "==" &&
          [part.left, part.right].some((side) => side.kind === "literal" && side.value === event),
      ),
  );
}

const eventsOf = (runs: readonly Run[]): string =>
  [
    ...new Set(
      runs.map(({ event, ref }) =>
        event === "push" ? `\`push\` of ${ref === "tag" ? "tags" : "branches"}` : `\`${event}\``,
      ),
    ),
  ].join(", ");

function withAlways(condition: ScalarNode, { file }: WorkflowDocument): Fix | undefined {
  const [only, ...others] = conditionOf(condition);
  if (!only?.expression || others.length > 0 || condition.value.includes("\n")) return undefined;
  const simple = only.expression.kind !== "logical" || only.expression.operator === "&&";
  const inner = simple ? only.text.trim() : `(${only.text.trim()})`;
  return fixOf(
    "Put `always() &&` in front",
    replaceScalar(file, condition, only.implicit ? `always() && ${inner}` : `\${{ always() && ${inner} }}`),
  );
}
