import { job, type PlanDefects } from "./plan.ts";

const PUBLISH = (more: string): string => `on:
  workflow_call:
    inputs:
      image: { type: string, required: true }
    secrets:
      DOCKER_USERNAME: { required: true }
jobs:
  publish:
    runs-on: ubuntu-latest
${more}    steps:
      - run: ./publish.sh
        env:
          IMAGE: \${{ inputs.image }}
          DOCKER_USERNAME: \${{ secrets.DOCKER_USERNAME }}
`;

export const WEBAUTHN: PlanDefects = {
  system: "WebAuthn server",
  defects: [
    {
      fault: "The pipeline deletes its staging images at its end; a second workflow, started by that end, pulls them.",
      rule: "cleanup-before-consumer",
      files: {
        ".github/workflows/main.yml": `name: Main
on: { push: { branches: [main] } }
permissions: { contents: read, packages: write }
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/acme/server-staging:\${{ github.sha }}
  cleanup:
    needs: build
    if: always()
    runs-on: ubuntu-latest
    steps:
      - uses: actions/delete-package-versions@v5
        with:
          package-name: server-staging
          package-type: container
          min-versions-to-keep: 0
`,
        ".github/workflows/publish.yml": `name: Publish
on: { workflow_run: { workflows: [Main], types: [completed], branches: [main] } }
permissions: { packages: read }
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - run: docker pull ghcr.io/acme/server-staging:\${{ github.event.workflow_run.head_sha }}
`,
      },
    },
    {
      fault: "`setup-config`, the cleanup and the orchestrator are jobs without `runs-on`.",
      rule: "missing-key",
      files: "on: push\njobs:\n  config:\n    steps:\n      - run: make config\n",
    },
    {
      fault: "The job's outputs name `steps.config`, and no step has that id.",
      rule: "step-reference",
      files: job('- name: Load configuration\n  run: echo "scope=acme" >> "$GITHUB_OUTPUT"', {
        job: "outputs:\n  scope: ${{ steps.config.outputs.scope }}",
      }),
    },
    {
      fault: "The output `docker-registry` is declared, and the step only ever writes another.",
      rule: "step-reference",
      files: job('- id: config\n  run: echo "repo=acme/server" >> "$GITHUB_OUTPUT"', {
        job: "outputs:\n  registry: ${{ steps.config.outputs.registry }}",
      }),
    },
    {
      fault: "`$CONFIG_FILE` is set in no step, no `env:` and no earlier line.",
      rule: "lost-variable",
      files: job('- uses: actions/checkout@v5\n- run: CONFIG_FILE=ci.yml\n- run: yq .docker.image "$CONFIG_FILE"'),
    },
    {
      fault: "A script of the repository is called in a job that checks nothing out.",
      rule: "script-before-checkout",
      files: job("- run: ./scripts/docker/publish.sh"),
    },
    {
      fault: "The cleanup calls its script without a checkout as well.",
      rule: "script-before-checkout",
      files: job("- run: scripts/docker/cleanup.sh success acme"),
    },
    {
      fault: "`steps.attestation.outputs.webauthn-digest`: the attestation action has no such output.",
      rule: "step-reference",
      files: job(
        '- id: attest\n  uses: actions/attest-build-provenance@v3\n  with: { subject-path: app.jar }\n- run: echo "$DIGEST"\n  env: { DIGEST: "${{ steps.attest.outputs.webauthn-digest }}" }',
      ),
    },
    {
      fault: "The attestation is given no subject.",
      unknowable:
        "The action takes a path, a digest or a checksums file and marks none of them as required; which of them is meant is not in the file.",
    },
    {
      fault: "The required secrets of the called workflow are used nowhere in it.",
      rule: "unused-workflow-call-member",
      files:
        "on:\n  workflow_call:\n    secrets:\n      DOCKER_PASSWORD: { required: true }\njobs:\n  publish:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make publish\n",
    },
    {
      fault: "The input `force-publish` is declared and read nowhere.",
      rule: "unused-workflow-call-member",
      files:
        "on:\n  workflow_call:\n    inputs:\n      force-publish: { type: boolean, default: false }\njobs:\n  publish:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make publish\n",
    },
    {
      fault: "The called workflow asks for `attestations: write`, which its caller does not hold.",
      rule: "permission-not-granted",
      files: {
        ".github/workflows/ci.yml":
          'on: push\npermissions: { contents: read }\njobs:\n  publish:\n    permissions: { contents: write, id-token: write }\n    uses: ./.github/workflows/publish.yml\n    with: { image: app }\n    secrets: { DOCKER_USERNAME: "${{ secrets.DOCKER_USERNAME }}" }\n',
        ".github/workflows/publish.yml": PUBLISH("    permissions: { attestations: write, id-token: write }\n"),
      },
    },
    {
      fault: "A reusable workflow is called from a step.",
      rule: "reusable-workflow-in-step",
      files: job("- uses: ./.github/workflows/publish.yml"),
    },
    {
      fault: "The step that calls it has a `secrets:` key, which steps do not know.",
      rule: "unknown-key",
      files: job("- uses: actions/checkout@v5\n  secrets: { TOKEN: x }"),
    },
    {
      fault: "`needs.generate-version` is read by a job that does not need it.",
      rule: "needs-reference",
      files:
        'on: push\njobs:\n  version:\n    runs-on: ubuntu-latest\n    outputs: { version: "1" }\n    steps:\n      - run: make version\n  publish:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make publish\n        env: { VERSION: "${{ needs.version.outputs.version }}" }\n',
    },
    {
      fault: "The publishing workflow is called without its required input.",
      rule: "called-workflow-input",
      files: {
        ".github/workflows/ci.yml":
          'on: push\njobs:\n  publish:\n    uses: ./.github/workflows/publish.yml\n    secrets: { DOCKER_USERNAME: "${{ secrets.DOCKER_USERNAME }}" }\n',
        ".github/workflows/publish.yml": PUBLISH(""),
      },
    },
    {
      fault: "It is called without its required secret.",
      rule: "called-workflow-secret",
      files: {
        ".github/workflows/ci.yml":
          "on: push\njobs:\n  publish:\n    uses: ./.github/workflows/publish.yml\n    with: { image: app }\n",
        ".github/workflows/publish.yml": PUBLISH(""),
      },
    },
    {
      fault: "A step sets `GITHUB_REF_NAME` and its like in `env:`, which the runner does not take.",
      rule: "env-name",
      files: job("- run: ./version.sh\n  env: { GITHUB_REF_NAME: main }"),
    },
    {
      fault: "`return 0` stands in a script outside of any function.",
      rule: "return-outside-function",
      files: job('- run: |\n    case "$STRATEGY" in\n      keep) return 0 ;;\n    esac'),
    },
    {
      fault: "A list of sentences stands where the called workflow's keys belong.",
      rule: "yaml-type",
      files: "on: push\njobs:\n  - Download and cache\n",
    },
    {
      fault:
        "Publishing waits for end-to-end tests that are skipped when no image was built: a change in a client library alone is never published.",
      unknowable: "Whether a skipped test should stop a release is what the team wants; both readings are valid files.",
    },
    {
      fault: "The orchestrator's outputs come from steps that call workflows, and so are always empty.",
      unknowable:
        "The step is an error already (reusable-workflow-in-step); what its outputs would have been has no meaning.",
    },
    {
      fault: "During the parallel phase both workflows publish the same version.",
      unknowable: "The second workflow is only described; with both files present, duplicate-publish compares them.",
    },
    {
      fault: "The cleanup without `always()` no longer runs after a failure.",
      unknowable:
        "A job that runs only after success is what most jobs are; that this one should run always is in nobody's file.",
    },
    {
      fault: "The staging images are pulled and pushed without a login.",
      unknowable: "Both happen inside of a script of the repository that the workflow only calls.",
    },
  ],
};
