import { meeting } from "../../../model/across.ts";
import { imageKey, namesRegistry, tagOf } from "../../../model/image-reference.ts";
import { commitOf } from "../../../model/github-values.ts";
import type { Effect, ImageBuild, ImageMove, ImageReference, JobRun } from "../../../model/model.ts";
import { comesAfter, pipelineOf } from "../../../model/pipeline.ts";
import { movingTag, publicationsOf } from "../../../model/publications.ts";
import { readable } from "../../../model/render.ts";
import { keyOf, symbolsIn, type Template } from "../../../model/value.ts";
import { repositoryRule } from "../../../rule.ts";
import { inScript } from "./in-script.ts";

export const lateRetag = repositoryRule({
  id: "late-retag",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "An image gets its names where it is built, or in the registry.",
  why: "A job that only pulls an image to push it under another name moves all of its layers twice, and one that waits to give it the commit's tag holds up everybody who needs that tag. A build can give several tags at once, and `docker buildx imagetools create` adds one without a pull.",
  bad: [
    {
      ".github/workflows/build.yml": `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/octo/app:build-\${{ github.run_id }}
  test:
    needs: build
    uses: ./.github/workflows/test.yml
  tag:
    needs: [build, test]
    runs-on: ubuntu-latest
    steps:
      - run: docker buildx imagetools create --tag ghcr.io/octo/app:\${{ github.sha }} ghcr.io/octo/app:build-\${{ github.run_id }}
`,
      ".github/workflows/test.yml": `on: workflow_call
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
    },
    `on: push
jobs:
  promote:
    runs-on: ubuntu-latest
    steps:
      - run: |
          docker pull ghcr.io/octo/app:\${{ github.sha }}
          docker tag ghcr.io/octo/app:\${{ github.sha }} ghcr.io/octo/app:latest
          docker push ghcr.io/octo/app:latest
`,
  ],
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/octo/app:\${{ github.sha }}
  promote:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - run: docker buildx imagetools create --tag ghcr.io/octo/app:latest ghcr.io/octo/app:\${{ github.sha }}
  use:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - run: |
          docker pull ghcr.io/octo/app:\${{ github.sha }}
          docker tag ghcr.io/octo/app:\${{ github.sha }} app:local
          docker run --rm app:local make test
          docker pull debian:12
          docker tag debian:12 ghcr.io/octo/debian:12
          docker push ghcr.io/octo/debian:12
`,
  repository({ repository, report }) {
    for (const run of pipelineOf(repository).runs) {
      if (run.event === "workflow_call") continue;
      for (const job of run.jobs) {
        if (job.happens === false) continue;
        for (const { move, pull } of pulledToRetag(job))
          inScript(report, pull)(
            move.document,
            pull.at,
            `This pulls the image only to push it again as \`${readable(move.to.whole)}\`. Let the registry copy the name: \`docker buildx imagetools create --tag ${readable(move.to.whole)} ${readable(move.from?.whole ?? [])}\`.`,
            { related: [{ in: move.document, at: move.at, message: "It gets its new name here." }] },
          );
        const waiting = waitsToRetag(job);
        if (!waiting) continue;
        const { move, build } = waiting;
        inScript(report, move)(
          move.document,
          move.at,
          `Job \`${job.path}\` only gives \`${readable(move.to.whole)}\` to the image that ${build ? `\`${build.job.path}\`` : "an earlier job"} has built, although the commit was known there. Add this tag to those of the build, and drop the job.`,
          build ? { related: [{ in: build.document, at: build.at, message: "The image is built here." }] } : {},
        );
      }
    }
  },
});

const same = (a: ImageReference | undefined, b: ImageReference | undefined): boolean =>
  a !== undefined && b !== undefined && keyOf(a.whole) === keyOf(b.whole);

/** `docker pull a`, `docker tag a b`, `docker push b`, and nothing else is done with either. */
function pulledToRetag(job: JobRun): { move: ImageMove; pull: Effect }[] {
  const { effects } = job;
  const found: { move: ImageMove; pull: Effect }[] = [];
  for (const move of effects) {
    if (move.kind !== "move" || move.inRegistry || move.happens === false || !move.from || !move.certain) continue;
    const pull = effects.find(
      (effect) => effect.kind === "take" && effect.how === "pull" && same(effect.image, move.from) && !effect.tolerated,
    );
    const push = effects.find((effect) => effect.kind === "push" && same(effect.image, move.to));
    // Another repository's image is brought over, which no registry does by itself.
    if (!pull || !push || !namesRegistry(move.from) || imageKey(move.from) !== imageKey(move.to)) continue;
    const used = effects.some(
      (effect) =>
        (effect.kind === "take" &&
          effect.how !== "pull" &&
          (same(effect.image, move.from) || same(effect.image, move.to))) ||
        (effect.kind === "build" && !effect.images.some((image) => same(image, move.from))) ||
        effect.kind === "scan",
    );
    if (!used) found.push({ move, pull });
  }
  return found;
}

const doesMore = (script: string): boolean => script.split("\n").length > 6 && !/imagetools|crane|skopeo/.test(script);

/** Within one image, from one tag to another that does not move. */
const givesCommitTag = (move: ImageMove): boolean =>
  move.from !== undefined &&
  movingTag(move.to) === undefined &&
  isCommitTag(move) &&
  imageKey(move.from) === imageKey(move.to);

/** All that the job does is to give commits' tags to what an earlier job of its run has pushed. */
function waitsToRetag(job: JobRun): { move: ImageMove; build: ImageBuild | undefined } | undefined {
  const moves = job.effects.filter((effect): effect is ImageMove => effect.kind === "move" && effect.inRegistry);
  if (moves.length === 0 || job.effects.some(({ kind }) => kind !== "move" && kind !== "login")) return undefined;
  // A protected environment's approval, or a step that does more, is what the job is for.
  if (job.job.environment || job.steps.some(({ step }) => doesMore(step.run?.value ?? ""))) return undefined;
  if (!moves.every(givesCommitTag)) return undefined;
  const [move] = moves;
  if (!move?.from) return undefined;
  const [key, tag] = [imageKey(move.from), tagOf(move.from)];
  if (!tag) return undefined;
  for (const before of job.run.jobs) {
    if (!comesAfter(job, before)) continue;
    for (const built of publicationsOf(before)) {
      const other = tagOf(built.image);
      if (built.effect.kind !== "build" || built.inRegistry !== true || imageKey(built.image) !== key) continue;
      if (other && meeting(other, job.run, tag, job.run).same === "yes") return { move, build: built.effect };
    }
  }
  // The build's file may not be readable, and its names with it; the run's own tag says that the image is from this run.
  const unnamed = job.run.jobs
    .filter((before) => comesAfter(job, before))
    .flatMap(({ effects }) =>
      effects.filter(
        (effect): effect is ImageBuild =>
          effect.kind === "build" && effect.pushed === true && effect.images.length === 0 && !effect.certain,
      ),
    );
  return unnamed.length > 0 && symbolsIn(tag).includes("github.run_id")
    ? { move, build: unnamed.find((build) => isGiven(tag, build)) }
    : undefined;
}

/** A variable of the build's step holds the tag. */
const isGiven = (tag: Template, { step }: ImageBuild): boolean =>
  [...(step?.step.env?.variables.keys() ?? [])].some((name) =>
    step?.scope.lookup(["env", name.toLowerCase()])?.some((template) => keyOf(template) === keyOf(tag)),
  );

const isCommitTag = ({ to, job }: ImageMove): boolean =>
  (to.tag ?? []).some((part) => part.kind === "symbol" && commitOf(part.name, job.run) !== undefined) &&
  (to.tag ?? []).every((part) => part.kind !== "hole");
