import type { WorkflowDocument } from "../../../../workflow/document/document.ts";
import { type ExpressionSite, expressionsOf } from "../../../../workflow/document/expression-sites.ts";
import { isAction } from "../../../../workflow/document/uses.ts";
import { spanInFile } from "../../../../workflow/expressions/embedded.ts";
import {
  type Access,
  type Context,
  type Expression,
  expressionsWithin,
  pathOf,
} from "../../../../workflow/expressions/expression.ts";
import { scalarOf, type Span } from "../../../../workflow/yaml/node.ts";
import { sourceSpan } from "../../../../workflow/yaml/scalar-source.ts";
import { filterOf } from "../../../model/events.ts";
import { plainNames } from "../../../../workflow/filters.ts";
import type { Run } from "../../../model/model.ts";
import { holds, occasionsOf } from "../../../runs/occasions.ts";
import { isFieldOf } from "../../../runs/payloads.ts";
import { scriptsByStep } from "../../../runs/lasting.ts";
import { rule } from "../../../rule.ts";
import { commandsIn, spanInScript } from "../../../scripts.ts";

export const defaultBranchContext = rule({
  id: "default-branch-context",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A `workflow_run` workflow takes the commit, branch and pull request from `github.event.workflow_run`.",
  why: "In a `workflow_run` workflow `github.ref` and `github.sha` are the default branch and its newest commit, whatever commit was built, and the fields of a pull request are empty. A group, an image tag or a status that is made of them belongs to the wrong commit.",
  bad: `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
concurrency:
  group: e2e-\${{ github.ref }}
  cancel-in-progress: true
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: ./test.sh "ghcr.io/octo/app:\${{ github.sha }}"
`,
  good: `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
concurrency:
  group: e2e-\${{ github.event.workflow_run.head_branch }}
  cancel-in-progress: true
jobs:
  test:
    if: github.event.workflow_run.head_branch == 'main'
    runs-on: ubuntu-latest
    steps:
      - run: ./test.sh "ghcr.io/octo/app:\${{ github.event.workflow_run.head_sha }}"
`,
  workflow(workflow, { report }) {
    const run = occasionsOf(workflow).find(({ event }) => event === "workflow_run");
    if (!run) return;
    const alone = workflow.triggers.length === 1;
    // Runs of one branch cannot get into each other's way.
    const oneBranch = plainNames(filterOf(run.trigger, "branches"))?.length === 1;
    for (const site of expressionsOf(workflow)) {
      const { expression, job, step, path } = site;
      if (expression && path.at(-1) === "if" && alone)
        inCondition(expression, site, oneBranch, (part, message) =>
          report(spanInFile(workflow.file.text, site, part), message),
        );
      if (!expression || path.at(-1) === "if" || path[0] === "run-name" || path.at(-1) === "name") continue;
      if (holds(job?.if, run) === false || holds(step?.if, run) === false) continue;
      for (const part of plainUses(expression)) {
        const name = pathOf(part)?.join(".") ?? "";
        const message = sentence(name, site, { alone, oneBranch, workflow });
        if (message !== undefined) report(spanInFile(workflow.file.text, site, part), message);
      }
    }
    if (alone) inCode(workflow, run, oneBranch, report);
    if (alone && !oneBranch)
      inScripts(workflow, (at, name) =>
        report(
          at,
          `\`$${name}\` is the default branch's newest commit in a \`workflow_run\` workflow, not the one that was built. Pass \`\${{ github.event.workflow_run.head_sha }}\` through \`env\`.`,
        ),
      );
  },
});

/** Names that become the value as they are: not those that are compared, tested or a fallback for another. */
function* plainUses(expression: Expression): Generator<Context | Access> {
  switch (expression.kind) {
    case "access":
    case "context":
      yield expression;
      return;
    case "call":
      if (expression.name.toLowerCase() === "format")
        for (const argument of expression.args) yield* plainUses(argument);
      return;
    default:
      return;
  }
}

const REF = /^github\.(?:ref|ref_name|ref_type)$/;
const TESTS = new Set(["startswith", "endswith", "contains"]);

/** A test of the ref comes out the same for every commit that was built. */
function inCondition(
  condition: Expression,
  { job }: ExpressionSite,
  oneBranch: boolean,
  report: (part: Expression, message: string) => void,
): void {
  const parts = [...expressionsWithin(condition)];
  // The branch that was built is looked at as well.
  if (parts.some(namesHead) || (job?.if && /workflow_run\.(?:head_branch|event)\b/.test(job.if.value))) return;
  for (const part of parts) {
    const [name, text] = comparedIn(part);
    const path = name && pathOf(name)?.join(".");
    if (path === undefined || text === undefined || !REF.test(path)) continue;
    if (/^refs\/(?:tags|pull)\/|^tag$|^v\d*\.?$/.test(text)) {
      const negated = part.kind === "comparison" && part.operator === "!=";
      report(
        part,
        `In a \`workflow_run\` workflow \`${path}\` is always the default branch's, so this is ${negated ? "always" : "never"} true. Test \`github.event.workflow_run.head_branch\`, which is the tag's name when a tag was pushed.`,
      );
    } else if (!oneBranch && path !== "github.ref_type")
      report(
        part,
        `In a \`workflow_run\` workflow \`${path}\` is always the default branch's, whatever branch was built, so this always comes out the same. Test \`github.event.workflow_run.head_branch\` together with \`github.event.workflow_run.event\`, since a pull request's branch may have any name.`,
      );
  }
}

const namesHead = (part: Expression): boolean =>
  /^github\.event\.workflow_run\.(?:head_branch|event)$/.test(pathOf(part)?.join(".") ?? "");

/** What is compared with a text, or tested for one. */
function comparedIn(part: Expression): [name: Expression | undefined, text: string | undefined] {
  if (part.kind === "comparison") {
    const [name, text] =
      part.right.kind === "literal"
        ? [part.left, part.right.value]
        : part.left.kind === "literal"
          ? [part.right, part.left.value]
          : [];
    return (part.operator === "==" || part.operator === "!=") && typeof text === "string"
      ? [name, text]
      : [undefined, undefined];
  }
  if (part.kind !== "call" || !TESTS.has(part.name.toLowerCase())) return [undefined, undefined];
  const [name, text] = part.args;
  return [name, text?.kind === "literal" && typeof text.value === "string" ? text.value : undefined];
}

interface Place {
  alone: boolean;
  oneBranch: boolean;
  workflow: WorkflowDocument;
}

function sentence(name: string, { path, step }: ExpressionSite, { alone, oneBranch }: Place): string | undefined {
  const inGroup = path.includes("concurrency") && path.at(-1) !== "cancel-in-progress";
  if (/^github\.(?:event\.(?:pull_request|number)(?:\.|$)|head_ref$|base_ref$)/.test(name)) {
    // In a group's name that is a rule of its own.
    if (!alone || inGroup || isFieldOf(name, "workflow_run") !== false) return undefined;
    const better = /number$/.test(name)
      ? "`github.event.workflow_run.pull_requests[0].number`, which is empty for forks"
      : name === "github.head_ref"
        ? "`github.event.workflow_run.head_branch`"
        : /head\.sha$/.test(name)
          ? "`github.event.workflow_run.head_sha`"
          : "the fields of `github.event.workflow_run`";
    return `\`${name}\` is always empty in a \`workflow_run\` workflow. Use ${better}.`;
  }
  if (oneBranch) return undefined;
  if (inGroup && /^github\.(?:ref|ref_name|sha)$/.test(name))
    return alone
      ? `\`${name}\` is the default branch's in a \`workflow_run\` workflow, so the runs for all branches share this group. Use \`github.event.workflow_run.${name === "github.sha" ? "head_sha" : "head_branch"}\`.`
      : undefined;
  if (name !== "github.sha" || !alone) return undefined;
  // A cache or an artifact may be named after anything.
  if (isAction(step?.uses, ...TAKES_ANY_NAME)) return undefined;
  return "`github.sha` is the default branch's newest commit in a `workflow_run` workflow, not the one that was built. Use `github.event.workflow_run.head_sha`.";
}

const TAKES_ANY_NAME = [
  "actions/cache",
  "actions/cache/save",
  "actions/cache/restore",
  "actions/upload-artifact",
  "actions/checkout",
];

/** What `actions/github-script` calls them, and what to take instead. */
const IN_CODE: readonly { pattern: RegExp; message: string; branch: boolean }[] = [
  {
    pattern: /\bcontext\.sha\b/,
    message:
      "`context.sha` is the default branch's newest commit in a `workflow_run` workflow, not the one that was built. Use `context.payload.workflow_run.head_sha`.",
    branch: true,
  },
  {
    pattern: /\bcontext\.payload\.pull_request\b(?!\?)/,
    message:
      "`context.payload.pull_request` is undefined in a `workflow_run` workflow. Use `context.payload.workflow_run`, and find the pull request by its head.",
    branch: false,
  },
  {
    pattern: /\bcontext\.issue\.number\b/,
    message:
      "`context.issue.number` is undefined in a `workflow_run` workflow. Find the pull request by the head of `context.payload.workflow_run`.",
    branch: false,
  },
];

function inCode(
  workflow: WorkflowDocument,
  run: Run,
  oneBranch: boolean,
  report: (at: Span, message: string) => void,
): void {
  for (const job of workflow.jobs)
    for (const step of job.steps) {
      const code = isAction(step.uses, "actions/github-script") ? scalarOf(step.with.get("script")?.value) : undefined;
      if (!code || holds(job.if, run) === false || holds(step.if, run) === false) continue;
      // Comments are not run; blanks in their place keep the offsets.
      const text = code.value.replaceAll(/(?<=^|\s)\/\/.*/g, (comment) => " ".repeat(comment.length));
      for (const { pattern, message, branch } of IN_CODE) {
        const found = branch && oneBranch ? undefined : pattern.exec(text);
        if (found)
          report(
            sourceSpan(workflow.file.text, code, { start: found.index, end: found.index + found[0].length }),
            message,
          );
      }
    }
}

/** `$GITHUB_SHA` as a command's word. */
function inScripts(
  workflow: WorkflowDocument,
  report: (at: { start: number; end: number }, name: string) => void,
): void {
  for (const job of workflow.jobs)
    for (const script of scriptsByStep(job).values())
      for (const { name, argWords, args } of commandsIn(script))
        if (name !== "echo" && name !== "printf")
          for (const [index, arg] of args.entries()) {
            const word = argWords[index];
            if (word && /\$\{?GITHUB_SHA\b/.test(arg))
              report(spanInScript(script, { start: word.pos, end: word.end }), "GITHUB_SHA");
          }
}
