/** Where the layers of an image are kept for later builds: in GitHub's cache, or in the registry, by branch. */
import { sanitizeBranch } from "../../../pipeline/tags.ts";
import type { ImageBuild, Pipeline } from "../../../pipeline/types.ts";
import { expression, planned } from "../../expressions.ts";
import { CLASS } from "./mode.ts";

const PREFIX = "buildcache";
/** The output of `plan` that names the branch as it stands in a cache's tag. */
export const CACHE_BRANCH = "cache-branch";
/** So many characters of a cache's tag are not the branch, at most. `plan-build.sh` cuts branches to the same length. */
const NOT_THE_BRANCH = 48;

const cacheTag = (entry: string, branch: string): string => [PREFIX, entry, branch].join("-");
const scopeOf = (build: ImageBuild): string => `${build.key}-${expression("matrix.name")}`;

/** Whether any of these keeps its layers in the registry. */
export const keepsLayersInRegistry = (images: readonly ImageBuild[]): boolean => images.some((build) => build.cache === "registry");

/** The branch's own layers, and main's where it has none yet. */
export function cacheFrom(pipeline: Pipeline, build: ImageBuild): string | undefined {
  if (build.cache === "gha") return `type=gha,scope=${scopeOf(build)}`;
  if (build.cache !== "registry") return undefined;
  const branches = [expression(planned(CACHE_BRANCH)), sanitizeBranch(pipeline.branches.main, NOT_THE_BRANCH)];
  return `${branches.map((branch) => `type=registry,ref=${build.image}:${cacheTag(expression("matrix.name"), branch)}`).join("\n")}\n`;
}

/**
 * GitHub keeps the caches of pull requests apart by itself; in a registry only a push writes, and only its own branch's. A
 * cache that cannot be written costs time later; BuildKit would fail the build for it.
 */
export function cacheTo(build: ImageBuild): string | undefined {
  if (build.cache === "gha") return `type=gha,scope=${scopeOf(build)},mode=max,ignore-error=true`;
  if (build.cache !== "registry") return undefined;
  const target = `type=registry,ref=${build.image}:${cacheTag("{0}", "{1}")},mode=max,image-manifest=true,ignore-error=true`;
  return expression(`(${CLASS} == 'main' || ${CLASS} == 'integration' || ${CLASS} == 'feature') && format('${target}', matrix.name, ${planned(CACHE_BRANCH)}) || ''`);
}

/** The tags of caches, as expressions: all of them with the job that made them as a group, and those of main. */
export function cachePatterns(pipeline: Pipeline, images: readonly ImageBuild[]): { all: string; main: string } {
  const entries = new Set(images.flatMap((build) => (build.cache === "registry" ? Object.values(build.entries).flat() : [])).map(({ name }) => name));
  const group = `(${[...entries].join("|")})`;
  return { all: `^${PREFIX}-${group}-.+$`, main: `^${PREFIX}-${group}-${sanitizeBranch(pipeline.branches.main, NOT_THE_BRANCH).replace(/[.]/g, "[.]")}$` };
}
