import { meeting, type Meeting } from "../../../pipeline/across.ts";
import { imageKey, tagOf } from "../../../pipeline/image-reference.ts";
import type { ImageScan, ImageTake, Pipeline } from "../../../pipeline/model.ts";
import { pipelineOf } from "../../../pipeline/pipeline.ts";
import { type Publication, chainOf, mayBeLoaded, publicationsOf } from "../../../pipeline/publications.ts";
import { readable } from "../../../pipeline/render.ts";
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
    for (const deed of pipeline.deeds) {
      if (
        (deed.kind !== "take" && deed.kind !== "scan") ||
        !deed.image ||
        deed.happens === false ||
        deed.job.run.event === "workflow_call"
      )
        continue;
      if ((deed.kind === "take" && deed.how === "inspect") || mayBeLoaded(deed)) continue;
      const verdict = judge(deed, pipeline);
      const key = `${deed.document.file.path}:${deed.at.start}:${deed.job.run.event}:${numbers.get(deed.job.run) ?? 0}`;
      asked.set(key, [...(asked.get(key) ?? []), { deed, verdict }]);
    }
    for (const alternatives of asked.values()) {
      // One of several that may do is enough.
      if (alternatives.some(({ verdict }) => verdict === undefined)) continue;
      for (const { deed, verdict } of alternatives.slice(0, 1)) {
        if (!verdict || !deed.image) continue;
        const { nearest, how } = verdict;
        inScript(report, deed)(deed.document, deed.at, messageOf(deed, nearest, how), {
          related: [
            {
              in: nearest.deed.document,
              at: nearest.deed.at,
              message: `\`${readable(nearest.image.whole)}\` is made here.`,
            },
          ],
        });
      }
    }
  },
});

interface Asked {
  deed: ImageTake | ImageScan;
  verdict: Verdict | undefined;
}

interface Verdict {
  nearest: Publication;
  how: Extract<Meeting, { same: "no" }>;
}

/** Nothing where some publication may be the one, or where nobody in the chain makes the image. */
function judge(deed: ImageTake | ImageScan, pipeline: Pipeline): Verdict | undefined {
  const { image, job } = deed;
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
      if (imageKey(publication.image) !== key || publication.deed.happens === false) continue;
      if (publication.inRegistry === false && maker !== job) continue;
      const made = tagOf(publication.image);
      if (!made) continue;
      const how = meeting(made, maker.run, tag, job.run);
      // A Dockerfile may build upon an older image of its own.
      if (
        how.same !== "no" ||
        (deed.kind === "take" && deed.how === "from" && how.because === "text" && chain.includes(maker.run))
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
  { image: made, deed }: Publication,
  how: Verdict["how"],
): string {
  const wanted = readable(image?.whole ?? []);
  const given = readable(made.whole);
  const where = `\`${deed.job.path}\` in ${deed.job.job.workflow.file.path}`;
  if (how.because === "commit" && how.made && how.asked)
    return `\`${by}\` asks for \`${wanted}\`, which is ${WHICH[how.asked]}, but ${where} tags \`${given}\` with ${WHICH[how.made]}. Use the same commit on both sides, such as \`github.event.pull_request.head.sha\` where it is built.`;
  if (how.because === "length")
    return `\`${by}\` asks for \`${wanted}\`, but ${where} tags \`${given}\`: the one has a longer SHA than the other. Cut both to the same length.`;
  return `\`${by}\` asks for \`${wanted}\`, but nothing pushes that tag: ${where} gives \`${given}\`. Pass the tag or the digest from the build to its consumers.`;
}
