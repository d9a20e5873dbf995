/** Every expression of a document, with the place that decides what it may name. */
import { conditionOf, type EmbeddedExpression, embeddedExpressions } from "../expressions/embedded.ts";
import type { MappingNode, YamlNode } from "../yaml/node.ts";
import type { Document, Job, Step } from "./document.ts";

export interface ExpressionSite extends EmbeddedExpression {
  /** The keys from the root to the scalar; a list's items count as `*`: `["jobs", "build", "steps", "*", "run"]`. */
  path: readonly string[];
  job: Job | undefined;
  step: Step | undefined;
  /** Stands in a key rather than in a value. */
  inKey: boolean;
}

const known = new WeakMap<Document, ExpressionSite[]>();

/** In file order. An anchored node counts once, where it is written. */
export function expressionsOf(document: Document): ExpressionSite[] {
  let sites = known.get(document);
  if (!sites) {
    sites = collect(document);
    known.set(document, sites);
  }
  return sites;
}

function collect(document: Document): ExpressionSite[] {
  const { root } = document;
  if (!root) return [];
  const jobs = new Map<MappingNode, Job>(
    document.kind === "workflow" ? document.jobs.map((job) => [job.node, job]) : [],
  );
  const steps = new Map<MappingNode, Step>(
    (document.kind === "workflow" ? document.jobs.flatMap((job) => job.steps) : document.steps).map((step) => [
      step.node,
      step,
    ]),
  );
  const seen = new Set<YamlNode>();
  const sites: ExpressionSite[] = [];

  /** The keys above the node that is visited; what keeps it makes a copy. */
  const path: string[] = [];
  const visit = (node: YamlNode, job: Job | undefined, step: Step | undefined): void => {
    if (node.kind === "scalar") {
      if (node.anchor !== undefined) {
        if (seen.has(node)) return;
        seen.add(node);
      }
      const condition = isCondition(path);
      if (!condition && !node.value.includes("${{")) return;
      const here = [...path];
      for (const embedded of condition ? conditionOf(node) : embeddedExpressions(node))
        sites.push({ ...embedded, path: here, job, step, inKey: false });
      return;
    }
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === "sequence") {
      path.push("*");
      for (const item of node.items) visit(item, job, step);
      path.pop();
      return;
    }
    const inJob = jobs.get(node) ?? job;
    const inStep = steps.get(node) ?? step;
    for (const { key, value } of node.pairs) {
      if (key.value.includes("${{"))
        for (const embedded of embeddedExpressions(key))
          sites.push({ ...embedded, path: [...path], job: inJob, step: inStep, inKey: true });
      path.push(key.value);
      visit(value, inJob, inStep);
      path.pop();
    }
  };
  visit(root, undefined, undefined);
  return sites;
}

/** `if` of a job, a step or a snapshot; an action's `pre-if` and `post-if`. A key of that name elsewhere (an input, a variable) is text. */
function isCondition(path: readonly string[]): boolean {
  const key = path.at(-1);
  if (key === "pre-if" || key === "post-if") return path.length === 2 && path[0] === "runs";
  if (key !== "if") return false;
  if (path[0] === "jobs")
    return path.length === 3 || path.at(-2) === "*" || (path.length === 4 && path[2] === "snapshot");
  return path[0] === "runs" && path.at(-2) === "*";
}
