import { job, type PlanDefects } from "./plan.ts";

const CLEANUP = (listing: string, token = true): string =>
  job(
    `- run: |\n${listing
      .split("\n")
      .map((line) => `    ${line}`)
      .join("\n")}\n${token ? '  env: { GH_TOKEN: "${{ github.token }}" }\n' : ""}`,
    { on: "\n  schedule:\n    - cron: 0 2 * * 0", job: "permissions: { packages: write }" },
  );

const LISTING = `gh api /users/acme/packages/container/cache/versions \\
  --jq '.[] | select(.metadata.container.tags[] | contains("pr-")) | .id' |
  tail -n +6 |
  xargs -I {} gh api -X DELETE /users/acme/packages/container/cache/versions/{}`;

const BASE = (tags: string, cache = ""): string =>
  job(
    `- uses: actions/checkout@v5
- uses: docker/login-action@v3
  with: { registry: ghcr.io, username: "\${{ github.actor }}", password: "\${{ secrets.GITHUB_TOKEN }}" }
- uses: docker/setup-buildx-action@v3
- uses: docker/build-push-action@v6
  with:
    push: true
    tags: ${tags}
${cache}`,
    {
      on: "\n  push: { branches: [main] }\n  workflow_dispatch:",
      job: "permissions: { contents: read, packages: write }",
    },
  );

export const DJANGO: PlanDefects = {
  system: "Django site",
  defects: [
    {
      fault:
        "The plan's own starting point: a job waits only to give the commit's tag to what the build could have tagged.",
      rule: "late-retag",
      files: `on: { push: { branches: [main] } }
permissions: { contents: read, packages: write }
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: docker/login-action@v3
        with: { registry: ghcr.io, username: "\${{ github.actor }}", password: "\${{ secrets.GITHUB_TOKEN }}" }
      - uses: docker/build-push-action@v6
        with: { push: true, tags: "ghcr.io/acme/web:build-\${{ github.run_id }}" }
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: make test
  tag:
    needs: [build, test]
    runs-on: ubuntu-latest
    steps:
      - uses: docker/login-action@v3
        with: { registry: ghcr.io, username: "\${{ github.actor }}", password: "\${{ secrets.GITHUB_TOKEN }}" }
      - run: docker buildx imagetools create --tag ghcr.io/acme/web:\${{ github.sha }} ghcr.io/acme/web:build-\${{ github.run_id }}
`,
    },
    {
      fault: "`latest` is pushed with the build, before any test has run.",
      rule: "publish-before-check",
      files: `on: { push: { branches: [main] } }
permissions: { contents: read, packages: write }
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: docker/login-action@v3
        with: { registry: ghcr.io, username: "\${{ github.actor }}", password: "\${{ secrets.GITHUB_TOKEN }}" }
      - uses: docker/build-push-action@v6
        with: { push: true, tags: "ghcr.io/acme/web:\${{ github.sha }},ghcr.io/acme/web:latest" }
  test:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - run: docker run --rm ghcr.io/acme/web:\${{ github.sha }} python manage.py test
`,
    },
    {
      fault:
        "The withdrawal of images runs `if: needs.test-suite.result == 'failure'`, without a status function: never.",
      rule: "unreachable-job",
      files:
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n  withdraw:\n    needs: test\n    if: needs.test.result == 'failure'\n    runs-on: ubuntu-latest\n    steps:\n      - run: make withdraw\n",
    },
    {
      fault: "That job moves tags without having logged in.",
      rule: "login-before-registry-access",
      files: job("- run: docker buildx imagetools create --tag ghcr.io/acme/web:deleted ghcr.io/acme/web:bad", {
        job: "permissions: { packages: write }",
      }),
    },
    {
      fault: "It gives the image a second tag and leaves the commit's own in place: nothing is withdrawn.",
      unknowable: "Adding a tag is a valid thing to do; that it should have taken one away stands in a comment.",
    },
    {
      fault: "`versions/$SHA`: the API wants a version's id, not a commit.",
      unknowable: "The call stands in a comment; in a script the value of a variable would decide.",
    },
    {
      fault: "The gate no longer needs the production build, so a failed one passes it.",
      unknowable:
        "A gate may leave jobs out on purpose; gate-misses-job asks for those that it lists and does not read.",
    },
    {
      fault: "The cache's tag is the branch's name: `feature/x` is no tag.",
      rule: "invalid-tag",
      files: BASE(
        "ghcr.io/acme/web:${{ github.sha }}",
        "    cache-to: type=registry,mode=max,ref=ghcr.io/acme/cache:${{ github.ref_name }}",
      ).replace("branches: [main]", "branches: ['**']"),
    },
    { fault: "`gh` without a token.", rule: "missing-gh-token", files: CLEANUP(LISTING, false) },
    {
      fault: "Deletes a version when any of its tags is a pull request's.",
      rule: "unsafe-image-cleanup",
      files: CLEANUP(LISTING),
    },
    { fault: "Reads one page of versions.", rule: "unsafe-image-cleanup", files: CLEANUP(LISTING) },
    {
      fault: "A failing list is masked: the pipeline's status is that of xargs, which had nothing to do.",
      rule: "masked-pipeline",
      files: CLEANUP(LISTING),
    },
    {
      fault: "`/repos/…/packages/container/…` is no endpoint; packages belong to users and organisations.",
      rule: "unsafe-image-cleanup",
      files: CLEANUP(LISTING.replaceAll("/users/acme/", "repos/${{ github.repository }}/")),
    },
    {
      fault: "Keeps the newest five of `pr-` tags, and no cache is tagged so: they are named like branches.",
      unknowable:
        "The tags are written by a bake file through a variable of the environment; which names it takes shows at run time.",
    },
    {
      fault: "`ghcr.io/${{ github.repository }}-base` may hold capitals.",
      rule: "uppercase-image-name",
      files: BASE("ghcr.io/${{ github.repository }}-base:${{ github.sha }}"),
    },
    {
      fault: "A checkout in a job whose permissions name `packages` only: `contents` is none.",
      rule: "missing-permission",
      files: job("- uses: actions/checkout@v5\n- run: make", { job: "permissions: { packages: write }" }),
      settings: { visibility: "private" },
    },
    {
      fault: "The cache is exported to the image's own tag and replaces it.",
      rule: "cache-overwrites-image",
      files: BASE("ghcr.io/acme/base:latest", "    cache-to: type=registry,mode=max,ref=ghcr.io/acme/base:latest"),
    },
    {
      fault: "Two builds of the base image may finish in the wrong order and move `latest` back.",
      rule: "unserialised-moving-tag",
      files: BASE("ghcr.io/acme/base:latest"),
    },
    { fault: "The workflows have no timeouts.", rule: "job-timeout", files: job("- run: make") },
    {
      fault: "Actions are given by version, not by commit.",
      rule: "pinned-action",
      files: job("- uses: actions/checkout@v5"),
    },
    {
      fault: "Nothing scans the base image.",
      rule: "unscanned-image",
      files: BASE("ghcr.io/acme/base:${{ github.sha }}"),
    },
    {
      fault: "The deployment runs `caprover/cli-caprover:latest` with the application's token.",
      rule: "unpinned-image",
      files: job("- run: docker run caprover/cli-caprover:latest caprover deploy"),
    },
    {
      fault: "The Dockerfile builds on `-base:latest`, so the same commit gives different images.",
      unknowable: "Dockerfiles are other linters' files (hadolint DL3007).",
    },
    {
      fault: "The bake file reads `${GITHUB_SHA}` without declaring the variable.",
      unknowable: "A bake file is read for its targets; its variables may come from another file of the same call.",
    },
    {
      fault: "`gh cache list | grep hit` counts nothing: the list holds no hits.",
      unknowable: "It is a valid pipeline; what a program prints is not in the file.",
    },
    {
      fault: "`docker images | awk '{sum += $7}'` adds up the column `MB` and words like it.",
      unknowable: "What a program prints is not in the file.",
    },
    {
      fault: "`docker compose run` in CI asks for a terminal.",
      unknowable:
        "`docker compose run` looks whether there is one; only `docker run -it` insists (interactive-docker).",
    },
  ],
};
