import { job, type PlanDefects } from "./plan.ts";

const BUILD = (more: string, on = "{ push: { branches: [main] }, pull_request: }"): string => `name: Build
on: ${on}
permissions: { contents: read, packages: write }
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
${more}`;

const LOGIN = `      - uses: docker/login-action@v3
        with: { registry: ghcr.io, username: "\${{ github.actor }}", password: "\${{ secrets.GITHUB_TOKEN }}" }
`;

const PUSH = (tags: string, more = ""): string => `      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ${tags}
${more}`;

const AFTER_BUILD = (steps: string, more = "", filter = ""): string => `name: Test
on:
  workflow_run:
    workflows: [Build]
    types: [completed]
${filter}${more}jobs:
  test:
    runs-on: ubuntu-latest
    permissions: { contents: read, packages: read, actions: read }
    steps:
${steps
  .split("\n")
  .map((line) => `      ${line}`)
  .join("\n")}
`;

const both = (build: string, test: string): Record<string, string> => ({
  ".github/workflows/build.yml": build,
  ".github/workflows/test.yml": test,
});

const CLEANUP = (script: string): string =>
  job(
    `- run: |\n${script
      .split("\n")
      .map((line) => `    ${line}`)
      .join("\n")}\n  env: { GH_TOKEN: "\${{ github.token }}" }`,
    { on: "\n  schedule:\n    - cron: 0 3 * * 0\n  workflow_dispatch:", job: "permissions: { packages: write }" },
  );

export const CHARON: PlanDefects = {
  system: "Charon",
  defects: [
    {
      fault: "The login runs on pull requests only, while everything is pushed.",
      rule: "login-before-registry-access",
      files: BUILD(
        `${LOGIN.replace("        with", "        if: github.event_name == 'pull_request'\n        with")}${PUSH("ghcr.io/acme/app:sha-${{ github.sha }}")}`,
      ),
    },
    {
      fault: "`push: true` on every event, so each pull request from a fork fails.",
      rule: "fork-blind",
      files: BUILD(`${LOGIN}${PUSH("ghcr.io/acme/app:sha-${{ github.sha }}")}`),
    },
    {
      fault:
        "The build tags with `github.sha`, on a pull request a merge commit; the consumers look for the head commit.",
      rule: "tag-mismatch",
      files: both(
        BUILD(`${LOGIN}${PUSH("ghcr.io/acme/app:pr-${{ github.sha }}")}`, "pull_request"),
        AFTER_BUILD("- run: docker pull ghcr.io/acme/app:pr-${{ github.event.workflow_run.head_sha }}"),
      ),
    },
    {
      fault: "The scan asks for a tag with the full commit, the build pushes one with seven characters.",
      rule: "tag-mismatch",
      files: BUILD(
        `${LOGIN}      - uses: docker/metadata-action@v5
        id: meta
        with:
          images: ghcr.io/acme/app
          tags: type=sha,format=short
${PUSH("${{ steps.meta.outputs.tags }}")}      - run: docker pull ghcr.io/acme/app:sha-\${{ github.sha }}
`,
        "{ push: { branches: [main] } }",
      ),
    },
    {
      fault: "`ghcr.io/${{ github.repository }}` may hold capitals.",
      rule: "uppercase-image-name",
      files: BUILD(`${LOGIN}${PUSH("ghcr.io/${{ github.repository }}:sha-${{ github.sha }}")}`),
    },
    {
      fault: "The scan writes SARIF that nothing uploads.",
      rule: "scan-not-enforced",
      files: job(
        "- uses: aquasecurity/trivy-action@0.33.1\n  with:\n    image-ref: ghcr.io/acme/app:1\n    format: sarif\n    output: trivy.sarif",
      ),
    },
    {
      fault: "The scan asks for HIGH and CRITICAL, and its SARIF format ignores that.",
      rule: "scan-not-enforced",
      files: job(
        "- uses: aquasecurity/trivy-action@0.33.1\n  with:\n    image-ref: ghcr.io/acme/app:1\n    format: sarif\n    output: trivy.sarif\n    severity: HIGH,CRITICAL\n    exit-code: '1'\n- if: always()\n  uses: github/codeql-action/upload-sarif@v4\n  with: { sarif_file: trivy.sarif }",
      ),
    },
    {
      fault: "`trivy-action@master`.",
      rule: "pinned-action",
      files: job("- uses: aquasecurity/trivy-action@master\n  with: { image-ref: ghcr.io/acme/app:1 }"),
    },
    {
      fault: "No `permissions:` anywhere.",
      rule: "explicit-permissions",
      files: job("- uses: actions/checkout@v5\n- run: make"),
    },
    {
      fault: "Nothing tries the push again.",
      rule: "network-retry",
      files: job("- uses: actions/checkout@v5\n- run: docker push ghcr.io/acme/app:1"),
    },
    {
      fault: "A matrix of platforms that all push one tag.",
      rule: "matrix-tag-clash",
      files: `on: { push: { branches: [main] } }
permissions: { contents: read, packages: write }
jobs:
  build:
    runs-on: ubuntu-latest
    strategy: { matrix: { platform: [linux/amd64, linux/arm64] } }
    steps:
      - uses: actions/checkout@v5
${LOGIN}      - uses: docker/build-push-action@v6
        with: { push: true, platforms: "\${{ matrix.platform }}", tags: "ghcr.io/acme/app:latest" }
`,
    },
    {
      fault: "The matrix' `strategy:` stands outside of any job.",
      rule: "unknown-key",
      files:
        "on: push\nstrategy: { matrix: { platform: [a] } }\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n",
    },
    {
      fault: "Every pull request writes the registry's cache that main's builds read.",
      unknowable:
        "It is a question of trust among branches; a fork cannot push at all (fork-blind), and a colleague's branch is trusted by some and not by others.",
    },
    {
      fault: "A step with two `env:` keys.",
      rule: "duplicate-key",
      files: job("- run: make\n  env: { A: 1 }\n  env: { B: 2 }"),
    },
    {
      fault:
        "`branches: [main]` of a `workflow_run` filters a pull request's source branch: one from `fix/x` is never tested.",
      rule: "workflow-run-filter-gap",
      files: both(
        BUILD(`      - run: make
`),
        AFTER_BUILD("- run: make test", "", "    branches: [main]\n"),
      ),
    },
    {
      fault: "The concurrency group holds the commit, so nothing is ever cancelled.",
      rule: "ineffective-cancel",
      files: job("- run: make", {
        on: "pull_request\nconcurrency:\n  group: ci-${{ github.sha }}\n  cancel-in-progress: true",
      }),
    },
    {
      fault: "`${{ github.workflow }}-${{ github.ref }}` in a `workflow_run` is one group for all branches.",
      rule: "default-branch-context",
      files: both(
        BUILD("      - run: make\n"),
        AFTER_BUILD(
          "- run: make test",
          "concurrency:\n  group: ${{ github.workflow }}-${{ github.ref }}\n  cancel-in-progress: true\n",
        ),
      ),
    },
    {
      fault: "A checkout without `ref` takes the default branch's tests to the pull request's image.",
      rule: "wrong-commit-checkout",
      files: both(
        BUILD(`${LOGIN}${PUSH("ghcr.io/acme/app:${{ github.sha }}")}`, "{ push: { branches: ['**'] } }"),
        AFTER_BUILD(
          "- uses: actions/checkout@v5\n- run: docker run ghcr.io/acme/app:${{ github.event.workflow_run.head_sha }} make test",
        ),
      ),
    },
    {
      fault: "The pull requests' JSON is pasted into the script: a branch's name is code.",
      rule: "script-injection",
      files: AFTER_BUILD("- run: echo '${{ toJSON(github.event.workflow_run.pull_requests) }}'"),
    },
    {
      fault: "`workflow_run.pull_requests[0]` is empty for forks.",
      rule: "fork-blind",
      files: AFTER_BUILD(
        '- run: docker pull "ghcr.io/acme/app:pr-$NUMBER"\n  env: { NUMBER: "${{ github.event.workflow_run.pull_requests[0].number }}" }',
      ),
    },
    {
      fault: "`sed 's/[^a-z0-9-._]/-/g'` is an invalid range.",
      rule: "invalid-bracket-range",
      files: job("- run: echo \"$GITHUB_REF_NAME\" | sed 's/[^a-z0-9-._]/-/g'"),
    },
    {
      fault: "The pipe masks that error.",
      rule: "masked-pipeline",
      files: job("- run: |\n    docker pull ghcr.io/acme/app:1 2>&1 | tee pull.log"),
    },
    {
      fault: "The ends are trimmed before runs of dashes collapse, so a tag may begin with one.",
      unknowable:
        "It is arithmetic on strings; what a chain of programs makes of every branch name is tested, not read.",
    },
    {
      fault: "`cut -c1-121` leaves room for seven characters, and there are eight: 129 in all.",
      unknowable: "The length of what a script computes shows when it runs; invalid-tag counts what is written.",
    },
    {
      fault: "Main's image is looked for as `main-abc1234`; the build pushes `sha-abc1234`.",
      rule: "tag-mismatch",
      files: both(
        BUILD(
          `${LOGIN}      - uses: docker/metadata-action@v5
        id: meta
        with:
          images: ghcr.io/acme/app
          tags: type=sha,format=short
${PUSH("${{ steps.meta.outputs.tags }}")}`,
          "{ push: { branches: [main] } }",
        ),
        AFTER_BUILD(
          '- run: docker pull "ghcr.io/acme/app:main-${HEAD_SHA:0:7}"\n  env: { HEAD_SHA: "${{ github.event.workflow_run.head_sha }}" }',
        ),
      ),
    },
    {
      fault: "`if docker pull … | tee pull.log` takes tee's status: the fallback never runs.",
      rule: "masked-pipeline",
      files: job(
        "- run: |\n    if docker pull ghcr.io/acme/app:1 2>&1 | tee pull.log; then\n      echo pulled\n    else\n      echo fallback\n    fi",
      ),
    },
    {
      fault: "No login before the pull.",
      rule: "login-before-registry-access",
      files: both(
        BUILD(`${LOGIN}${PUSH("ghcr.io/acme/app:${{ github.sha }}")}`, "{ push: { branches: [main] } }"),
        AFTER_BUILD("- run: docker pull ghcr.io/acme/app:${{ github.event.workflow_run.head_sha }}"),
      ),
      settings: { visibility: "private" },
    },
    {
      fault: "The fallback asks for an artifact that the build uploads under another name.",
      rule: "artifact-mismatch",
      files: both(
        BUILD(
          "      - uses: actions/upload-artifact@v5\n        with: { name: push-image, path: image.tar }\n",
          "{ push: { branches: [main] } }",
        ),
        AFTER_BUILD(
          '- uses: actions/download-artifact@v6\n  with: { name: pr-image-1, run-id: "${{ github.event.workflow_run.id }}", github-token: "${{ github.token }}" }',
        ),
      ),
    },
    {
      fault: "It downloads another run's artifact without `actions: read`.",
      rule: "missing-permission",
      files: AFTER_BUILD(
        '- run: gh run download "$RUN"\n  env: { GH_TOKEN: "${{ github.token }}", RUN: "${{ github.event.workflow_run.id }}" }',
      ).replace(", actions: read", ""),
      settings: { visibility: "private" },
    },
    {
      fault: "`docker load` of an archive that may be a fork's.",
      rule: "untrusted-artifact",
      files: AFTER_BUILD(
        '- uses: actions/download-artifact@v6\n  with: { name: image, run-id: "${{ github.event.workflow_run.id }}", github-token: "${{ github.token }}" }\n- run: docker load -i image.tar\n- run: docker run app',
      ),
    },
    {
      fault: "A stale image is a warning, and the artifact is not compared at all.",
      unknowable: "How strict a script should be with what it finds is not in the file.",
    },
    {
      fault: "Nothing tries the pull again.",
      rule: "network-retry",
      files: job("- run: docker pull ghcr.io/acme/app:1"),
    },
    {
      fault: "The result of the tests is on no commit.",
      rule: "invisible-result",
      files: both(
        BUILD("      - run: make\n"),
        AFTER_BUILD(
          '- uses: actions/checkout@v5\n  with: { ref: "${{ github.event.workflow_run.head_sha }}", persist-credentials: false }\n- run: make test',
        ),
      ),
    },
    {
      fault: "The retried command starts a container with a name: the second attempt fails because of the first.",
      rule: "unsafe-retry",
      files: job(
        "- uses: nick-fields/retry@v3\n  with: { timeout_minutes: 5, max_attempts: 3, command: docker run --name app -d ghcr.io/acme/app:1 }",
      ),
    },
    { fault: '"Exponential backoff" is a constant pause.', unknowable: "A comment and a number disagree." },
    {
      fault: "`e2e-${{ workflow_run.head_branch }}` is `e2e-` for every run by hand.",
      rule: "empty-concurrency-key",
      files:
        "on:\n  workflow_run: { workflows: [Build], types: [completed] }\n  workflow_dispatch:\nconcurrency:\n  group: e2e-${{ github.event.workflow_run.head_branch }}\n  cancel-in-progress: true\njobs:\n  e2e:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make e2e\n",
    },
    {
      fault: "A run by hand checks out the default branch, whatever image it tests.",
      unknowable: "The tag is typed by a person; which commit it belongs to is nowhere.",
    },
    {
      fault: "The given tag is pasted into the script.",
      rule: "script-injection-by-writers",
      files: job("- run: docker pull ghcr.io/acme/app:${{ inputs.tag }}", {
        on: "\n  workflow_dispatch:\n    inputs:\n      tag: { type: string }",
      }),
    },
    {
      fault: "`docker inspect` prints the container's environment.",
      unknowable: "Whether there is a secret in it is known where the container is started, and only at run time.",
    },
    {
      fault: "Deletes a version when any of its tags is a pull request's.",
      rule: "unsafe-image-cleanup",
      files: CLEANUP(
        'gh api --paginate "/orgs/acme/packages/container/app/versions" --jq \'.[] | select(.metadata.container.tags | any(startswith("pr-"))) | .id\' |\n  while read -r id; do gh api -X DELETE "/orgs/acme/packages/container/app/versions/$id"; done',
      ),
    },
    {
      fault: "`/orgs/<owner>/packages` is a 404 for a user.",
      unknowable: "Whether an owner is a user or an organisation is not in the repository.",
    },
    {
      fault: "Reads one page of a hundred versions.",
      rule: "unsafe-image-cleanup",
      files: CLEANUP(
        'gh api "/orgs/acme/packages/container/app/versions?per_page=100" --jq \'.[] | select(.metadata.container.tags | length > 0 and all(startswith("pr-"))) | .id\' |\n  while read -r id; do gh api -X DELETE "/orgs/acme/packages/container/app/versions/$id"; done',
      ),
    },
    {
      fault: "Deletes untagged versions of multi-platform images.",
      rule: "unsafe-image-cleanup",
      files: both(
        BUILD(
          `${LOGIN}${PUSH("ghcr.io/acme/app:${{ github.sha }}", "          platforms: linux/amd64,linux/arm64\n")}`,
          "{ push: { branches: [main] } }",
        ),
        "on: { schedule: [{ cron: 0 3 * * 0 }] }\njobs:\n  clean:\n    runs-on: ubuntu-latest\n    permissions: { packages: write }\n    steps:\n      - uses: actions/delete-package-versions@v5\n        with: { package-name: app, package-type: container, delete-only-untagged-versions: true, min-versions-to-keep: 0 }\n",
      ),
    },
    {
      fault: "Only one kind of tag is ever deleted; the others stay for ever.",
      unknowable: "Keeping too much breaks nothing; which kinds should go is the team's to say.",
    },
    { fault: "24 hours here, 48 hours there.", unknowable: "Two sentences of the prose disagree." },
    {
      fault: "The cutoff is moved the wrong way, by a variable that an earlier step set.",
      rule: "lost-variable",
      files: job("- run: CUTOFF=$(date -d '7 days ago' +%s)\n- run: echo \"$CUTOFF\""),
    },
    {
      fault: "A cleanup without a timeout.",
      rule: "job-timeout",
      files: CLEANUP("gh api -X DELETE /user/packages/container/app/versions/1"),
    },
    {
      fault: "A cleanup without a dry run and without a cap.",
      unknowable: "Neither has a form that a linter could look for.",
    },
    {
      fault: "Two cleanups at once.",
      rule: "concurrency-group",
      files: CLEANUP(
        "gh api --paginate /user/packages/container/app/versions --jq '.[].id' | xargs -I {} gh api -X DELETE /user/packages/container/app/versions/{}",
      ),
    },
    {
      fault: '`workflows: ["Integration Test*"]` takes names, not patterns.',
      rule: "dangling-workflow-run",
      files: AFTER_BUILD("- run: make report").replace("[Build]", "['Integration Test*']"),
    },
    {
      fault: "A `workflow_run` without branches.",
      rule: "workflow-run-branches",
      files: AFTER_BUILD("- run: make report"),
    },
    {
      fault: "`jq '[.[] | select(…)]'` on a stream of objects fails.",
      unknowable: "What a program reads from another shows when they run.",
    },
    {
      fault: "The newest hundred runs of all workflows hold few builds.",
      unknowable: "How many runs a repository has is not in its files.",
    },
    {
      fault: "Durations count queues and re-runs in.",
      unknowable: "It is a method of measuring, not a fault of a file.",
    },
    {
      fault: "`name: ci-metrics-$(date +%Y%m%d)`: no shell reads `with:`.",
      rule: "shell-syntax-outside-shell",
      files: job(
        "- uses: actions/upload-artifact@v5\n  with: { name: ci-metrics-$(date +%Y%m%d), path: metrics.json }",
      ),
    },
    {
      fault: "Empty results give invalid JSON and a division by zero.",
      unknowable: "What a variable holds shows at run time.",
    },
    {
      fault: "`jq -r 'Before: '` is no program.",
      unknowable: "Programs of jq inside of a shell's string inside of YAML are for jq to check.",
    },
    {
      fault: "`calculate_percentage_change` is no command.",
      unknowable: "A command may come with the image, an earlier step or the repository.",
    },
    {
      fault: "The daily alert is a line in a log.",
      rule: "failure-notification",
      files:
        "name: Release\non: { schedule: [{ cron: 0 3 * * * }] }\njobs:\n  release:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make release\n",
    },
    {
      fault: "`git revert HEAD~10`, `gh workflow list` as a check of syntax, `git log --grep` in the wrong case.",
      unknowable: "They stand in a runbook; each is a valid command that does something else.",
    },
    {
      fault: "`PATCH …/branches/main/protection` does not exist.",
      unknowable: "Which endpoints the API has is the API's to say.",
    },
    {
      fault: 'Running the build by hand "rebuilds the image" of a pull request, but tags it otherwise.',
      unknowable: "The command stands in a runbook.",
    },
    {
      fault: "The webhook's `curl` has no `--fail`.",
      rule: "curl-without-fail",
      files: job(
        '- run: curl -X POST -d \'{"text":"failed"}\' "$WEBHOOK_URL"\n  env: { WEBHOOK_URL: "${{ secrets.WEBHOOK_URL }}" }',
      ),
    },
    {
      fault: "`$WEBHOOK_URL` is never set.",
      rule: "lost-variable",
      files: job('- run: WEBHOOK_URL=https://chat.example.com\n- run: curl --fail "$WEBHOOK_URL"'),
    },
    {
      fault: "`github.ref == 'refs/heads/main'` is always true in a `workflow_run`.",
      rule: "default-branch-context",
      files: both(
        BUILD("      - run: make\n"),
        AFTER_BUILD("- if: github.ref == 'refs/heads/main'\n  run: make notify"),
      ),
    },
    { fault: "`gh` without a token.", rule: "missing-gh-token", files: job("- run: gh run list") },
    {
      fault: "Two workflows and a scan build the same image on a pull request.",
      rule: "redundant-image-build",
      files: {
        ".github/workflows/build.yml": BUILD("      - run: docker build -t charon:pr .\n", "pull_request"),
        ".github/workflows/scan.yml": BUILD("      - run: docker build -t charon:scan .\n", "pull_request").replace(
          "name: Build",
          "name: Scan",
        ),
      },
    },
    {
      fault: "The tests pull `latest`.",
      rule: "mutable-test-image",
      files: job("- run: docker pull ghcr.io/acme/app:latest\n- run: docker run ghcr.io/acme/app:latest make test", {
        on: "{ push: { branches: [main] } }",
      }),
    },
    {
      fault:
        "The table of tags and the algorithm disagree; `latest` lives thirty days and for ever; numbers that do not add up.",
      unknowable: "Sentences of the prose disagree.",
    },
  ],
};
