/** Jobs 1 to 6 and 9 of the plan: what is checked, by what, and what is kept of it. */
import { isObject } from "../../../player/json.ts";
import type { Emission } from "../../support/emission.ts";
import { holdsValue, input, moduleFunction, same, script } from "../../support/questions.ts";
import { all, always, beyond, broken, deleted, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import {
  CI,
  condition,
  diagnoses,
  judge,
  judged,
  needs,
  planned,
  PLAYED,
  RELEASE,
  RELEASED,
  restored,
  runs,
  steps,
  uploads,
} from "../kyklos-files.ts";

const LINT = [
  "formatting with gofmt -s",
  "golangci-lint",
  "YAML of CRDs and examples",
  "licence headers",
  "dependencies and their vulnerabilities",
  "conventional commits",
];
const LINT_COMMANDS = [
  "gofmt -s -l .",
  "golangci-lint run",
  "make verify-yaml",
  "check-licences.sh",
  "govulncheck ./...",
  "check-commits.sh",
];
const VERIFY = [
  "TODOs without an issue",
  "exported functions without documentation",
  "examples that the schema has left behind",
  "deprecated API",
  "the documentation's style",
];
const VERIFY_COMMANDS = [
  "check-todos.sh",
  "check-godoc.sh",
  "make verify-examples",
  "check-deprecated.sh",
  "make lint-docs",
];
const TAKE = "Take the image";
/** Whether the smoke test takes the controller that the run itself has built. */
const takesController = (files: Emission): boolean =>
  files.step("smoke", "test", TAKE)?.uses === "$/.github/pipewright/take-image" &&
  input(files, "smoke", "test", TAKE, "consumer") === "smoke" &&
  input(files, "smoke", "test", TAKE, "images") === "${{ inputs.images }}" &&
  files.job(CI, "test-smoke")?.call?.with["images"] === "${{ needs.build.outputs.controller-images }}" &&
  planned(files, "smoke", "images.controller") !== undefined;
/** Whether it downloads what the run itself has made. */
const downloads = (files: Emission, build: string): boolean => {
  const given = files.step("smoke", "test", `Download ${build}`)?.with;
  return given?.["name"] === `files-${build}` && given["run-id"] === undefined;
};
const everyCommit = (name: string, key: string): Requirement =>
  fromConfig(
    "Jobs, Gates",
    `${name} runs on every commit of pull requests and main, and a branch rule can require it.`,
    {
      line: all(`consumers.${key}`, [
        deleted(`consumers.${key}`),
        set(
          "consumers.smoke.after",
          ["lint", "unit", "envtest", "secrets", "verify"].filter((one) => one !== key),
        ),
      ]),
      output: `ci.yml: job \`test-${key}\`, and \`gate\` which judges it; ${key}.yml; plan.json: \`consumers.${key}\``,
      holds: (files) =>
        planned(files, key, "name") === name &&
        ["pullRequest", "main"].every((event) => holdsValue(planned(files, key, "events"), event)) &&
        judged(files, CI, `test-${key}`, key) &&
        condition(files, CI, "gate") === "always()" &&
        files.job(CI, "gate")?.name === "All checks",
      proof: PLAYED,
    },
  );

export const checkRows: Requirement[] = [
  ...(
    [
      ["Lint", "lint"],
      ["Unit tests", "unit"],
      ["Envtest", "envtest"],
      ["No secrets in the code", "secrets"],
      ["Verify", "verify"],
    ] as const
  ).map(([name, key]) => everyCommit(name, key)),
  ...LINT.map((what, index) =>
    fromConfig("Job 1", `Lint checks ${what}.`, {
      line: deleted(`consumers.lint.steps.${index}`),
      output: "lint.yml: job `test`",
      holds: (files) => runs(files, "lint", LINT_COMMANDS[index] ?? ""),
      proof: PLAYED,
    }),
  ),
  fromConfig("Job 1", "The linter's findings stand on the pull request's lines, with its suggestions.", {
    line: set("consumers.lint.steps.1.run", "./bin/golangci-lint run"),
    output:
      "lint.yml: step `Lint the code`, `--out-format=github-actions`: annotations need no token, so forks see them as well",
    holds: (files) => runs(files, "lint", "--out-format=github-actions"),
  }),
  fromConfig("Job 1", "The linter's own cache is keyed by its configuration.", {
    line: deleted("caches.lint", "consumers.lint.caches"),
    output: "lint.yml: step `Restore the cache lint`",
    holds: (files) => String(restored(files, "lint", "lint")).includes("hashFiles('.golangci.yml')"),
  }),
  fromConfig("Job 2", "Unit tests run with the race detector and write a coverage profile.", {
    line: set("consumers.unit.run", "go test ./..."),
    output: "unit.yml: job `test`",
    holds: (files) => runs(files, "unit", "-race -coverprofile=coverage.out ./..."),
  }),
  fromConfig("Job 2, Gates", "Less than 80 % coverage fails.", {
    line: deleted("consumers.unit.coverage.minimum"),
    output: "plan.json: `consumers.unit.coverage.minimum`; unit.yml: step `Check the coverage`",
    holds: (files) =>
      planned(files, "unit", "coverage.minimum") === 80 &&
      input(files, "unit", "test", "Check the coverage", "consumer") === "unit",
    proof: PLAYED,
  }),
  ...(["./internal/window/...", "./internal/statemachine/..."] as const).map((part) =>
    fromConfig("Job 2, Gates", `Less than 95 % in \`${part}\` fails: no critical path goes untested.`, {
      line: set("consumers.unit.coverage.packages", {
        [part === "./internal/window/..." ? "./internal/statemachine/..." : "./internal/window/..."]: 95,
      }),
      output: "plan.json: `consumers.unit.coverage.packages`; unit.yml: step `Check the coverage`",
      holds: (files) => {
        const packages = planned(files, "unit", "coverage.packages");
        return (
          isObject(packages) &&
          packages[part] === 95 &&
          input(files, "unit", "test", "Check the coverage", "consumer") === "unit"
        );
      },
      proof: "test/templates/coverage.test.ts",
    }),
  ),
  fromConfig(
    "Job 2",
    "A comment tells the pull request how its coverage changed against main's, and names lines that nothing tests.",
    {
      line: set("consumers.unit.coverage.comment", false),
      output:
        "ci.yml: job `comment-unit`, which runs none of the pull request's code; the lines stand in the summary of unit.yml",
      holds: (files) =>
        same(files.job(CI, "comment-unit")?.permissions ?? null, { "pull-requests": "write" }) &&
        condition(files, CI, "comment-unit").includes("head.repo.full_name == github.repository"),
      proof: PLAYED,
    },
  ),
  ...(
    [
      ["coverage.out", "unit", 0, "unit-reports"],
      ["coverage.html", "unit", 1, "unit-reports"],
      ["test-results.json", "unit", 2, "unit-reports"],
      ["envtest-logs.txt", "envtest", 0, "envtest-logs"],
      ["api-server.log", "envtest", 1, "envtest-logs"],
      ["smoke-test-results.json", "smoke", 0, "smoke-results"],
      ["metrics-snapshot.txt", "smoke", 1, "smoke-results"],
      ["e2e-results.xml", "e2e", 0, "e2e-results"],
      ["scenario-traces", "e2e", 1, "e2e-results"],
    ] as const
  ).map(([path, key, index, name]) =>
    fromConfig(`Job ${{ unit: 2, envtest: 3, smoke: 6, e2e: 9 }[key]}`, `\`${path}\` is kept.`, {
      line: deleted(`consumers.${key}.artifacts.0.path.${index}`),
      output: `${key}.yml: step \`Upload ${name}\``,
      holds: (files) =>
        files.step(key, "test", `Upload ${name}`)?.with["path"]?.toString().split("\n").includes(path) === true ||
        files.step(key, "test", `Upload ${name}`)?.with["path"] === path,
    }),
  ),
  fromConfig("Job 3", "Envtest's binaries are fetched, tried again, and cached by dependencies and environment.", {
    line: deleted("caches.envtest.files.1"),
    output: "envtest.yml: step `Restore the cache envtest`",
    holds: (files) => String(restored(files, "envtest", "envtest")).includes("hashFiles('go.sum', '**/testenv/**')"),
  }),
  fromConfig("Job 3", "Controller tests run against a real API server.", {
    line: set("consumers.envtest.run", "true"),
    output: "envtest.yml: job `test`",
    holds: (files) => runs(files, "envtest", "-tags=envtest ./test/envtest/..."),
  }),
  fromConfig("Job 3", "After a failure the namespaces' resources are kept as well.", {
    line: set("consumers.envtest.diagnostics", true),
    output: "plan.json: `consumers.envtest.diagnostics.paths`; envtest.yml: step `Collect the state of the runner`",
    holds: (files) => diagnoses(files, "envtest", "test-namespaces.yaml"),
  }),
  ...VERIFY.map((what, index) =>
    fromConfig("Job 5, Failures", `Verify looks for ${what}.`, {
      line: deleted(`consumers.verify.run.${index}`),
      output: "verify.yml: job `test`",
      holds: (files) => runs(files, "verify", VERIFY_COMMANDS[index] ?? ""),
    }),
  ),
  fromConfig("Job 5, Failures", "What Verify finds only warns.", {
    line: deleted("consumers.verify.failure"),
    output: "plan.json: `consumers.verify.soft`, by which ci.yml's job `gate` judges",
    holds: (files) =>
      planned(files, "verify", "soft") === true &&
      judged(files, CI, "test-verify", "verify") &&
      /if \(soft\) \{\n +warn\(/.test(judge(files)),
    proof: PLAYED,
  }),
  fromConfig("Job 5, Gates", "A secret in the code stops the merge: that check is not a soft one.", {
    line: set("consumers.secrets.failure", "soft"),
    output: "plan.json: `consumers.secrets.soft`, by which ci.yml's job `gate` judges",
    holds: (files) =>
      runs(files, "secrets", "gitleaks detect") &&
      planned(files, "secrets", "soft") === false &&
      planned(files, "secrets", "required") === true &&
      judged(files, CI, "test-secrets", "secrets"),
    proof: PLAYED,
  }),
  ...(["lint", "unit", "envtest", "secrets", "verify"] as const).map((key) =>
    fromConfig(
      "Stages, Parallel",
      `The smoke test starts once ${key} has passed; the checks themselves run side by side.`,
      {
        line: set(
          "consumers.smoke.after",
          ["lint", "unit", "envtest", "secrets", "verify"].filter((one) => one !== key),
        ),
        output: "ci.yml: job `test-smoke`, `needs` and `if`",
        holds: (files) =>
          needs(files, CI, "test-smoke", `test-${key}`) &&
          condition(files, CI, "test-smoke").includes(`needs.test-${key}.result == 'success'`) &&
          !needs(files, CI, `test-${key}`, "test-smoke"),
        proof: PLAYED,
      },
    ),
  ),
  ...(["controller", "binaries", "bundle"] as const).map((build) =>
    fromConfig("Stages, Job 6", `The smoke test takes the very ${build} of this run, and builds none itself.`, {
      line: set(
        "consumers.smoke.needs",
        ["controller", "binaries", "bundle"].filter((one) => one !== build),
      ),
      output: build === "controller" ? "smoke.yml: step `Take the image`" : `smoke.yml: step \`Download ${build}\``,
      holds: (files) =>
        (build === "controller" ? takesController(files) : downloads(files, build)) &&
        planned(files, "smoke", "source") === "registry" &&
        planned(files, "smoke", "fallback") === "fail" &&
        !steps(files, "smoke").some(
          ({ name, uses }) =>
            name?.startsWith("Make ") === true ||
            /^docker\/(build-push|bake)-action@|\/prepare-build$/.test(uses ?? ""),
        ),
      proof: PLAYED,
    }),
  ),
  ...(
    [
      ["creates a cluster of one node", 0, "kind create cluster --config .kind-config.yaml"],
      [
        "loads the image, installs CRDs and controller, and waits until it is ready",
        1,
        "rollout status deployment/kyklos-controller",
      ],
      ["scales up and down, pauses and resumes, looks at events and /metrics", 2, "./test/smoke.sh"],
    ] as const
  ).map(([what, index, text]) =>
    fromConfig("Job 6", `The smoke test ${what}.`, {
      line: deleted(`consumers.smoke.steps.${index}`),
      output: "smoke.yml: job `test`",
      holds: (files) => runs(files, "smoke", text),
    }),
  ),
  fromConfig(
    "Job 6, Diagnostics",
    "After a failure the state of the cluster is collected and kept: pods' logs and all resources.",
    {
      line: deleted("consumers.smoke.diagnostics"),
      output: "smoke.yml: steps `Collect what explains the failure`, `Keep what explains the failure`",
      holds: (files) =>
        runs(files, "smoke", "./hack/cluster-state.sh") &&
        diagnoses(files, "smoke", "kind-logs") &&
        diagnoses(files, "smoke", "cluster-state.yaml"),
    },
  ),
  fromConfig("Job 6, Caching", "kind and its node image are cached by the cluster's configuration.", {
    line: deleted("caches.kind", "consumers.smoke.caches", "consumers.e2e.caches"),
    output: "smoke.yml: step `Restore the cache kind`",
    holds: (files) => String(restored(files, "smoke", "kind")).includes("hashFiles('.kind-config.yaml')"),
  }),
  beyond(
    "Job 6, Job 9",
    "The cluster itself is preserved after a failure.",
    "A runner is deleted with its job, and the cluster with it. What is left is its state: resources, logs and traces, kept for 90 days.",
  ),
  fromConfig("Job 9", "The end-to-end tests are for releases.", {
    line: deleted("consumers.e2e.on"),
    output: "release.yml: job `test-e2e`; none in ci.yml",
    holds: (files) =>
      files.job(RELEASE, "test-e2e") !== undefined &&
      files.job(CI, "test-e2e") === undefined &&
      !condition(files, RELEASE, "test-e2e").includes("passed"),
    proof: RELEASED,
  }),
  ...[
    "office-hours",
    "night-shift",
    "holidays",
    "dst",
    "cross-midnight",
    "grace-period",
    "pause-resume",
    "metrics",
    "upgrade",
  ].map((scenario, index) =>
    fromConfig("Job 9, Optimisations", `The scenario ${scenario} is a job of its own, beside the others.`, {
      line: deleted(`consumers.e2e.matrix.scenario.${index}`),
      output: "e2e.yml: job `test`, `strategy.matrix.scenario`",
      holds: (files) => files.text("e2e").includes(`- ${scenario}\n`) || files.text("e2e").includes(`"${scenario}"`),
    }),
  ),
  fromConfig("Job 9, Failures", "One scenario that fails does not stop the others: their diagnosis is wanted, too.", {
    line: set("consumers.e2e.failure", "fast"),
    output: "e2e.yml: job `test`, `strategy.fail-fast`",
    holds: (files) => /fail-fast: false/.test(files.text("e2e")),
  }),
  fromConfig("Job 9", "The framework's caches are those of the tools and of kind.", {
    line: set("consumers.e2e.caches", ["modules"]),
    output: "e2e.yml: steps `Restore the cache tools`, `Restore the cache kind`",
    holds: (files) => restored(files, "e2e", "tools") !== undefined && restored(files, "e2e", "kind") !== undefined,
  }),
  always("Gates", "A check that did not run is red, not passed over.", {
    output: "ci.yml: job `gate`, `if: always()`; .github/pipewright/judge-run, function `judgeSkipped`",
    holds: (files) =>
      condition(files, CI, "gate") === "always()" &&
      needs(files, CI, "gate", "test-smoke") &&
      judge(files).includes('return say("❌", name, "did not run: '),
    breaks: broken(CI, "if: always()", "if: success()"),
    proof: PLAYED,
  }),
  fromConfig("Job 6", "Where the image cannot be had, the smoke test fails rather than testing another one.", {
    line: deleted("consumers.smoke.fallback"),
    output:
      "plan.json: `consumers.smoke.fallback`; smoke.yml: step `Take the image`; .github/pipewright/take-image, function `take`",
    holds: (files) =>
      planned(files, "smoke", "fallback") === "fail" &&
      takesController(files) &&
      /if \(consumer\.fallback !== "build"\)\s+fail\(/.test(
        moduleFunction(script(files, "smoke", "test", TAKE), "take") ?? "",
      ) &&
      [TAKE, "Download binaries", "Download bundle"].every(
        (name) => files.step("smoke", "test", name)?.continueOnError === false,
      ),
    proof: "test/execution/take-image.test.ts",
  }),
  fromConfig("Job 2, Diagnostics", "Fixtures and inputs of unit tests are kept after a failure.", {
    line: set("consumers.unit.diagnostics", true),
    output: "plan.json: `consumers.unit.diagnostics.paths`; unit.yml: step `Collect the state of the runner`",
    holds: (files) =>
      diagnoses(files, "unit", "test/fixtures") &&
      input(files, "unit", "test", "Keep what explains", "retention-days") === 90 &&
      uploads(files, "unit", "diagnostics"),
  }),
];
