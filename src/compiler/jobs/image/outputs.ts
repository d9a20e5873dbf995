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

/** What a published image is known by. */
type Fact = "digest" | "commit";

/** The id of the step that publishes. */
export const PUBLISH = "publish";

/** A condition: `prepare-build` says that this image of several is saved. A key may be the beginning of another. */
export const isSaved = ({ key }: ImageBuild): string =>
  `contains(format(' {0} ', steps.image.outputs.saved), ' ${key} ')`;

/** The outputs of a job that publishes a group: the facts of its image, and all that the record and other workflows need. */
export const publishedOutputs = (group: ImageGroup): Record<string, string> => ({
  ...(group.first.bake === undefined && {
    digest: expression(`steps.${PUBLISH}.outputs.digest`),
    commit: expression(`steps.${PUBLISH}.outputs.commit`),
  }),
  images: expression(`steps.${PUBLISH}.outputs.images`),
});

/** The output of the workflow that builds with all images of a group. */
export const imagesOutput = (group: Pick<ImageGroup, "key">): string => `${group.key}-images`;

/** The jobs that may have published a group: one that has merged it, and one that has built it alone. */
export const publishersOf = (pipeline: Pipeline, runs: Runs, group: ImageGroup): string[] => [
  ...(merges(pipeline, runs, group) ? [publishJobId(group.first)] : []),
  ...(publishesAlone(pipeline, runs, group) ? [buildJobId(group.first)] : []),
];

/** An expression for a fact of an image that the jobs of this workflow have published; empty where they have not. */
export function publishedFact(pipeline: Pipeline, runs: Runs, build: ImageBuild, fact: Fact): string {
  const inJob = (job: string): string =>
    build.bake === undefined
      ? `needs.${job}.outputs.${fact}`
      : `fromJSON(needs.${job}.outputs.images || '{}')${keyed(build.key)}.${fact}`;
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
function factOf(pipeline: Pipeline, run: RunKind, build: ImageBuild, fact: Fact): string {
  if (!callsBuilds(pipeline)) return publishedFact(pipeline, run, build, fact);
  const output = imagesOutput(groupOf(pipeline, run, build));
  return `fromJSON(needs.${BUILDS_JOB}.outputs.${output} || '{}')${keyed(build.key)}.${fact}`;
}

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

export const digestOf = (pipeline: Pipeline, run: RunKind, build: ImageBuild): string =>
  factOf(pipeline, run, build, "digest");

export const archiveArtifact = (build: ImageBuild): string => `image-${build.key}`;
export const archivePath = (build: ImageBuild): string => `${expression("runner.temp")}/image-${build.key}.tar`;
