/** What is built, as the programs read it. */
import { inRepository } from "../check-names.ts";
import { imageBaseName, imageIn } from "../images.ts";
import type { Build, ImageBuild, Pipeline } from "../types.ts";
import type { PipelinePart } from "./schema.ts";

type BuildPart = PipelinePart["builds"][string];

export const buildsPart = (pipeline: Pipeline): PipelinePart["builds"] =>
  Object.fromEntries(pipeline.builds.map((build) => [build.key, buildPart(pipeline, build)]));

const buildPart = (pipeline: Pipeline, build: Build): BuildPart =>
  build.kind === "image"
    ? imagePart(pipeline, build)
    : {
        kind: "files",
        artifact: build.artifact,
        inputs: build.inputs ? [...build.inputs] : null,
        ...(build.maxSizes.length > 0 && { maxSizes: build.maxSizes.map((limit) => ({ ...limit })) }),
      };

const imagePart = (pipeline: Pipeline, build: ImageBuild): BuildPart => ({
  kind: "image",
  image: build.image,
  mirrors: pipeline.mirrors.map((mirror) => imageIn(mirror, imageBaseName(build.image))),
  entries: Object.fromEntries(
    Object.entries(build.entries).map(([event, entries]) => [
      event,
      entries.map(({ name, platforms, runner }) => ({ name, platforms: [...platforms], runner })),
    ]),
  ),
  recipe: build.recipe,
  attested: build.sbom || build.provenance !== false,
  sbom: build.sbom,
  provenance: build.provenance || null,
  bake: build.bake ? { ...build.bake } : null,
  context: build.context,
  dockerfile: build.dockerfile,
  target: build.target ?? null,
  args: { ...build.args },
  labels: { ...build.labels },
  cache: build.cache || null,
  cacheScope: inRepository(pipeline, build.key),
  inputs: build.inputs ? [...build.inputs] : null,
  fallback: build.fallback,
  maxBytes: build.maxBytes ?? null,
});
