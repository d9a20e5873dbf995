import { tagOf } from "../../../model/image-reference.ts";
import { writtenName } from "../../../model/github-values.ts";
import type { CacheUse, Effect, ImageReference, Run } from "../../../model/model.ts";
import { imagesOf, pipelineOf } from "../../../model/pipeline.ts";
import { placeOfImage } from "../../../model/publications.ts";
import { readable } from "../../../model/render.ts";
import { plainNames } from "../../../../workflow/filters.ts";
import { textOfTemplate } from "../../../model/value.ts";
import { repositoryRule } from "../../../rule.ts";
import { inScript } from "./in-script.ts";

/** The distribution project's reference grammar: `tag := /[\w][\w.-]{0,127}/`. */
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

export const invalidTag = repositoryRule({
  id: "invalid-tag",
  family: "pipeline",
  levels: { recommended: "warning", strict: "error" },
  summary: "A tag holds letters, digits, `.`, `_` and `-` only, and at most 128 of them.",
  why: "A branch's name may hold slashes and other characters that no tag may: `feature/login` gives `invalid reference format`, on the first such branch.",
  bad: [
    {
      ".github/workflows/build.yml": `name: Build
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/octo/app:\${{ github.ref_name }}-\${{ github.sha }}
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
      - run: docker pull ghcr.io/octo/app:\${{ github.event.workflow_run.head_branch }}-\${{ github.event.workflow_run.head_sha }}
`,
    },
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: docker build -t app:-test .
`,
  ],
  good: `on:
  push:
    branches: [main, develop]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/octo/app:\${{ github.ref_name }}
      - run: |
          TAG="$(echo "$GITHUB_REF_NAME" | sed 's/[^a-zA-Z0-9._-]/-/g')"
          docker build -t "app:$TAG" .
`,
  repository({ repository, report }) {
    for (const effect of pipelineOf(repository).effects) {
      if (effect.happens === false || (effect.kind === "take" && effect.how === "from")) continue;
      const certain = !("certain" in effect) || effect.certain;
      for (const image of imagesOf(effect)) {
        const problem = problemOf(image, effect.job.run, certain);
        const { document, at } = placeOfImage(effect, image);
        if (problem) inScript(report, effect)(document, at, problem);
      }
      for (const cache of cachesOf(effect)) {
        const problem = cache.image && problemOf(cache.image, effect.job.run, true);
        if (problem) report(effect.document, cache.at, problem);
      }
    }
  },
});

const cachesOf = (effect: Effect): readonly CacheUse[] => (effect.kind === "build" ? effect.caches : []);

function problemOf(image: ImageReference, run: Run, certain: boolean): string | undefined {
  const tag = image.tag && tagOf(image);
  if (!tag) return undefined;
  const text = textOfTemplate(tag);
  if (text !== undefined) {
    if (text === "" || TAG.test(text) || /[$<>{}\s\\*]/.test(text)) return undefined;
    return text.length > 128
      ? `The tag \`${text}\` has ${text.length} characters; 128 are allowed. Shorten it.`
      : `\`${text}\` is no valid tag: ${/^[.-]/.test(text) ? "it may not start with `.` or `-`" : `it may not hold \`${/[^A-Za-z0-9._-]/.exec(text)?.[0] ?? ""}\``}. Use letters, digits, \`.\`, \`_\` and \`-\`.`;
  }
  if (!certain) return undefined;
  for (const part of tag) {
    if (part.kind !== "symbol" || part.cleaned === true) continue;
    const name = writtenName(part.name);
    if (isBranchName(name, run))
      return `The tag \`${readable(tag)}\` takes \`${name}\` as it is, and a branch such as \`feature/login\` gives no valid tag (\`invalid reference format\`). Replace what a tag may not hold, or let docker/metadata-action make it (\`type=ref,event=branch\`).`;
  }
  return undefined;
}

/** A name of a branch that this run may have, with a slash in it. */
function isBranchName(name: string, run: Run): boolean {
  switch (name) {
    case "github.head_ref":
    case "github.event.pull_request.head.ref":
      return run.ref === "pull";
    case "github.ref_name":
      return run.ref === "branch" && mayHoldSlash(run);
    case "github.event.workflow_run.head_branch": {
      const { upstream } = run;
      if (!upstream) return false;
      return upstream.ref === "pull"
        ? run.branches === undefined || plainNames(run.branches) === undefined
        : upstream.ref === "branch" &&
            mayHoldSlash(upstream) &&
            (plainNames(run.branches)?.some((branch) => branch.includes("/")) ?? true);
    }
    default:
      return false;
  }
}

const mayHoldSlash = ({ event, branches }: Run): boolean => {
  if (event === "merge_group") return true;
  const names = plainNames(branches);
  if (names) return names.some((name) => name.includes("/"));
  return (
    !branches || branches.ignore || branches.patterns.some((pattern) => pattern.includes("/") || pattern.includes("**"))
  );
};
