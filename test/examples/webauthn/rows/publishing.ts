/** Phases 1 and 2 of the plan: what is published where, by whom, under which version. */
import type { Json } from "../../../player/json.ts";
import type { Emission } from "../../support/emission.ts";
import { onOf, same, script, variable } from "../../support/questions.ts";
import {
  all,
  always,
  beyond,
  broken,
  brokenProgram,
  deleted,
  fromConfig,
  type Requirement,
  set,
} from "../../support/requirement.ts";
import {
  BUILD,
  conditionOf,
  CREDENTIALS_COPY,
  FAILURES,
  inJob,
  PUBLISHING,
  SERVER_COPY,
  TARGETS,
} from "../webauthn-files.ts";

const PACKAGE = "Publish the package";
const ARTIFACTS = "Publish the artifacts";

const secret = (name: string, path: string, where: string, holds: (files: Emission) => boolean): Requirement =>
  fromConfig("1.1, 2.2", `\`${name}\` is named, and given to the one step that uses it.`, {
    line: set(path, "OTHER"),
    output: `main-ci-cd.yml: ${where}`,
    holds,
  });

const login = (files: Emission, name: string) =>
  files.step(BUILD, "deliver-dockerhub", "Log in to docker.io")?.with[name];
/** The digest that this run has published of an image. */
const isBuilt = (value: Json | undefined, build: string): boolean =>
  String(value).includes(`needs.build.outputs.${build}-images`) && /\bdigest \}\}$/.test(String(value));
const eachTarget = (files: Emission, holds: (target: string) => boolean): boolean =>
  TARGETS.every((target) => files.job(BUILD, target) !== undefined && holds(target));

export const publishingRows: Requirement[] = [
  fromConfig("1.1", "The tested images are published to Docker Hub.", {
    line: deleted("publish.dockerhub"),
    output: "main-ci-cd.yml: job `deliver-dockerhub`",
    holds: (files) => files.job(BUILD, "deliver-dockerhub") !== undefined,
    proof: PUBLISHING,
  }),
  always("1.1", "They are the digests that were tested, copied from registry to registry.", {
    output: `main-ci-cd.yml: job \`deliver-dockerhub\`, step \`${SERVER_COPY}\`, \`digest\``,
    holds: (files) =>
      isBuilt(inJob(files, "deliver-dockerhub", SERVER_COPY, "DIGEST"), "webauthn-server") &&
      isBuilt(inJob(files, "deliver-dockerhub", CREDENTIALS_COPY, "DIGEST"), "test-credentials"),
    breaks: broken(BUILD, /digest: .*test-credentials-images.*$/, "digest: latest"),
    proof: PUBLISHING,
  }),
  fromConfig("1.1", "Both images, the credentials service too.", {
    line: set("publish.dockerhub.images", ["webauthn-server"]),
    output: `main-ci-cd.yml: job \`deliver-dockerhub\`, step \`${CREDENTIALS_COPY}\``,
    holds: (files) => files.step(BUILD, "deliver-dockerhub", CREDENTIALS_COPY) !== undefined,
  }),
  fromConfig("1.1", "Docker Hub's names are the config's.", {
    line: deleted("publish.dockerhub.names"),
    output: "plan.json: `publish.dockerhub.names`",
    holds: (files) =>
      files.plan("publish.dockerhub.names.test-credentials") === "docker.io/acme/webauthn-test-credentials",
    proof: PUBLISHING,
  }),
  fromConfig("1.1", "Each has the run's version, and moves latest, or next for a prerelease.", {
    line: set("publish.dockerhub.tags", ["{commit}"]),
    output: `main-ci-cd.yml: job \`deliver-dockerhub\`, step \`${SERVER_COPY}\`; plan.json: \`publish.dockerhub.tags\``,
    holds: (files) =>
      inJob(files, "deliver-dockerhub", SERVER_COPY, "VERSION") === "${{ needs.plan.outputs.version }}" &&
      inJob(files, "deliver-dockerhub", SERVER_COPY, "CHANNEL") === "${{ needs.plan.outputs.channel }}" &&
      same(files.plan("publish.dockerhub.tags"), [
        { moves: false, pattern: "{version}" },
        { moves: true, pattern: "{channel}" },
      ]),
    proof: PUBLISHING,
  }),
  fromConfig("1.1", "Their provenance is attested.", {
    line: deleted("publish.dockerhub.attest"),
    output: "main-ci-cd.yml: job `deliver-dockerhub`, step `Attest the provenance of …`",
    holds: (files) =>
      files.step(BUILD, "deliver-dockerhub", "Attest the provenance of webauthn-server") !== undefined &&
      files.step(BUILD, "deliver-dockerhub", "Attest the provenance of test-credentials") !== undefined,
    proof: PUBLISHING,
  }),
  fromConfig("1.1", "They are signed, without a key (Sigstore).", {
    line: deleted("publish.dockerhub.sign"),
    output: "main-ci-cd.yml: job `deliver-dockerhub`, step `Sign …`",
    holds: (files) => files.step(BUILD, "deliver-dockerhub", "Sign webauthn-server") !== undefined,
    proof: PUBLISHING,
  }),
  always("1.1, 2.2", "The job may sign and attest.", {
    output: "main-ci-cd.yml: job `deliver-dockerhub`, `permissions`",
    holds: (files) =>
      same(files.job(BUILD, "deliver-dockerhub")?.permissions, {
        contents: "read",
        packages: "write",
        "id-token": "write",
        attestations: "write",
      }),
    breaks: broken(BUILD, "attestations: write", "attestations: read"),
  }),
  secret(
    "DOCKER_USERNAME",
    "publish.dockerhub.to.username",
    "job `deliver-dockerhub`, step `Log in to docker.io`",
    (files) => login(files, "username") === "${{ secrets.DOCKER_USERNAME }}",
  ),
  secret(
    "DOCKER_PASSWORD",
    "publish.dockerhub.to.password",
    "job `deliver-dockerhub`, step `Log in to docker.io`",
    (files) => login(files, "password") === "${{ secrets.DOCKER_PASSWORD }}",
  ),
  secret(
    "CENTRAL_PORTAL_USERNAME",
    "publish.central.username",
    `job \`deliver-central\`, step \`${ARTIFACTS}\``,
    (files) =>
      inJob(files, "deliver-central", ARTIFACTS, "PORTAL_USERNAME") === "${{ secrets.CENTRAL_PORTAL_USERNAME }}",
  ),
  secret(
    "CENTRAL_PORTAL_PASSWORD",
    "publish.central.password",
    `job \`deliver-central\`, step \`${ARTIFACTS}\``,
    (files) =>
      inJob(files, "deliver-central", ARTIFACTS, "PORTAL_PASSWORD") === "${{ secrets.CENTRAL_PORTAL_PASSWORD }}",
  ),
  secret(
    "SIGNING_KEY",
    "publish.central.signingKey",
    `job \`deliver-central\`, step \`${ARTIFACTS}\``,
    (files) => inJob(files, "deliver-central", ARTIFACTS, "SIGNING_KEY") === "${{ secrets.SIGNING_KEY }}",
  ),
  secret(
    "SIGNING_PASSWORD",
    "publish.central.signingPassword",
    `job \`deliver-central\`, step \`${ARTIFACTS}\``,
    (files) => inJob(files, "deliver-central", ARTIFACTS, "SIGNING_PASSWORD") === "${{ secrets.SIGNING_PASSWORD }}",
  ),
  fromConfig("Current, 2.2", "`GRADLE_ENCRYPTION_KEY` is named, and handed to the tests that use it.", {
    line: deleted("consumers.unit-tests.secrets"),
    output: "main-ci-cd.yml: job `test-unit-tests`, `secrets`; unit-tests.yml",
    holds: (files) => onOf(files, "unit-tests", "workflow_call.secrets.GRADLE_ENCRYPTION_KEY") !== undefined,
  }),
  fromConfig(
    "Current, 2.2",
    "In place of `NPM_PUBLISH_TOKEN`, npm trusts this workflow: no token is stored that could be stolen.",
    {
      line: set("publish.npm.token", "NPM_PUBLISH_TOKEN"),
      output: `plan.json: \`publish.npm.trusted\`; main-ci-cd.yml: job \`deliver-npm\`, step \`${PACKAGE}\``,
      holds: (files) =>
        same(files.plan("publish.npm.trusted"), true) &&
        inJob(files, "deliver-npm", PACKAGE, "NODE_AUTH_TOKEN") === undefined,
      proof: "test/execution/publish-npm.test.ts",
    },
  ),
  fromConfig("1.1, Testing", "Somebody can ask by hand for what has not changed.", {
    line: set("publishing", false),
    output: "main-ci-cd.yml: `on.workflow_dispatch.inputs.force_publish`",
    holds: (files) => onOf(files, BUILD, "workflow_dispatch.inputs.force_publish.type") === "boolean",
    proof: PUBLISHING,
  }),
  fromConfig("1.2", "The package for TypeScript goes to npm.", {
    line: deleted("publish.npm"),
    output: "main-ci-cd.yml: job `deliver-npm`",
    holds: (files) => files.job(BUILD, "deliver-npm") !== undefined,
    proof: PUBLISHING,
  }),
  fromConfig("1.2", "The library for Android goes to Maven Central.", {
    line: deleted("publish.central"),
    output: "main-ci-cd.yml: job `deliver-central`",
    holds: (files) => files.job(BUILD, "deliver-central") !== undefined,
    proof: PUBLISHING,
  }),
  always("1.2, Benefits", "What is published are the files that were tested, not others built from the same code.", {
    output:
      "main-ci-cd.yml: jobs `deliver-npm` and `deliver-central`, step `Take what was tested: …`; `--ignore-scripts`",
    holds: (files) =>
      files.step(BUILD, "deliver-npm", "Take what was tested: client-typescript") !== undefined &&
      files.step(BUILD, "deliver-central", "Take what was tested: client-android") !== undefined,
    breaks: broken(BUILD, /Take what was tested: client-android/, "Build it again"),
    proof: PUBLISHING,
  }),
  fromConfig("1.2, Current", "A client library that did not change is not published again.", {
    line: deleted("builds.client-typescript.inputs"),
    output: "main-ci-cd.yml: job `deliver-npm`, `if`, `client-typescript-changed`",
    holds: (files) =>
      conditionOf(files, "deliver-npm").includes("needs.plan.outputs.client-typescript-changed == 'true'"),
    proof: PUBLISHING,
  }),
  fromConfig("1.2", "Whoever guards production is asked before anything leaves the house.", {
    line: all(
      "publish.*.environment",
      ["dockerhub", "npm", "central"].map((target) => deleted(`publish.${target}.environment`)),
    ),
    output: "main-ci-cd.yml: each job `deliver-*`, `environment`",
    holds: (files) => eachTarget(files, (target) => files.job(BUILD, target)?.environment === "production"),
    proof: "test/player/environments.test.ts",
  }),
  fromConfig("1.2, 3", "A missing secret is named before anything is built.", {
    line: all(
      "publish.*.environment.secrets",
      ["dockerhub", "npm", "central"].map((target) => set(`publish.${target}.environment`, "production")),
    ),
    output: "main-ci-cd.yml: job `plan`, step `Look for missing secrets`",
    holds: (files) =>
      [
        "DOCKER_USERNAME",
        "DOCKER_PASSWORD",
        "CENTRAL_PORTAL_USERNAME",
        "CENTRAL_PORTAL_PASSWORD",
        "SIGNING_KEY",
        "SIGNING_PASSWORD",
      ].every((name) => String(inJob(files, "plan", "Look for missing secrets", "PRESENT")).includes(`"${name}"`)),
    proof: FAILURES,
  }),
  fromConfig("2.2", "Main is published.", {
    line: all(
      "publish.*.on",
      ["dockerhub", "npm", "central"].map((target) => set(`publish.${target}.on`, ["integration"])),
    ),
    output: "main-ci-cd.yml: each job `deliver-*`, `if`",
    holds: (files) => eachTarget(files, (target) => conditionOf(files, target).includes('"main"')),
    proof: PUBLISHING,
  }),
  fromConfig("2.3", "What the integration branch publishes is a prerelease.", {
    line: all(
      "publish.*.on",
      ["dockerhub", "npm", "central"].map((target) => set(`publish.${target}.on`, ["main"])),
    ),
    output:
      "main-ci-cd.yml: each job `deliver-*`, `if`; job `plan`, step `Decide the version`, `prerelease` and `channel`",
    holds: (files) => eachTarget(files, (target) => conditionOf(files, target).includes('"integration"')),
    proof: PUBLISHING,
  }),
  fromConfig("2.3", "The version grows from its base with each run.", {
    line: set("version.base", "2.0"),
    output: "main-ci-cd.yml: job `plan`, step `Decide the version`; plan.json: `versionBase`",
    holds: (files) =>
      files.plan("versionBase") === "1.0" &&
      script(files, BUILD, "plan", "Decide the version").includes('base_version "$base" "$GITHUB_RUN_NUMBER"'),
    proof: "test/execution/versions.test.ts",
  }),
  always("2.2, 2.3, Monitoring", "It is decided once, and everything of the run has it.", {
    output: "main-ci-cd.yml: `version` of what is built and of each job `deliver-*`",
    holds: (files) =>
      // What builds is called, and told.
      files.text(BUILD).split("version: ${{ needs.plan.outputs.version }}").length > 4 &&
      inJob(files, "deliver-npm", PACKAGE, "VERSION") === "${{ needs.plan.outputs.version }}" &&
      inJob(files, "deliver-central", ARTIFACTS, "VERSION") === "${{ needs.plan.outputs.version }}",
    breaks: broken(BUILD, "version: ${{ needs.plan.outputs.version }}", "version: 1.0.0"),
    proof: PUBLISHING,
  }),
  always("2.3", "Whether it is a prerelease is handed on.", {
    output: "main-ci-cd.yml: job `plan`, output `channel`",
    holds: (files) =>
      files.job(BUILD, "plan")?.outputs["channel"] === "${{ steps.version.outputs.channel }}" &&
      inJob(files, "deliver-npm", PACKAGE, "DIST_TAG") === "${{ needs.plan.outputs.channel }}",
    breaks: broken(BUILD, "dist-tag: ${{ needs.plan.outputs.channel }}", "dist-tag: latest"),
    proof: PUBLISHING,
  }),
  always("3", "A version that conflicts is refused, and never published over another.", {
    output: `main-ci-cd.yml: job \`deliver-npm\`, step \`${PACKAGE}\``,
    holds: (files) => script(files, BUILD, "deliver-npm", PACKAGE).includes("a version never changes"),
    breaks: brokenProgram("a version never changes", "-"),
    proof: "test/execution/publish-npm.test.ts",
  }),
  fromConfig("1.1", "The images know their version.", {
    line: all("builds.*.args.VERSION", [
      deleted("builds.webauthn-server.args"),
      deleted("builds.test-credentials.args"),
    ]),
    output: "plan.json: `builds.webauthn-server.args.VERSION`",
    holds: (files) => files.plan("builds.webauthn-server.args.VERSION") === "{version}",
  }),
  always("1.2, 2.2", "One job says whether everything was published: for the clean-up, the next run and the metrics.", {
    output: "main-ci-cd.yml: job `published`",
    holds: (files) =>
      variable(files, BUILD, "published", "Check what was published", "NEEDS") === "${{ toJSON(needs) }}",
    breaks: broken(BUILD, "name: Check what was published", "name: Say hello"),
    proof: FAILURES,
  }),
  beyond(
    "1.1",
    "Docker Hub's description is brought up to date.",
    "Out of scope: it is a page's text, not an artifact of a commit, and takes a password that may change the account's settings. A workflow of the repository's own can do it when README.md changes.",
  ),
  beyond(
    "1.1",
    "`contents: write`, for GitHub releases.",
    "Not granted, as no release is made here; `githubRelease()` among the targets grants it to its own job alone.",
  ),
  beyond(
    "1.2",
    "`production-mode` and `workflow-source`, inputs for compatibility.",
    "Not needed: one config names what is production, and every caller is the one run. The summary names run and commit.",
  ),
  beyond(
    "1.2",
    "No breaking change of interfaces: existing callers go on.",
    "The called workflows are new files with typed inputs; callers that are written by hand keep their own until they are deleted.",
  ),
];
