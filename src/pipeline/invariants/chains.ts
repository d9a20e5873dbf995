/** How far workflows may follow each other by `workflow_run`. */
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import { LIMITS } from "../../workflow/limits.ts";
import type { Pipeline } from "../types.ts";

const DEEPEST_LEVEL = LIMITS.workflowRunLevels.value;

/** Which workflow follows which, by name. */
export function followersOf(pipeline: Pipeline): { name: string; follows: string[]; path: PropertyKey[] }[] {
  const { build, nightly, promote } = pipeline.workflows;
  const roots = [build, nightly].flatMap((workflow) => (workflow ? [workflow.name] : []));
  const consumers = pipeline.consumers.map((consumer) => ({
    name: consumer.workflow,
    follows: consumer.source === "registry" ? roots : [],
    path: ["consumers", consumer.key],
  }));
  return [
    ...roots.map((name) => ({ name, follows: [], path: ["builds"] })),
    ...consumers,
    ...(promote
      ? [{ name: promote.name, follows: [...roots, ...consumers.map((consumer) => consumer.name)], path: ["moveTags"] }]
      : []),
  ];
}

export function chainProblems(_config: Config, pipeline: Pipeline): Problem[] {
  const nodes = followersOf(pipeline);
  const levels = new Map<string, number>();
  const levelOf = (name: string, seen: readonly string[]): number => {
    if (seen.includes(name)) return Number.POSITIVE_INFINITY;
    const known = levels.get(name);
    if (known !== undefined) return known;
    const follows = nodes.find((node) => node.name === name)?.follows ?? [];
    const level = follows.length === 0 ? 0 : 1 + Math.max(...follows.map((other) => levelOf(other, [...seen, name])));
    levels.set(name, level);
    return level;
  };
  return nodes
    .filter((node) => levelOf(node.name, []) > DEEPEST_LEVEL)
    .map((node) => ({
      path: node.path,
      message: Number.isFinite(levelOf(node.name, []))
        ? `The workflow "${node.name}" stands more than ${DEEPEST_LEVEL} \`workflow_run\` levels behind the build, where GitHub no longer starts it.`
        : `The workflow "${node.name}" follows itself.`,
      hint: "Let it follow the build directly, and give every workflow a name of its own.",
    }));
}
