import {
  inputOf,
  type Step,
  type Concurrency,
  triggerOf,
  type WorkflowDocument,
} from "../../../../workflow/document/document.ts";
import { type ExpressionSite, expressionsOf } from "../../../../workflow/document/expression-sites.ts";
import { isAction } from "../../../../workflow/document/uses.ts";
import {
  forbiddenInArtifactName,
  inDigits,
  lengthAsExpression,
  type Limit,
  LIMITS,
  nearOf,
} from "../../../../workflow/limits.ts";
import type { ScalarNode, Span } from "../../../../workflow/yaml/node.ts";
import { rule, type RuleContext } from "../../../rule.ts";
import { inputsOf } from "./call-inputs.ts";
import { jobsOfMatrix } from "./matrix-value.ts";

const WHOLE_FILE: Span = { start: 0, end: 0 };

/** What is over a limit, or from 80 % of one on; `more` says what to do. */
function judge(
  context: RuleContext,
  at: Span,
  limit: Limit,
  { count, what, more }: { count: number; what: string; more: string },
): void {
  const known = `GitHub's limit is ${inDigits(limit.value)}`;
  if (count > limit.value)
    context.report(at, `${what} ${inDigits(count)} ${limit.unit}; ${known}, and it ${limit.beyond}. ${more}`);
  else if (limit.grows && count >= nearOf(limit))
    context.report(
      at,
      `${what} ${inDigits(count)} ${limit.unit}, ${Math.floor((100 * count) / limit.value)} % of what GitHub takes (${inDigits(limit.value)}): beyond, it ${limit.beyond}. ${more}`,
      { level: "warning" },
    );
}

export const workflowLimits = rule({
  id: "workflow-limits",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "A workflow stays within GitHub's limits, with room to grow.",
  why: "GitHub starts no run of a workflow file over 500 KB and says nothing, and refuses a file in which an expression, or a text with an expression in it, has more than 21,000 characters. Names of artifacts and of concurrency groups have limits of their own. What reaches 80 % of a limit that grows with a project is a warning. docs/limits.md lists the limits, each with its source.",
  bad: [
    `on: push
concurrency: release-${"very-".repeat(80)}long
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
      - uses: actions/upload-artifact@v4
        with:
          name: results/linux
          path: out
          retention-days: 500
`,
    `on:
  workflow_dispatch:
    inputs: { ${Array.from({ length: 20 }, (_, index) => `option-${index + 1}: {}`).join(", ")} }
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  ],
  good: `on: push
concurrency: release-\${{ github.ref }}
jobs:
  test:
    strategy:
      matrix:
        os: [ubuntu-latest, windows-latest]
    runs-on: \${{ matrix.os }}
    steps:
      - run: make test
      - uses: actions/upload-artifact@v4
        with:
          name: results-\${{ matrix.os }}
          path: out
          retention-days: 90
`,
  document(document, context) {
    for (const [node, sites] of longTexts(expressionsOf(document))) {
      const length = lengthAsExpression(
        node.value,
        sites.map(({ within }) => within),
      );
      judge(context, node, LIMITS.expression, {
        count: length,
        what:
          sites.length === 1 && sites[0]?.within.end === node.value.length ? "This has" : "With its `${{ }}` this has",
        more: "Give the values to the script through `env`, or move the script to a file.",
      });
    }
  },
  workflow(workflow, context) {
    judge(context, WHOLE_FILE, LIMITS.workflowFile, {
      count: bytesOf(workflow.file.text),
      what: "This file has",
      more: "Move scripts to files of their own, or jobs to workflows that this one calls.",
    });
    checkDispatch(workflow, context);
    checkConcurrency(workflow.concurrency, context);
  },
  job({ matrix, concurrency }, context) {
    checkConcurrency(concurrency, context);
    const jobs = matrix ? jobsOfMatrix(matrix) : 0;
    // What is over the limit is the business of `matrix-values`.
    if (matrix && jobs <= LIMITS.matrixJobs.value)
      judge(context, matrix.pair.key, LIMITS.matrixJobs, {
        count: jobs,
        what: "This matrix makes",
        more: "Plan how to split it.",
      });
  },
  step(step, context) {
    checkUpload(step, context);
    checkCacheKey(step, context);
  },
});

/**
 * The texts with expressions that may be too long, each once. Characters that are doubled make a text at most twice as
 * long, and an expression that is too long by itself does not parse and is reported as that.
 */
function longTexts(sites: readonly ExpressionSite[]): Map<ScalarNode, ExpressionSite[]> {
  const found = new Map<ScalarNode, ExpressionSite[]>();
  const shortest = nearOf(LIMITS.expression) / 2;
  for (const site of sites) {
    if (site.implicit || site.node.value.length < shortest) continue;
    const others = found.get(site.node);
    if (others) others.push(site);
    else found.set(site.node, [site]);
  }
  for (const [node, own] of found)
    if (own.some(({ text, error }) => error !== undefined && text.length > LIMITS.expression.value)) found.delete(node);
  return found;
}

/** UTF-8; most files are too short to be asked. */
function bytesOf(text: string): number {
  const MOST_BYTES_A_CHARACTER = 3;
  return text.length * MOST_BYTES_A_CHARACTER < nearOf(LIMITS.workflowFile)
    ? text.length
    : new TextEncoder().encode(text).length;
}

/** What is over the limit is the business of `dispatch-inputs`. */
function checkDispatch(workflow: WorkflowDocument, context: RuleContext): void {
  const trigger = triggerOf(workflow, "workflow_dispatch");
  const count = inputsOf(workflow, "workflow_dispatch").length;
  if (trigger && count <= LIMITS.dispatchInputs.value)
    judge(context, trigger.node, LIMITS.dispatchInputs, {
      count,
      what: "`workflow_dispatch` has",
      more: "Join some that are given together.",
    });
}

/** What expressions will give is unknown, so only what is written counts. */
const writtenLength = (text: string): number => text.replaceAll(/\$\{\{.*?\}\}/gs, "").length;

function checkConcurrency(concurrency: Concurrency | undefined, context: RuleContext): void {
  if (!concurrency?.group) return;
  judge(context, concurrency.group, LIMITS.concurrencyGroup, {
    count: writtenLength(concurrency.group.value),
    what: "What is written of this group has",
    more: "Write a shorter name.",
  });
}

function checkUpload(step: Step, { report }: RuleContext): void {
  if (!isAction(step.uses, "actions/upload-artifact", "actions/upload-artifact/merge")) return;
  const name = inputOf(step, "name");
  const forbidden = name && forbiddenInArtifactName(name.value.replaceAll(/\$\{\{.*?\}\}/gs, "").trim());
  if (name && forbidden !== undefined)
    report(name, `The name of an artifact cannot hold ${forbidden}, and the upload fails. Write \`-\` in its place.`);
  const days = inputOf(step, "retention-days");
  const most = LIMITS.privateArtifactDays.value;
  if (days && Number(days.value) > most)
    report(
      days,
      `GitHub keeps an artifact for at most ${most} days (${LIMITS.artifactDays.value} in a public repository), and less where the repository's settings say so. Write at most that.`,
      { level: "warning" },
    );
}

function checkCacheKey(step: Step, context: RuleContext): void {
  if (!isAction(step.uses, "actions/cache", "actions/cache/restore", "actions/cache/save")) return;
  const key = inputOf(step, "key");
  if (!key) return;
  judge(context, key, LIMITS.cacheKey, {
    count: writtenLength(key.value),
    what: "What is written of this key has",
    more: "Name files in `hashFiles` rather than their contents.",
  });
}
