import type { Job } from "../../../../workflow/document/document.ts";
import { scalarOf, valueOf } from "../../../../workflow/yaml/node.ts";
import type { Effect, ImageReference } from "../../../model/model.ts";
import { hasHole, symbolsIn } from "../../../model/value.ts";
import { pipelineOf } from "../../../model/pipeline.ts";
import { placeOfImage, publicationsOf } from "../../../model/publications.ts";
import { readable } from "../../../model/render.ts";
import { repositoryRule } from "../../../rule.ts";
import { inScript } from "./in-script.ts";

export const matrixTagClash = repositoryRule({
  id: "matrix-tag-clash",
  family: "pipeline",
  levels: { recommended: "warning", strict: "error" },
  summary: "Each job of a matrix pushes a tag of its own.",
  why: "Jobs of a matrix that push one tag overwrite each other: the one that finishes last wins, and the tag is the image of one platform or version only.",
  bad: {
    ".github/workflows/release.yml": `on:
  push:
    tags: ['v*']
jobs:
  images:
    uses: ./.github/workflows/image.yml
`,
    ".github/workflows/image.yml": `on: workflow_call
jobs:
  build:
    strategy:
      matrix:
        platform: [linux/amd64, linux/arm64]
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          platforms: \${{ matrix.platform }}
          tags: ghcr.io/octo/app:\${{ github.sha }}
`,
  },
  good: {
    ".github/workflows/image.yml": `on: push
jobs:
  build:
    strategy:
      matrix:
        platform: [linux/amd64, linux/arm64]
        python: ['3.12']
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          platforms: \${{ matrix.platform }}
          outputs: type=image,name=ghcr.io/octo/app,push-by-digest=true,push=true
      - if: matrix.platform == 'linux/amd64'
        run: docker push ghcr.io/octo/tools:latest
  other:
    strategy:
      matrix:
        app: [web, worker]
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/octo/\${{ matrix.app }}:latest
`,
  },
  repository({ repository, report }) {
    for (const run of pipelineOf(repository).runs)
      for (const job of run.jobs) {
        const matrix = job.job.matrix ? job : job.caller;
        if (!job.matrix || !matrix || job.happens === false || !severalJobs(matrix.job)) continue;
        for (const { image, effect, inRegistry } of publicationsOf(job)) {
          if (
            inRegistry !== true ||
            !effect.certain ||
            !surelyInStep(effect) ||
            image.digest ||
            !image.tag ||
            isOwn(image)
          )
            continue;
          const { document, at } = placeOfImage(effect, image);
          inScript(report, effect)(
            document,
            at,
            `Every job of the matrix of \`${matrix.path}\` pushes \`${readable(image.whole)}\`, so that only the last one's image is left. Put what tells the jobs apart into the tag, or push by digest and join the images with \`docker buildx imagetools create\`.`,
          );
        }
      }
  },
});

const surelyInStep = (effect: Effect): boolean =>
  effect.step?.happens === true && (effect.job.happens === true ? effect.happens === true : true);

const isOwn = ({ whole }: ImageReference): boolean =>
  hasHole(whole) || symbolsIn(whole).some((name) => !/^(?:github|vars|secrets)\.|^semver /.test(name));

/** The matrix has more than one combination for sure. */
export function severalJobs({ matrix }: Job): boolean {
  if (!matrix || matrix.computed) return false;
  const sizes = [...matrix.dimensions.values()].map(({ value }) =>
    value.kind === "sequence" ? value.items.length : scalarOf(value)?.value.includes("${{") === true ? 0 : 1,
  );
  if (sizes.includes(0) || matrix.exclude.length > 0) return false;
  const product = sizes.length === 0 ? 0 : sizes.reduce((all, size) => all * size, 1);
  const added = matrix.include.filter(
    (item) => product === 0 || [...matrix.dimensions.keys()].some((key) => valueOf(item, key) === undefined) === false,
  );
  return product > 1 || (product === 0 && added.length > 1);
}
