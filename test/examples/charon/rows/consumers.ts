/** Section 4.2 of Charon's plan, and what 7 and 10 repeat of it: the tests that follow the build. */
import { type Emission, valueAt } from "../../support/emission.ts";
import { input, onOf, same, script, scriptOf } from "../../support/questions.ts";
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
  BUILD_NAME,
  BUILDS,
  CONSUMERS,
  fileOf,
  GROUP,
  INTEGRATION,
  planned,
  TAKE,
  takeFunction,
  takeScript,
  TEST_FILES,
  testJob,
  testStep,
} from "../charon-files.ts";

const RESOLVE = ".github/pipewright/resolve-image";
const TAKE_PROOF = "test/execution/take-image.test.ts";
const TESTS = "every consumer: its test's job";
const GROUPED = "integration.yml: jobs `test-*`";
const resolve = (files: Emission, file: string): string => script(files, file, "resolve", "Resolve the image");
/** Whether each file that follows the build decides what is tested by a program that holds all of this. */
const everyResolve = (files: Emission, ...lines: string[]): boolean =>
  TEST_FILES.every((file) => lines.every((line) => resolve(files, file).includes(line)));
const PROGRAM = ".github/pipewright/take-image";
const CHECKED_AND_NAMED =
  /checkCommit\(image, id\);\s+const \{ ok, error \} = docker\(\["tag", id, image\.localTag\]\);\s+if \(!ok\) fail\(/;
/** Whether an image has the name that the tests know only after its commit was checked, wherever it came from. */
const isNamedIfChecked = (files: Emission, key: string): boolean =>
  CHECKED_AND_NAMED.test(takeFunction(files, key, "nameForTests")) &&
  ["taken", "fromArtifact"].every((name) => takeFunction(files, key, name).includes("nameForTests(image, ")) &&
  takeScript(files, key).split('docker(["tag", ').length === 2;
/** What the summary says of each image that was taken. */
const SUMMARY_ROW =
  '[build.image, tag || "none", digest || "unknown", commit || "unknown"].map(code).join(" | ")} | ${SOURCES[source]} |';
/** What every failure says of the image. */
const FACTS = /const factsOf = .*=> \[[^\]]*`Tag: \$\{tag [^\]]*`Expected commit: \$\{commit /;
/** Whether each place of a function that ends the step gives these facts. */
const givesFacts = (text: string): boolean => {
  const failures = [...text.matchAll(/\bfail\([^]*?\);/g)];
  return failures.length > 0 && failures.every(([failure]) => /\b(factsOf\(image\)|facts,?\s*\))/.test(failure));
};
const scripts: Readonly<Record<string, string>> = {
  "crowdsec-integration": "./scripts/crowdsec_integration.sh",
  "cerberus-integration": "./scripts/cerberus_integration.sh",
  "waf-integration": "./scripts/waf_integration.sh",
  "rate-limit-integration": "./scripts/rate_limit_integration.sh",
};
const titles: Readonly<Record<string, string>> = {
  "crowdsec-integration": "CrowdSec",
  "cerberus-integration": "Cerberus",
  "waf-integration": "WAF",
  "rate-limit-integration": "Rate Limiting",
};

export const consumerRows: Requirement[] = [
  ...INTEGRATION.map((key) =>
    fromConfig("4.2", `\`${key}\` runs its script against the image.`, {
      line: set(`consumers.${key}.run`, "true"),
      output: `integration.yml: job \`test-${key}\`, step \`Run the tests\``,
      holds: (files) => testStep(files, key, "Run the tests")?.run?.trim() === scripts[key],
      proof: "test/execution/pipeline/whole.test.ts",
    }),
  ),
  fromConfig("4.2", "The integration tests are named `Integration Test: …`.", {
    line: all(
      "consumers.*-integration.name",
      INTEGRATION.map((key) => set(`consumers.${key}.name`, key)),
    ),
    output: "plan.json: `consumers.*.name`, the name of the status; integration.yml: the names of the jobs",
    holds: (files) =>
      INTEGRATION.every((key) => {
        const name = `Integration Test: ${titles[key] ?? ""}`;
        return planned(files, key, "name") === name && testJob(files, key)?.name?.endsWith(name) === true;
      }),
  }),
  fromConfig("4.2", "The scripts find the image as `charon:local`.", {
    line: all(
      "consumers.*-integration.localTag",
      INTEGRATION.map((key) => set(`consumers.${key}.localTag`, "image:test")),
    ),
    output: `${GROUPED}, \`IMAGE\`; plan.json: \`consumers.*.images\``,
    holds: (files) =>
      INTEGRATION.every(
        (key) =>
          same(testJob(files, key)?.env["IMAGE"], "charon:local") &&
          planned(files, key, "images.charon") === "charon:local" &&
          isNamedIfChecked(files, key),
      ),
    proof: TAKE_PROOF,
  }),
  fromConfig("4.2, 10.1", "An integration job ends after 15 minutes.", {
    line: all(
      "consumers.*-integration.timeout",
      INTEGRATION.map((key) => set(`consumers.${key}.timeout`, "20m")),
    ),
    output: `${GROUPED}, \`timeout-minutes\``,
    holds: (files) => INTEGRATION.every((key) => testJob(files, key)?.timeoutMinutes === 15),
  }),
  fromConfig("4.2, 10.1", "Its tests end after ten.", {
    line: all(
      "consumers.*-integration.testTimeout",
      INTEGRATION.map((key) => set(`consumers.${key}.testTimeout`, "5m")),
    ),
    output: `${GROUPED}, step \`Run the tests\``,
    holds: (files) => INTEGRATION.every((key) => testStep(files, key, "Run the tests")?.timeoutMinutes === 10),
  }),
  always(
    "4.2, 7.4, 10.1, 13.5",
    "Every `workflow_run` names its branches. Those of the consumers let every head through: the filter sees a pull request's own branch, which may have any name.",
    {
      output: "every file: `on.workflow_run.branches`",
      holds: (files) =>
        files
          .workflows()
          .every(({ on }) => !("workflow_run" in on) || Array.isArray(valueAt(on, "workflow_run.branches"))),
      breaks: broken(GROUP, /^ {4}branches: \["\*\*"\]\n/, ""),
      proof: "test/player/triggers.test.ts",
    },
  ),
  always(
    "7.4, 7.5",
    "Builds that a consumer does not test are left out by their event and branch, not by their branch's name alone.",
    {
      output: `plan.json: \`consumers.*.events\`; ${RESOLVE}, functions \`classOf\` and \`resolveRun\``,
      holds: (files) =>
        CONSUMERS.every((key) =>
          same(planned(files, key, "events"), [
            "pullRequest",
            "feature",
            "integration",
            "main",
            "queue",
            "nightly",
            "manual",
          ]),
        ) && everyResolve(files, "switch (run.event) {", "plan.consumers[key].events.includes(found.class)"),
      breaks: brokenProgram("switch (run.event) {", "switch (run.head_branch) {"),
      proof: "test/execution/pipeline/branches.test.ts",
    },
  ),
  always("4.2", "Only a completed build starts a consumer, and only a successful one is tested.", {
    output: `every consumer: \`on.workflow_run.types\`; its test's job, \`if\`; ${RESOLVE}`,
    holds: (files) =>
      TEST_FILES.every((file) => same(onOf(files, file, "workflow_run.types"), ["completed"])) &&
      CONSUMERS.every((key) =>
        /^needs\.resolve\.outputs\.ready == 'true'( && contains\(|$)/.test(testJob(files, key)?.if ?? ""),
      ) &&
      TEST_FILES.every((file) =>
        /if \(run\.conclusion !== "success"\)\s+await finish\(\{\s+ready: false,/.test(resolve(files, file)),
      ),
    breaks: broken(GROUP, "if: needs.resolve.outputs.ready == 'true' && contains(", "if: always() || contains("),
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  always("4.2, 7.4, 13.5", "The pull request's number comes from the event, without a request to the API.", {
    output: `${RESOLVE}, \`listed\``,
    holds: (files) =>
      everyResolve(
        files,
        "(Array.isArray(run.pull_requests) ? run.pull_requests : [])",
        'if (listed.length > 0 || headRepository === "") return listed.map(({ number }) => number);',
      ),
    breaks: brokenProgram("Array.isArray(run.pull_requests) ? run.pull_requests : []", "[]"),
    proof: "test/execution/resolve.test.ts",
  }),
  always("7.5", "When GitHub leaves that list empty, the number is found by the head commit.", {
    output: `${RESOLVE}, function \`pullRequestsOfCommit\``,
    holds: (files) => everyResolve(files, ".filter(({ head: { sha } }) => sha === run.head_sha)"),
    breaks: brokenProgram(".filter(({ head: { sha } }) => sha === run.head_sha)", ""),
    proof: "test/execution/resolve.test.ts",
  }),
  always("4.2, 7.4, 7.5, 10.1, 13.5", "A number that cannot be found stops the run with the whole context.", {
    output: `${RESOLVE}, \`context\``,
    holds: (files) =>
      everyResolve(
        files,
        'fail("The pull request of this build cannot be found, so its image cannot be named. Re-run the build.", context)',
        "`Event: ${",
        "`Ref: ${",
        "`Commit: ${",
        "`Pull requests: ${",
      ),
    breaks: brokenProgram("`Pull requests: ${JSON.stringify(listed.map(({ number }) => number))}`", '""'),
    proof: "test/execution/resolve.test.ts",
  }),
  always("4.2, 10.1", "Missing values are errors, in every program.", {
    output: ".github/pipewright: function `require`, in every program that a consumer runs",
    holds: (files) => {
      const steps = TEST_FILES.flatMap((file) => [...(files.workflow(file)?.jobs.values() ?? [])]).flatMap(
        (job) => job.steps,
      );
      // A login has its own words for what is missing.
      const programs = steps.filter(({ uses }) => uses?.startsWith("$/") && !uses.endsWith("/log-in"));
      return (
        programs.length > 0 &&
        programs.every((step) => /^ *require( [A-Z]|\(\{)/m.test(scriptOf(files, step))) &&
        everyResolve(files, '"workflow_run.event": run.event,', '"workflow_run.head_sha": run.head_sha,') &&
        takeFunction(files, "waf-integration", "require").includes("fail(`The step has no value for ")
      );
    },
    breaks: brokenProgram('"workflow_run.head_sha": run.head_sha,', ""),
    proof: "test/execution/resolve.test.ts",
  }),
  always(
    "2.1, 4.2, 7.1, 13.6, 16",
    "A consumer pulls from the registry first, and takes the artifact when that fails.",
    {
      output: `${TESTS}, step \`Take the image\`, with what reads artifacts; ${PROGRAM}, functions \`take\` and \`findArchive\``,
      holds: (files) =>
        CONSUMERS.every(
          (key) =>
            testStep(files, key, TAKE)?.if === undefined &&
            testStep(files, key, TAKE)?.with["gh-token"] === "${{ github.token }}" &&
            JSON.stringify(testJob(files, key)?.permissions).includes('"actions":"read"') &&
            /await fromRegistry\(image\);\s+if \(pulled\.source\) return pulled;[^]*await fromArtifact\(image\);/.test(
              takeFunction(files, key, "take"),
            ) &&
            takeFunction(files, key, "findArchive").includes("artifactOfRun(github, repository, buildRun, name)") &&
            takeFunction(files, key, "findArchive").includes("const name = `image-${key}`;") &&
            takeScript(files, key).includes("const buildRun = event.workflow_run?.id ?? "),
        ) && same(input(files, BUILDS, "build-charon", "Upload the image", "name"), "image-charon"),
      breaks: broken("programs/take-image", "const loaded = await fromArtifact(image);", "const loaded = {};"),
      proof: "test/execution/pipeline/failures.test.ts",
    },
  ),
  always("4.2, 7.5", "When neither is there, it stops and says what to do.", {
    output: `${TESTS}, step \`Take the image\`; plan.json: \`consumers.*.fallback\`; ${PROGRAM}, function \`take\``,
    holds: (files) =>
      CONSUMERS.every(
        (key) =>
          planned(files, key, "fallback") === "fail" &&
          /if \(consumer\.fallback !== "build"\)\s+fail\(\s+"The image is neither in the registry nor kept as an artifact\..*re-run the build/.test(
            takeFunction(files, key, "take"),
          ),
      ),
    breaks: broken(
      "programs/take-image",
      "neither in the registry nor kept as an artifact. Images",
      "not here. Images",
    ),
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  always("7.5", "That an image exists is asked before the tests start.", {
    output: `${RESOLVE}, function \`findTag\``,
    holds: (files) =>
      everyResolve(files, "await findManifest(`${image}:${tag}`)", "const there = await findTag(tags);"),
    breaks: brokenProgram("await findManifest(`${image}:${tag}`)", '{ state: "there", digest: "" }'),
    proof: "test/execution/resolve.test.ts",
  }),
  fromConfig("4.2, 7.1, 7.2, 7.5, 13.8", "An image of another commit than the one under test is not tested.", {
    line: set("freshness", "warn"),
    output: `plan.json: \`freshness\`; ${TESTS}, step \`Take the image\`; ${PROGRAM}, function \`checkCommit\``,
    holds: (files) =>
      files.plan("freshness") === "fail" &&
      CONSUMERS.every(
        (key) =>
          isNamedIfChecked(files, key) &&
          /if \(plan\.freshness === "warn"\)\s+return warnOf\([^]*\);\s+return fail\(/.test(
            takeFunction(files, key, "checkCommit"),
          ),
      ),
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  always(
    "4.2, 7.1, 7.2",
    "For that, the image's label is compared with the recorded commit, wherever the image came from.",
    {
      output: `${PROGRAM}, functions \`checkCommit\` and \`nameForTests\`; ${TESTS}, step \`Take the image\`, \`images\``,
      holds: (files) =>
        CONSUMERS.every((key) => {
          const check = takeFunction(files, key, "checkCommit");
          return (
            isNamedIfChecked(files, key) &&
            check.includes('["org.opencontainers.image.revision"]') &&
            check.includes("if (isCommit(revision) && revision === commit) return ") &&
            takeScript(files, key).includes("const known = handedOn(environment.IMAGES);") &&
            takeScript(files, key).includes("commit = headOf(event) } = known[key] ?? {};") &&
            testStep(files, key, TAKE)?.with["images"] === "${{ needs.resolve.outputs.images }}"
          );
        }) && everyResolve(files, "found.images[key] = { digest, commit: sourceCommit };"),
      breaks: broken("programs/take-image", "revision === commit", "true"),
      proof: TAKE_PROOF,
    },
  ),
  always(
    "4.2, 7.1, 7.2, 7.5, 10.1, 13.8",
    "A newer commit of a pull request cancels the older one's tests; nothing else is cancelled.",
    {
      output: "every consumer: `concurrency`",
      holds: (files) =>
        TEST_FILES.every((file) => {
          const text = JSON.stringify(files.workflow(file)?.concurrency ?? null);
          return (
            text.includes("${{ github.event.workflow_run.head_repository.full_name }}") &&
            text.includes(
              "${{ github.event.workflow_run.event == 'pull_request' && github.event.workflow_run.head_branch ||",
            ) &&
            text.includes(`"cancel-in-progress":"\${{ github.event.workflow_run.event == 'pull_request' }}"`)
          );
        }),
      breaks: broken(GROUP, "github.event.workflow_run.head_repository.full_name }}", "github.repository }}"),
      proof: "test/player/concurrency.test.ts",
    },
  ),
  always("7.2, 7.5", "A newer commit of a pull request cancels the older one's build.", {
    output: "docker-build.yml: `concurrency`",
    holds: (files) =>
      JSON.stringify(files.workflow(BUILD)?.concurrency ?? null).includes(
        "format('pr-{0}', github.event.pull_request.number)",
      ),
    breaks: broken(BUILD, "format('pr-{0}', github.event.pull_request.number)", "github.sha"),
    proof: "test/execution/pipeline/pull-request.test.ts",
  }),
  always("4.2", "A consumer checks out the commit under test, not the default branch.", {
    output: `${TESTS}, step \`Check out the code\``,
    holds: (files) =>
      CONSUMERS.every((key) =>
        same(testStep(files, key, "Check out the code")?.with["ref"], "${{ needs.resolve.outputs.sha }}"),
      ),
    breaks: broken(GROUP, "ref: ${{ needs.resolve.outputs.sha }}", "ref: main"),
    proof: "test/execution/pipeline/pull-request.test.ts",
  }),
  always(
    "4.2, 13.6",
    "Whatever happened, the job says where its image came from, under which tag and of which commit.",
    {
      output: `${TESTS}, step \`Take the image\`, before any test can fail; ${PROGRAM}: its summary, and \`factsOf\` in each of its failures`,
      holds: (files) =>
        CONSUMERS.every((key) => {
          const step = testStep(files, key, TAKE);
          const names = testJob(files, key)?.steps.map(({ name }) => name ?? "") ?? [];
          return (
            same(names.slice(0, 2), ["Check out the code", TAKE]) &&
            ["tag", "images"].every((name) => typeof step?.with[name] === "string") &&
            takeScript(files, key).includes(SUMMARY_ROW) &&
            /addSummary\(`\\n\$\{rows\.join\("\\n"\)\}\\n`\);/.test(takeScript(files, key)) &&
            FACTS.test(takeScript(files, key)) &&
            ["checkCommit", "nameForTests", "fromArtifact", "take"].every((name) =>
              givesFacts(takeFunction(files, key, name)),
            )
          );
        }),
      breaks: broken("programs/take-image", " | ${SOURCES[source]} |`", " |`"),
      proof: "test/execution/pipeline/pull-request.test.ts",
    },
  ),
  always("7.5, 8.1", "The result shows on the commit, whatever happened to build and test: no check waits for ever.", {
    output: "every consumer: job `report`",
    holds: (files) =>
      TEST_FILES.every((file) => {
        const report = files.job(file, "report");
        return (
          // A build that a newer commit has taken the place of is the one thing that nobody waits for any more.
          report?.if === "always() && needs.resolve.result != 'skipped' && needs.resolve.outputs.skip != 'true'" &&
          same(report.permissions, { statuses: "write" })
        );
      }) &&
      CONSUMERS.every(
        (key) => files.job(fileOf(files, key), "report")?.needs.includes(testJob(files, key)?.id ?? "none") === true,
      ),
    breaks: broken(GROUP, "if: always() && needs.resolve.result != 'skipped'", "if: needs.resolve.result != 'skipped'"),
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  fromConfig("10.5", "What an integration test wrote to `logs/` is kept when it fails.", {
    line: all(
      "consumers.*-integration.artifacts",
      INTEGRATION.map((key) => set(`consumers.${key}.artifacts`, [])),
    ),
    output: `${GROUPED}, step \`Upload …-logs\``,
    holds: (files) =>
      INTEGRATION.every(
        (key) =>
          testJob(files, key)?.steps.some(
            (step) =>
              step.uses?.startsWith("actions/upload-artifact@") &&
              step.if === "failure()" &&
              step.with["path"] === "logs/",
          ) === true,
      ),
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  fromConfig("10.5", "The report of the scanned binary is kept when the scan fails.", {
    line: deleted("consumers.security-pr.artifacts"),
    output: "security-pr.yml: job `test`, step `Upload trivy-report`",
    holds: (files) =>
      files.step("security-pr", "test", "Upload trivy-report")?.if === "failure()" &&
      input(files, "security-pr", "test", "Scan the binary", "output") ===
        input(files, "security-pr", "test", "Upload trivy-report", "path"),
  }),
  fromConfig("10.5", "The list of what is in the image is kept, for 30 days.", {
    line: deleted("consumers.supply-chain-pr.artifacts"),
    output: "supply-chain-pr.yml: job `test`, step `Upload sbom`",
    holds: (files) => same(input(files, "supply-chain-pr", "test", "Upload sbom", "retention-days"), 30),
  }),
  fromConfig("1.1, 1.3", "The supply-chain check lists what is in the image and looks for known vulnerabilities.", {
    line: set("consumers.supply-chain-pr.steps", [{ name: "Nothing", run: "true" }]),
    output: "supply-chain-pr.yml: job `test`",
    holds: (files) =>
      files.job("supply-chain-pr", "test")?.steps.some((step) => step.uses?.startsWith("anchore/sbom-action@")) ===
        true && input(files, "supply-chain-pr", "test", "Look for known", "severity-cutoff") === "high",
  }),
  fromConfig("1.1, 1.3", "The security check scans the binary that is in the image.", {
    line: set("consumers.security-pr.steps", [{ name: "Nothing", run: "true" }]),
    output: "security-pr.yml: job `test`",
    holds: (files) =>
      script(files, "security-pr", "test", "Take the binary").includes("docker cp") &&
      input(files, "security-pr", "test", "Scan the binary", "severity") === "CRITICAL,HIGH",
  }),
  always("11.3", "The integration tests run in parallel: each follows the build, none another test.", {
    output: "integration.yml: `on.workflow_run.workflows`, and `needs` of each job `test-*`",
    holds: (files) =>
      same(onOf(files, GROUP, "workflow_run.workflows"), [BUILD_NAME, "Nightly Build"]) &&
      INTEGRATION.every((key) => same([...(testJob(files, key)?.needs ?? [])], ["resolve"])),
    breaks: broken(
      GROUP,
      /^( {4}name: "Test Integration Test: WAF"\n {4}needs: )\[resolve\]$/,
      "$1[resolve, test-crowdsec-integration]",
    ),
    proof: "test/execution/pipeline/whole.test.ts",
  }),
];
