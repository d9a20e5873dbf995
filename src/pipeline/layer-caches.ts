/**
 * Which tags the layers of images have that are kept in a registry: `buildcache-<job>-<branch>`, as `templates/lib/bake.mjs`
 * writes them.
 */
import { CACHE_SUFFIX_LENGTH, sanitizeBranch } from "../../templates/lib/tags.mjs";
import { literalExpression } from "../workflow/filters.ts";
import type { ImageBuild } from "./types.ts";

export const keepsLayers = ({ cache }: Pick<ImageBuild, "cache">): boolean =>
  cache === "registry" || cache === "registry-per-branch";

/** The tags of all layers, as expressions with the job that made them as a group, and those of main's. */
export function layersExpressions(images: readonly ImageBuild[], main: string): { all: string[]; main: string[] } {
  const entries = images.filter(keepsLayers).flatMap(({ entries: byEvent }) => Object.values(byEvent).flat());
  const names = [...new Set(entries.map(({ name }) => name))];
  const expressions = (branch: string) => names.map((name) => `buildcache-(${literalExpression(name)})-${branch}`);
  return { all: expressions(".+"), main: expressions(literalExpression(sanitizeBranch(main, CACHE_SUFFIX_LENGTH))) };
}
