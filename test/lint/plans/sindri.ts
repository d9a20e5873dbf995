import { job, type PlanDefects } from "./plan.ts";

/** The composite action that builds and pushes, with one fault at a time. */
const BUILD_ACTION = (steps: string): string => `name: Build and push
description: Builds an image and pushes it
inputs:
  tag: { description: The tag, required: true }
  context: { description: The folder, default: . }
runs:
  using: composite
  steps:
${steps
  .split("\n")
  .map((line) => `    ${line}`)
  .join("\n")}
`;

const PR = "\n  pull_request: { branches: [main] }\n  push: { branches: [main, develop] }";

const PUSH_ON_PULL_REQUEST = `- uses: actions/checkout@v5
- run: flyctl auth docker
  env: { FLY_API_TOKEN: "\${{ secrets.FLY_TOKEN }}" }
- run: |
    docker build -t registry.fly.io/acme:pr-1 .
    docker push registry.fly.io/acme:pr-1`;

const CALLED = `on:
  workflow_call:
    inputs:
      pre_built_image: { type: string, default: "" }
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: flyctl deploy --app acme-test
        env: { FLY_API_TOKEN: "\${{ secrets.FLY_TOKEN }}" }
`;

export const SINDRI: PlanDefects = {
  system: "Sindri",
  defects: [
    {
      fault:
        "The plan's own starting point: every consumer runs `flyctl deploy`, each of which builds the image again.",
      rule: "redundant-image-build",
      files: {
        ".github/workflows/build.yml": `name: Build\non: { push: { branches: [main] } }\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v5\n      - run: flyctl auth docker\n        env: { FLY_API_TOKEN: "\${{ secrets.FLY_TOKEN }}" }\n      - run: docker build -t registry.fly.io/acme:\${{ github.sha }} . && docker push registry.fly.io/acme:\${{ github.sha }}\n`,
        ".github/workflows/test.yml": `name: Test\non: { push: { branches: [main] } }\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v5\n      - run: flyctl deploy --app acme-test\n        env: { FLY_API_TOKEN: "\${{ secrets.FLY_TOKEN }}" }\n`,
      },
    },
    {
      fault: "A called workflow takes `pre_built_image` and deploys without it.",
      rule: "unused-image-input",
      files: {
        ".github/workflows/ci.yml": `on: { push: { branches: [main] } }\njobs:\n  build:\n    runs-on: ubuntu-latest\n    outputs: { image: "\${{ steps.tag.outputs.image }}" }\n    steps:\n      - uses: actions/checkout@v5\n      - id: tag\n        run: echo "image=registry.fly.io/acme:\${{ github.sha }}" >> "$GITHUB_OUTPUT"\n      - run: docker build -t registry.fly.io/acme:\${{ github.sha }} . && docker push registry.fly.io/acme:\${{ github.sha }}\n  test:\n    needs: build\n    uses: ./.github/workflows/test.yml\n    with: { pre_built_image: "\${{ needs.build.outputs.image }}" }\n    secrets: inherit\n`,
        ".github/workflows/test.yml": CALLED,
      },
    },
    {
      fault: "`superfly/flyctl-actions/setup-flyctl@master` is whatever master is today.",
      rule: "pinned-action",
      files: job("- uses: superfly/flyctl-actions/setup-flyctl@master"),
    },
    {
      fault: "The action pastes its inputs into the script.",
      rule: "script-injection-by-writers",
      files: { "build/action.yml": BUILD_ACTION("- shell: bash\n  run: docker build ${{ inputs.context }}") },
    },
    {
      fault: "The workflow pastes the dispatch input `tag` into the script.",
      rule: "script-injection-by-writers",
      files: job('- run: |\n    TAG="${{ github.event.inputs.tag }}"\n    echo "$TAG"', {
        on: "\n  workflow_dispatch:\n    inputs:\n      tag: { type: string }",
      }),
    },
    {
      fault:
        "On a pull request `${GITHUB_SHA:0:7}` is the merge commit's; those who look for the image know the head commit.",
      rule: "tag-mismatch",
      files: {
        ".github/workflows/build.yml": `name: Build\non: { pull_request: }\njobs:\n  build:\n    if: github.event.pull_request.head.repo.full_name == github.repository\n    runs-on: ubuntu-latest\n    permissions: { contents: read, packages: write }\n    steps:\n      - uses: actions/checkout@v5\n      - uses: docker/login-action@v3\n        with: { registry: ghcr.io, username: "\${{ github.actor }}", password: "\${{ github.token }}" }\n      - run: docker build -t "ghcr.io/acme/app:pr-\${GITHUB_SHA:0:7}" . && docker push "ghcr.io/acme/app:pr-\${GITHUB_SHA:0:7}"\n`,
        ".github/workflows/test.yml": `name: Test\non: { workflow_run: { workflows: [Build], types: [completed] } }\njobs:\n  test:\n    runs-on: ubuntu-latest\n    permissions: { packages: read, statuses: write }\n    env: { HEAD_SHA: "\${{ github.event.workflow_run.head_sha }}" }\n    steps:\n      - run: docker pull "ghcr.io/acme/app:pr-\${HEAD_SHA:0:7}"\n`,
      },
    },
    {
      fault: "`${GITHUB_REF#refs/heads/}` on a pull request is `refs/pull/N/merge`.",
      rule: "ref-on-pull-request",
      files: job(
        '- uses: actions/checkout@v5\n- run: |\n    BRANCH=${GITHUB_REF#refs/heads/}\n    docker build -t "acme/app:${BRANCH//\\//-}" .',
        { on: "pull_request" },
      ),
    },
    {
      fault: "The branch goes into the tag with nothing but `/` replaced: `feature/###` is no tag.",
      rule: "invalid-tag",
      files: job(
        '- uses: actions/checkout@v5\n- run: |\n    BRANCH=${GITHUB_REF#refs/heads/}\n    docker build -t "acme/app:${BRANCH}" .',
        { on: "{ push: { branches: ['**'] } }" },
      ),
    },
    {
      fault: "The image is pulled in order to push it as `latest`, which the registry can do by itself.",
      rule: "late-retag",
      files: job(
        "- uses: actions/checkout@v5\n- run: |\n    docker build -t registry.fly.io/acme:${{ github.sha }} .\n    docker push registry.fly.io/acme:${{ github.sha }}\n- run: |\n    docker pull registry.fly.io/acme:${{ github.sha }}\n    docker tag registry.fly.io/acme:${{ github.sha }} registry.fly.io/acme:latest\n    docker push registry.fly.io/acme:latest",
      ),
    },
    {
      fault: "`latest` moves with each push to main, in whatever order the builds finish.",
      rule: "unserialised-moving-tag",
      files: job(
        "- uses: actions/checkout@v5\n- run: docker build -t registry.fly.io/acme:latest . && docker push registry.fly.io/acme:latest",
        { on: "{ push: { branches: [main] } }" },
      ),
    },
    {
      fault: "Pull requests from forks have no token to push with, and no other way.",
      rule: "fork-blind",
      files: job(PUSH_ON_PULL_REQUEST, { on: PR }),
    },
    {
      fault: "`github.event.head_commit.modified` does not exist in Actions.",
      rule: "unknown-event-property",
      files: job("- run: make", { job: "if: contains(github.event.head_commit.modified, 'Dockerfile')" }),
    },
    {
      fault: "`git diff HEAD~1` in a checkout of one commit.",
      rule: "shallow-history",
      files: job("- uses: actions/checkout@v5\n- run: git diff --name-only HEAD~1 HEAD"),
    },
    {
      fault: "`gh pr view` without a token.",
      rule: "missing-gh-token",
      files: job("- run: gh pr view 1 --json files", { on: "pull_request" }),
    },
    {
      fault: "`gh pr view` in a job that may read contents only.",
      rule: "missing-permission",
      files: job('- run: gh pr view 1 --json files\n  env: { GH_TOKEN: "${{ github.token }}" }', {
        on: "pull_request",
        job: "permissions: { contents: read }",
      }),
      settings: { visibility: "private" },
    },
    {
      fault: "`eval $DEPLOY_CMD`, with inputs inside.",
      rule: "eval-of-input",
      files: job('- run: |\n    CMD="flyctl deploy --app ${{ inputs.app }}"\n    eval $CMD', {
        on: "\n  workflow_dispatch:\n    inputs:\n      app: { type: string }",
      }),
    },
    {
      fault: "When nothing changed, the tests take `latest`: a guess, and one that moves.",
      rule: "mutable-test-image",
      files: job(
        "- run: docker pull registry.fly.io/acme:latest\n- run: docker run registry.fly.io/acme:latest make test",
      ),
    },
    {
      fault: "A step's output is read that only its skipped twin would have written.",
      rule: "step-reference",
      files: job(
        '- id: build\n  run: echo "image=a" >> "$GITHUB_OUTPUT"\n- run: echo "$URL"\n  env: { URL: "${{ steps.build.outputs.image-url }}" }',
      ),
    },
    {
      fault: "The cleanup's here-document is quoted, so nothing in it expands.",
      rule: "quoted-heredoc",
      files: job("- run: |\n    cat > dashboard.md << 'EOF'\n    Last updated: $(date)\n    EOF"),
    },
    {
      fault: "`git push || echo` makes every failure a success.",
      rule: "swallowed-failure",
      files: job('- uses: actions/checkout@v5\n- run: git push || echo "No changes to push"'),
    },
    {
      fault: "The dashboard commits and pushes with a token that may only read.",
      rule: "missing-permission",
      files: job("- uses: actions/checkout@v5\n- run: |\n    git commit -am dashboard\n    git push", {
        job: "permissions: { contents: read }",
      }),
    },
    {
      fault: "The performance report reads runs with a token that may not.",
      rule: "missing-permission",
      files: job(
        '- run: gh api "/repos/${{ github.repository }}/actions/runs/1"\n  env: { GH_TOKEN: "${{ github.token }}" }',
        { job: "permissions: { contents: read }" },
      ),
      settings: { visibility: "private" },
    },
    {
      fault: "Two runs of the dashboard push to one branch at the same time.",
      rule: "concurrency-group",
      files: job("- uses: actions/checkout@v5\n- run: |\n    git commit -am dashboard\n    git push", {
        on: "{ push: { branches: [main] } }",
        job: "permissions: { contents: write }",
      }),
    },
    {
      fault: "`workflow_run` without branches reports on every branch's runs.",
      rule: "workflow-run-branches",
      files: job("- run: make report", { on: "{ workflow_run: { workflows: [Tests], types: [completed] } }" }),
    },
    {
      fault: "`build-image` is called by `uses:` and has no `workflow_call`.",
      rule: "missing-called-workflow",
      files: {
        ".github/workflows/ci.yml": "on: push\njobs:\n  build:\n    uses: ./.github/workflows/build.yml\n",
        ".github/workflows/build.yml":
          "on: { pull_request: }\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n",
      },
    },
    { fault: "The jobs have no timeouts.", rule: "job-timeout", files: job("- run: flyctl deploy --image acme:1") },
    {
      fault: "`docker images | grep`, `docker rmi` of the runner's own copies is meant to clean the registry.",
      unknowable: "Removing a local image is a valid thing to do; that the registry was meant stands in the prose.",
    },
    {
      fault: "The cleanup deletes nothing: it prints how somebody might.",
      unknowable: "What a script ought to have done is not in the script.",
    },
    {
      fault:
        "`dry_run || 'true'` can never be false on dispatch: a false input is the string `false`, an empty one is true.",
      unknowable:
        "`github.event.inputs` holds strings, so `'false' || 'true'` is `false`: it works, and reads as if it did not.",
    },
    {
      fault: "`always()` on a consumer runs it although the image could not be built.",
      unknowable: "Building from source is the plan's fallback, so running without an image is wanted.",
    },
    {
      fault: "The retry repeats a deployment that may have succeeded in part.",
      unknowable: "Whether `flyctl deploy` may be repeated depends on the application.",
    },
    {
      fault: "A test of `latest` compares times of builds on machines that differ.",
      unknowable: "It is a method of measuring, not a fault of a file.",
    },
  ],
};
