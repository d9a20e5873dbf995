import { imageKey, tagText } from "../../../model/image-reference.ts";
import type { Effect, ImageBuild, JobRun } from "../../../model/model.ts";
import { comesAfter, pipelineOf } from "../../../model/pipeline.ts";
import { placeOfImage, type Publication, publicationsOf } from "../../../model/publications.ts";
import { readable } from "../../../model/render.ts";
import { symbolsIn } from "../../../model/value.ts";
import { repositoryRule } from "../../../rule.ts";
import { inScript } from "./in-script.ts";

/** Tags that people outside of the pipeline pull by. */
const FOR_USERS = /^(?:latest|stable|v?\d+(?:\.\d+)*)$/;

export const publishBeforeCheck = repositoryRule({
  id: "publish-before-check",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "Users get an image after its scan and its tests.",
  why: "Whoever pulls `latest` or a version between the push and the check gets what the check is there to stop, and a failed check does not take the tag back.",
  bad: {
    ".github/workflows/build.yml": `on:
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
  scan:
    needs: build
    uses: ./.github/workflows/scan.yml
`,
    ".github/workflows/scan.yml": `on: workflow_call
jobs:
  scan:
    runs-on: ubuntu-latest
    steps:
      - uses: aquasecurity/trivy-action@0.33.1
        with:
          image-ref: ghcr.io/octo/app:latest
          exit-code: '1'
`,
  },
  good: {
    ".github/workflows/build.yml": `on:
  push:
    branches: [main]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/octo/app:\${{ github.sha }}
  scan:
    needs: build
    uses: ./.github/workflows/scan.yml
  promote:
    needs: [build, scan]
    runs-on: ubuntu-latest
    steps:
      - run: docker buildx imagetools create -t ghcr.io/octo/app:latest ghcr.io/octo/app:\${{ github.sha }}
`,
    ".github/workflows/scan.yml": `on: workflow_call
jobs:
  scan:
    runs-on: ubuntu-latest
    steps:
      - uses: aquasecurity/trivy-action@0.33.1
        with:
          image-ref: ghcr.io/octo/app:\${{ github.sha }}
          exit-code: '1'
`,
  },
  repository({ repository, report }) {
    const told = new Set<string>();
    for (const run of pipelineOf(repository).runs) {
      if (run.event === "workflow_call" || run.ref === "pull") continue;
      for (const job of run.jobs)
        for (const publication of publicationsOf(job)) {
          const { effect, image } = publication;
          const place = `${effect.document.file.path}:${effect.at.start}`;
          if (
            publication.inRegistry !== true ||
            effect.happens === false ||
            told.has(place) ||
            !isForUsers(publication)
          )
            continue;
          const check = laterCheck(job, publication);
          if (!check) continue;
          told.add(place);
          const where = placeOfImage(effect, image);
          inScript(report, effect)(
            where.document,
            where.at,
            `\`${readable(image.whole)}\` is pushed for its users before ${check.job === job ? "the scan further down" : `\`${check.job.path}\``} has ${check.kind === "scan" ? "looked at it" : "tested it"}. Push the commit's tag first, and give this one with \`docker buildx imagetools create\` once the checks have passed.`,
            {
              related: [
                {
                  in: check.document,
                  at: check.at,
                  message: check.kind === "scan" ? "It is scanned here." : "It is tested here.",
                },
              ],
            },
          );
        }
    }
  },
});

function isForUsers({ image }: Publication): boolean {
  if (image.digest) return false;
  const text = tagText(image);
  return text !== undefined
    ? FOR_USERS.test(text)
    : symbolsIn(image.tag ?? []).some((name) => name.startsWith("semver "));
}

/** A scan of the image, or a job that runs it, after the push. */
function laterCheck(job: JobRun, { effect, image }: Publication): Effect | undefined {
  const key = imageKey(image);
  if (key === undefined) return undefined;
  const isOf = (other: Effect): boolean =>
    (other.kind === "scan" || (other.kind === "take" && other.how === "run")) &&
    other.happens !== false &&
    other.image !== undefined &&
    (imageKey(other.image) === key || namesBuild(other, effect));
  const here = job.effects.slice(job.effects.indexOf(effect) + 1).find((other) => other.kind === "scan" && isOf(other));
  if (here) return here;
  for (const later of job.run.jobs) {
    if (later.happens === false || later.job.environment || !comesAfter(later, job)) continue;
    // What deploys it is its user.
    if (/deploy|release|publish|promote/i.test(later.path)) continue;
    const check = later.effects.find(isOf);
    if (check) return check;
  }
  return undefined;
}

/** `image@${{ steps.build.outputs.digest }}` of that very build. */
function namesBuild(other: Effect, effect: Effect): boolean {
  if ((other.kind !== "scan" && other.kind !== "take") || !other.image?.digest || effect.kind !== "build") return false;
  const id = (effect satisfies ImageBuild).step?.step.id?.value;
  return (
    id !== undefined &&
    symbolsIn(other.image.digest).some((name) => name.startsWith(`steps.${id.toLowerCase()}.outputs.`))
  );
}
