import { isAction } from "../../../../workflow/document/uses.ts";
import type { Word } from "unbash";
import { commandsIn, type ShellCommand, spanOf } from "../../../scripts.ts";
import { inputPair, inputText } from "../../../model/effects/effect.ts";
import { scriptOf } from "../../../model/step-scripts.ts";
import type { ImageBuild, ImageDelete, Pipeline } from "../../../model/model.ts";
import { pipelineOf } from "../../../model/pipeline.ts";
import { textOf } from "../../../model/value.ts";
import { repositoryRule } from "../../../rule.ts";
import { inScript } from "./in-script.ts";

export const unsafeImageCleanup = repositoryRule({
  id: "unsafe-image-cleanup",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A cleanup of images deletes only what nobody takes any more.",
  why: "In GitHub's registry all tags of a manifest go with it, so that a cleanup by age or by one of its tags may take `latest` or a deployed version along. The parts of a multi-platform image are untagged versions, and without them the image cannot be pulled (`manifest unknown`).",
  bad: [
    {
      ".github/workflows/cleanup.yml": `on:
  schedule:
    - cron: '0 3 * * *'
jobs:
  cleanup:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/delete-package-versions@v5
        with:
          package-name: app
          package-type: container
          delete-only-untagged-versions: true
`,
      ".github/workflows/build.yml": `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          platforms: linux/amd64,linux/arm64
          tags: ghcr.io/octo/app:latest
`,
    },
    `on: workflow_dispatch
jobs:
  cleanup:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/delete-package-versions@v5
        with:
          package-name: app
          package-type: container
          min-versions-to-keep: 5
`,
    `on: workflow_dispatch
jobs:
  cleanup:
    runs-on: ubuntu-latest
    steps:
      - run: |
          gh api "orgs/octo/packages/container/app/versions" --jq '.[] | select(.metadata.container.tags[] | startswith("pr-")) | .id' |
            xargs -I {} gh api -X DELETE "orgs/octo/packages/container/app/versions/{}"
`,
  ],
  good: {
    ".github/workflows/cleanup.yml": `on:
  schedule:
    - cron: '0 3 * * *'
jobs:
  cleanup:
    runs-on: ubuntu-latest
    steps:
      - uses: dataaxiom/ghcr-cleanup-action@v1
        with:
          package: app
          delete-untagged: true
      - uses: actions/delete-package-versions@v5
        with:
          package-name: app
          package-type: npm
          min-versions-to-keep: 5
      - run: |
          gh api --paginate "orgs/octo/packages/container/app/versions" --jq '.[] | select(.metadata.container.tags | length > 0 and all(startswith("pr-"))) | .id' |
            xargs -I {} gh api -X DELETE "orgs/octo/packages/container/app/versions/{}"
`,
  },
  repository({ repository, report }) {
    const pipeline = pipelineOf(repository);
    const seen = new Set<unknown>();
    for (const effect of pipeline.effects) {
      if (effect.kind !== "delete-image" || effect.happens === false || !effect.step) continue;
      const key = `${effect.document.file.path}:${effect.at.start}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const message = messageFor(effect, pipeline);
      if (message !== undefined)
        inScript(report, effect)(effect.document, effect.step.step.uses?.node ?? effect.at, message);
    }
    for (const job of pipeline.runs.flatMap((run) => run.jobs))
      for (const step of job.steps) {
        if (
          seen.has(step.step) ||
          !/\bDELETE\b/.test(step.step.run?.value ?? "") ||
          !/\/versions\b/.test(step.step.run?.value ?? "")
        )
          continue;
        seen.add(step.step);
        const script = scriptOf(step);
        for (const command of script ? commandsIn(script) : []) {
          const page = script && firstPageOnly(command, script.source);
          if (script && page)
            report(
              step.document,
              spanOf(script, page),
              "This reads the first page of the versions only, at most 100 of them: what is old is on the later ones, and whether a tag is still needed cannot be told from one. Add `--paginate`.",
            );
          for (const word of command.argWords) {
            if (!script || !ANY_TAG.test(word.text) || ALL_TAGS.test(word.text)) continue;
            report(
              step.document,
              spanOf(script, word),
              "This chooses versions of which *any* tag matches, and deleting a version deletes all of its tags: one that is `latest` as well goes too. Choose those of which all tags match: `select(.metadata.container.tags | length > 0 and all(...))`.",
            );
          }
        }
      }
  },
});

/** `.tags[] | contains("x")` inside of a `select` answers once for every tag. */
const ANY_TAG = /select\([^)]*\.tags\[\]\??\s*\|\s*(?:contains|startswith|endswith|test)\(|\.tags\s*\|\s*any\(/;
const ALL_TAGS = /\ball\(|\bnot\b|index\(/;

/** A list of versions that `gh` is not told to read to its end. */
function firstPageOnly({ name, args, argWords }: ShellCommand, script: string): Word | undefined {
  if (
    name !== "gh" ||
    args[0] !== "api" ||
    args.some((arg) => /^(?:--paginate|-X|--method|DELETE)/.test(arg)) ||
    /[?&]page=|--paginate|-F page|-f page/.test(script)
  )
    return undefined;
  const word = argWords.find((candidate) =>
    /\/packages\/container\/[^/]+\/versions(?:\?[^/]*)?["']?$/.test(candidate.text),
  );
  return word?.type === "Word" ? word : undefined;
}

function messageFor(effect: ImageDelete, pipeline: Pipeline): string | undefined {
  const step = effect.step;
  if (!step) return undefined;
  if (isAction(step.step.uses, "actions/delete-package-versions")) {
    if (inputPair(step, "package-version-ids")) return undefined;
    if (effect.selects === "any") {
      const kept =
        effect.keeps === undefined || effect.keeps === 0
          ? "the oldest versions"
          : `everything but the ${effect.keeps} newest versions`;
      return `This deletes ${kept} whatever tags they have: a release, \`latest\` or the deployed image goes too once enough newer ones are pushed, and so do images of runs in progress.${inputPair(step, "ignore-versions") ? " `ignore-versions` does not help: a container's version is its digest, not its tag." : ""} Delete by tag (dataaxiom/ghcr-cleanup-action with \`delete-tags\` and \`exclude-tags\`), and keep those in use.`;
    }
    if (effect.selects === "untagged") {
      const index = pushedAsIndex(effect, pipeline);
      return (
        index &&
        `Untagged versions are also the parts of multi-platform images and their attestations, as \`${index.job.path}\` in ${index.job.job.workflow.file.path} pushes them: without them \`docker pull\` fails with \`manifest unknown\`. Use a cleanup that reads the indexes, such as dataaxiom/ghcr-cleanup-action.`
      );
    }
    return undefined;
  }
  if (isAction(step.step.uses, "snok/container-retention-policy")) {
    const tags = ["image-tags", "filter-tags", "skip-tags", "skip-shas"].some(
      (name) => inputPair(step, name) !== undefined && inputText(step, name) !== "",
    );
    if (!tags && effect.selects === "any" && effect.keeps === undefined)
      return "This deletes old versions whatever tags they have, the untagged parts of multi-platform images among them. Name the tags that may go (`image-tags`), and the digests that must stay (`skip-shas`).";
    const index =
      effect.selects === "tagged" || inputPair(step, "skip-shas") ? undefined : pushedAsIndex(effect, pipeline);
    return (
      index &&
      `Untagged versions are also the parts of multi-platform images, as \`${index.job.path}\` in ${index.job.job.workflow.file.path} pushes them: without them \`docker pull\` fails with \`manifest unknown\`. Keep their digests with \`skip-shas\`.`
    );
  }
  return undefined;
}

/** A build of that package which pushes an index: several platforms, or provenance, which build-push-action adds unless told not to. */
function pushedAsIndex(effect: ImageDelete, pipeline: Pipeline): ImageBuild | undefined {
  const name = effect.package && textOf(effect.package)?.toLowerCase();
  return pipeline.effects.find((other): other is ImageBuild => {
    if (other.kind !== "build" || other.pushed !== true || other.happens === false) return false;
    const platforms = (textOf(other.recipe.platforms) ?? "").split(/[\s,]+/).filter((platform) => platform !== "");
    if (platforms.length < 2) return false;
    return (
      name === undefined ||
      other.images.some(
        (image) =>
          image.name.some((part) => part.kind === "text" && part.text.toLowerCase().endsWith(`/${name}`)) ||
          image.name.some(({ kind }) => kind !== "text"),
      )
    );
  });
}
