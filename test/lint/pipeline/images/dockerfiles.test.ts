/** What builds take by their Dockerfiles. */
import { describe, expect, it } from "vitest";
import { pipelineOf } from "../../../../src/lint/model/pipeline.ts";
import { inWords } from "../../../../src/lint/model/render.ts";
import { findingsIn, inShort, repositoryOf, ruleNamed } from "../../../support/lint.ts";

/** What `docker build` with these words takes. */
async function taken(dockerfile: string, words = "", more = ""): Promise<string[]> {
  const workflow = `on:\n  push:\n    branches: [main]\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4${more}\n      - run: docker build -t app ${words} .\n`;
  return pipelineOf(await repositoryOf({ ".github/workflows/a.yml": workflow, Dockerfile: dockerfile }))
    .effects.filter(({ kind }) => kind === "take")
    .map((effect) => inWords(effect).replace("takes ", "").replace(" (from)", ""));
}

describe("a Dockerfile", () => {
  it("builds upon what it names", async () => {
    expect(
      await taken(
        "FROM --platform=$BUILDPLATFORM ghcr.io/octo/base:1 AS build\nRUN make\n\nfrom scratch\nCOPY --from=build /a /a\nCOPY --chown=1 --from=ghcr.io/octo/tools@sha256:00 /b /b\nRUN --mount=type=bind,from=ghcr.io/octo/more:2,target=/m make\n",
      ),
    ).toEqual(["ghcr.io/octo/tools@sha256:00", "ghcr.io/octo/more:2", "ghcr.io/octo/base:1"]);
  });

  it("names it by arguments that have a default or are given", async () => {
    const file =
      'ARG REGISTRY="ghcr.io/octo"\nARG BASE=$REGISTRY/base:${TAG:-1}\nARG TAG\nARG OTHER\nFROM ${BASE}\nFROM ${OTHER}\nCOPY --from=0 a b\n';
    expect(await taken(file)).toEqual(["ghcr.io/octo/base:1"]);
    expect(await taken(file, "--build-arg TAG=${{ github.sha }} --build-arg OTHER=x:2")).toEqual([
      "x:2",
      "ghcr.io/octo/base:${{ github.sha }}",
    ]);
    expect(await taken("FROM $BASE\nFROM node:$TARGETARCH\nCOPY --from=0 a b\n")).toEqual([]);
  });

  it("takes for a target what that target needs", async () => {
    const file = "FROM a:1 AS a\nFROM b:1 AS b\nFROM a AS c\nFROM d:1\n";
    expect(await taken(file, "--target c")).toEqual(["a:1"]);
    expect(await taken(file, "--target $TARGET")).toEqual([]);
    expect(await taken(file)).toEqual(["d:1"]);
  });

  it("is not known where something else is checked out", async () => {
    expect(await taken("FROM a:1\n", "", "\n        with:\n          repository: octo/other")).toEqual([]);
  });
});

const build = (id: string, tags: string, more = "", needs = ""): string =>
  `  ${id}:\n    runs-on: ubuntu-latest\n${needs}    steps:\n      - uses: actions/checkout@v4\n      - uses: docker/build-push-action@v6\n        with:\n          push: true\n          tags: ${tags}\n${more}`;
const found = async (rule: string, files: Record<string, string>): Promise<string[]> =>
  inShort(await findingsIn(files, [ruleNamed(rule)]));

describe("an image of this repository that another one builds upon", () => {
  const DOCKERFILE = {
    "app/Dockerfile": "ARG BASE_TAG\nFROM ghcr.io/octo/base:${BASE_TAG}\n",
    Dockerfile: "FROM node:22\n",
  };
  const app = (tag: string): string =>
    build(
      "app",
      "ghcr.io/octo/app:${{ github.sha }}",
      `          context: app\n          build-args: BASE_TAG=${tag}\n`,
      "    needs: base\n",
    );
  const base = build("base", "ghcr.io/octo/base:sha-${{ github.sha }}");

  it("has the tag that its build gave", async () => {
    const files = (tag: string): Record<string, string> => ({
      ...DOCKERFILE,
      ".github/workflows/a.yml": `on: pull_request\njobs:\n${base}${app(tag)}`,
    });
    expect(await found("tag-mismatch", files("sha-${{ github.sha }}"))).toEqual([]);
    expect(await found("tag-mismatch", files("sha-${{ github.event.pull_request.head.sha }}"))).toEqual([
      "16:15 tag-mismatch `FROM in app/Dockerfile` asks for `ghcr.io/octo/base:sha-${{ github.event.pull_request.head.sha }}`, which is the branch's commit, but `base` in .github/workflows/a.yml tags `ghcr.io/octo/base:sha-${{ github.sha }}` with GitHub's trial merge commit. Use the same commit on both sides, such as `github.event.pull_request.head.sha` where it is built.",
    ]);
    // Whoever made that one, it is an older image.
    expect(await found("tag-mismatch", files("2024-01"))).toEqual([]);
  });

  it("is not deleted before", async () => {
    const cleanup = (needs: string): string =>
      `  cleanup:\n    needs: ${needs}\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/delete-package-versions@v5\n        with:\n          package-name: base\n          package-type: container\n`;
    const files = (needs: string): Record<string, string> => ({
      ...DOCKERFILE,
      ".github/workflows/a.yml": `on: push\njobs:\n${base}${app("sha-${{ github.sha }}")}${cleanup(needs)}`,
    });
    expect(await found("cleanup-before-consumer", files("base"))).toEqual([
      "28:25 cleanup-before-consumer `app` still takes `ghcr.io/octo/base:sha-${{ github.sha }}`, and does not finish before this deletes it. Add `app` to `needs` of `cleanup`.",
    ]);
    expect(await found("cleanup-before-consumer", files("[base, app]"))).toEqual([]);
  });
});
