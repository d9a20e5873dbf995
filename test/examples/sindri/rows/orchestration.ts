/** Sections 3.2 and 4 of Sindri's plan: which tests there are, what they wait for, and what a manual run can ask. */
import { holdsValue, onOf, script } from "../../support/questions.ts";
import { all, always, broken, deleted, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import { BUILD, DEPLOYING, deploysImage, EXTENSION_TESTS, EXTENSIONS, jobsIn, VALIDATIONS } from "../sindri-files.ts";

/** The plan's words on each file, with how many machines it deploys. */
const TABLE: readonly (readonly [file: string, said: string])[] = [
  ["per-extension", "30 and more deployments in parallel"],
  ["integration", "three deployments, one after the other"],
  ["api-compliance", "six deployments in parallel"],
  ["extension-combinations", "seven deployments in parallel"],
  ["protected-extensions-tests", "one deployment"],
  ["cleanup-extensions-tests", "one deployment"],
  ["manifest-operations-tests", "one deployment"],
  ["dependency-chain-tests", "one deployment"],
  ["test-extensions-metadata", "one deployment"],
  ["test-extensions-upgrade-vm", "one deployment"],
  ["developer-workflow", "one deployment"],
  ["mise-stack-integration", "one deployment"],
];
const jobOf = (files: Parameters<typeof deploysImage>[0], key: string) => files.job(BUILD, `test-${key}`);
const usedBy: Readonly<Record<string, readonly string[]>> = {
  integration: ["consumers.developer-workflow.after", "consumers.mise-stack-integration.after"],
};

export const orchestrationRows: Requirement[] = [
  ...TABLE.map(([file, said]) =>
    fromConfig(
      "Background, 4.1, 4.3, 4.4, 5.1, P3 deliverables, P4 deliverables, P4 tests, P5 deliverables, P5 tests, Phase criteria",
      `${file}.yml takes the image: ${said}.`,
      {
        line: deleted(`consumers.${file}`, ...(usedBy[file] ?? [])),
        output: `${file}.yml: \`on.workflow_call\`, job \`test\`; build-image.yml: job \`test-${file}\``,
        holds: (files) =>
          deploysImage(files, file) && JSON.stringify(files.job(BUILD, `test-${file}`) ?? "").length > 2,
        ...(file === "per-extension" && { proof: "test/execution/pipeline/sindri-whole.test.ts" }),
      },
    ),
  ),
  fromConfig(
    "Background, 4.1, 4.5, P4 tests, Phase criteria",
    "Each of more than thirty extensions has a job of its own, all of one image.",
    {
      line: set("consumers.per-extension.matrix.extension", ["nodejs"]),
      output: "per-extension.yml: job `test`, `strategy.matrix`",
      holds: (files) =>
        EXTENSIONS.length > 30 &&
        EXTENSIONS.every((extension) => jobsIn(files, "per-extension").includes(`\\"${extension}\\"`)),
    },
  ),
  fromConfig("Background", "The API tests have six machines.", {
    line: set("consumers.api-compliance.matrix.extension", ["nodejs"]),
    output: "api-compliance.yml: job `test`, `strategy.matrix`",
    holds: (files) => (jobsIn(files, "api-compliance").match(/\\"[a-z-]+\\"/g) ?? []).length === 6,
  }),
  fromConfig("Background", "The combinations have seven.", {
    line: set("consumers.extension-combinations.matrix.combination", ["fullstack"]),
    output: "extension-combinations.yml: job `test`, `strategy.matrix`",
    holds: (files) => (jobsIn(files, "extension-combinations").match(/\\"[a-z-]+\\"/g) ?? []).length === 7,
  }),
  fromConfig("Background", "The integration tests have three, one after the other.", {
    line: deleted("consumers.integration.maxParallel"),
    output: "integration.yml: job `test`, `strategy.max-parallel`",
    holds: (files) =>
      jobsIn(files, "integration").includes('"max-parallel":1') &&
      jobsIn(files, "integration").includes("volume-persistence"),
  }),
  fromConfig(
    "4.2, Components",
    "The build runs beside the validation of the extension manager, which needs no image.",
    {
      line: deleted("consumers.manager-validation", ...EXTENSION_TESTS.map((key) => `consumers.${key}.after`)),
      output: "manager-validation.yml; build-image.yml: job `test-manager-validation`, which needs no other",
      holds: (files) =>
        files.job(BUILD, "test-manager-validation")?.needs.length === 0 &&
        script(files, "manager-validation", "test", "Run the tests").includes("manager-validation.sh"),
    },
  ),
  fromConfig("4.2, Components", "And beside the validation of the extensions' syntax.", {
    line: deleted("consumers.syntax-validation", ...EXTENSION_TESTS.map((key) => `consumers.${key}.after`)),
    output: "syntax-validation.yml; build-image.yml: job `test-syntax-validation`, which needs no other",
    holds: (files) =>
      files.job(BUILD, "test-syntax-validation")?.needs.length === 0 &&
      script(files, "syntax-validation", "test", "Run the tests").includes("syntax-validation.sh"),
  }),
  fromConfig("4.2", "Extension tests wait for the build and for both validations.", {
    line: all(
      "consumers.*.after",
      EXTENSION_TESTS.map((key) => deleted(`consumers.${key}.after`)),
    ),
    output: "build-image.yml: jobs `test-…`, `needs`",
    holds: (files) =>
      EXTENSION_TESTS.every((key) =>
        ["build", ...VALIDATIONS.map((name) => `test-${name}`)].every(
          (need) => jobOf(files, key)?.needs.includes(need) === true,
        ),
      ),
    proof: "test/execution/pipeline/sindri.test.ts",
  }),
  fromConfig("3.2", "The developer workflow runs when the integration tests have passed.", {
    line: deleted("consumers.developer-workflow.after"),
    output: "build-image.yml: job `test-developer-workflow`, `needs` and `if`",
    holds: (files) =>
      jobOf(files, "developer-workflow")?.needs.includes("test-integration") === true &&
      jobOf(files, "developer-workflow")?.if?.includes("needs.test-integration.result == 'success'") === true,
  }),
  always(
    "3.2, Technical risks, Risk response",
    "Tests also run when the build failed (then from the sources), and nothing that is published follows from them.",
    {
      output: "build-image.yml: jobs `test-…`, `if`; job `gate`, which is red when the build is; job `promote`, `if`",
      holds: (files) =>
        DEPLOYING.every(
          (key) =>
            jobOf(files, key)?.if?.startsWith("!cancelled() && needs.build.outputs.class && ") === true &&
            jobOf(files, key)?.if?.includes("needs.build.result") === false,
        ) &&
        files.job(BUILD, "gate")?.needs.includes("build") === true &&
        script(files, BUILD, "gate", "Judge the run").includes("else judgeJob(id, result);") &&
        files.job(BUILD, "promote")?.if?.includes("needs.gate.result == 'success' && ") === true,
      breaks: broken(BUILD, "!cancelled() && needs.gate.result == 'success'", "!cancelled()"),
      proof: "test/execution/pipeline/sindri.test.ts",
    },
  ),
  fromConfig(
    "4.5, P4 tests, Integration tests",
    "By hand one extension can be tested: `gh workflow run per-extension.yml -f extension=nodejs`.",
    {
      line: deleted("consumers.per-extension.choose"),
      output: "per-extension.yml: `on.workflow_dispatch.inputs.extension`",
      holds: (files) =>
        holdsValue(onOf(files, "per-extension", "workflow_dispatch.inputs.extension.options"), "nodejs"),
      proof: "test/execution/pipeline/sindri.test.ts",
    },
  ),
  fromConfig("Integration tests, 5.5, P5 tests", "Each test can be started by hand, with an image's tag.", {
    line: all(
      "consumers.*.dispatch",
      DEPLOYING.map((key) => ({
        path: "",
        change: "set to false",
        apply: (config) =>
          set(`consumers.${key}.dispatch`, false).apply(deleted(`consumers.${key}.choose`).apply(config)),
      })),
    ),
    output: "the twelve files: `on.workflow_dispatch.inputs.image_tag`",
    holds: (files) =>
      DEPLOYING.every((file) => onOf(files, file, "workflow_dispatch.inputs.image_tag.required") === true),
    proof: "test/execution/pipeline/sindri.test.ts",
  }),
  always("4.1, Technical risks", "One extension that fails does not stop the others.", {
    output: "per-extension.yml: job `test`, `strategy.fail-fast`",
    holds: (files) => jobsIn(files, "per-extension").includes('"fail-fast":false'),
    breaks: broken("per-extension", "fail-fast: false", "fail-fast: true"),
  }),
  fromConfig(
    "Functional criteria, P5 tests, Acceptance",
    "Each test reports under its own name, which a branch rule can require.",
    {
      given: set("gates", "each"),
      line: deleted("gates"),
      output:
        "build-image.yml: jobs `verdict-…`, a check of each test's name; without the line the tests' jobs bear the names, and a branch rule requires `All checks`, which needs all of them",
      holds: (files) =>
        DEPLOYING.every((key) => {
          const name = String(files.plan(`consumers.${key}.name`));
          const verdict = files.job(BUILD, `verdict-${key}`);
          return (
            verdict?.name === name &&
            verdict.if === "always()" &&
            verdict.needs.includes(`test-${key}`) &&
            jobOf(files, key)?.name === `Run ${name}` &&
            files.job(BUILD, "gate")?.needs.includes(`test-${key}`) === true
          );
        }),
      proof: "test/execution/gates.test.ts",
    },
  ),
  always("2.2, Technical risks", "Every job ends by itself.", {
    output: "every job: `timeout-minutes`",
    holds: (files) =>
      [...files.texts.values()].every(
        (text) =>
          (text.match(/^ {4}runs-on: /gm) ?? []).length === (text.match(/^ {4}timeout-minutes: /gm) ?? []).length,
      ),
    breaks: broken("developer-workflow", /^ {4}timeout-minutes: .*\n/, ""),
  }),
  always(
    "End-to-end tests, 3.4, 5.5, P3 tests, P5 deliverables, Acceptance",
    "The whole, as one pull request and one merge: the image is built once, twelve tests deploy it, `latest` moves.",
    {
      output: "all files, played",
      holds: (files) => DEPLOYING.every((file) => deploysImage(files, file)),
      breaks: broken("integration", "Deploy the image", "Deploy another image"),
      proof: "test/execution/pipeline/sindri-whole.test.ts",
    },
  ),
];
