import { meeting } from "../../../model/across.ts";
import { imageKey, tagOf } from "../../../model/image-reference.ts";
import type { ImageBuild, ImageReference, Pipeline } from "../../../model/model.ts";
import { pipelineOf } from "../../../model/pipeline.ts";
import { type Publication, publicationsOf } from "../../../model/publications.ts";
import { readable } from "../../../model/render.ts";
import { repositoryRule } from "../../../rule.ts";

export const cacheOverwritesImage = repositoryRule({
  id: "cache-overwrites-image",
  family: "pipeline",
  levels: { recommended: "error", strict: "error" },
  summary: "A registry cache has a reference of its own.",
  why: "`cache-to: type=registry` pushes the cache as a manifest of its own under that reference. Where an image has the same one, the cache takes its place, and a `docker pull` of it fails.",
  bad: {
    ".github/workflows/base.yml": `on: schedule
jobs:
  base:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/octo/base:latest
          cache-to: type=registry,ref=ghcr.io/octo/base:latest,mode=max
`,
    ".github/workflows/app.yml": `on: push
jobs:
  app:
    runs-on: ubuntu-latest
    container: ghcr.io/octo/base:latest
    steps:
      - run: make
`,
  },
  good: `on: schedule
jobs:
  base:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/octo/base:latest
          cache-from: type=registry,ref=ghcr.io/octo/base:latest
          cache-to: type=registry,ref=ghcr.io/octo/base:buildcache,mode=max
`,
  repository({ repository, report }) {
    const pipeline = pipelineOf(repository);
    for (const effect of pipeline.effects) {
      if (effect.kind !== "build" || effect.happens === false) continue;
      for (const cache of effect.caches) {
        if (cache.direction !== "to" || !cache.image) continue;
        const image = sameReference(cache.image, effect, pipeline);
        if (image)
          report(
            effect.document,
            cache.at,
            `The cache is pushed to \`${readable(cache.image.whole)}\`, which is also an image's tag: the cache takes the image's place. Give the cache a tag of its own, such as \`${readable(cache.image.name)}:buildcache\`.`,
            {
              related: [
                { in: image.effect.document, at: image.effect.at, message: "The image has the same reference." },
              ],
            },
          );
      }
    }
  },
});

function sameReference(cache: ImageReference, build: ImageBuild, pipeline: Pipeline): Publication | undefined {
  const key = imageKey(cache);
  const tag = tagOf(cache);
  if (key === undefined || !tag) return undefined;
  for (const job of new Set(pipeline.touching(key).map((effect) => effect.job)))
    for (const publication of publicationsOf(job)) {
      const other = tagOf(publication.image);
      if (
        publication.inRegistry === false ||
        publication.effect.happens === false ||
        imageKey(publication.image) !== key ||
        !other
      )
        continue;
      if (meeting(other, job.run, tag, build.job.run).same === "yes") return publication;
    }
  return undefined;
}
