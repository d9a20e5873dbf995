/** The model of small repositories, told in words. */
import { describe, expect, it } from "vitest";
import { pipelineOf } from "../../../src/lint/model/pipeline.ts";
import { readable, rendered } from "../../../src/lint/model/render.ts";
import type { Effect } from "../../../src/lint/model/model.ts";
import type { Example } from "../../../src/lint/rule.ts";
import { repositoryOf } from "../../support/lint.ts";

const model = async (example: Example): Promise<string> =>
  rendered(pipelineOf(await repositoryOf(example))).replaceAll(/@\.github[^ }]*/g, "");
const effects = async (script: string, on = "push"): Promise<Effect[]> => [
  ...pipelineOf(
    await repositoryOf(
      `on:\n  ${on}:\n    branches: [main]\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n${script
        .split("\n")
        .map((line) => `          ${line}`)
        .join("\n")}\n`,
    ),
  ).effects,
];
/** What is pulled by a script on `push`. */
const pulled = async (script: string): Promise<string[]> => [
  ...new Set(
    (await effects(script)).flatMap((effect) =>
      effect.kind === "take" ? [`${effect.happens === true ? "" : "maybe "}${readable(effect.image.whole)}`] : [],
    ),
  ),
];

describe("a repository of several files", () => {
  it("follows calls, actions, needs and workflow_run from event to event", async () => {
    const text = await model({
      ".github/workflows/build.yml": `name: Build
on:
  push:
    branches: [main]
  pull_request:
env:
  IMAGE: ghcr.io/octo/app
jobs:
  image:
    runs-on: ubuntu-latest
    outputs:
      tag: \${{ steps.tag.outputs.tag }}
    steps:
      - uses: actions/checkout@v4
      - id: tag
        run: |
          if [ "$GITHUB_EVENT_NAME" = "pull_request" ]; then
            echo "tag=pr-\${{ github.event.number }}-\${GITHUB_SHA::7}" >> "$GITHUB_OUTPUT"
          else
            echo "tag=sha-$(echo "$GITHUB_SHA" | cut -c1-7)" >> "$GITHUB_OUTPUT"
          fi
      - uses: ./.github/actions/push
        with:
          tags: \${{ env.IMAGE }}:\${{ steps.tag.outputs.tag }}
  scan:
    needs: image
    uses: ./.github/workflows/scan.yml
    with:
      image: ghcr.io/octo/app:\${{ needs.image.outputs.tag }}
  latest:
    needs: [image, scan]
    if: github.ref == 'refs/heads/main'
    runs-on: ubuntu-latest
    steps:
      - run: docker buildx imagetools create --tag "$IMAGE:latest" "$IMAGE:\${{ needs.image.outputs.tag }}"
`,
      ".github/actions/push/action.yml": `name: Push
inputs:
  tags:
    required: true
runs:
  using: composite
  steps:
    - uses: docker/build-push-action@v6
      with:
        push: true
        tags: \${{ inputs.tags }}
`,
      ".github/workflows/scan.yml": `on:
  workflow_call:
    inputs:
      image:
        type: string
        required: true
jobs:
  trivy:
    runs-on: ubuntu-latest
    steps:
      - uses: aquasecurity/trivy-action@0.33.1
        with:
          image-ref: \${{ inputs.image }}
`,
      ".github/workflows/test.yml": `name: Test
on:
  workflow_run:
    workflows: [Build]
    types: [completed]
jobs:
  test:
    if: github.event.workflow_run.conclusion == 'success' && github.event.workflow_run.event == 'pull_request'
    runs-on: ubuntu-latest
    container: node:22
    services:
      db:
        image: postgres:17
    steps:
      - env:
          SHA: \${{ github.event.workflow_run.head_sha }}
        run: |
          docker pull "ghcr.io/octo/app:sha-\${SHA:0:7}"
          docker run --rm -e CI=1 -v "$PWD:/work" "ghcr.io/octo/app:sha-\${SHA:0:7}" make test
`,
    });
    expect(text).toBe(`.github/workflows/build.yml on push (branch)
  image
    builds Dockerfile as ghcr.io/octo/app:sha-\${{ github.sha }}[0:7], pushed, by docker/build-push-action
  scan after image
  scan / trivy
    scans ghcr.io/octo/app:sha-\${{ github.sha }}[0:7]
  latest after image, scan
    names ghcr.io/octo/app:sha-\${{ github.sha }}[0:7] ghcr.io/octo/app:latest in the registry
.github/workflows/build.yml on pull_request (pull)
  image
    builds Dockerfile as ghcr.io/octo/app:pr-\${{ github.event.pull_request.number }}-\${{ github.sha }}[0:7], pushed, by docker/build-push-action
  scan after image
  scan / trivy
    scans ghcr.io/octo/app:pr-\${{ github.event.pull_request.number }}-\${{ github.sha }}[0:7]
  never latest after image, scan
.github/workflows/scan.yml on workflow_call (unknown)
  trivy
    scans \${{ inputs.image }}
.github/workflows/test.yml on workflow_run (default) after .github/workflows/build.yml on push (branch)
  never test
.github/workflows/test.yml on workflow_run (default) after .github/workflows/build.yml on pull_request (pull)
  test
    takes node:22 (container)
    takes postgres:17 (service)
    takes ghcr.io/octo/app:sha-\${{ github.event.workflow_run.head_sha }}[0:7] (pull)
    takes ghcr.io/octo/app:sha-\${{ github.event.workflow_run.head_sha }}[0:7] (run)
`);
  });

  it("reads bake files, with variables from env, groups and inheritance", async () => {
    const text = await model({
      ".github/workflows/build.yml": `on:
  push:
    branches: [main]
jobs:
  bake:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: docker/bake-action@v6
        env:
          TAG: build-\${{ github.run_id }}
        with:
          files: deploy/docker-bake.hcl
          targets: production
          push: true
`,
      "deploy/docker-bake.hcl": `# all images
variable "REGISTRY" { default = "ghcr.io" }
variable "TAG" {
  default = "dev"
}
group "production" { targets = ["web", "worker"] }
target "_common" {
  context = "."
  dockerfile = "deploy/Dockerfile"
  args = { NODE_ENV = "production" }
}
target "web" {
  inherits = ["_common"]
  target = "web"
  tags = ["\${REGISTRY}/octo/web:\${TAG}", notequal("", TAG) ? "x" : "y"]
}
target "worker" {
  inherits = ["_common"]
  target = "worker"
  tags = ["\${REGISTRY}/octo/worker:\${TAG}"]
}
`,
    });
    expect(text).toContain("builds deploy/Dockerfile (web) as ghcr.io/octo/web:build-${{ github.run_id }}, …, pushed");
    expect(text).toContain(
      "builds deploy/Dockerfile (worker) as ghcr.io/octo/worker:build-${{ github.run_id }}, pushed",
    );
  });

  it("reads compose files: what is built and what is taken", async () => {
    const text = await model({
      ".github/workflows/test.yml": `on:
  pull_request:
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: docker compose -f ci/compose.yml up -d --build
        env:
          PG: '16'
`,
      "ci/compose.yml":
        "services:\n  app:\n    build: ..\n    image: app:test\n  db:\n    image: postgres:${PG:-15}\n  cache:\n    image: redis:${REDIS:-7}\n",
    });
    expect(text).toContain("builds Dockerfile (app) as app:test, not pushed, by docker compose up");
    expect(text).toContain("takes postgres:16 (run)");
    expect(text).toContain("takes redis:7 (run)");
  });

  it("knows docker/metadata-action's tags for each kind of ref", async () => {
    const text = await model(`on:
  push:
    branches: [main]
    tags: ['v*']
  pull_request:
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - id: meta
        uses: docker/metadata-action@v5
        with:
          images: ghcr.io/Octo/app
          tags: |
            type=ref,event=branch
            type=ref,event=pr
            type=semver,pattern={{version}}
            type=sha,format=long,prefix=
            type=raw,value=next,enable=\${{ github.ref == 'refs/heads/main' }}
      - uses: docker/build-push-action@v6
        with:
          push: \${{ github.event_name != 'pull_request' }}
          tags: \${{ steps.meta.outputs.tags }}
`);
    expect(text).toContain(
      "as ghcr.io/octo/app:main, ghcr.io/octo/app:${{ github.sha }}, ghcr.io/octo/app:next, pushed",
    );
    expect(text).toContain(
      "as ghcr.io/octo/app:${{ semver version }}, ghcr.io/octo/app:${{ github.sha }}, ghcr.io/octo/app:latest (some of them), pushed",
    );
    expect(text).toContain(
      "as ghcr.io/octo/app:pr-${{ github.event.pull_request.number }}, ghcr.io/octo/app:${{ github.sha }}, not pushed",
    );
  });
});

describe("who starts whom", () => {
  it("knows runs that follow and dispatches in plain words", async () => {
    const pipeline = pipelineOf(
      await repositoryOf({
        ".github/workflows/a.yml":
          'name: A\non: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: gh workflow run b.yml -f x=1\n      - run: gh api repos/octo/app/dispatches -f event_type=ship\n      - run: gh workflow run b.yml --repo octo/other\n      - run: gh workflow run "$WHICH"\n',
        ".github/workflows/b.yml": "name: B\non: [workflow_dispatch]\njobs: {}\n",
        ".github/workflows/c.yml":
          "name: C\non:\n  repository_dispatch:\n    types: [ship]\n  workflow_run:\n    workflows: [A, 'B*']\njobs: {}\n",
      }),
    );
    expect(pipeline.starts.map(({ from, to, by }) => `${from.name?.value} ${by} ${to.name?.value}`)).toEqual([
      "A workflow_run C",
      "A workflow_dispatch B",
      "A repository_dispatch C",
    ]);
  });
});

describe("scripts read as run", () => {
  it("carries values through variables, functions, loops and cuts", async () => {
    expect(await pulled('IMAGE=ghcr.io/octo/app\nTAG="sha-${GITHUB_SHA::7}"\ndocker pull "$IMAGE:$TAG"')).toEqual([
      "ghcr.io/octo/app:sha-<first 7 of github.sha>",
    ]);
    expect(await pulled('tag() { RESULT="v-$1"; }\ntag one\ndocker pull "app:$RESULT"')).toEqual(["app:v-one"]);
    expect(await pulled("for app in web worker; do docker pull ghcr.io/octo/$app:1; done")).toEqual([
      "ghcr.io/octo/web:1",
      "ghcr.io/octo/worker:1",
    ]);
    expect(await pulled('docker pull "app:$(git rev-parse HEAD)"')).toEqual(["app:${{ github.sha }}"]);
    expect(await pulled('docker pull "app:${TAG:-edge}"\nTAG=x\ndocker pull "app:${TAG:-edge}"')).toEqual(
      ["maybe app:…", "maybe app:edge", "app:x"].map((text) => text.replace("maybe ", "")),
    );
  });

  it("takes the branch whose condition is known, and both where it is not", async () => {
    expect(await pulled('if [ "$GITHUB_EVENT_NAME" = push ]; then docker pull a:1; else docker pull b:1; fi')).toEqual([
      "a:1",
    ]);
    expect(await pulled("if grep -q x file; then docker pull a:1; else docker pull b:1; fi")).toEqual([
      "maybe a:1",
      "maybe b:1",
    ]);
    expect(await pulled('case "$GITHUB_EVENT_NAME" in push) docker pull a:1;; *) docker pull b:1;; esac')).toEqual([
      "a:1",
    ]);
    expect(
      await pulled(
        '[[ "$GITHUB_EVENT_NAME" == push ]] && docker pull a:1\n[[ "$GITHUB_EVENT_NAME" != push ]] && docker pull b:1',
      ),
    ).toEqual(["a:1"]);
    expect(await pulled("docker pull a:1 || docker pull b:1")).toEqual(["a:1", "maybe b:1"]);
  });

  it("says nothing of what a file, a program or a read sets", async () => {
    expect(await pulled('TAG=1\nsource ./env.sh\ndocker pull "app:$TAG"')).toEqual(["app:…"]);
    expect(await pulled('read -r TAG < version\ndocker pull "app:$TAG"')).toEqual(["app:…"]);
    expect(await pulled('docker pull "app:$(./version.sh)"')).toEqual(["app:…"]);
    expect(await pulled("docker run $OPTIONS app:1")).toEqual([]);
  });

  it("survives what people write", async () => {
    for (const script of [
      "docker",
      "docker build",
      "docker run -it",
      "((i++))\ndocker pull a",
      "docker pull ${",
      "f() { f; }; f",
      "while true; do docker pull a; done",
      "docker tag a",
      'docker compose -f "$X" up',
      "gh api -X DELETE",
      "crane copy",
      "skopeo copy docker://",
      "`docker pull a`",
    ])
      await expect(effects(script)).resolves.toBeDefined();
  });

  it("names what deletes, deploys and copies", async () => {
    const kinds = async (script: string): Promise<string[]> =>
      (await effects(script)).map(({ kind, by }) => `${kind} ${by}`);
    expect(await kinds("flyctl deploy --app x")).toEqual(["build flyctl deploy"]);
    expect(await kinds("fly deploy --app x --image registry.fly.io/x:1")).toEqual(["take flyctl deploy"]);
    expect(await kinds('gh api --method DELETE "/orgs/octo/packages/container/app/versions/$ID"')).toEqual([
      "delete-image gh api",
    ]);
    expect(await kinds("crane copy a:1 b:1\nskopeo copy docker://a:1 docker://b:1")).toEqual([
      "move crane copy",
      "move skopeo copy",
    ]);
    expect(
      await kinds(
        "aws ecr get-login-password | docker login --username AWS --password-stdin 1.dkr.ecr.eu-west-1.amazonaws.com",
      ),
    ).toEqual(["login docker login"]);
    expect(await kinds("gh run download 12 -n image")).toEqual(["download gh run download"]);
  });
});
