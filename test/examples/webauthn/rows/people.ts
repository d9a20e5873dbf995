/** Risks, migration, rollback, tests, benefits and the plan's own bookkeeping. */
import { onOf } from "../../support/questions.ts";
import { always, beyond, broken, deleted, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import { BUILD, FAILURES, PUBLISHING, TARGETS } from "../webauthn-files.ts";

const threshold = (section: string, requirement: string, name: string): Requirement =>
  fromConfig(section, requirement, {
    line: deleted(`metrics.thresholds.${name}`),
    output: `plan.json: \`metrics.thresholds.${name}\``,
    holds: (files) =>
      files.plan(`metrics.thresholds.${name}`) ===
      ({ publishSuccessPercent: 100, pipelineMinutes: 10, storageGigabytes: 20 } as Record<string, number>)[name],
    proof: "test/templates/metrics-measures.test.ts",
  });

export const migrationRows: Requirement[] = [
  fromConfig(
    "3.1, Rollback",
    "Publishing can be switched off by one line, and everything else goes on: for the parallel phase, and to go back gracefully.",
    {
      given: set("publishing", false),
      line: deleted("publishing"),
      output: "main-ci-cd.yml: no job `deliver-*`; builds, tests, scans and the clean-up as before",
      holds: (files) =>
        TARGETS.every((target) => files.job(BUILD, target) === undefined) &&
        ["gate", "test-e2e-tests", "promote", "clean"].every((job) => files.job(BUILD, job) !== undefined),
      proof: PUBLISHING,
    },
  ),
  fromConfig(
    "3.1",
    "During the parallel phase only pull requests are cleaned up at once: what the old workflow still pulls stays.",
    {
      given: set("retention.afterRun", false),
      line: deleted("retention.afterRun", "retention.dryRun"),
      output: "main-ci-cd.yml: no job `clean`; container-prune.yml deletes what has expired",
      holds: (files) => files.job(BUILD, "clean") === undefined && files.plan("retention.dryRun") === false,
    },
  ),
  always("Rollback", "Each part's way back is written down, publishing among them.", {
    output: 'docs/troubleshooting-ci.md, section "Rolling back a part"',
    holds: (files) =>
      files.text("troubleshooting-ci.md").includes("`publishing: false`") &&
      files.text("troubleshooting-ci.md").includes("`retention: { afterRun: false }`"),
    breaks: broken("troubleshooting-ci.md", "`publishing: false`", ""),
    proof: "test/compiler/docs-rollback.test.ts",
  }),
  always("Rollback", "Going back altogether in five minutes: the files of an earlier commit.", {
    output: "docs/troubleshooting-ci.md, its last paragraph",
    holds: (files) =>
      files.text("troubleshooting-ci.md").includes("check out `.github` and the config from that commit together"),
    breaks: broken("troubleshooting-ci.md", "from that commit together", ""),
  }),
  beyond(
    "3",
    "High risk: a deleted workflow file that something still refers to.",
    "People delete it. The lint names a `workflow_run` that no workflow answers (`dangling-workflow-run`) and a call of a file that is not there.",
    "test/lint/plans/plans.test.ts",
  ),
  beyond(
    "3",
    "High risk: the dependency chain breaks.",
    "The compiler writes it from one graph, whose order is proven for any config.",
    "test/pipeline/stages.test.ts",
  ),
  beyond(
    "3",
    "Low risks: loading the configuration, calling workflows, the clean-up script.",
    "There is no configuration to load at run time: it is compiled. The programs are run by tests.",
    "test/execution/clean-run.test.ts",
  ),
  beyond(
    "3.2",
    "Compare both workflows for two days.",
    "People; the summaries of the two runs name versions and digests, and Docker Hub shows both.",
  ),
  beyond(
    "3.3",
    "Migrate: remove the conditions, disable and archive the old workflow.",
    "Delete the line `publishing: false`, and delete main-branch-post-processing.yml in the same commit; Git is the archive.",
  ),
];

const scenario = (requirement: string, proof: string): Requirement =>
  beyond(
    "Testing",
    requirement,
    "Played with the emitted files: a real repository, real registries, and stand-ins of npm and Maven Central.",
    proof,
  );

export const testingRows: Requirement[] = [
  scenario("A pull request with changes of an image.", FAILURES),
  scenario("It is merged to main.", PUBLISHING),
  scenario("A change of the documentation alone.", PUBLISHING),
  scenario("A run by hand with the option to force.", PUBLISHING),
  scenario("Tests that fail, scans that fail.", FAILURES),
  scenario("Docker Hub is down; a re-run completes what was begun.", FAILURES),
  scenario("A change of a client library alone, a prerelease, a fork, a missing secret, orphans.", PUBLISHING),
];

export const measureRows: Requirement[] = [
  threshold("Monitoring, Benefits, Tracking", "Publishing succeeds always (100 %).", "publishSuccessPercent"),
  threshold("Performance, Tracking", "A push to main takes ten minutes.", "pipelineMinutes"),
  threshold("3, Monitoring", "What the images take in GitHub's registry is watched.", "storageGigabytes"),
  fromConfig("Performance, Tracking", "It took thirteen before.", {
    line: deleted("metrics.baseline.pipelineMinutes"),
    output: "plan.json: `metrics.baseline.pipelineMinutes`",
    holds: (files) => files.plan("metrics.baseline.pipelineMinutes") === 13,
  }),
  fromConfig("Tracking", "No image is built twice for one commit.", {
    line: set("metrics", false),
    output: "plan.json: `metrics.thresholds.buildsPerCommit`",
    holds: (files) => files.plan("metrics.thresholds.buildsPerCommit") === 1,
    proof: PUBLISHING,
  }),
  fromConfig("Monitoring, Continuity", "Failures of main reach people.", {
    line: deleted("notify"),
    output: "main-ci-cd.yml: job `notify`",
    holds: (files) => files.job(BUILD, "notify") !== undefined,
    proof: FAILURES,
  }),
  fromConfig(
    "Benefits",
    "Images are reused when nothing of theirs has changed, in place of being built and thrown away.",
    {
      line: deleted("builds.webauthn-server.inputs"),
      output:
        "plan.json: `builds.webauthn-server.inputs`; builds.yml: job `build-webauthn-server`, step `Look for an image that will do`",
      holds: (files) =>
        Array.isArray(files.plan("builds.webauthn-server.inputs")) &&
        files.step("builds", "build-webauthn-server", "Look for an image that will do") !== undefined,
      proof: PUBLISHING,
    },
  ),
  always("Benefits, Problem", "One file holds the whole of it, called tests aside.", {
    output: "main-ci-cd.yml: the jobs from `plan` to `clean`",
    holds: (files) =>
      ["plan", "gate", ...TARGETS, "published", "clean"].every((job) => files.job(BUILD, job) !== undefined) &&
      onOf(files, BUILD, "push.branches") !== undefined,
    breaks: broken(BUILD, "branches:", "tags:"),
  }),
  beyond(
    "Benefits",
    "30 to 50 % faster releases, 40 % less complexity, 60 % less waste, 90 % fewer failures of coordination.",
    "Estimates. What can be measured is: minutes, reuse, builds of a commit, publishing; the metrics compare them with the baseline.",
    "test/templates/metrics-measures.test.ts",
  ),
  beyond(
    "Benefits",
    "Error handling and recovery, consistency with the architecture.",
    "The rows of the clean-up and of going back.",
  ),
  beyond(
    "Performance",
    "Docker Hub: from 0 % to 100 %.",
    "The cause is gone: nothing is deleted before it was published.",
    PUBLISHING,
  ),
];

export const peopleRows: Requirement[] = [
  beyond(
    "Status, Continuity, Tracking",
    "The document's own status, dates, phases, notes and checkboxes are kept current.",
    "People. `docs/ci-cd.md` and `docs/troubleshooting-ci.md` are generated from the config, so they are never out of date.",
  ),
  beyond(
    "Continuity",
    "What newcomers must read first: architecture, workflows, scripts.",
    "`docs/ci-cd.md`: every workflow with its trigger and the way of the image.",
  ),
  beyond(
    "Continuity",
    "Which integration points there are: clients, end-to-end tests, staging clean-up.",
    "`ci.config.ts` names all of them in one place, and the compiler refuses what does not fit together.",
  ),
  beyond(
    "Continuity, Tracking",
    "How each risk is mitigated, and what was tested.",
    "This table names the test of each.",
  ),
  beyond(
    "Continuity, Tracking",
    "Handoff: phase, state of the workflows, readiness to go back, next steps.",
    "Phases are people's. `pipewright check` says whether workflows match the config, and each way back is compiled by a test.",
    "test/compiler/docs-rollback.test.ts",
  ),
  beyond(
    "Continuity",
    "Emergency contacts and escalation.",
    "People; the webhook of `notify` is where they hear of it.",
  ),
  beyond(
    "Status, Tracking",
    "Phase 8, the order of deleting and publishing, comes first.",
    "It is the first row of this table.",
  ),
  beyond("Tracking", "Three to four weeks of work in phases.", "People."),
];
