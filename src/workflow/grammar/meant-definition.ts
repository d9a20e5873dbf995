/** Which of several kinds of mapping somebody meant: a step that runs a script, or one that uses an action? */
import { type MappingNode, scalarOf, valueOf } from "../yaml/node.ts";
import type { Definition } from "./definition.ts";

/** The kind that has the keys which are written; of several, the one whose required key stands first. */
export function meantDefinition(alternatives: readonly Definition[], node: MappingNode): Definition | undefined {
  const mappings = alternatives.filter(({ mapping }) => mapping !== undefined);
  const [only] = mappings;
  if (mappings.length <= 1) return only;
  const byUsing = runtimeKind(mappings, node);
  if (byUsing) return byUsing;
  let best = only;
  let bestScore = -1;
  for (const candidate of mappings) {
    const score = scoreOf(candidate, node);
    if (score > bestScore) [best, bestScore] = [candidate, score];
  }
  return best;
}

/** A job with `uses` calls a workflow whatever stands beside it. */
const DECISIVE = new Set(["uses", "run", "wait", "wait-all", "cancel", "parallel"]);

function scoreOf({ mapping }: Definition, node: MappingNode): number {
  let score = 0;
  let decided = false;
  for (const { key } of node.pairs) {
    const property = mapping?.properties.get(key.value);
    if (!property) continue;
    score += property.required ? 3 : 1;
    if (!decided && DECISIVE.has(key.value)) {
      decided = true;
      // The first of two that exclude each other counts more than all that both kinds have.
      const isFirst = node.pairs.find((pair) => DECISIVE.has(pair.key.value))?.key === key;
      score += isFirst ? 1000 : 100;
    }
  }
  return score;
}

/** What `runs.using` of an action says outweighs what else is written. */
function runtimeKind(mappings: readonly Definition[], node: MappingNode): Definition | undefined {
  const using = scalarOf(valueOf(node, "using"))?.value.toLowerCase();
  if (using === undefined) return undefined;
  const decisive =
    using === "composite" ? "steps" : using === "docker" ? "image" : /^node/.test(using) ? "main" : undefined;
  return decisive === undefined
    ? undefined
    : mappings.find(({ mapping }) => mapping?.properties.get(decisive)?.required);
}
