/** Sections 1 and 3.3 of Sindri's plan, and its cache: how the image is built, pushed, labelled and reused. */
import { stepsOf } from "../../support/emission.ts";
import { onOf, script } from "../../support/questions.ts";
import { always, beyond, broken, deleted, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import { actionTexts, BUILD, DEPLOYING, given, IMAGE } from "../sindri-files.ts";

const UNCHANGED = "Look for an image of unchanged sindri";
const PUSH = "Push (attempt 1)";
const labels = (files: Parameters<typeof given>[0]): string =>
  String(files.step(BUILD, "build-sindri", PUSH)?.with["labels"] ?? "");

export const buildRows: Requirement[] = [
  always(
    "Summary, Background, 4.2, P5 tests, Functional criteria",
    "The image is built in one place, once a commit; no test builds one.",
    {
      output: "build-image.yml: job `build-sindri`; no other workflow of a push builds",
      holds: (files) =>
        DEPLOYING.every(
          (file) =>
            files
              .job(file, "test")
              ?.steps.every((step) => step.uses?.startsWith("docker/build-push-action@") !== true) === true,
        ) && files.step(BUILD, "build-sindri", "Build")?.uses?.startsWith("docker/build-push-action@") === true,
      breaks: broken("per-extension", /uses: actions\/checkout@.*/, "uses: docker/build-push-action@v6"),
      proof: "test/execution/pipeline/sindri.test.ts",
    },
  ),
  fromConfig(
    "Registry, 1.1, 1.2, Components, Data flow",
    "Images go to `registry.fly.io/sindri-registry`: an app that need not run, for its namespace.",
    {
      line: set("registry.repository", "another-app"),
      output: "build-image.yml: job `publish-sindri`, `image`",
      holds: (files) => given(files, BUILD, "publish-sindri", "Publish the image", "image") === IMAGE,
      proof: "test/execution/pipeline/sindri.test.ts",
    },
  ),
  fromConfig(
    "1.2, 5.3, Operational criteria",
    "Docker logs in with `flyctl auth docker` and the secret that is there already, `FLYIO_AUTH_TOKEN`.",
    {
      line: set("registry.auth.token", "ANOTHER_TOKEN"),
      output: "build-image.yml: job `build-sindri`, step `Log in to registry.fly.io`",
      holds: (files) =>
        script(files, BUILD, "build-sindri", "Log in to registry.fly.io").includes("flyctl auth docker") &&
        files.step(BUILD, "build-sindri", "Log in to registry.fly.io")?.env["FLY_API_TOKEN"] ===
          "${{ secrets.FLYIO_AUTH_TOKEN }}",
    },
  ),
  fromConfig("1.2", "The Dockerfile can be chosen.", {
    line: set("builds.sindri.dockerfile", "docker/Dockerfile"),
    output: `build-image.yml: job \`build-sindri\`, step \`${PUSH}\`, \`file\``,
    holds: (files) => files.step(BUILD, "build-sindri", PUSH)?.with["file"] === "Dockerfile",
  }),
  fromConfig("1.2", "The folder that it copies from can be chosen.", {
    line: set("builds.sindri.context", "docker"),
    output: `build-image.yml: job \`build-sindri\`, step \`${PUSH}\`, \`context\``,
    holds: (files) => files.step(BUILD, "build-sindri", PUSH)?.with["context"] === ".",
  }),
  fromConfig(
    "Components, 1.2, 4.2, P1 deliverables, P2 deliverables, Unit tests",
    "Repeated steps are composite actions with inputs and outputs: publishing the image, confirming it, deploying with retries.",
    {
      line: deleted("sharedSteps"),
      given: set("sharedSteps", "composite"),
      output:
        "by default the programs stand in the workflows, which every GitHub and every linter knows; with the setting in `.github/actions/publish-image`, `confirm-image`, `run-with-retries` and more",
      holds: (files) =>
        ["publish-image", "confirm-image", "run-with-retries", "wait-until"].every(
          (name) =>
            /^ {2}using: composite$/m.test(files.text(`actions/${name}`)) &&
            /^inputs:$/m.test(files.text(`actions/${name}`)),
        ),
      proof: "test/compiler/share-steps.test.ts",
    },
  ),
  fromConfig("1.2", "An action takes what it needs by its inputs, and no input is pasted into a script.", {
    line: deleted("sharedSteps"),
    given: set("sharedSteps", "composite"),
    output: "`.github/actions/*/action.yml`: `env` of the step",
    holds: (files) =>
      actionTexts(files).length > 0 &&
      actionTexts(files).every(
        (text) => /^inputs:$/m.test(text) && !/\$\{\{/.test(text.split("\n      run: ")[1] ?? ""),
      ),
  }),
  always("1.3, 3.2, Data flow", "The build hands on the image's digest and its tag.", {
    output: "build-image.yml: job `publish-sindri`, `outputs.digest`; job `plan`, `outputs.tag`",
    holds: (files) =>
      files.text(BUILD).includes("sindri-digest: ${{ needs.publish-sindri.outputs.digest }}") &&
      files.text(BUILD).includes("tag: ${{ needs.plan.outputs.tag }}"),
    breaks: broken(BUILD, "sindri-digest: ${{ needs.publish-sindri.outputs.digest }}", 'sindri-digest: ""'),
    proof: "test/execution/pipeline/sindri.test.ts",
  }),
  always("1.3, Operational risks", "The job's summary says which image it is.", {
    output: "build-image.yml: job `publish-sindri`, step `Publish the image`, its last lines",
    holds: (files) =>
      script(files, BUILD, "publish-sindri", "Publish the image").includes(
        'summary "Published $(code "$IMAGE@$digest")',
      ),
    breaks: broken(BUILD, 'summary "Published $(code "$IMAGE@$digest")', 'echo "Published $(code "$IMAGE@$digest")'),
  }),
  always("1.3", "Every job holds no more than it needs.", {
    output: "every job: `permissions`",
    holds: (files) =>
      files
        .workflows()
        .every((workflow) =>
          [...workflow.jobs.values()].every((job) => JSON.stringify(job.permissions ?? null) !== "null"),
        ) && files.text(BUILD).includes("\npermissions: {}\n"),
    breaks: broken(BUILD, "\npermissions: {}\n", "\npermissions: write-all\n"),
  }),
  fromConfig(
    "Cache, Data flow, 3.2, 3.3, 4.2, P3 tests, P3 deliverables, Risk response",
    "The image is rebuilt when the Dockerfile or `docker/**` changed, and only then.",
    {
      line: deleted("builds.sindri.inputs"),
      output: `build-image.yml: job \`plan\`, step \`${UNCHANGED}\`; job \`build-sindri\`, \`if\``,
      holds: (files) =>
        String(given(files, BUILD, "plan", UNCHANGED, "inputs")).includes("Dockerfile") &&
        String(given(files, BUILD, "plan", UNCHANGED, "inputs")).includes("docker/**") &&
        files.job(BUILD, "build-sindri")?.if === "needs.plan.outputs.sindri-digest == ''",
      proof: "test/execution/pipeline/sindri.test.ts",
    },
  ),
  always(
    "Cache, 3.3, 4.5, P4 tests, Technical risks",
    "When only `.github/**`, scripts, docs or Markdown change, the newest suitable image of the history is taken: found by its commit and looked up in the registry, not guessed as `latest`.",
    {
      output: "build-image.yml: job `plan`, step `Look for an image of unchanged sindri`: `git rev-list`, `read_image`",
      holds: (files) =>
        script(files, BUILD, "plan", UNCHANGED).includes('read_image "$IMAGE:$tag"') &&
        given(files, BUILD, "plan", UNCHANGED, "image") === IMAGE,
      breaks: broken(BUILD, 'read_image "$IMAGE:$tag"', 'guess_image "$IMAGE:$tag"'),
      proof: "test/execution/pipeline/sindri.test.ts",
    },
  ),
  always(
    "Cache, 3.3",
    "That is decided in a job, not by `paths:`: a required check of a workflow that never starts would wait for ever.",
    {
      output: "build-image.yml: `on` without `paths`",
      holds: (files) =>
        onOf(files, BUILD, "pull_request.paths") === undefined && onOf(files, BUILD, "push.paths") === undefined,
      breaks: broken(BUILD, "  pull_request:\n", '  pull_request:\n    paths:\n      - "docker/**"\n'),
    },
  ),
  fromConfig(
    "6.2, P6 deliverables, P6 tests, Operational risks",
    "Images carry the workflow and the run that built them, and the branch.",
    {
      line: deleted("builds.sindri.labels"),
      output: `build-image.yml: job \`build-sindri\`, step \`${PUSH}\`, \`labels\``,
      holds: (files) =>
        [
          "com.sindri.build.workflow=${{ github.workflow }}",
          "com.sindri.build.run=${{ github.run_id }}",
          "org.opencontainers.image.ref.name=",
        ].every((label) => labels(files).includes(label)),
    },
  ),
  always("6.2, Technical risks", "And when, of which commit and of which repository: the labels that OCI knows.", {
    output: `build-image.yml: job \`build-sindri\`, step \`${PUSH}\`, \`labels\``,
    holds: (files) =>
      ["created=", "revision=${{ needs.plan.outputs.sha }}", "source="].every((label) =>
        labels(files).includes(`org.opencontainers.image.${label}`),
      ),
    breaks: broken(
      BUILD,
      "org.opencontainers.image.revision=${{ needs.plan.outputs.sha }}",
      "org.opencontainers.image.revision=${{ github.sha }}",
    ),
  }),
  always(
    "Technical risks, Risk response, P1 tests",
    "A push is tried three times, with a login before each: Fly.io's lasts five minutes.",
    {
      output:
        "build-image.yml: job `build-sindri`, steps `Push (attempt 1)` to `(attempt 3)`, `Log in to registry.fly.io anew`",
      holds: (files) =>
        ["Push (attempt 2)", "Push (attempt 3)", "Log in to registry.fly.io anew"].every(
          (step) => files.step(BUILD, "build-sindri", step) !== undefined,
        ),
      breaks: broken(BUILD, "      - name: Push (attempt 3)", "      - name: Give up"),
    },
  ),
  always(
    "Stress tests, Technical risks",
    "Two events of one commit build it once: the second waits, and finds the first one's image.",
    {
      output: "build-image.yml: job `build-sindri`, `concurrency`, step `Look for an image of this commit`",
      holds: (files) =>
        files.step(BUILD, "build-sindri", "Look for an image of this commit") !== undefined &&
        files.job(BUILD, "build-sindri")?.concurrency !== undefined,
      breaks: broken(BUILD, "Look for an image of this commit", "Look away"),
      proof: "test/execution/pipeline/pull-request.test.ts",
    },
  ),
  always(
    "1.2, 1.3, P1 deliverables, P1 tests",
    "Workflows and actions are valid: they are read by actionlint, zizmor, shellcheck and by Pipewright's own linter, strictly.",
    {
      output: "every file",
      holds: (files) =>
        stepsOf(files).every(
          (step) => step.uses === undefined || step.uses.startsWith("$/") || /@[0-9a-f]{40}$/.test(step.uses),
        ),
      breaks: broken(BUILD, /uses: (actions\/checkout)@[0-9a-f]{40}.*/, "uses: actions/checkout@master"),
      proof: "test/examples/lint.test.ts",
    },
  ),
  always("P1 tests, 1.3", "The image is there under its tag afterwards: compared with what was built.", {
    output: "build-image.yml: job `publish-sindri`, step `Publish the image`, function `copy_exactly`",
    holds: (files) => script(files, BUILD, "publish-sindri", "Publish the image").includes("copy_exactly() {"),
    breaks: broken(BUILD, "copy_exactly() {", "copy_somehow() {"),
    proof: "test/execution/registry.test.ts",
  }),
  beyond(
    "1.1, P1 deliverables, P1 tests, Phase criteria",
    "The app `sindri-registry` exists: `flyctl apps create sindri-registry --org personal`.",
    "People, once. Until then every push says that the registry refuses it.",
  ),
  beyond(
    "1.2, P1 deliverables, P1 tests, Phase criteria, Unit tests",
    "A push and a pull from a developer's machine.",
    "People. In tests the emitted files push to a registry and pull from it.",
    "test/execution/pipeline/sindri.test.ts",
  ),
];
