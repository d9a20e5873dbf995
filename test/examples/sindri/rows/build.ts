/** Sections 1 and 3.3 of Sindri's plan, and its cache: how the image is built, pushed, labelled and reused. */
import { stepsOf } from "../../support/emission.ts";
import { moduleFunction, onOf, same } from "../../support/questions.ts";
import {
  always,
  beyond,
  broken,
  brokenProgram,
  deleted,
  fromConfig,
  type Requirement,
  set,
} from "../../support/requirement.ts";
import { actionTexts, BUILD, BUILDS, buildScript, DEPLOYING, given, IMAGE, JOB } from "../sindri-files.ts";

const PREPARE = "Look for an image";
const PUBLISH = "Publish the image";
const WHERE = "builds.yml: job `build-sindri`";
const LABELS = ".github/pipewright/lib/bake.mjs, `labels`";
const BUILDERS = /^docker\/(bake|build-push)-action@/;

export const buildRows: Requirement[] = [
  always(
    "Summary, Background, 4.2, P5 tests, Functional criteria",
    "The image is built in one place, once a commit; no test builds one.",
    {
      output: `${WHERE}, step \`Build\`; no other workflow of a push builds`,
      holds: (files) =>
        DEPLOYING.every(
          (file) => files.job(file, "test")?.steps.every((step) => !BUILDERS.test(step.uses ?? "")) === true,
        ) && BUILDERS.test(files.step(BUILDS, JOB, "Build")?.uses ?? ""),
      breaks: broken("per-extension", /uses: actions\/checkout@.*/, "uses: docker/bake-action@v7"),
      proof: "test/execution/pipeline/sindri.test.ts",
    },
  ),
  fromConfig(
    "Registry, 1.1, 1.2, Components, Data flow",
    "Images go to `registry.fly.io/sindri-registry`: an app that need not run, for its namespace.",
    {
      line: set("registry.repository", "another-app"),
      output: "plan.json: `builds.sindri.image`; .github/pipewright/publish-image",
      holds: (files) =>
        files.plan("builds.sindri.image") === IMAGE &&
        buildScript(files, PUBLISH).includes("tags.map((tag) => `${image}:${tag}`)"),
      proof: "test/execution/pipeline/sindri.test.ts",
    },
  ),
  fromConfig(
    "1.2, 5.3, Operational criteria",
    "Docker logs in with `flyctl auth docker` and the secret that is there already, `FLYIO_AUTH_TOKEN`.",
    {
      line: set("registry.auth.token", "ANOTHER_TOKEN"),
      output: `${WHERE}, step \`Log in to registry.fly.io\``,
      holds: (files) =>
        String(given(files, BUILDS, JOB, "Log in to registry.fly.io", "commands")).trim() === "flyctl auth docker" &&
        files.step(BUILDS, JOB, "Log in to registry.fly.io")?.env["FLY_API_TOKEN"] ===
          "${{ secrets.FLYIO_AUTH_TOKEN }}",
    },
  ),
  fromConfig("1.2", "The Dockerfile can be chosen.", {
    line: set("builds.sindri.dockerfile", "docker/Dockerfile"),
    output: "plan.json: `builds.sindri.dockerfile`; .github/pipewright/lib/bake.mjs, `sourceOf`",
    holds: (files) =>
      files.plan("builds.sindri.dockerfile") === "Dockerfile" &&
      buildScript(files, PREPARE).includes('dockerfile: posix.relative(posix.resolve("/", context), '),
  }),
  fromConfig("1.2", "The folder that it copies from can be chosen.", {
    line: set("builds.sindri.context", "docker"),
    output: "plan.json: `builds.sindri.context`; .github/pipewright/lib/bake.mjs, `sourceOf`",
    holds: (files) =>
      files.plan("builds.sindri.context") === "." &&
      buildScript(files, PREPARE).includes("export const sourceOf = ({ context, dockerfile }) => ({\n  context,\n"),
  }),
  always(
    "Components, 1.2, 4.2, P1 deliverables, P2 deliverables, Unit tests",
    "Repeated steps are actions of the repository's own, with inputs and outputs: publishing the image, confirming it, deploying with retries.",
    {
      output:
        "`.github/pipewright/publish-image`, `confirm-image`, `run-with-retries` and more: composite actions where the program is Bash, `node24` where it is JavaScript; the twelve files use them",
      holds: (files) =>
        ["publish-image", "confirm-image", "run-with-retries", "wait-until"].every(
          (name) =>
            /^ {2}using: (composite|node24)$/m.test(files.text(`actions/${name}`)) &&
            /^inputs:$/m.test(files.text(`actions/${name}`)),
        ) &&
        ["publish-image", "confirm-image"].every((name) => /^outputs:$/m.test(files.text(`actions/${name}`))) &&
        DEPLOYING.every(
          (file) =>
            files.step(file, "test", "Confirm that the image is there")?.uses ===
              "$/.github/pipewright/confirm-image" &&
            files.step(file, "test", "Deploy the image")?.uses === "$/.github/pipewright/run-with-retries",
        ),
      breaks: broken("integration", "uses: $/.github/pipewright/run-with-retries", "run: ./deploy.sh"),
      proof: "test/programs/actions.test.ts",
    },
  ),
  always("1.2", "An action takes what it needs by its inputs, and no input is pasted into a script.", {
    output: "`.github/pipewright/*/action.yml`: `inputs`, and `env` of the step; every `run` of a workflow",
    holds: (files) =>
      actionTexts(files).length > 0 &&
      actionTexts(files).every(
        (text) =>
          /^inputs:$/m.test(text) &&
          text
            .split("\n")
            .every((line) => !line.includes("${{") || /^ +([A-Z_]+|value): \$\{\{ [a-z._-]+ \}\}$/.test(line)),
      ) &&
      stepsOf(files).every((step) => step.run?.includes("${{") !== true),
    breaks: broken("actions/name-place", 'name-place.sh"', 'name-place.sh" "${{ inputs.consumer }}"'),
    proof: "test/programs/actions.test.ts",
  }),
  always("1.3, 3.2, Data flow", "The build hands on the image's digest and its tag.", {
    output: `${WHERE}, \`outputs\`; build-image.yml: jobs \`test-…\`, which take the digest, and \`promote\`, which takes the tag`,
    holds: (files) => {
      const handedOn = files.text(BUILDS);
      return (
        handedOn.includes("images: ${{ steps.publish.outputs.images }}") &&
        handedOn.includes("value: ${{ jobs.build-sindri.outputs.images }}") &&
        handedOn.includes("tag: ${{ steps.plan.outputs.tag }}") &&
        handedOn.includes("value: ${{ jobs.build-sindri.outputs.tag }}") &&
        String(given(files, BUILD, "promote", "Move the tags", "source-tag")).includes("needs.build.outputs.tag") &&
        DEPLOYING.every(
          (file) =>
            files.job(BUILD, `test-${file}`)?.call?.with["images"] === "${{ needs.build.outputs.sindri-images }}",
        )
      );
    },
    breaks: broken(BUILDS, "images: ${{ steps.publish.outputs.images }}", 'images: ""'),
    proof: "test/execution/pipeline/sindri.test.ts",
  }),
  always("1.3, Operational risks", "The job's summary says which image it is.", {
    output: `${WHERE}, step \`Publish the image\`; .github/pipewright/publish-image, function \`publish\``,
    holds: (files) =>
      moduleFunction(buildScript(files, PUBLISH), "publish")?.includes(
        "addSummary(`Published ${code(`${image}@${digest}`)} as ",
      ) === true,
    breaks: brokenProgram("addSummary(`Published ", "console.log(`Published "),
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
      output: `plan.json: \`builds.sindri.inputs\`; ${WHERE}, steps \`Look for an image that will do\` and \`Build\``,
      holds: (files) =>
        same(files.plan("builds.sindri.inputs"), ["Dockerfile", ".dockerignore", "docker/**"]) &&
        buildScript(files, PREPARE).includes("const found = await findUnchanged({") &&
        files.step(BUILDS, JOB, "Build")?.if === "steps.image.outputs.missing == 'true'",
      proof: "test/execution/pipeline/sindri.test.ts",
    },
  ),
  always(
    "Cache, 3.3, 4.5, P4 tests, Technical risks",
    "When only `.github/**`, scripts, docs or Markdown change, the newest suitable image of the history is taken: found by its commit and looked up in the registry, not guessed as `latest`.",
    {
      output: ".github/pipewright/lib/unchanged.mjs, function `findUnchanged`: `git rev-list`, `readImage`",
      holds: (files) => {
        const search = moduleFunction(buildScript(files, PREPARE), "findUnchanged");
        return (
          search?.includes('git("rev-list", "--first-parent", ') === true &&
          search.includes("for (const tag of tagsOf(older, rules, origin)) {") &&
          search.includes("await readImage(`${build.image}:${tag}`)")
        );
      },
      breaks: brokenProgram("await readImage(`${build.image}:${tag}`)", "await readImage(`${build.image}:latest`)"),
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
      output: `plan.json: \`builds.sindri.labels\`; ${LABELS}`,
      holds: (files) =>
        same(files.plan("builds.sindri.labels"), {
          "com.sindri.build.run": "{run}",
          "com.sindri.build.workflow": "{workflow}",
          "org.opencontainers.image.ref.name": "{branch}",
        }) &&
        [
          "...filledAll(build.labels, values),",
          "branch: run.branch,",
          "workflow: environment.GITHUB_WORKFLOW,",
          "run: environment.GITHUB_RUN_ID,",
        ].every((line) => buildScript(files, PREPARE).includes(line)),
      proof: "test/execution/pipeline/sindri.test.ts",
    },
  ),
  always("6.2, Technical risks", "And when, of which commit and of which repository: the labels that OCI knows.", {
    output: LABELS,
    holds: (files) =>
      ['created": created,', 'revision": commit,', 'source": `${run.server}/${run.repository}`,'].every((label) =>
        buildScript(files, PREPARE).includes(`"org.opencontainers.image.${label}`),
      ) && buildScript(files, PREPARE).includes("commit: run.sha,"),
    breaks: brokenProgram("commit: run.sha,", "commit: environment.GITHUB_SHA,"),
  }),
  always(
    "Technical risks, Risk response, P1 tests",
    "A push is tried three times, with a login before each: Fly.io's lasts five minutes.",
    {
      output: `${WHERE}, step \`Push\`; .github/pipewright/export-image, function \`logInAnew\``,
      holds: (files) =>
        given(files, BUILDS, JOB, "Push", "to") === "push" &&
        files.step(BUILDS, JOB, "Push")?.env["FLY_API_TOKEN"] === "${{ secrets.FLYIO_AUTH_TOKEN }}" &&
        [
          "const ATTEMPTS = 3;",
          'retry(ATTEMPTS, DELAY_SECONDS, async () => {\n  if (to === "push") logInAnew();',
          'spawnSync("flyctl", ["auth", "docker"], ',
        ].every((line) => buildScript(files, "Push").includes(line)),
      breaks: brokenProgram('if (to === "push") logInAnew();', ""),
      proof: "test/execution/export-image.test.ts",
    },
  ),
  always(
    "Stress tests, Technical risks",
    "Two events of one commit build it once: the second waits, and finds the first one's image.",
    {
      output: `${WHERE}, \`concurrency\`, step \`Look for an image that will do\`; .github/pipewright/prepare-build, function \`findStaged\``,
      holds: (files) =>
        files.job(BUILDS, JOB)?.concurrency !== undefined &&
        buildScript(files, PREPARE).includes("else if (!(await isStaged(one))) missing.push(one);") &&
        moduleFunction(buildScript(files, PREPARE), "findStaged")?.includes("for (const tag of [staging, ") === true,
      breaks: brokenProgram("else if (!(await isStaged(one))) missing.push(one);", "else missing.push(one);"),
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
      breaks: broken(BUILDS, /uses: (actions\/checkout)@[0-9a-f]{40}.*/, "uses: actions/checkout@master"),
      proof: "test/examples/lint.test.ts",
    },
  ),
  always("P1 tests, 1.3", "The image is there under its tag afterwards: compared with what was built.", {
    output: ".github/pipewright/publish-image; .github/pipewright/lib/images.mjs, function `copyExactly`",
    holds: (files) =>
      buildScript(files, PUBLISH).includes("if (!(await copyExactly(target, digest, ") &&
      moduleFunction(buildScript(files, PUBLISH), "copyExactly")?.includes("if (after.digest !== digest) {") === true,
    breaks: brokenProgram("if (after.digest !== digest) {", "if (false) {"),
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
