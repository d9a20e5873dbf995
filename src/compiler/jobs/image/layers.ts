/** Where the layers of an image are kept for later builds: in GitHub's cache, or in the registry, by branch. */
import { inRepository } from "../../../pipeline/check-names.ts";
import { sanitizeBranch } from "../../../../templates/lib/tags.mjs";
import type { ImageBuild, Pipeline } from "../../../pipeline/types.ts";
import { expression, planned } from "../../expressions.ts";
import { CAN_PUSH, CLASS } from "./mode.ts";

const PREFIX = "buildcache";
/** The output of `plan` that names the branch as it stands in a cache's tag. */
export const CACHE_BRANCH = "cache-branch";
/** So many characters of a cache's tag are not the branch, at most. `plan-build.sh` cuts branches to the same length. */
const NOT_THE_BRANCH = 48;

const cacheTag = (entry: string, branch: string): string => [PREFIX, entry, branch].join("-");
const scopeOf = (pipeline: Pipeline, build: ImageBuild): string =>
  `${inRepository(pipeline, build.key)}-${expression("matrix.name")}`;

const isKeptInRegistry = ({ cache }: ImageBuild): boolean => cache === "registry" || cache === "registry-per-branch";

/** Whether any of these keeps its layers in the registry. */
export const keepsLayersInRegistry = (images: readonly ImageBuild[]): boolean => images.some(isKeptInRegistry);

/** The branch's own layers, and main's where it has none yet. */
export function cacheFrom(pipeline: Pipeline, build: ImageBuild): string | undefined {
  if (build.cache === "gha") return `type=gha,scope=${scopeOf(pipeline, build)}`;
  if (!isKeptInRegistry(build)) return undefined;
  const branches = [expression(planned(CACHE_BRANCH)), sanitizeBranch(pipeline.branches.main, NOT_THE_BRANCH)];
  return `${branches.map((branch) => `type=registry,ref=${build.image}:${cacheTag(expression("matrix.name"), branch)}`).join("\n")}\n`;
}

/**
 * GitHub keeps the caches of pull requests apart by itself; in a registry a push writes its own branch's, and where the
 * config asks for it a pull request of this repository does, whose branch is none that lives long. A cache that cannot be
 * written costs time later; BuildKit would fail the build for it.
 * @param before what stands before it, where it stands at all
 */
export function cacheTo(pipeline: Pipeline, build: ImageBuild, before = ""): string | undefined {
  if (build.cache === "gha") return `${before}type=gha,scope=${scopeOf(pipeline, build)},mode=max,ignore-error=true`;
  if (!isKeptInRegistry(build)) return undefined;
  const target = `${before}type=registry,ref=${build.image}:${cacheTag("{0}", "{1}")},mode=max,image-manifest=true,ignore-error=true`;
  const ofPull = build.cache === "registry-per-branch" ? ` || ${CLASS} == 'pullRequest' && ${CAN_PUSH}` : "";
  return expression(
    `(${CLASS} == 'main' || ${CLASS} == 'integration' || ${CLASS} == 'feature'${ofPull}) && format('${target}', matrix.name, ${planned(CACHE_BRANCH)}) || ''`,
  );
}

/** The tags of caches, as expressions: all of them with the job that made them as a group, and those of main. */
export function cachePatterns(pipeline: Pipeline, images: readonly ImageBuild[]): { all: string; main: string } {
  const entries = new Set(
    images
      .flatMap((build) => (isKeptInRegistry(build) ? Object.values(build.entries).flat() : []))
      .map(({ name }) => name),
  );
  const group = `(${[...entries].join("|")})`;
  return {
    all: `^${PREFIX}-${group}-.+$`,
    main: `^${PREFIX}-${group}-${sanitizeBranch(pipeline.branches.main, NOT_THE_BRANCH).replace(/[.]/g, "[.]")}$`,
  };
}
