/** Section 4.2 of Charon's plan, and what 7 and 10 repeat of it: the tests that follow the build. */
import { stepsOf, valueAt } from "../../support/emission.ts";
import { holdsValue, input, onOf, same, script, shellFunction, variable } from "../../support/questions.ts";
import { all, always, broken, deleted, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import { BUILD, CONSUMERS, INTEGRATION } from "../charon-files.ts";

const resolve = (file: string) => `${file}.yml: job \`resolve\`, step \`Resolve the image\``;
const SAMPLE = "crowdsec-integration";
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
  ...INTEGRATION.map((file) =>
    fromConfig("4.2", `${file}.yml runs its script against the image.`, {
      line: set(`consumers.${file}.run`, "true"),
      output: `${file}.yml: job \`test\`, step \`Run ${scripts[file] ?? ""}\``,
      holds: (files) => stepsOf(files).some((step) => step.run?.trim() === scripts[file]),
      proof: "test/execution/pipeline/whole.test.ts",
    }),
  ),
  fromConfig("4.2", "The integration workflows are named `Integration Test: …`.", {
    line: all(
      "consumers.*-integration.name",
      INTEGRATION.map((file) => set(`consumers.${file}.name`, file)),
    ),
    output: "the four integration files: `name`",
    holds: (files) =>
      INTEGRATION.every((file) => files.workflow(file)?.name === `Integration Test: ${titles[file] ?? ""}`),
  }),
  fromConfig("4.2", "The scripts find the image as `charon:local`.", {
    line: all(
      "consumers.*-integration.localTag",
      INTEGRATION.map((file) => set(`consumers.${file}.localTag`, "image:test")),
    ),
    output: "the four integration files: job `test`, `IMAGE`; step `Pull the image`, `LOCAL_TAG`",
    holds: (files) =>
      INTEGRATION.every(
        (file) =>
          same(files.job(file, "test")?.env["IMAGE"], "charon:local") &&
          variable(files, file, "test", "Pull the image", "LOCAL_TAG") === "charon:local",
      ),
  }),
  fromConfig("4.2, 10.1", "An integration job ends after 15 minutes.", {
    line: all(
      "consumers.*-integration.timeout",
      INTEGRATION.map((file) => set(`consumers.${file}.timeout`, "20m")),
    ),
    output: "the four integration files: job `test`, `timeout-minutes`",
    holds: (files) => INTEGRATION.every((file) => files.job(file, "test")?.timeoutMinutes === 15),
  }),
  fromConfig("4.2, 10.1", "Its tests end after ten.", {
    line: all(
      "consumers.*-integration.testTimeout",
      INTEGRATION.map((file) => set(`consumers.${file}.testTimeout`, "5m")),
    ),
    output: "the four integration files: job `test`, the test's step",
    holds: (files) => INTEGRATION.every((file) => files.step(file, "test", "Run the tests")?.timeoutMinutes === 10),
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
      breaks: broken(SAMPLE, /^ {4}branches:\n {6}- "\*\*"\n/, ""),
      proof: "test/player/triggers.test.ts",
    },
  ),
  always(
    "7.4, 7.5",
    "Builds that a consumer does not test are left out by their event and branch, not by their branch's name alone.",
    {
      output: `${resolve(SAMPLE)}, \`EVENTS\` and \`RUN_EVENT\``,
      holds: (files) =>
        CONSUMERS.every(
          (file) =>
            variable(files, file, "resolve", "Resolve the image", "EVENTS") ===
              "pullRequest feature integration main queue nightly manual" &&
            variable(files, file, "resolve", "Resolve the image", "RUN_EVENT") ===
              "${{ github.event.workflow_run.event }}",
        ),
      breaks: broken(SAMPLE, /^ +EVENTS: .*\n/, ""),
      proof: "test/execution/pipeline/branches.test.ts",
    },
  ),
  always("4.2", "Only a completed build starts a consumer, and only a successful one is tested.", {
    output: `${SAMPLE}.yml: \`on.workflow_run.types\`; job \`test\`, \`if\``,
    holds: (files) =>
      CONSUMERS.every(
        (file) =>
          same(onOf(files, file, "workflow_run.types"), ["completed"]) &&
          files.job(file, "test")?.if === "needs.resolve.outputs.ready == 'true'",
      ),
    breaks: broken(SAMPLE, "    if: needs.resolve.outputs.ready == 'true'", "    if: always()"),
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  always("4.2, 7.4, 13.5", "The pull request's number comes from the event, without a request to the API.", {
    output: `${resolve(SAMPLE)}, \`PULL_REQUESTS\``,
    holds: (files) =>
      CONSUMERS.every(
        (file) =>
          variable(files, file, "resolve", "Resolve the image", "PULL_REQUESTS") ===
          "${{ toJSON(github.event.workflow_run.pull_requests) }}",
      ),
    breaks: broken(SAMPLE, /^ +PULL_REQUESTS: .*\n/, ""),
    proof: "test/execution/pipeline/pull-request.test.ts",
  }),
  always("7.5", "When GitHub leaves that list empty, the number is found by the head commit.", {
    output: `${resolve(SAMPLE)}, function \`find_pull_requests\``,
    holds: (files) =>
      CONSUMERS.every(
        (file) =>
          shellFunction(script(files, file, "resolve", "Resolve the image"), "find_pull_requests")?.includes(
            "select(.sha == $sha)",
          ) === true,
      ),
    breaks: broken(SAMPLE, "select(.sha == $sha)", "."),
    proof: "test/execution/pipeline/pull-request.test.ts",
  }),
  always("4.2, 7.4, 7.5, 10.1, 13.5", "A number that cannot be found stops the run with the whole context.", {
    output: resolve(SAMPLE),
    holds: (files) =>
      CONSUMERS.every((file) => {
        const text = script(files, file, "resolve", "Resolve the image");
        return (
          text.includes('fail "The pull request of this build cannot be found') &&
          ['"Event: ', '"Ref: ', '"Commit: ', '"Pull requests: '].every(
            (part) => text.includes(part) || text.includes(part.slice(1)),
          )
        );
      }),
    breaks: broken(SAMPLE, '"Pull requests: ${PULL_REQUESTS:-none}"', ""),
  }),
  always("4.2, 10.1", "Missing values are errors, in every program.", {
    output: `${SAMPLE}.yml: function \`require\``,
    holds: (files) =>
      CONSUMERS.every((file) =>
        /require RUN_EVENT RUN_ID RUN_CONCLUSION HEAD_SHA HEAD_BRANCH/.test(
          script(files, file, "resolve", "Resolve the image"),
        ),
      ),
    breaks: broken(SAMPLE, "require RUN_EVENT RUN_ID RUN_CONCLUSION HEAD_SHA HEAD_BRANCH", ":"),
  }),
  always(
    "2.1, 4.2, 7.1, 13.6, 16",
    "A consumer pulls from the registry first, and takes the artifact when that fails.",
    {
      output: `${SAMPLE}.yml: job \`test\`, steps \`Pull the image\`, \`Download the image artifact\`, \`Load the image from the artifact\``,
      holds: (files) =>
        CONSUMERS.every((file) => {
          const fallback = "steps.pull-charon.outputs.source != 'registry'";
          return (
            files.step(file, "test", "Load the image from the artifact")?.if === fallback &&
            files.step(file, "test", "Download the image artifact")?.if?.startsWith(fallback) === true
          );
        }),
      breaks: broken(SAMPLE, "if: steps.pull-charon.outputs.source != 'registry'", "if: failure()"),
      proof: "test/execution/pipeline/failures.test.ts",
    },
  ),
  always("4.2, 7.5", "When neither is there, it stops and says what to do.", {
    output: `${SAMPLE}.yml: job \`test\`, step \`Load the image from the artifact\``,
    holds: (files) =>
      CONSUMERS.every((file) =>
        /neither in the registry nor kept as an artifact\..*re-run the build/.test(
          script(files, file, "test", "Load the image from the artifact"),
        ),
      ),
    breaks: broken(SAMPLE, "neither in the registry", "not here"),
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  always("7.5", "That an image exists is asked before the tests start.", {
    output: resolve(SAMPLE),
    holds: (files) =>
      CONSUMERS.every((file) =>
        script(files, file, "resolve", "Resolve the image").includes('find_manifest "$image:$candidate"'),
      ),
    breaks: broken(SAMPLE, 'find_manifest "$image:$candidate"', "true"),
  }),
  fromConfig("4.2, 7.1, 7.2, 7.5, 13.8", "An image of another commit than the one under test is not tested.", {
    line: set("freshness", "warn"),
    output: "every consumer: job `test`, `FRESHNESS` of both steps that take the image",
    holds: (files) =>
      CONSUMERS.every((file) =>
        ["Pull the image", "Load the image from the artifact"].every(
          (step) => variable(files, file, "test", step, "FRESHNESS") === "fail",
        ),
      ),
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  always(
    "4.2, 7.1, 7.2",
    "For that, the image's label is compared with the recorded commit, wherever the image came from.",
    {
      output: `${SAMPLE}.yml: job \`test\`, function \`check_freshness\``,
      holds: (files) =>
        CONSUMERS.every((file) =>
          ["Pull the image", "Load the image from the artifact"].every(
            (step) =>
              shellFunction(script(files, file, "test", step), "check_freshness")?.includes(
                '"$revision" == "${EXPECTED_COMMIT:-}"',
              ) === true && /^check_freshness /m.test(script(files, file, "test", step)),
          ),
        ),
      breaks: broken(SAMPLE, '"$revision" == "${EXPECTED_COMMIT:-}"', "true"),
    },
  ),
  always(
    "4.2, 7.1, 7.2, 7.5, 10.1, 13.8",
    "A newer commit of a pull request cancels the older one's tests; nothing else is cancelled.",
    {
      output: "every consumer: `concurrency`",
      holds: (files) =>
        CONSUMERS.every((file) => {
          const text = JSON.stringify(files.workflow(file)?.concurrency ?? null);
          return (
            text.includes("head_repository.full_name, github.event.workflow_run.head_branch") &&
            text.includes(`"cancel-in-progress":"\${{ github.event.workflow_run.event == 'pull_request' }}"`)
          );
        }),
      breaks: broken(
        SAMPLE,
        "github.event.workflow_run.head_repository.full_name, github.event.workflow_run.head_branch",
        "github.ref, github.sha",
      ),
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
    output: `${SAMPLE}.yml: job \`test\`, step \`Check out the code\``,
    holds: (files) =>
      CONSUMERS.every((file) =>
        same(input(files, file, "test", "Check out the code", "ref"), "${{ needs.resolve.outputs.sha }}"),
      ),
    breaks: broken(SAMPLE, "ref: ${{ needs.resolve.outputs.sha }}", "ref: main"),
    proof: "test/execution/pipeline/pull-request.test.ts",
  }),
  always(
    "4.2, 13.6",
    "Whatever happened, the job says where its image came from, under which tag and of which commit.",
    {
      output: "every consumer: job `test`, step `Say where the image came from`",
      holds: (files) =>
        CONSUMERS.every((file) => {
          const step = files.step(file, "test", "Say where the image came from");
          return (
            step?.if === "always()" && ["SOURCE", "TAG", "COMMIT"].every((name) => typeof step.env[name] === "string")
          );
        }),
      breaks: broken(
        SAMPLE,
        /- name: Say where the image came from\n +if: always\(\)$/,
        "- name: Say where the image came from\n        if: success()",
      ),
    },
  ),
  always("7.5, 8.1", "The result shows on the commit, whatever happened to build and test: no check waits for ever.", {
    output: "every consumer: job `report`",
    holds: (files) =>
      CONSUMERS.every(
        (file) =>
          files.job(file, "report")?.if === "always() && needs.resolve.outputs.skip != 'true'" &&
          same(files.job(file, "report")?.permissions, { statuses: "write" }),
      ),
    breaks: broken(SAMPLE, "if: always() && needs.resolve.outputs.skip != 'true'", "if: success()"),
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  fromConfig("10.5", "What an integration test wrote to `logs/` is kept when it fails.", {
    line: all(
      "consumers.*-integration.artifacts",
      INTEGRATION.map((file) => set(`consumers.${file}.artifacts`, [])),
    ),
    output: "the four integration files: job `test`, step `Upload …-logs`",
    holds: (files) =>
      INTEGRATION.every(
        (file) =>
          files
            .job(file, "test")
            ?.steps.some(
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
    output: "the four integration files: `on.workflow_run.workflows`",
    holds: (files) =>
      INTEGRATION.every((file) =>
        same(onOf(files, file, "workflow_run.workflows"), ["Docker Build, Publish & Test", "Nightly Build"]),
      ) && !holdsValue(onOf(files, SAMPLE, "workflow_run.workflows"), "Integration Test: WAF"),
    breaks: broken(SAMPLE, /^ {6}- Nightly Build$/, '      - "Integration Test: WAF"'),
  }),
];
