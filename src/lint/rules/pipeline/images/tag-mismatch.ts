import { meeting, type Meeting } from "../../../model/across.ts";
import { imageKey, tagOf } from "../../../model/image-reference.ts";
import type { ImageScan, ImageTake, Pipeline } from "../../../model/model.ts";
import { pipelineOf } from "../../../model/pipeline.ts";
import { type Publication, chainOf, mayBeLoaded, publicationsOf } from "../../../model/publications.ts";
import { readable } from "../../../model/render.ts";
import { repositoryRule } from "../../../rule.ts";
import { inScript } from "./in-script.ts";

const WHICH = {
  head: "the branch's commit",
  merge: "GitHub's trial merge commit",
  default: "the default branch's commit",
} as const;

export const tagMismatch = repositoryRule({
  id: "tag-mismatch",
  family: "pipeline",
  levels: { recommended: "warning", strict: "error" },
  summary: "An image is taken by a tag that its build gives.",
  why: "On `pull_request`, `github.sha` is a trial merge commit, while `workflow_run.head_sha` is the branch's own: a producer that tags with the one and a consumer that pulls by the other never meet. The same holds for full against short SHAs and for other prefixes.",
  bad: {
    ".github/workflows/build.yml": `name: Build
on: pull_request
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/octo/app:sha-\${{ github.sha }}
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
      - run: docker run --rm ghcr.io/octo/app:sha-\${{ github.event.workflow_run.head_sha }} test
`,
  },
  good: {
    ".github/workflows/build.yml": `name: Build
on: pull_request
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/octo/app:sha-\${{ github.event.pull_request.head.sha }}
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
      - run: docker run --rm ghcr.io/octo/app:sha-\${{ github.event.workflow_run.head_sha }} test
`,
  },
  repository({ repository, report }) {
    const pipeline = pipelineOf(repository);
    if (!repository.complete) return;
    const numbers = new Map(pipeline.runs.map((run, index) => [run, index]));
    const asked = new Map<string, Asked[]>();
    for (const effect of pipeline.effects) {
      if (
        (effect.kind !== "take" && effect.kind !== "scan") ||
        !effect.image ||
        effect.happens === false ||
        effect.job.run.event === "workflow_call"
      )
        continue;
      if ((effect.kind === "take" && effect.how === "inspect") || mayBeLoaded(effect)) continue;
      const verdict = judge(effect, pipeline);
      const key = `${effect.document.file.path}:${effect.at.start}:${effect.job.run.event}:${numbers.get(effect.job.run) ?? 0}`;
      asked.set(key, [...(asked.get(key) ?? []), { effect, verdict }]);
    }
    for (const alternatives of asked.values()) {
      // One of several that may do is enough.
      if (alternatives.some(({ verdict }) => verdict === undefined)) continue;
      for (const { effect, verdict } of alternatives.slice(0, 1)) {
        if (!verdict || !effect.image) continue;
        const { nearest, how } = verdict;
        inScript(report, effect)(effect.document, effect.at, messageOf(effect, nearest, how), {
          related: [
            {
              in: nearest.effect.document,
              at: nearest.effect.at,
              message: `\`${readable(nearest.image.whole)}\` is made here.`,
            },
          ],
        });
      }
    }
  },
});

interface Asked {
  effect: ImageTake | ImageScan;
  verdict: Verdict | undefined;
}

interface Verdict {
  nearest: Publication;
  how: Extract<Meeting, { same: "no" }>;
}

/** Nothing where some publication may be the one, or where nobody in the chain makes the image. */
function judge(effect: ImageTake | ImageScan, pipeline: Pipeline): Verdict | undefined {
  const { image, job } = effect;
  const key = image && imageKey(image);
  const tag = image && tagOf(image);
  if (!image || key === undefined || !tag || image.digest) return undefined;
  const touching = pipeline.touching(key);
  const makers = new Set(
    touching.filter(({ kind }) => kind === "build" || kind === "push" || kind === "move").map((other) => other.job),
  );
  const chain = chainOf(job.run);
  let verdict: Verdict | undefined;
  for (const maker of makers)
    for (const publication of publicationsOf(maker)) {
      if (imageKey(publication.image) !== key || publication.effect.happens === false) continue;
      if (publication.inRegistry === false && maker !== job) continue;
      const made = tagOf(publication.image);
      if (!made) continue;
      const how = meeting(made, maker.run, tag, job.run);
      // A Dockerfile may build upon an older image of its own.
      if (
        how.same !== "no" ||
        (effect.kind === "take" && effect.how === "from" && how.because === "text" && chain.includes(maker.run))
      )
        return undefined;
      const inChain = chain.includes(maker.run) && publication.inRegistry === true;
      if (inChain && (!verdict || rank(how) < rank(verdict.how))) verdict = { nearest: publication, how };
    }
  return verdict;
}

const rank = ({ because }: Verdict["how"]): number => ["commit", "length", "text"].indexOf(because);

function messageOf(
  { image, by }: ImageTake | ImageScan,
  { image: made, effect }: Publication,
  how: Verdict["how"],
): string {
  const wanted = readable(image?.whole ?? []);
  const given = readable(made.whole);
  const where = `\`${effect.job.path}\` in ${effect.job.job.workflow.file.path}`;
  if (how.because === "commit" && how.made && how.asked)
    return `\`${by}\` asks for \`${wanted}\`, which is ${WHICH[how.asked]}, but ${where} tags \`${given}\` with ${WHICH[how.made]}. Use the same commit on both sides, such as \`github.event.pull_request.head.sha\` where it is built.`;
  if (how.because === "length")
    return `\`${by}\` asks for \`${wanted}\`, but ${where} tags \`${given}\`: the one has a longer SHA than the other. Cut both to the same length.`;
  return `\`${by}\` asks for \`${wanted}\`, but nothing pushes that tag: ${where} gives \`${given}\`. Pass the tag or the digest from the build to its consumers.`;
}
