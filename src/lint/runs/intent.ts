/** Which heads a `workflow_run` workflow is plainly written for. */
import type { WorkflowDocument } from "../../workflow/document/document.ts";
import { expressionsOf } from "../../workflow/document/expression-sites.ts";
import { spanInFile } from "../../workflow/expressions/embedded.ts";
import { type Comparison, type Expression, expressionsWithin, pathOf } from "../../workflow/expressions/expression.ts";
import type { Span } from "../../workflow/yaml/node.ts";
import { reportsIn } from "./reports.ts";

export interface Intent {
  /** What shows that pull requests are meant, in words. */
  pulls: string | undefined;
  tags: string | undefined;
  /** Posts a status or check of the commit. */
  reports: boolean;
  /** Branches that the head is compared with. */
  branches: { name: string; at: Span }[];
}

const known = new WeakMap<WorkflowDocument, Intent>();

export function intentOf(workflow: WorkflowDocument): Intent {
  let intent = known.get(workflow);
  if (!intent) {
    intent = read(workflow);
    known.set(workflow, intent);
  }
  return intent;
}

function read(workflow: WorkflowDocument): Intent {
  const intent: Intent = {
    pulls: undefined,
    tags: undefined,
    reports: reportsIn(workflow).some(({ how }) => how === "status" || how === "check"),
    branches: [],
  };
  const readsEvent = new Set<object>();
  for (const site of expressionsOf(workflow)) {
    if (!site.expression) continue;
    for (const part of expressionsWithin(site.expression)) {
      const path = pathOf(part)?.join(".");
      if (path?.startsWith("github.event.workflow_run.pull_requests")) intent.pulls ??= "it reads `pull_requests`";
      if (path === "github.event.workflow_run.event" && site.step) readsEvent.add(site.step);
      if (part.kind === "comparison")
        readComparison(part, intent, (inner) => spanInFile(workflow.file.text, site, inner), site.path.at(-1) === "if");
      if (
        part.kind === "call" &&
        part.name.toLowerCase() === "startswith" &&
        isHead(part.args[0]) &&
        part.args[1]?.kind === "literal" &&
        /^v\d*\.?$/.test(String(part.args[1].value))
      )
        intent.tags ??= "it tests for a version";
    }
  }
  for (const { steps } of workflow.jobs)
    for (const step of steps)
      if (
        readsEvent.has(step) &&
        step.run &&
        /[=(|\s]\s?["']?pull_request["']?(?:[\s\])|;]|$)/m.test(step.run.value) &&
        !/!=\s*["']?pull_request\b/.test(step.run.value)
      )
        intent.pulls ??= "it tests the event for `pull_request`";
  return intent;
}

const isHead = (expression: Expression | undefined): boolean =>
  expression !== undefined && pathOf(expression)?.join(".") === "github.event.workflow_run.head_branch";

function readComparison(
  { operator, left, right }: Comparison,
  intent: Intent,
  place: (span: Span) => Span,
  inCondition: boolean,
): void {
  if (operator !== "==") return;
  const [name, text] = right.kind === "literal" ? [left, right] : left.kind === "literal" ? [right, left] : [];
  if (!name || text?.kind !== "literal" || typeof text.value !== "string") return;
  if (pathOf(name)?.join(".") === "github.event.workflow_run.event" && text.value === "pull_request")
    intent.pulls ??= "it tests the event for `pull_request`";
  if (inCondition && isHead(name) && text.value !== "") intent.branches.push({ name: text.value, at: place(text) });
}
