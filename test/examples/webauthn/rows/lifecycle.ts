/** The plan's problem and its solution: one run, its gates, and images that live until everybody has had them. */
import { jobsOf } from "../../support/emission.ts";
import { input, onOf, same, script } from "../../support/questions.ts";
import {
  all,
  always,
  broken,
  brokenProgram,
  deleted,
  fromConfig,
  type Requirement,
  set,
} from "../../support/requirement.ts";
import {
  BUILD,
  CLEAN,
  conditionOf,
  FAILURES,
  inJob,
  needsOf,
  PUBLISHING,
  SERVER_COPY,
  TARGETS,
} from "../webauthn-files.ts";

const gate = (what: string, job: string): Requirement =>
  always("Solution, 2.2", `Nothing is published before ${what}.`, {
    output: `main-ci-cd.yml: \`if\` of each job \`deliver-*\`, \`needs.gate.result == 'success'\`; job \`gate\`, \`needs\`: \`${job}\``,
    holds: (files) =>
      needsOf(files, "gate").includes(job) &&
      TARGETS.every(
        (target) =>
          needsOf(files, target).includes("gate") &&
          conditionOf(files, target).includes("needs.gate.result == 'success'"),
      ),
    breaks: broken(BUILD, new RegExp(`^ {6}- ${job}\\n`, "m"), ""),
    proof: FAILURES,
  });

const strategy = (section: string, when: string, requirement: string, line: string): Requirement =>
  always(section, requirement, {
    output: `.github/pipewright/clean-run: ${when}`,
    holds: (files) => script(files, BUILD, "clean", CLEAN).includes(line),
    breaks: brokenProgram(line),
    proof: when === "published" ? PUBLISHING : FAILURES,
  });

const COPIES_EXACTLY = "await copyExactly(`${name}:${tag}`, digest";

export const lifecycleRows: Requirement[] = [
  always(
    "Problem, Solution",
    "Images are deleted only when everything that takes them has ended: tests, scans and publishing.",
    {
      output: "main-ci-cd.yml: job `clean`, `needs`",
      holds: (files) =>
        [
          ...TARGETS,
          "scan",
          "test-unit-tests",
          "test-e2e-tests",
          "test-client-tests",
          "build",
          "promote",
          "published",
        ].every((job) => needsOf(files, "clean").includes(job)),
      breaks: broken(
        BUILD,
        /- deliver-central\n {6}- published\n {4}if: "!cancelled\(\) && needs\.plan/,
        '- published\n    if: "!cancelled() && needs.plan',
      ),
      proof: "test/pipeline/destinations.test.ts",
    },
  ),
  fromConfig("Problem", "A clean-up that others would come after is refused before a byte is written.", {
    line: deleted("retention.afterRun"),
    output: "main-ci-cd.yml: job `clean` is the run's last",
    holds: (files) => files.job(BUILD, "clean") !== undefined,
    proof: "test/pipeline/destinations.test.ts",
  }),
  always("Problem, Solution", "One run from the commit to the registries: no workflow waits for the end of another.", {
    output: "every workflow: no `workflow_run`",
    holds: (files) => files.workflows().every((workflow) => !("workflow_run" in workflow.on)),
    breaks: broken("e2e-tests", "workflow_call:", "workflow_run:"),
  }),
  always(
    "Problem",
    "No comparison of registries decides what is published: a digest that is there already is left as it is.",
    {
      output: `main-ci-cd.yml: job \`deliver-dockerhub\`, step \`${SERVER_COPY}\`; .github/pipewright/copy-image`,
      holds: (files) => script(files, BUILD, "deliver-dockerhub", SERVER_COPY).includes(COPIES_EXACTLY),
      breaks: brokenProgram(COPIES_EXACTLY),
      proof: "test/execution/copy-image.test.ts",
    },
  ),
  fromConfig("Problem", "Images are staged in GitHub's registry.", {
    line: set("registry.namespace", "elsewhere"),
    output: "plan.json: `builds.webauthn-server.image`",
    holds: (files) => files.plan("builds.webauthn-server.image") === "ghcr.io/acme/webauthn-server",
  }),
  fromConfig("Current, Solution", "The end-to-end tests stay a workflow of their own, which the run calls.", {
    line: set("consumers.e2e-tests.file", "end-to-end"),
    output: "e2e-tests.yml: `on.workflow_call`; main-ci-cd.yml: job `test-e2e-tests`",
    holds: (files) =>
      "workflow_call" in (files.workflow("e2e-tests")?.on ?? {}) &&
      files.job(BUILD, "test-e2e-tests")?.call !== undefined,
  }),
  fromConfig("Current, Solution", "So do the unit tests.", {
    line: deleted("consumers.unit-tests"),
    output: "unit-tests.yml; main-ci-cd.yml: job `test-unit-tests`",
    holds: (files) => files.workflow("unit-tests") !== undefined && needsOf(files, "gate").includes("test-unit-tests"),
  }),
  fromConfig("Current, Solution", "Both images are built once and handed to the end-to-end tests.", {
    line: all("consumers.e2e-tests.needs", [
      set("consumers.e2e-tests.needs", ["webauthn-server"]),
      set("publish.dockerhub.images", ["webauthn-server"]),
    ]),
    output:
      "main-ci-cd.yml: job `test-e2e-tests`, `with`; e2e-tests.yml: step `Take the image`; plan.json: `consumers.e2e-tests.images`",
    holds: (files) => {
      const handedOn = String(files.job(BUILD, "test-e2e-tests")?.call?.with["images"]);
      return (
        ["webauthn-server", "test-credentials"].every(
          (key) =>
            handedOn.includes(`\${{ needs.build.outputs.${key}-images }}`) &&
            files.plan(`consumers.e2e-tests.images.${key}`) !== undefined,
        ) &&
        input(files, "e2e-tests", "test", "Take the image", "consumer") === "e2e-tests" &&
        input(files, "e2e-tests", "test", "Take the image", "images") === "${{ inputs.images }}"
      );
    },
    proof: PUBLISHING,
  }),
  gate("the unit tests have passed", "test-unit-tests"),
  gate("the end-to-end tests have passed", "test-e2e-tests"),
  gate("the clients' own tests have passed", "test-client-tests"),
  gate("every build has passed", "build"),
  gate("every scan has passed", "scan"),
  fromConfig("Solution, 2.2", "A finding of the scan stops it.", {
    line: all("builds.*.scan.block", [
      set("builds.webauthn-server.scan.block", false),
      set("builds.test-credentials.scan.block", false),
    ]),
    output: "scan.yml: job `scan`, steps `Scan …`, `exit-code`",
    holds: (files) =>
      ["webauthn-server", "test-credentials"].every((key) =>
        same(files.step("scan", "scan", `Scan ${key}`)?.with["exit-code"], "1"),
      ),
    proof: FAILURES,
  }),
  fromConfig("Solution", "Tests and scans run side by side.", {
    line: all("builds.*.scan.apart", [
      set("builds.webauthn-server.scan.apart", false),
      set("builds.test-credentials.scan.apart", false),
    ]),
    output: "main-ci-cd.yml: jobs `scan` and `test-…`, `needs`; builds.yml scans nothing",
    holds: (files) =>
      ["scan", "test-e2e-tests"].every(
        (job) =>
          needsOf(files, job).includes("build") && !needsOf(files, job).some((need) => /^(test|scan)/.test(need)),
      ) && !files.text("builds").includes("trivy-action"),
    proof: FAILURES,
  }),
  fromConfig("Solution, 2.2", "What is published, is published side by side.", {
    line: set("publish.npm.after", ["dockerhub"]),
    output: "main-ci-cd.yml: job `deliver-npm`, `needs`",
    holds: (files) =>
      needsOf(files, "deliver-npm").length > 0 && !needsOf(files, "deliver-npm").includes("deliver-dockerhub"),
  }),
  strategy(
    "2.1, 2.4, Performance",
    "pull requests",
    "The images of a pull request go at once when it has been tested.",
    'return ["delete-run"',
  ),
  strategy(
    "2.1, 2.4",
    "published",
    "When all is published, what was staged goes.",
    'if (published === "success") return ["delete-staging"',
  ),
  strategy(
    "2.1, 2.4, Solution",
    "publishing failed",
    "When publishing has failed, everything stays to be looked at, and for a re-run.",
    'if (published === "failure") return ["preserve"',
  ),
  strategy(
    "2.1, 2.4",
    "publishing skipped",
    "When publishing was skipped or cancelled, the newest stay.",
    'return ["keep-recent"',
  ),
  always("2.1", "The clean-up knows what became of publishing.", {
    output: "main-ci-cd.yml: job `clean`, `needs`; .github/pipewright/clean-run",
    holds: (files) =>
      inJob(files, "clean", CLEAN, "NEEDS") === "${{ toJSON(needs) }}" &&
      needsOf(files, "clean").includes("published") &&
      script(files, BUILD, "clean", CLEAN).includes('needs.published?.result ?? "none"'),
    breaks: brokenProgram("needs.published?.result", "undefined"),
    proof: FAILURES,
  }),
  always("2.1", "It runs also after failures, and says why it did what it did.", {
    output: "main-ci-cd.yml: job `clean`, `if`; the summary",
    holds: (files) =>
      conditionOf(files, "clean").startsWith("!cancelled()") &&
      script(files, BUILD, "clean", CLEAN).includes("`Strategy: ${strategy}, because ${reason}."),
    breaks: brokenProgram("`Strategy: ${strategy}, because ${reason}.", "`"),
    proof: FAILURES,
  }),
  always("2.1", "It may read the code and delete packages, and nothing else.", {
    output: "main-ci-cd.yml: job `clean`, `permissions`",
    holds: (files) => same(files.job(BUILD, "clean")?.permissions, { contents: "read", packages: "write" }),
    breaks: broken(BUILD, /(name: Clean up after this run[\s\S]*?)packages: write/, "$1packages: read"),
  }),
  fromConfig("Current, 2.4", "The newest five are what stays for looking at.", {
    line: set("retention.afterRun.keepRecent", 3),
    output: "plan.json: `retention.afterRun.keepRecent`",
    holds: (files) => files.plan("retention.afterRun.keepRecent") === 5,
    proof: "test/execution/clean-run.test.ts",
  }),
  fromConfig("Testing", "[preserve] in a commit's message keeps everything of its run.", {
    line: set("retention.afterRun.preserve", "[keep]"),
    output: "plan.json: `retention.afterRun.preserve`",
    holds: (files) => files.plan("retention.afterRun.preserve") === "[preserve]",
    proof: FAILURES,
  }),
  fromConfig("2.1", "It deletes, and does not only say what it would.", {
    line: set("retention.dryRun", true),
    output: "plan.json: `retention.dryRun`",
    holds: (files) => files.plan("retention.dryRun") === false,
  }),
  fromConfig("Solution, 3, Benefits", "A backup finds what a run has left.", {
    line: set("retention", false),
    output: "container-prune.yml: daily",
    holds: (files) => onOf(files, "container-prune", "schedule.0.cron") === "0 3 * * *",
    proof: FAILURES,
  }),
  always("Current", "Secrets are handed on one by one.", {
    output: "every workflow: no `secrets: inherit`",
    holds: (files) =>
      jobsOf(files).length > 0 &&
      files
        .workflows()
        .every(
          (workflow) =>
            !files.text(workflow.path.split("/").at(-1)?.replace(".yml", "") ?? "").includes("secrets: inherit"),
        ),
    breaks: broken(BUILD, /secrets:\n {6}GRADLE_ENCRYPTION_KEY: .*\n/, "secrets: inherit\n"),
  }),
];
