import { imageKey, namesRegistry, tagText } from "../../../model/image-reference.ts";
import { writtenName } from "../../../model/github-values.ts";
import type { ImageReference, ImageTake, JobRun, Pipeline } from "../../../model/model.ts";
import { comesAfter, pipelineOf } from "../../../model/pipeline.ts";
import { chainOf, movingTag, publicationsOf } from "../../../model/publications.ts";
import { readable } from "../../../model/render.ts";
import { repositoryRule } from "../../../rule.ts";
import { isTest } from "../../../runs/tests.ts";
import { inScript } from "./in-script.ts";

export const mutableTestImage = repositoryRule({
  id: "mutable-test-image",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A test takes the image of its own commit.",
  why: "`latest` is whatever was pushed last: between the build and the pull another run may have moved it, and the test then judges somebody else's commit.",
  bad: {
    ".github/workflows/build.yml": `name: Build
on:
  push:
    branches: [main]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/octo/app:latest
`,
    ".github/workflows/test.yml": `name: Test
on:
  workflow_run:
    workflows: [Build]
    types: [completed]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: docker run --rm ghcr.io/octo/app:latest make test
`,
  },
  good: {
    ".github/workflows/build.yml": `name: Build
on:
  push:
    branches: [main]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: docker pull ghcr.io/octo/app:latest || true
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: |
            ghcr.io/octo/app:latest
            ghcr.io/octo/app:\${{ github.sha }}
`,
    ".github/workflows/test.yml": `name: Test
on:
  workflow_run:
    workflows: [Build]
    types: [completed]
jobs:
  test:
    runs-on: ubuntu-latest
    services:
      db:
        image: postgres:latest
    steps:
      - run: docker run --rm ghcr.io/octo/app:\${{ github.event.workflow_run.head_sha }} make test
`,
  },
  repository({ repository, report }) {
    const pipeline = pipelineOf(repository);
    const told = new Set<string>();
    for (const effect of pipeline.effects) {
      if (
        effect.kind !== "take" ||
        effect.happens === false ||
        effect.tolerated ||
        effect.job.run.event === "workflow_call"
      )
        continue;
      if (effect.how === "inspect" || effect.how === "copy" || effect.how === "deploy" || effect.how === "from")
        continue;
      const tag = movingTag(effect.image);
      if (tag === undefined || buildsToo(effect.job)) continue;
      const place = `${effect.document.file.path}:${effect.at.start}`;
      if (told.has(place)) continue;
      const maker = makerOf(effect, tag, pipeline);
      if (!maker && !testsImage(effect)) continue;
      told.add(place);
      if (!maker) {
        inScript(report, effect)(
          effect.document,
          effect.at,
          `This tests \`${readable(effect.image.whole)}\`, which is whatever was pushed last, and says nothing of the commit at hand. Take the image by its digest, or by a tag that holds the commit.`,
        );
        continue;
      }
      inScript(report, effect)(
        effect.document,
        effect.at,
        `\`${readable(effect.image.whole)}\` may have been moved by another run since \`${maker.path}\`${maker.job.workflow === effect.job.job.workflow ? "" : ` in ${maker.job.workflow.file.path}`} pushed it. Take the image by its digest, or by a tag that holds the commit.`,
        { related: [{ in: maker.job.workflow, at: maker.job.key, message: "The image is made here." }] },
      );
    }
  },
});

const buildsToo = (job: JobRun): boolean =>
  job.effects.some(({ kind }) => kind === "build" || kind === "move" || kind === "load");

/** Tests run inside of it, on what is inside of it: with the sources mounted it would be a tool. */
function testsImage({ image, command, how }: ImageTake): boolean {
  const [name, ...args] = command ?? [];
  return how === "run" && name !== undefined && name !== "" && namesRegistry(image) && isTest({ name, args });
}

/** A job before this one, in this run or in one that it follows, that pushes the image. */
function makerOf({ image, job }: ImageTake, tag: string, pipeline: Pipeline): JobRun | undefined {
  const key = imageKey(image);
  const chain = chainOf(job.run);
  const isBefore = (candidate: JobRun): boolean =>
    candidate.run === job.run ? comesAfter(job, candidate) : chain.includes(candidate.run);
  const pushes = (candidate: JobRun): boolean =>
    candidate.happens !== false &&
    candidate !== job &&
    isBefore(candidate) &&
    publicationsOf(candidate).some(
      (publication) =>
        publication.inRegistry === true &&
        publication.effect.happens !== false &&
        tagText(publication.image) === tag &&
        (imageKey(publication.image) === key || sameByName(publication.image, image)),
    );
  if (key === undefined) return undefined;
  const sure = pipeline.touching(key).find(({ job: candidate }) => pushes(candidate));
  if (sure) return sure.job;
  return ownName(image) ? chain.flatMap((run) => run.jobs).find(pushes) : undefined;
}

/** The image of the repository itself. */
const ownName = ({ name }: ImageReference): boolean =>
  name.some(
    (part) =>
      part.kind === "symbol" &&
      /^github\.(?:repository|event\.repository\.(?:name|full_name))$/.test(writtenName(part.name)),
  );

/** One name has the repository's in words, the other as an expression; registry and owner are the same. */
function sameByName(a: ImageReference, b: ImageReference): boolean {
  const head = ({ name }: ImageReference): string => readable(name).split("/").slice(0, -1).join("/").toLowerCase();
  return (ownName(a) || ownName(b)) && head(a) === head(b) && head(a) !== "";
}
