/** Section 9 of Charon's plan: going back, whole or in part. Each row is a line that the config can take. */
import type { Emission } from "../../support/emission.ts";
import { same } from "../../support/questions.ts";
import { all, always, beyond, broken, deleted, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import {
  BUILDS,
  BUILDS_ITSELF,
  CONSUMERS,
  planned,
  TAKE,
  takeFunction,
  takesSharedImage,
  testJob,
} from "../charon-files.ts";

/** Whether a consumer's own workflow builds the image where it tests it: it is told of no image, and pushes none. */
const buildsItself = (files: Emission, file: string): boolean =>
  files.workflow(file) !== undefined &&
  !("workflow_run" in (files.workflow(file)?.on ?? {})) &&
  same(files.step(file, "test", TAKE)?.with ?? null, { consumer: file }) &&
  planned(files, file, "source") === "build" &&
  takeFunction(files, file, "take").includes(BUILDS_ITSELF) &&
  takeFunction(files, file, "fromSources").includes('run(["buildx", "bake", ') &&
  takeFunction(files, file, "ownBuildFile").includes('output: ["type=docker"],');
const self = (keys: readonly string[]) =>
  all(
    keys.length === 1 ? `consumers.${keys[0] ?? ""}.source` : "consumers.*.source",
    keys.map((key) => set(`consumers.${key}.source`, "build")),
  );
const shared = (keys: readonly string[]) =>
  all(
    "consumers.*.source",
    keys.map((key) => deleted(`consumers.${key}.source`)),
  );

export const rollbackRows: Requirement[] = [
  fromConfig("9.3", "Pushing pull requests' images breaks: the tests go on with artifacts.", {
    given: set("pullRequests", "artifact"),
    line: deleted("pullRequests"),
    output: "plan.json: `pullRequests`; the consumers as before",
    holds: (files) =>
      files.plan("pullRequests") === "artifact" && CONSUMERS.every((file) => takesSharedImage(files, file)),
    proof: "test/execution/plan.test.ts",
  }),
  fromConfig("9.3", "`workflow_run` breaks: the tests build for themselves, and the build still publishes.", {
    given: self(CONSUMERS),
    line: shared(CONSUMERS),
    output:
      "every consumer: a file of its own, `on.pull_request`, job `test`, step `Take the image`; plan.json: `consumers.*.source`; builds.yml as before",
    holds: (files) =>
      CONSUMERS.every((file) => buildsItself(files, file)) && files.step(BUILDS, "build-charon", "Push") !== undefined,
    proof: "test/oracles/oracles.test.ts",
  }),
  fromConfig("9.3", "The end-to-end tests break: they alone build for themselves.", {
    given: self(["e2e-tests"]),
    line: shared(["e2e-tests"]),
    output: "e2e-tests.yml: `on.pull_request`, job `test`, step `Take the image`; plan.json: its `source`",
    holds: (files) => buildsItself(files, "e2e-tests") && takesSharedImage(files, "waf-integration"),
    proof: "test/oracles/oracles.test.ts",
  }),
  fromConfig("9.3", "The scan breaks: images are still pushed.", {
    given: set("builds.charon.scan", false),
    line: deleted("builds.charon.scan"),
    output: "builds.yml: no scan in `build-charon` and `publish-charon`, which push as before",
    holds: (files) =>
      ["build-charon", "publish-charon"].every((job) => {
        const steps = files.job(BUILDS, job)?.steps ?? [];
        return (
          steps.some((step) => step.name === "Publish the image") &&
          !steps.some((step) => step.uses?.startsWith("aquasecurity/trivy-action@"))
        );
      }),
  }),
  fromConfig("9.2, 9.3", "Everything breaks: every workflow builds for itself, as before.", {
    given: all("consumers.*.source, moveTags, retention", [
      self(CONSUMERS),
      set("moveTags", "at-build"),
      set("retention", false),
    ]),
    line: shared(CONSUMERS),
    output: "every consumer; no promote.yml; no container-prune.yml",
    holds: (files) =>
      CONSUMERS.every((file) => buildsItself(files, file)) &&
      files.workflow("promote") === undefined &&
      files.workflow("container-prune") === undefined,
  }),
  fromConfig("9.3", "A part that only hurts is switched off.", {
    given: set("consumers.waf-integration.enabled", false),
    line: deleted("consumers.waf-integration.enabled"),
    output: "integration.yml: no job `test-waf-integration`; plan.json: no promotion or release waits for it",
    holds: (files) =>
      testJob(files, "waf-integration") === undefined &&
      testJob(files, "crowdsec-integration") !== undefined &&
      !files.text("plan").includes("Integration Test: WAF"),
  }),
  always("9.3", "The table of partial rollbacks is written down, each row as the line to change.", {
    output: 'docs/troubleshooting-ci.md, section "Rolling back a part"',
    holds: (files) =>
      [
        '`pullRequests: "artifact"`',
        '`consumers.*.source: "build"`',
        '`consumers["e2e-tests"].source: "build"`',
        "`retention: { dryRun: true }`",
        '`builds["charon"].scan: false`',
      ].every((line) => files.text("troubleshooting-ci.md").includes(line)),
    breaks: broken("troubleshooting-ci.md", '`consumers["e2e-tests"].source: "build"`', ""),
  }),
  always("9.2", "Going back altogether is written down.", {
    output: "docs/troubleshooting-ci.md, its last paragraph",
    holds: (files) =>
      files.text("troubleshooting-ci.md").includes("check out `.github` and the config from that commit together"),
    breaks: broken("troubleshooting-ci.md", "from that commit together", ""),
  }),
  beyond(
    "9.1",
    "A checklist before a rollback: scope, open pull requests, queued runs, branch protection, a snapshot of the registry.",
    "People. A dry run of the cleanup lists what is in the registry, which is the snapshot; git holds the workflows.",
  ),
  beyond(
    "9.4",
    "The rollback is tried before it is needed.",
    "Every row of the table is compiled by a test, and the files that come of it are judged by the same tools as Charon's own.",
    "test/oracles/oracles.test.ts",
  ),
  beyond("9.5", "Templates for warnings, notifications and a post-mortem.", "People."),
];
