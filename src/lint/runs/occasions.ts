/**
 * The ways in which one workflow starts, told from its own file alone: what a rule on a single document can know of
 * events and refs. The whole repository's runs are in `../pipeline`.
 */
import { evaluate, truthOf, valueOfScalar } from "../model/evaluate.ts";
import { filterOf, refsOf, typesOf } from "../model/events.ts";
import { passesFilter } from "../../workflow/filters.ts";
import { githubValue } from "../model/github-values.ts";
import type { Known, Run, Scope } from "../model/model.ts";
import { HOLE, textOf, type Value } from "../model/value.ts";
import { conditionOf } from "../../workflow/expressions/embedded.ts";
import { type Expression, expressionsWithin, pathOf } from "../../workflow/expressions/expression.ts";
import type { Trigger, WorkflowDocument } from "../../workflow/document/document.ts";
import type { ScalarNode } from "../../workflow/yaml/node.ts";

const known = new WeakMap<WorkflowDocument, Run[]>();

/** One for every event, two for a push of branches and tags. */
export function occasionsOf(workflow: WorkflowDocument): Run[] {
  let runs = known.get(workflow);
  if (!runs) {
    runs = workflow.triggers.flatMap((trigger) => refsOf(trigger).map((ref) => occasion(workflow, trigger, ref)));
    known.set(workflow, runs);
  }
  return runs;
}

function occasion(workflow: WorkflowDocument, trigger: Trigger, ref: Run["ref"]): Run {
  return {
    workflow,
    trigger,
    event: trigger.event,
    ref,
    branches: filterOf(trigger, "branches"),
    tags: filterOf(trigger, "tags"),
    paths: filterOf(trigger, "paths"),
    types: typesOf(trigger),
    upstream: undefined,
    fromFork: ref === "pull",
    jobs: [],
  };
}

const STATUS = new Set(["success", "failure", "always", "cancelled"]);

/** What an expression names that the files do not tell: outcomes of steps, results of needs. */
export type Assume = (path: readonly string[]) => Value | undefined;

export const scopeOf = (run: Run, assume?: Assume): Scope => ({
  run,
  place: run.workflow.file.path,
  jobPlace: run.workflow.file.path,
  stepNamed: () => undefined,
  lookup: (path) => assume?.(path) ?? (path[0] === "github" ? githubValue(path, run) : undefined),
});

/** Under which assumption a condition is read: nothing has failed, or anything may have. */
export type Course = "nothing fails" | "anything happens";

/** Whether an `if:` holds in this run. */
export function holds(
  condition: ScalarNode | undefined,
  run: Run,
  assume?: Assume,
  course: Course = "nothing fails",
): Known {
  if (!condition) return true;
  const [only, ...others] = conditionOf(condition);
  if (!only) return true;
  if (others.length > 0 || !only.expression) return undefined;
  if (
    !only.implicit &&
    (condition.value.slice(0, only.within.start).trim() !== "" || condition.value.slice(only.within.end).trim() !== "")
  )
    return undefined;
  return holdsIn(only.expression, run, assume, course);
}

/** The same for an expression, with what filters say of refs: `refs/heads/x` is never pushed where `branches` drops `x`. */
export function holdsIn(expression: Expression, run: Run, assume?: Assume, course: Course = "nothing fails"): Known {
  if (course === "anything happens" && expression.kind === "call" && STATUS.has(expression.name.toLowerCase()))
    return expression.name.toLowerCase() === "always" ? true : undefined;
  if (expression.kind === "logical") {
    const parts = expression.operands.map((operand) => holdsIn(operand, run, assume, course));
    const decides = expression.operator === "||";
    if (parts.includes(decides)) return decides;
    return parts.includes(undefined) ? undefined : !decides;
  }
  if (expression.kind === "not") {
    const inner = holdsIn(expression.operand, run, assume, course);
    return inner === undefined ? undefined : !inner;
  }
  return (
    byFilter(expression, run) ?? ofAllNeeds(expression, assume) ?? truthOf(evaluate(expression, scopeOf(run, assume)))
  );
}

function byFilter(expression: Expression, run: Run): Known {
  if (run.event === "workflow_call") return calledEvent(expression);
  if (
    run.event !== "push" ||
    expression.kind !== "comparison" ||
    (expression.operator !== "==" && expression.operator !== "!=")
  )
    return undefined;
  const { left, right } = expression;
  const [name, text] =
    right.kind === "literal" ? [left, right.value] : left.kind === "literal" ? [right, left.value] : [];
  if (
    typeof text !== "string" ||
    name?.kind !== "access" ||
    name.target.kind !== "context" ||
    name.target.name.toLowerCase() !== "github"
  )
    return undefined;
  const property = name.property?.toLowerCase();
  const folder = run.ref === "tag" ? "refs/tags/" : "refs/heads/";
  if (property !== "ref" && property !== "ref_name") return undefined;
  if (property === "ref" && !text.startsWith(folder)) return expression.operator === "!=";
  const filter = run.ref === "tag" ? run.tags : run.branches;
  const dropped = filter !== undefined && !passesFilter(filter, property === "ref" ? text.slice(folder.length) : text);
  return dropped ? expression.operator === "!=" : undefined;
}

/** `contains(needs.*.result, 'failure')` where it is assumed what the needs came to. */
function ofAllNeeds(expression: Expression, assume: Assume | undefined): Known {
  if (!assume || expression.kind !== "call" || expression.name.toLowerCase() !== "contains") return undefined;
  const [list, item] = expression.args;
  if (!list || item?.kind !== "literal" || pathOf(list)?.join(".") !== "needs.*.result") return undefined;
  const result = textOf(assume(["needs", "", "result"]) ?? HOLE);
  return result === undefined ? undefined : result === item.value;
}

/** In a called workflow the event is its caller's, never `workflow_call` ("Reusing workflow configurations"). */
function calledEvent(expression: Expression): Known {
  if (expression.kind !== "comparison" || (expression.operator !== "==" && expression.operator !== "!="))
    return undefined;
  const { left, right, operator } = expression;
  const names = [left, right].some((side) => pathOf(side)?.join(".") === "github.event_name");
  return names && [left, right].some((side) => side.kind === "literal" && side.value === "workflow_call")
    ? operator === "!="
    : undefined;
}

/** The value of a scalar in this run. */
export const valueIn = (node: ScalarNode, run: Run, assume?: Assume): Value =>
  valueOfScalar(node, scopeOf(run, assume));

/** Whether the condition says itself what it asks of earlier results. */
export function hasStatusFunction(condition: ScalarNode | undefined): boolean {
  if (!condition) return false;
  for (const { expression } of conditionOf(condition)) {
    if (!expression) return true;
    for (const inner of expressionsWithin(expression))
      if (inner.kind === "call" && STATUS.has(inner.name.toLowerCase())) return true;
  }
  return false;
}
