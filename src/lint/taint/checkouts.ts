/** Steps that put somebody else's commit into the workspace. */
import { inputOf, type Step } from "../../workflow/document/document.ts";
import { isAction } from "../../workflow/document/uses.ts";
import { embeddedExpressions, spanInFile } from "../../workflow/expressions/embedded.ts";
import { pathOf, referencesIn } from "../../workflow/expressions/expression.ts";
import type { ScalarNode, Span } from "../../workflow/yaml/node.ts";
import { commandsIn, type Script, spanOf } from "../scripts.ts";
import type { Taint, TaintAnalysis } from "./model.ts";

/** A checkout of a commit that somebody outside chose. */
export interface UntrustedCheckout {
  step: Step;
  /** What names the commit. */
  at: Span;
  taint: Taint;
  /** The checkout is made in this folder of the workspace; `""` is its root. */
  path: string;
}

const PULL_REF = /(?:^|[\s/:+"'])(?:refs\/)?pull\//;
const NUMBERS =
  /^github\.event\.(?:number|(?:pull_request|issue)\.number|workflow_run\.pull_requests\.\*\.number|inputs\..*)$/;

/** By `actions/checkout` with `ref` or `repository`. */
export function checkoutOf(
  step: Step,
  analysis: TaintAnalysis,
  events: readonly string[],
): UntrustedCheckout | undefined {
  if (!isAction(step.uses, "actions/checkout")) return undefined;
  const job = step.owner.kind === "job" ? step.owner : undefined;
  const path = inputOf(step, "path")?.value.replace(/^\.\//, "") ?? "";
  for (const name of ["ref", "repository"]) {
    const node = inputOf(step, name);
    if (!node) continue;
    const taint =
      analysis.ofScalar(node, { job, step }, "commit") ?? (name === "ref" ? byNumber(node, events, step) : undefined);
    if (taint) return { step, at: node, taint, path };
  }
  return undefined;
}

/** `refs/pull/${{ github.event.number }}/merge`. */
function byNumber(node: ScalarNode, events: readonly string[], step: Step): Taint | undefined {
  if (!PULL_REF.test(` ${node.value}`)) return undefined;
  const document = step.owner.kind === "job" ? step.owner.workflow : step.owner;
  for (const embedded of embeddedExpressions(node)) {
    for (const { path, expression } of embedded.expression ? referencesIn(embedded.expression) : []) {
      const written = path.join(".");
      if (!NUMBERS.test(written) && !/number|pr|pull/.test(written)) continue;
      const on = events.filter((event) => event !== "push" && event !== "schedule");
      return {
        trust: "anyone",
        source: `refs/pull/\${{ ${pathOf(expression)?.join(".") ?? written} }}`,
        events: on,
        way: [
          {
            in: document,
            at: spanInFile(document.file.text, embedded, expression),
            message: "The number of a pull request, whose commits anybody can write.",
          },
        ],
      };
    }
  }
  return undefined;
}

/** By `gh pr checkout`, or a `git fetch` or `git checkout` of the pull request. */
export function checkoutInScript(
  script: Script,
  analysis: TaintAnalysis,
  events: readonly string[],
): UntrustedCheckout | undefined {
  const { step, document } = script;
  const job = step.owner.kind === "job" ? step.owner : undefined;
  const on = events.filter((event) =>
    [
      "pull_request_target",
      "issue_comment",
      "workflow_run",
      "pull_request_review",
      "pull_request_review_comment",
    ].includes(event),
  );
  if (on.length === 0) return undefined;
  let variables: ReadonlyMap<string, Taint> | undefined;
  for (const command of commandsIn(script)) {
    const { name, args } = command;
    const taint = (source: string): Taint => ({
      trust: "anyone",
      source,
      events: on,
      way: [{ in: document, at: spanOf(script, command.node), message: "This takes the pull request's commit." }],
    });
    if (name === "gh" && args[0] === "pr" && args[1] === "checkout")
      return { step, at: spanOf(script, command.node), taint: taint("gh pr checkout"), path: "" };
    if (
      name !== "git" ||
      !/^(?:checkout|switch|fetch|pull|merge|reset|worktree)$/.test(args.find((arg) => !arg.startsWith("-")) ?? "")
    )
      continue;
    if (args.some((arg) => /(?:^|[/:+])pull\/[^/]*[$_]/.test(arg)) && !args.includes("merge-base"))
      return { step, at: spanOf(script, command.node), taint: taint("the pull request's ref"), path: "" };
    if (args.includes("fetch")) continue;
    const inside = script.expressions.filter(
      ({ within }) => within.start >= command.node.pos && within.end <= command.node.end,
    );
    const own = inside
      .map((embedded) => analysis.ofExpression(embedded, { job, step }, "commit"))
      .find((found) => found !== undefined);
    if (own && args.some((arg) => arg.includes("_____")))
      return { step, at: spanOf(script, command.node), taint: own, path: "" };
    variables ??= commitVariables(step, analysis);
    const used = [...variables].find(([variable]) => args.some((arg) => new RegExp(`\\$\\{?${variable}\\b`).test(arg)));
    if (used) return { step, at: spanOf(script, command.node), taint: used[1], path: "" };
  }
  return undefined;
}

/** The step's own variables that hold a commit. */
function commitVariables(step: Step, analysis: TaintAnalysis): ReadonlyMap<string, Taint> {
  const job = step.owner.kind === "job" ? step.owner : undefined;
  const found = new Map<string, Taint>();
  for (const env of [job?.workflow.env, job?.env, step.env])
    for (const [name, { value }] of env?.variables ?? []) {
      const taint =
        value.kind === "scalar" && /^\w+$/.test(name) ? analysis.ofScalar(value, { job, step }, "commit") : undefined;
      if (taint) found.set(name, taint);
      else found.delete(name);
    }
  return found;
}
