import { spanOf } from "../../../scripts.ts";
import { scriptOf, scriptRunOf } from "../../../model/step-scripts.ts";
import type { ImageReference } from "../../../model/model.ts";
import { imagesOf, pipelineOf } from "../../../model/pipeline.ts";
import { placeOfImage } from "../../../model/publications.ts";
import { readable } from "../../../model/render.ts";
import { repositoryRule } from "../../../rule.ts";
import { inScript } from "./in-script.ts";

export const refOnPullRequest = repositoryRule({
  id: "ref-on-pull-request",
  family: "pipeline",
  levels: { recommended: "warning", strict: "error" },
  summary: "On pull requests a branch's name is read from `github.head_ref`.",
  why: "On `pull_request`, `GITHUB_REF` is `refs/pull/12/merge` and `github.ref_name` is `12/merge`: cutting `refs/heads/` off leaves it as it is, and with its slash it is no valid tag.",
  bad: [
    {
      ".github/workflows/build.yml": `on: [push, pull_request]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          BRANCH="\${GITHUB_REF#refs/heads/}"
          docker build -t "app:$BRANCH" .
`,
      ".github/workflows/nightly.yml": `on: schedule
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: docker build -t app:nightly .
`,
    },
    `on: pull_request
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/octo/app:pr-\${{ github.ref_name }}
`,
  ],
  good: `on: [push, pull_request]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - if: github.event_name == 'push'
        run: |
          BRANCH="\${GITHUB_REF#refs/heads/}"
          echo "$BRANCH"
      - run: |
          if [ "$GITHUB_EVENT_NAME" = pull_request ]; then
            NAME="pr-\${{ github.event.number }}"
          else
            NAME="\${GITHUB_REF#refs/heads/}"
          fi
          docker build -t "app:$NAME" .
`,
  repository({ repository, report }) {
    const seen = new Set<unknown>();
    for (const run of pipelineOf(repository).runs) {
      if (run.ref !== "pull") continue;
      for (const job of run.jobs) {
        if (job.happens === false) continue;
        for (const effect of job.effects) {
          if (effect.happens === false) continue;
          for (const image of imagesOf(effect)) {
            if (!holdsMergeRef(image)) continue;
            const { document, at } = placeOfImage(effect, image);
            inScript(report, effect)(
              document,
              at,
              `On \`${run.event}\` the tag of \`${readable(image.whole)}\` comes from the ref \`refs/pull/<number>/merge\`: it is no branch's name${image.writtenAt ? "" : ", and `/` is not allowed in a tag"}. Use \`github.event.number\`, or \`github.head_ref\` with its slashes replaced.`,
              image.writtenAt ? { level: "warning" } : {},
            );
          }
        }
        for (const step of job.steps) {
          const text = step.step.run?.value;
          if (text === undefined || step.happens !== true || !/GITHUB_REF\b|github\.ref\b/.test(text)) continue;
          const script = scriptOf(step);
          for (const cut of scriptRunOf(step)?.cuts ?? []) {
            const key = `${step.document.file.path}:${step.step.node.start}:${cut.pos}`;
            if (!script || seen.has(key)) continue;
            seen.add(key);
            report(
              step.document,
              spanOf(script, cut),
              `On \`${run.event}\` this ref is \`refs/pull/<number>/merge\`, so \`${script.source.slice(cut.pos, cut.end)}\` is no branch's or tag's name. Use \`GITHUB_HEAD_REF\` there, or leave this to runs of a push.`,
              { level: "warning" },
            );
          }
        }
      }
    }
  },
});

/** `12/merge`, from `github.ref_name`, in a tag; docker/metadata-action makes `12-merge` of it. */
function holdsMergeRef(image: ImageReference): boolean {
  // The slash makes the parts of a reference hard to tell, so all of it is looked at.
  return image.whole.some((part, index) => {
    const next = image.whole[index + 1];
    return (
      part.kind === "symbol" &&
      part.name === "github.event.pull_request.number" &&
      next?.kind === "text" &&
      /^[/-]merge\b/.test(next.text)
    );
  });
}
