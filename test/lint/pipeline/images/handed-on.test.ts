/** Images that go from job to job: in a file that is an artifact, or from registry to registry. */
import { describe, expect, it } from "vitest";
import { pipelineOf } from "../../../../src/lint/model/pipeline.ts";
import { inWords } from "../../../../src/lint/model/render.ts";
import type { Example } from "../../../../src/lint/rule.ts";
import { findingsIn, inShort, repositoryOf, ruleNamed } from "../../../support/lint.ts";

const words = async (script: string): Promise<string[]> => [
  ...new Set(
    pipelineOf(
      await repositoryOf(
        `on:\n  push:\n    branches: [main]\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n${script.replace(/^/gm, "          ")}\n`,
      ),
    ).effects.map(inWords),
  ),
];
const found = async (rule: string, example: Example): Promise<string[]> =>
  inShort(await findingsIn(example, [ruleNamed(rule)]));

const BUILD = `on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: docker build -t app:ci .
      - run: docker save -o /tmp/app.tar app:ci
      - uses: actions/upload-artifact@v5
        with:
          name: image
          path: /tmp/app.tar
`;
const LOAD = `      - uses: actions/download-artifact@v5
        with:
          name: image
      - run: docker load --input app.tar
`;

describe("an image in an artifact", () => {
  it("is what a second build could load", async () => {
    expect(
      await found(
        "redundant-image-build",
        `${BUILD}  test:
    needs: image
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: docker build -t app:test .
      - run: docker run --rm app:test
`,
      ),
    ).toEqual([
      "18:14 redundant-image-build This builds `Dockerfile` again, which job `image` builds on the same `push`. It is in the artifact `image` that `image` uploads: download it and `docker load` it.",
    ]);
  });

  it("is there as well where a pipe has packed it", async () => {
    const packed = BUILD.replace(
      "docker save -o /tmp/app.tar app:ci",
      "docker save app:ci | gzip > app.tar.gz",
    ).replace("/tmp/app.tar", "app.tar.gz");
    const second =
      "  test:\n    needs: image\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: docker build -t app:test .\n";
    expect((await found("redundant-image-build", `${packed}${second}`)).join()).toContain(
      "It is in the artifact `image`",
    );
    expect(
      (await found("redundant-image-build", `${packed.replace("path: app.tar.gz", "path: coverage")}${second}`)).join(),
    ).toContain("pass the image on as an artifact");
  });

  it("is no second build where it is loaded", async () => {
    expect(
      await findingsIn(
        `${BUILD}  test:\n    needs: image\n    runs-on: ubuntu-latest\n    steps:\n${LOAD}      - run: docker run --rm app:ci\n`,
        ["redundant-image-build", "mutable-test-image", "tag-mismatch", "login-before-registry-access"].map(ruleNamed),
      ),
    ).toEqual([]);
  });

  const latest = (before: string): string => `on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/octo/app:latest
  test:
    needs: image
    runs-on: ubuntu-latest
    steps:
${before}      - run: docker run --rm ghcr.io/octo/app:latest make test
`;

  it("does not move under a test that has loaded it", async () => {
    expect(await found("mutable-test-image", latest(LOAD))).toEqual([]);
    expect(await found("mutable-test-image", latest(""))).toHaveLength(1);
  });

  it("has the tag that it was saved with", async () => {
    const mismatch = (before: string): string =>
      latest(before)
        .replace("app:latest\n", "app:${{ github.sha }}\n")
        .replace("app:latest make", "app:sha-${{ github.sha }} make");
    expect(await found("tag-mismatch", mismatch(LOAD))).toEqual([]);
    expect(await found("tag-mismatch", mismatch(""))).toHaveLength(1);
  });
});

describe("tools of registries", () => {
  it.each([
    ["docker save app:1 app:2 | gzip > app.tar.gz", ["saves app:1, app:2"]],
    [
      "docker buildx build -t app:1 --output type=docker,dest=app.tar .",
      ["builds Dockerfile as app:1, not pushed, by docker buildx build", "saves app:1"],
    ],
    ["gunzip -c app.tar.gz | docker load\npodman image load -i app.tar", ["loads images"]],
    ["oras push --username a ghcr.io/octo/chart:1 chart.tgz", ["pushes ghcr.io/octo/chart:1"]],
    [
      "oras cp ghcr.io/octo/app:1 docker.io/octo/app:1\noras pull ghcr.io/octo/app:1 -o out",
      ["names ghcr.io/octo/app:1 docker.io/octo/app:1 in the registry", "takes ghcr.io/octo/app:1 (pull)"],
    ],
    [
      "oras tag ghcr.io/octo/app:1 2 latest",
      [
        "names ghcr.io/octo/app:1 ghcr.io/octo/app:2 in the registry",
        "names ghcr.io/octo/app:1 ghcr.io/octo/app:latest in the registry",
      ],
    ],
    [
      "oras manifest delete -f ghcr.io/octo/app:1\noras login ghcr.io -u a --password-stdin",
      ["deletes tagged of ghcr.io/octo/app:1", "logs in to ghcr.io"],
    ],
    ["oras copy --from-oci-layout ./layout:1 ghcr.io/octo/app:1\noras copy $ALL", []],
    [
      "regctl image copy ghcr.io/octo/app:1 docker.io/octo/app:1\nregctl tag rm ghcr.io/octo/app:1",
      ["names ghcr.io/octo/app:1 docker.io/octo/app:1 in the registry", "deletes tagged of ghcr.io/octo/app:1"],
    ],
    [
      "regctl image digest ghcr.io/octo/app:1\nregctl registry login ghcr.io -u a --pass-stdin",
      ["takes ghcr.io/octo/app:1 (inspect)", "logs in to ghcr.io"],
    ],
    [
      "crane push app.tar ghcr.io/octo/app:1\ncrane tag ghcr.io/octo/app:1 latest\ncrane delete ghcr.io/octo/app:1",
      [
        "pushes ghcr.io/octo/app:1",
        "names ghcr.io/octo/app:1 ghcr.io/octo/app:latest in the registry",
        "deletes tagged of ghcr.io/octo/app:1",
      ],
    ],
    [
      "skopeo login -u a -p b ghcr.io\nskopeo copy --all docker://ghcr.io/octo/app:1 docker://docker.io/octo/app:1",
      ["logs in to ghcr.io", "names ghcr.io/octo/app:1 docker.io/octo/app:1 in the registry"],
    ],
  ])("%s", async (script, expected) => {
    expect(await words(script)).toEqual(expected);
  });
});
