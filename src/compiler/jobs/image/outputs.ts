/** What the jobs of an image hand on, and where others find it. */
import { groupKeyOf, groupsOf, type ImageGroup } from "../../../pipeline/build-groups.ts";
import {
  buildJobId,
  BUILDS_JOB,
  buildsIn,
  callsBuilds,
  merges,
  publishesAlone,
  publishJobId,
  type RunKind,
  type Runs,
} from "../../../pipeline/runs.ts";
import type { ImageBuild, Pipeline } from "../../../pipeline/types.ts";
import { expression } from "../../expressions.ts";

/** The id of the step that publishes. */
export const PUBLISH = "publish";

/** A condition: `prepare-build` says that this image of several is saved. A key may be the beginning of another. */
export const isSaved = ({ key }: ImageBuild): string =>
  `contains(format(' {0} ', steps.image.outputs.saved), ' ${key} ')`;

/** The outputs of a job that publishes a group: the digest of its image, and all that the record and other workflows need. */
export const publishedOutputs = (group: ImageGroup): Record<string, string> => ({
  ...(group.first.bake === undefined && { digest: expression(`steps.${PUBLISH}.outputs.digest`) }),
  images: expression(`steps.${PUBLISH}.outputs.images`),
});

/** The output of the workflow that builds with all images of a group. */
export const imagesOutput = (group: Pick<ImageGroup, "key">): string => `${group.key}-images`;

/** The jobs that may have published a group: one that has merged it, and one that has built it alone. */
export const publishersOf = (pipeline: Pipeline, runs: Runs, group: ImageGroup): string[] => [
  ...(merges(pipeline, runs, group) ? [publishJobId(group.first)] : []),
  ...(publishesAlone(pipeline, runs, group) ? [buildJobId(group.first)] : []),
];

/** An expression for the digest of an image that the jobs of this workflow have published; empty where they have not. */
export function publishedDigest(pipeline: Pipeline, runs: Runs, build: ImageBuild): string {
  const inJob = (job: string): string =>
    build.bake === undefined ? `needs.${job}.outputs.digest` : digestIn(`needs.${job}.outputs.images`, build);
  return publishersOf(pipeline, runs, groupOf(pipeline, runs, build))
    .map(inJob)
    .join(" || ");
}

function groupOf(pipeline: Pipeline, runs: Runs, build: ImageBuild): ImageGroup {
  const group = groupsOf(buildsIn(pipeline, runs)).find(({ key }) => key === groupKeyOf(build));
  if (group?.kind !== "image") throw new Error(`This run does not build ${build.key}.`);
  return group;
}

/** The same, where another workflow may have built it. */
export function digestOf(pipeline: Pipeline, run: RunKind, build: ImageBuild): string {
  if (!callsBuilds(pipeline)) return publishedDigest(pipeline, run, build);
  return digestIn(publishedBy(pipeline, run, groupOf(pipeline, run, build)), build);
}

/** Out of the facts of several images, as JSON. */
const digestIn = (images: string, { key }: ImageBuild): string => `fromJSON(${images} || '{}')${keyed(key)}.digest`;

/** What the jobs of a run hand on of these images: their facts as JSON, a line for each job or workflow that publishes some. */
export const imagesHandedOn = (pipeline: Pipeline, run: RunKind, images: readonly ImageBuild[]): string =>
  asLines(images.map((build) => publishedBy(pipeline, run, groupOf(pipeline, run, build))));

function publishedBy(pipeline: Pipeline, run: RunKind, group: ImageGroup): string {
  if (callsBuilds(pipeline)) return `needs.${BUILDS_JOB}.outputs.${imagesOutput(group)}`;
  const jobs = publishersOf(pipeline, run, group);
  return jobs.map((job) => `needs.${job}.outputs.images`).join(" || ");
}

/** One stands on the line of its key. */
function asLines(expressions: readonly string[]): string {
  const texts = [...new Set(expressions)].map(expression);
  return texts.length > 1 ? `${texts.join("\n")}\n` : (texts[0] ?? "");
}

/** `.web`, or `['web-api']` for a key that is no name to GitHub's expressions. */
const keyed = (key: string): string => (/^[A-Za-z_][\w-]*$/.test(key) ? `.${key}` : `['${key}']`);

export const archiveArtifact = (build: ImageBuild): string => `image-${build.key}`;
export const archivePath = (build: ImageBuild): string => `${expression("runner.temp")}/image-${build.key}.tar`;
