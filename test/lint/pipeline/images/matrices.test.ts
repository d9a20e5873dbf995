/** What the jobs of a matrix build is told apart. */
import { describe, expect, it } from "vitest";
import { pipelineOf } from "../../../../src/lint/model/pipeline.ts";
import { readable } from "../../../../src/lint/model/render.ts";
import { findingsIn, placesOf, repositoryOf, ruleNamed } from "../../../support/lint.ts";

const job = (id: string, matrix: string, inputs: string): string =>
  `  ${id}:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n${matrix.replace(/^/gm, "        ")}\n    steps:\n      - uses: actions/checkout@v4\n      - uses: docker/build-push-action@v6\n        with:\n${inputs.replace(/^/gm, "          ")}\n`;
const found = async (rule: string, jobs: string): Promise<string[]> =>
  placesOf(await findingsIn(`on: push\njobs:\n${jobs}`, [ruleNamed(rule)]));
const tags = async (matrix: string, tag: string): Promise<string[]> => [
  ...new Set(
    pipelineOf(await repositoryOf(`on: push\njobs:\n${job("a", matrix, `tags: ${tag}`)}`)).effects.flatMap((effect) =>
      effect.kind === "build" ? effect.images.map(({ whole }) => readable(whole)) : [],
    ),
  ),
];

describe("a matrix", () => {
  it("gives each of its images a tag of its own", async () => {
    const push = (tag: string): string => `push: true\ncontext: \${{ matrix.app }}\ntags: ${tag}`;
    expect(
      await found(
        "matrix-tag-clash",
        job("a", "app: [web, worker]", push("ghcr.io/acme/${{ matrix.app }}:${{ github.sha }}")),
      ),
    ).toEqual([]);
    expect(
      await found(
        "matrix-tag-clash",
        job("a", "include:\n  - app: web\n  - app: worker", push("ghcr.io/acme/${{ matrix.app }}:${{ github.sha }}")),
      ),
    ).toEqual([]);
    expect(
      await found("matrix-tag-clash", job("a", "app: [web, worker]", push("ghcr.io/acme/app:${{ github.sha }}"))),
    ).toHaveLength(1);
    expect(
      await found(
        "matrix-tag-clash",
        job("a", "app: ${{ fromJSON(vars.APPS) }}", push("ghcr.io/acme/app:${{ github.sha }}")),
      ),
    ).toEqual([]);
  });

  it("of one value is that value", async () => {
    expect(await tags("app: [web]", "ghcr.io/acme/${{ matrix.app }}:1")).toEqual(["ghcr.io/acme/web:1"]);
    expect(await tags("app: [web]\ninclude:\n  - app: worker", "ghcr.io/acme/${{ matrix.app }}:1")).toEqual([
      "ghcr.io/acme/${{ matrix.app }}:1",
    ]);
  });

  it("builds another image for each value", async () => {
    const inputs = "context: ${{ matrix.app }}\npush: true\ntags: ghcr.io/acme/${{ matrix.app }}:1";
    expect(
      await found(
        "redundant-image-build",
        job("a", "app: [web, worker]", inputs) + job("b", "app: [docs, api]", inputs),
      ),
    ).toEqual([]);
    expect(
      await found("redundant-image-build", job("a", "app: [web]", inputs) + job("b", "app: [docs]", inputs)),
    ).toEqual([]);
    expect(
      await found(
        "redundant-image-build",
        job("a", "app: [web, worker]", "target: ${{ matrix.app }}\ntags: a:1") +
          job("b", "app: [web, worker]", "target: prod\ntags: a:1"),
      ),
    ).toEqual([]);
    expect(
      await found(
        "redundant-image-build",
        job("a", "app: [web, worker]", "build-args: APP=${{ matrix.app }}\ntags: a:1") +
          job("b", "app: [x, y]", "build-args: APP=${{ matrix.app }}\ntags: a:1"),
      ),
    ).toEqual([]);
  });
});
