/** What the conditions of a job and a step say about the events that reach it, and about who started them. */
import { conditionOf } from "../../workflow/expressions/embedded.ts";
import { type Call, type Expression, pathOf } from "../../workflow/expressions/expression.ts";
import type { ScalarNode } from "../../workflow/yaml/node.ts";
import type { Place } from "./model.ts";

export interface Guard {
  /** Nothing: any. */
  only: ReadonlySet<string> | undefined;
  never: ReadonlySet<string>;
  /** Runs of pull requests from forks do not get here. */
  ownRepository: boolean;
}

const OPEN: Guard = { only: undefined, never: new Set(), ownRepository: false };
const guards = new WeakMap<ScalarNode, Guard>();

/** What an `if:` lets through. */
export function guardOf(condition: ScalarNode | undefined): Guard {
  if (!condition) return OPEN;
  let guard = guards.get(condition);
  if (!guard) {
    const [embedded, ...others] = conditionOf(condition);
    guard = embedded?.expression && others.length === 0 ? guardIn(embedded.expression) : OPEN;
    guards.set(condition, guard);
  }
  return guard;
}

const both = (a: Guard, b: Guard): Guard => ({
  only: a.only && b.only ? new Set([...a.only].filter((event) => b.only?.has(event))) : (a.only ?? b.only),
  never: new Set([...a.never, ...b.never]),
  ownRepository: a.ownRepository || b.ownRepository,
});

function either(a: Guard, b: Guard): Guard {
  return {
    only: a.only && b.only ? new Set([...a.only, ...b.only]) : undefined,
    never: new Set([...a.never].filter((event) => b.never.has(event) || (b.only !== undefined && !b.only.has(event)))),
    // `github.event_name == 'push' || head.repo.full_name == github.repository`.
    ownRepository:
      (a.ownRepository || isOwn(a)) && (b.ownRepository || isOwn(b)) && (a.ownRepository || b.ownRepository),
  };
}

/** Only events that no outsider starts. */
const isOwn = ({ only }: Guard): boolean => only !== undefined && [...only].every((event) => OWN_EVENTS.has(event));
const OWN_EVENTS = new Set([
  "push",
  "schedule",
  "workflow_dispatch",
  "repository_dispatch",
  "release",
  "create",
  "delete",
  "merge_group",
]);

function guardIn(expression: Expression): Guard {
  if (expression.kind === "logical")
    return expression.operands.map(guardIn).reduce(expression.operator === "&&" ? both : either);
  if (expression.kind === "not") {
    const path = pathOf(expression.operand)?.join(".");
    return path === "github.event.pull_request.head.repo.fork" ? { ...OPEN, ownRepository: true } : OPEN;
  }
  if (expression.kind === "call") return isListOfMembers(expression) ? { ...OPEN, ownRepository: true } : OPEN;
  if (expression.kind !== "comparison") return OPEN;
  const { operator, left, right } = expression;
  const [path, value] = [pathOf(left)?.join("."), right.kind === "literal" ? right.value : pathOf(right)?.join(".")];
  if (path === undefined && right.kind !== "literal") return OPEN;
  return (
    compared(operator, path, value) ??
    (left.kind === "literal"
      ? compared(operator, pathOf(right)?.join("."), left.value)
      : compared(operator, typeof value === "string" ? value : undefined, path)) ??
    OPEN
  );
}

/** `contains(fromJSON('["OWNER", "MEMBER"]'), github.event.comment.author_association)`. */
function isListOfMembers({ name, args: [list, asked] }: Call): boolean {
  if (
    name.toLowerCase() !== "contains" ||
    !list ||
    !asked ||
    !/^github\.event\..*author_association$/.test(pathOf(asked)?.join(".") ?? "")
  )
    return false;
  const written = list.kind === "call" && list.name.toLowerCase() === "fromjson" ? list.args[0] : list;
  const words =
    written?.kind === "literal" && typeof written.value === "string" ? (written.value.match(/[A-Z_]+/g) ?? []) : [];
  return words.length > 0 && words.every((word) => MEMBERS.test(word));
}
const MEMBERS = /^(?:OWNER|MEMBER|COLLABORATOR)$/;

function compared(operator: string, path: string | undefined, value: unknown): Guard | undefined {
  if (path === "github.event_name" && typeof value === "string") {
    if (operator === "==") return { ...OPEN, only: new Set([value]) };
    if (operator === "!=") return { ...OPEN, never: new Set([value]) };
  }
  const own = { ...OPEN, ownRepository: true };
  if (
    operator === "==" &&
    (path === "github.event.pull_request.head.repo.full_name" ||
      path === "github.event.workflow_run.head_repository.full_name") &&
    (value === "github.repository" ||
      (typeof value === "string" && value.includes("/")) ||
      value === "github.event.pull_request.base.repo.full_name")
  )
    return own;
  if (
    operator === "==" &&
    (path === "github.event.pull_request.head.repo.owner.login" ||
      path === "github.event.workflow_run.head_repository.owner.login") &&
    typeof value === "string"
  )
    return own;
  if (
    path === "github.event.pull_request.head.repo.fork" &&
    ((operator === "==" && value === false) || (operator === "!=" && value === true))
  )
    return own;
  if (
    path === "github.event.workflow_run.event" &&
    operator === "==" &&
    typeof value === "string" &&
    OWN_EVENTS.has(value)
  )
    return own;
  if (path === "github.event.workflow_run.event" && operator === "!=" && value === "pull_request") return own;
  // The author of the pull request, or whoever writes the comment, is known or a member.
  if (
    operator === "==" &&
    typeof value === "string" &&
    !value.startsWith("github.") &&
    /^github\.event\.(?:pull_request|comment|issue|review)\.user\.login$/.test(path ?? "")
  )
    return own;
  if (operator === "==" && typeof value === "string" && MEMBERS.test(value) && /author_association$/.test(path ?? ""))
    return own;
  return undefined;
}

/** The guards of a place, its job's needs aside. */
export function guardAt({ job, step }: Place): Guard {
  return both(guardOf(job?.if), guardOf(step?.if));
}

/** The events of a workflow that reach a place. */
export function eventsReaching(events: readonly string[], place: Place): string[] {
  const { only, never } = guardAt(place);
  if (!only && never.size === 0) return [...events];
  // In a called workflow `github.event_name` is the caller's.
  return events.filter(
    (event) =>
      event === "workflow_call" || event === "any" || ((only === undefined || only.has(event)) && !never.has(event)),
  );
}
