/** Section 10 of Charon's plan, its checklist, and the pages of 6.6: what every file must do. */
import { parse } from "yaml";
import type { JobDefinition } from "../../../player/workflow-file.ts";
import { type Emission, jobsOf, stepsOf } from "../../support/emission.ts";
import { holdsValue, onOf, same, script, scriptOf } from "../../support/questions.ts";
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
import { BUILD, BUILDS, CONSUMERS, GROUP, TAKE, takeFunction, takeScript, testJob } from "../charon-files.ts";

const E2E = "e2e-tests";
/** What an action.yml says of itself and of an input. */
interface Described {
  description?: unknown;
}
const PRINTS =
  /\b(console\.\w+|say|sayLines|warn|warnOf|fail|complain|output|setOutput|addSummary|details|echo|printf)\b/;
const SECRET = "(GH_TOKEN|PASSWORD|WEBHOOK_URL|password|address|token|secret)";
const HANDED = new RegExp(`\\$\\{${SECRET}\\b|"\\$${SECRET}\\b|\\(${SECRET}[,)]`);
/** What a command said may be shown once the secret is blotted out in it. */
const BLOTTED = '.replaceAll(password, "***")';
/** Whether a line hands a secret to something that prints. */
const printsSecret = (text: string): boolean =>
  text
    .replaceAll(BLOTTED, "")
    .split("\n")
    .some((line) => PRINTS.test(line) && HANDED.test(line));
/** Whatever becomes of the program that pulls, it ends without a login. */
const FORGETS = [
  /if \(consumer\.source !== "build"\) forgetAtExit\(images\.flatMap\(\(\{ build \}\) => \[build\.image, \.\.\.build\.mirrors\]\)\);/,
  /for \(const image of images\) toForget\.add\(registryOf\(image\)\);/,
  /process\.on\("exit", \(\) => \{\s+for \(const registry of toForget\) logOut\(registry\);/,
];
const RETRIED_PULL =
  /await retry\(consumer\.pull\.attempts, .*async \(\) => \{\s+.* = docker\(\["pull", reference\]\);/;
const RETRIED_LOGIN =
  /retry\(ATTEMPTS, DELAY_SECONDS, async \(\) => \{\s+.* = docker\(\["login", "--username", username, "--password-stdin", /;
/** Workflows call others of the same repository, whose jobs state their own time. */
const runs = (files: Emission): JobDefinition[] => jobsOf(files).filter((job) => job.call === undefined);
const programs = (files: Emission, kind: "programs" | "actions" | "lib"): [string, string][] =>
  [...files.texts].filter(([file]) => file.startsWith(`${kind}/`));

export const practiceRows: Requirement[] = [
  always("10.1, 13.10", "Every job ends after a stated time.", {
    output: "every file: `jobs.*.timeout-minutes`",
    holds: (files) => runs(files).every((job) => typeof job.timeoutMinutes === "number" && job.timeoutMinutes < 360),
    breaks: broken(E2E, /^ {4}timeout-minutes: 5\n/, ""),
    proof: "test/oracles/oracles.test.ts",
  }),
  always("10.1", "Every step ends after a stated time.", {
    output: "every file: `steps.*.timeout-minutes`",
    holds: (files) => stepsOf(files).every((step) => typeof step.timeoutMinutes === "number"),
    breaks: broken(E2E, /^ {8}timeout-minutes: 20\n/, ""),
  }),
  always("10.1", "Pulls, pushes, copies and calls of APIs are tried again; tests never.", {
    output: ".github/pipewright: `retry` in take-image, export-image, lib/logins.mjs and lib/images.mjs; lib/http.mjs",
    holds: (files) =>
      CONSUMERS.every(
        (key) => RETRIED_PULL.test(takeFunction(files, key, "pull")) && RETRIED_LOGIN.test(takeScript(files, key)),
      ) &&
      script(files, BUILDS, "build-charon", "Push").includes("await retry(ATTEMPTS, DELAY_SECONDS,") &&
      RETRIED_LOGIN.test(script(files, BUILDS, "build-charon", "Log in to")) &&
      ["inspect", "copyImage"].every((name) =>
        new RegExp(`${name}\\b[^;]*retry\\(`).test(files.text("lib/images.mjs")),
      ) &&
      files.text("lib/http.mjs").includes("attempt < ATTEMPTS") &&
      stepsOf(files).every((step) => !step.name?.startsWith("Run ") || !/\bretry\b/.test(step.run ?? "")),
    breaks: broken(
      "programs/take-image",
      "await retry(consumer.pull.attempts, consumer.pull.delaySeconds, ",
      "await (",
    ),
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  always("10.1", "Every workflow has a concurrency group.", {
    output: "every file: `concurrency`",
    holds: (files) => files.workflows().every((workflow) => workflow.concurrency !== undefined),
    breaks: broken("ci-metrics", /^concurrency:\n {2}group: .*\n {2}cancel-in-progress: .*\n/, ""),
  }),
  always("10.1", "Releases, cleanups, promotions and nightly builds wait for each other and are never cancelled.", {
    output: "release.yml, container-prune.yml, promote.yml, nightly-build.yml: `concurrency`",
    holds: (files) =>
      ["release", "container-prune", "promote", "nightly-build"].every((file) =>
        JSON.stringify(files.workflow(file)?.concurrency ?? null).includes('"cancel-in-progress":false'),
      ),
    breaks: broken("release", "cancel-in-progress: false", "cancel-in-progress: true"),
  }),
  always("10.1", "A script stops at the first error, also inside a pipe.", {
    output: "every file: `shell: bash`, which GitHub runs with `-eo pipefail`; `set -eo pipefail` in each program",
    holds: (files) =>
      stepsOf(files).every((step) => step.run === undefined || step.shell === "bash") &&
      programs(files, "programs").every(
        ([, text]) => !text.startsWith("#!/usr/bin/env bash") || /^set -eo pipefail$/m.test(text),
      ) &&
      programs(files, "actions").every(
        ([, text]) => !text.includes("using: composite") || text.includes("shell: bash"),
      ),
    breaks: broken("programs/start-container", /^set -eo pipefail$/, ""),
  }),
  always("10.1", "Long logs are in groups.", {
    output: ".github/pipewright: functions `group` and `openGroup`",
    holds: (files) =>
      takeFunction(files, E2E, "pull").includes("openGroup(`Pull ${reference}`);") &&
      script(files, "container-prune", "cleanup", "Delete expired").includes("openGroup("),
    breaks: broken("programs/take-image", "openGroup(`Pull ${reference}`);", ""),
  }),
  always("10.1, 10.2", "No value of an event is pasted into a script.", {
    output: "every file, and every action.yml of .github/pipewright: no `${{ }}` in `run`",
    holds: (files) =>
      stepsOf(files).every((step) => !step.run?.includes("${{")) &&
      programs(files, "actions").every(([, text]) => !/^ +run: .*\$\{\{/m.test(text)),
    breaks: broken("actions/start-container", /^( +run: .*)$/, '$1 "${{ inputs.consumer }}"'),
    proof: "test/execution/pipeline/pull-request.test.ts",
  }),
  always("10.2", "No workflow grants its jobs anything by default.", {
    output: "every file: `permissions: {}`",
    holds: (files) => files.workflows().every((workflow) => same(workflow.permissions, {})),
    breaks: broken("release", /^permissions: \{\}$/, "permissions: write-all"),
  }),
  always("10.2", "Each job is granted what it needs, by name.", {
    output: "every file: `jobs.*.permissions`, those of called workflows included",
    holds: (files) => jobsOf(files).every((job) => typeof job.permissions === "object" && job.permissions !== null),
    breaks: broken(
      E2E,
      /^ {4}permissions:\n {6}actions: read.*\n {6}contents: read.*\n {6}packages: read.*\n {4}strategy/,
      "    strategy",
    ),
  }),
  always("10.2", "The job that runs the tested code can write nothing.", {
    output: "every consumer: its test's job, `permissions`",
    holds: (files) =>
      CONSUMERS.every((key) =>
        same(testJob(files, key)?.permissions, { actions: "read", contents: "read", packages: "read" }),
      ),
    breaks: broken(GROUP, "packages: read # pull images", "packages: write"),
    proof: "test/execution/pipeline/pull-request.test.ts",
  }),
  always("10.2", "The tested code finds no token on its disk, and no registry's password.", {
    output:
      "every file: `persist-credentials: false`; every consumer: no login but the one that take-image forgets, before the tests",
    holds: (files) =>
      stepsOf(files).every(
        (step) => !step.uses?.startsWith("actions/checkout@") || step.with["persist-credentials"] === false,
      ) &&
      CONSUMERS.every(
        (key) =>
          testJob(files, key)?.steps.every(
            ({ name, uses, with: given }) =>
              !uses?.endsWith("/log-in") &&
              (name === TAKE || !/password|github\.token|secrets\./.test(JSON.stringify(given))),
          ) === true &&
          FORGETS.every((part) => part.test(takeScript(files, key))) &&
          / = docker\(.*\["logout", registry\]\);/.test(takeFunction(files, key, "logOut")),
      ),
    breaks: broken("lib/logins.mjs", /for \(const registry of toForget\) logOut\(registry\);/, ";"),
    proof: "test/execution/pipeline/pull-request.test.ts",
  }),
  always("10.2", "No script prints a secret: they reach programs by name, as inputs.", {
    output: "every file: `secrets.*` stands in inputs of log-in and notify only; .github/pipewright: none is printed",
    holds: (files) =>
      stepsOf(files).every(
        (step) =>
          !/\bsecrets\./.test(JSON.stringify([step.run ?? "", step.env])) &&
          (!/\bsecrets\./.test(JSON.stringify(step.with)) ||
            /^\$\/\.github\/pipewright\/(log-in|notify)$/.test(step.uses ?? "")),
      ) && [...programs(files, "programs"), ...programs(files, "lib")].every(([, text]) => !printsSecret(text)),
    breaks: broken("programs/notify", /^await tell\(\);$/, "say(`Telling ${address}`);"),
    proof: "test/execution/pipeline/pull-request.test.ts",
  }),
  always("10.3", "Independent jobs do not wait for each other.", {
    output: "builds.yml: job `build-charon` needs none; every consumer: its test's job needs `resolve` alone",
    holds: (files) =>
      same([...(files.job(BUILDS, "build-charon")?.needs ?? ["none"])], []) &&
      CONSUMERS.every((key) => same([...(testJob(files, key)?.needs ?? [])], ["resolve"])),
    breaks: broken(E2E, /^ {4}needs: \[resolve\]\n {4}if: needs/, "    if: needs"),
  }),
  always("10.3", "Artifacts state how long they are kept.", {
    output: "every file: `retention-days`",
    holds: (files) =>
      stepsOf(files).every(
        (step) => !step.uses?.startsWith("actions/upload-artifact@") || typeof step.with["retention-days"] === "number",
      ),
    breaks: broken(E2E, /^ +retention-days: 7\n/, ""),
  }),
  beyond(
    "10.3",
    "Artifacts are small.",
    "`actions/upload-artifact` compresses them; only one platform's image is saved, and its layers are compressed already.",
  ),
  always("10.4", "Programs say what they do and list what they read.", {
    output: ".github/pipewright: the head of each program, and `description` and `inputs` of each action.yml",
    holds: (files) =>
      programs(files, "programs").every(([, text]) => /^(#!.*\n# |\/\/ )\S/.test(text)) &&
      programs(files, "actions").every(([, text]) => {
        const { description, inputs = {} } = parse(text) as Described & { inputs?: Record<string, Described> };
        return [description, ...Object.values(inputs).map((one) => one.description)].every(
          (said) => typeof said === "string" && said !== "",
        );
      }),
    breaks: broken("actions/take-image", /^ {4}description: The key of the consumer that tests them\.\n/, ""),
    proof: "test/programs/actions.test.ts",
  }),
  always("10.4", "Every step has a name.", {
    output: "every file: `steps.*.name`",
    holds: (files) => stepsOf(files).every((step) => step.name !== undefined),
    breaks: broken(E2E, /- name: Check out the code\n +timeout-minutes: 5\n +uses/, "- uses"),
  }),
  always("10.4", "Shared logic is not repeated.", {
    output:
      "ci.config.ts: what the four integration tests have in common is one function; .github/pipewright: each program once; builds.yml: one build for three workflows",
    holds: (files) =>
      stepsOf(files).every((step) => (step.run ?? "").trim().split("\n").length <= 3) &&
      [BUILD, "nightly-build", "release"].every(
        (file) => files.job(file, "build")?.call?.path === `.github/workflows/${BUILDS}.yml`,
      ),
    breaks: broken(
      GROUP,
      /^ {8}run: (.*)$/,
      "        run: |\n          true\n          true\n          true\n          $1",
    ),
    proof: "test/examples/shape.test.ts",
  }),
  beyond(
    "10.4, 10.6",
    "Workflow changes are tried before they are merged: syntax, triggers, permissions, failures, cancellations.",
    "The emitted files are checked by actionlint, zizmor and shellcheck, and played for every event and failure.",
    "test/oracles/oracles.test.ts",
  ),
  beyond("10.4", "Workflow changes have a changelog.", "People; the config's own history is one."),
  always("10.5", "Every workflow writes a summary.", {
    output: "every file that does not only call another; of ci-config.yml `pipewright check` itself",
    holds: (files) =>
      files.workflows().every((workflow) => {
        const jobs = [...workflow.jobs.values()];
        const steps = jobs.flatMap((job) => job.steps.map((step) => scriptOf(files, step)));
        return (
          jobs.some((job) => job.call) ||
          steps.some((text) => text.includes("GITHUB_STEP_SUMMARY") || text.includes("pipewright check"))
        );
      }),
    breaks: brokenProgram("GITHUB_STEP_SUMMARY", "NOWHERE"),
  }),
  fromConfig(
    "10.5",
    "A failure of the build on main, of a nightly build, a release, a cleanup or a promotion is told to people.",
    {
      line: deleted("notify"),
      output: "docker-build.yml, nightly-build.yml, release.yml, container-prune.yml, promote.yml: job `notify`",
      holds: (files) =>
        [BUILD, "nightly-build", "release", "container-prune", "promote"].every(
          (file) => files.job(file, "notify")?.if?.startsWith("failure()") === true,
        ),
    },
  ),
  always("10.5", "Failures of pull requests' builds are not.", {
    output: "docker-build.yml: job `notify`, `if`",
    holds: (files) =>
      files.job(BUILD, "notify")?.if ===
      `failure() && github.event_name == 'push' && contains(fromJSON('["main","development"]'), github.ref_name)`,
    breaks: broken(BUILD, "failure() && github.event_name == 'push'", "failure() || github.event_name == 'push'"),
  }),
  fromConfig("10.8", "A check on every pull request finds workflows that were edited by hand or are out of date.", {
    line: set("check", false),
    output: "ci-config.yml",
    holds: (files) =>
      "pull_request" in (files.workflow("ci-config")?.on ?? {}) &&
      script(files, "ci-config", "check", "Compare the workflows").includes("pipewright check"),
    proof: "test/cli/check.test.ts",
  }),
  beyond(
    "10.8",
    "Audits of the workflows' compliance, and this checklist in reviews.",
    "The checklist is compiled into every file, and this table is its audit.",
  ),
  fromConfig("10", "A merge queue's commits are built and tested too.", {
    line: set("mergeQueue", false),
    output: "docker-build.yml: `on.merge_group`",
    holds: (files) => holdsValue(onOf(files, BUILD, "merge_group.branches"), "main"),
    proof: "test/execution/pipeline/branches.test.ts",
  }),
  always("6.6, 14.1", "The pipeline is described, with a diagram of its workflows.", {
    output: "docs/ci-cd.md",
    holds: (files) => files.text("ci-cd.md").includes("```mermaid\nflowchart LR"),
    breaks: broken("ci-cd.md", "```mermaid", "```"),
  }),
  always("6.6", "The page has the table of tags and how long they are kept.", {
    output: 'docs/ci-cd.md, section "Tags and how long they live"',
    holds: (files) =>
      ["`pr-123-abc1234`", "`feature-dns-provider-abc1234`", "`sha-abc1234`", "`nightly-2026-02-04`", "`v1.2.3`"].every(
        (tag) => files.text("ci-cd.md").includes(tag),
      ),
    breaks: broken("ci-cd.md", "`sha-abc1234`", ""),
  }),
  always(
    "6.6, 7.5, 14.1",
    "Every failure that the plan foresees has its page: what is seen, why, what to do, what guards against it.",
    {
      output: "docs/troubleshooting-ci.md",
      holds: (files) =>
        [
          "## Pushing an image fails",
          "## A consumer does not find its image",
          "## The number of the pull request cannot be found",
          "## The cleanup deleted an image that was still needed",
          "## An image was made from another commit",
          "## A pull request waits for a status for ever",
        ].every((title) => files.text("troubleshooting-ci.md").includes(title)),
      breaks: broken("troubleshooting-ci.md", "## An image was made from another commit", "## Something"),
    },
  ),
  fromConfig("6.6", "The pages name what a branch rule can require.", {
    line: all(
      "consumers.*-integration.name",
      CONSUMERS.slice(0, 4).map((key) => set(`consumers.${key}.name`, key)),
    ),
    output: 'docs/ci-cd.md, section "What a branch rule can require"',
    holds: (files) => files.text("ci-cd.md").includes("| `Integration Test: CrowdSec`"),
  }),
];
