/** What the jobs of an image hand on, and where others find it. */
import { type BuildGroup, groupKeyOf, groupsOf } from "../../../pipeline/build-groups.ts";
import { buildJobId, buildsIn, merges, publishesAlone, publishJobId, type RunKind } from "../../../pipeline/stages.ts";
import type { ImageBuild, Pipeline } from "../../../pipeline/types.ts";
import { expression } from "../../expressions.ts";

/** What a published image is known by. */
type Fact = "digest" | "commit" | "created";

/** The id of the step that publishes. */
export const PUBLISH = "publish";

/** The outputs of a job that publishes a group: the facts of its image, and all that the record needs. */
export const publishedOutputs = (group: BuildGroup & { kind: "image" }, run: RunKind): Record<string, string> => ({
  ...(group.first.bake === undefined && {
    digest: expression(`steps.${PUBLISH}.outputs.digest`),
    commit: expression(`steps.${PUBLISH}.outputs.commit`),
    ...(run === "release" && { created: expression(`steps.${PUBLISH}.outputs.created`) }),
  }),
  images: expression(`steps.${PUBLISH}.outputs.images`),
});

/** An expression for a fact of an image that this run has published; empty where it has not. */
function factOf(pipeline: Pipeline, run: RunKind, build: ImageBuild, fact: Fact): string {
  const group = groupsOf(buildsIn(pipeline, run)).find(({ key }) => key === groupKeyOf(build));
  if (group === undefined) throw new Error(`This run does not build ${build.key}.`);
  const jobs = [
    ...(merges(pipeline, run, group) ? [publishJobId(build)] : []),
    ...(publishesAlone(pipeline, run, group) ? [buildJobId(build)] : []),
  ];
  const inJob = (job: string): string =>
    build.bake === undefined
      ? `needs.${job}.outputs.${fact}`
      : `fromJSON(needs.${job}.outputs.images || '{}')${keyed(build.key)}.${fact}`;
  return jobs.map(inJob).join(" || ");
}

/** `.web`, or `['web-api']` for a key that is no name to GitHub's expressions. */
const keyed = (key: string): string => (/^[A-Za-z_][\w-]*$/.test(key) ? `.${key}` : `['${key}']`);

export const digestOf = (pipeline: Pipeline, run: RunKind, build: ImageBuild): string =>
  factOf(pipeline, run, build, "digest");
export const commitOf = (pipeline: Pipeline, run: RunKind, build: ImageBuild): string =>
  factOf(pipeline, run, build, "commit");
export const createdOf = (pipeline: Pipeline, run: RunKind, build: ImageBuild): string =>
  factOf(pipeline, run, build, "created");

export const archiveArtifact = (build: ImageBuild): string => `image-${build.key}`;
export const archivePath = (build: ImageBuild): string => `${expression("runner.temp")}/image-${build.key}.tar`;

/** What is built by night or for a release is of no use outside the registry. */
export const savesArchive = (run: RunKind): boolean => run === "build";
