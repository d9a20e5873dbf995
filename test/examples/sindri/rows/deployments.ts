/** Sections 2.1, 2.2, 3.1 and 4 of Sindri's plan: the image on machines of Fly.io, one for each test. */
import { script } from "../../support/questions.ts";
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
import { commands, DEPLOYING, deployment, deploysImage, given } from "../sindri-files.ts";

const CONFIRM = "Confirm that the image is there";
const SAMPLE = "developer-workflow";
const each = (path: string, line: (whole: string) => ReturnType<typeof set>) =>
  all(
    `consumers.*.deployment.${path}`,
    DEPLOYING.map((key) => line(`consumers.${key}.deployment.${path}`)),
  );
const WHERE = "plan.json: `deployment` of each consumer";
const RETRIES = "the twelve files: job `test`, step `Deploy the image`; .github/pipewright/run-with-retries";
/** Whether the step that deploys reads from the plan what its consumer says of attempts, pauses and limit. */
const isRepeated = (files: Parameters<typeof given>[0], file: string): boolean =>
  given(files, file, "test", "Deploy the image", "consumer") === file &&
  script(files, file, "test", "Deploy the image").includes(
    ".consumers[$consumer].deployment | [.attempts, .delaySeconds, .timeoutSeconds] | @tsv",
  );
/** Whether the image is deployed where it was confirmed, and the sources where it was not. */
const deploysOneOf = (files: Parameters<typeof given>[0], file: string): boolean => {
  const confirmed = "steps.confirm-image.outputs.reference";
  return (
    files.step(file, "test", "Deploy the image")?.if === `${confirmed} != ''` &&
    files.step(file, "test", "Deploy from the sources")?.if === `${confirmed} == ''`
  );
};
const everywhere = (holds: (file: string) => boolean): boolean => DEPLOYING.every(holds);
const PROOF = "test/execution/pipeline/sindri.test.ts";

export const deploymentRows: Requirement[] = [
  fromConfig(
    "Summary, Background, Components, Data flow, 2.1, 3.1, 4.1, 4.3, 4.4, P2 deliverables, P2 tests, P3 tests",
    "A test deploys the image that was built: `flyctl deploy --image`, without a build.",
    {
      line: all(
        "consumers.*.source",
        DEPLOYING.map((key) => set(`consumers.${key}.source`, "build")),
      ),
      output: "the twelve files: job `test`, step `Deploy the image`",
      holds: (files) => everywhere((file) => deploysImage(files, file)),
      proof: PROOF,
    },
  ),
  always(
    "Summary, 2.1, 3.1, Technical risks",
    "It is named by its digest, so every machine of a run has the same one.",
    {
      output: "the twelve files: job `test`, step `Confirm that the image is there`; .github/pipewright/confirm-image",
      holds: (files) =>
        everywhere((file) => {
          const program = script(files, file, "test", CONFIRM);
          return (
            /^\$\{\{ (inputs\.images|\(inputs\.images \|\| needs\.resolve\.outputs\.images\)) \}\}$/.test(
              String(given(files, file, "test", CONFIRM, "images")),
            ) &&
            given(files, file, "test", CONFIRM, "build") === "sindri" &&
            program.includes('const digest = handedOn(environment.IMAGES)[BUILD]?.digest ?? "";') &&
            program.includes('output("reference", `${name}@${digest}`);')
          );
        }),
      breaks: brokenProgram('output("reference", `${name}@${digest}`)', 'output("reference", `${name}:latest`)'),
      proof: PROOF,
    },
  ),
  always(
    "Technical risks, 5.2, P1 tests",
    "That the registry has it is asked before a machine is paid for; the message says what to do.",
    {
      output: "the twelve files: job `test`, step `Confirm that the image is there`",
      holds: (files) => everywhere((file) => script(files, file, "test", CONFIRM).includes("re-run the build")),
      breaks: broken(SAMPLE, "Confirm that the image is there", "Hope that the image is there"),
      proof: "test/execution/deployment.test.ts",
    },
  ),
  fromConfig(
    "2.1, 2.2, 3.1, 3.4, 4.1, 4.3, 5.5, P2 tests, P3 tests, P5 tests, Functional criteria, Technical risks, Risk response",
    "Without an image (none was handed on, the registry has none or does not answer, the build failed) the test deploys from the sources.",
    {
      line: each("fromSource", deleted),
      output: "the twelve files: job `test`, step `Deploy from the sources`",
      holds: (files) =>
        everywhere(
          (file) =>
            files.step(file, "test", "Deploy from the sources")?.if === "steps.confirm-image.outputs.reference == ''" &&
            !commands(files, file, "Deploy from the sources").includes("--image"),
        ),
      proof: PROOF,
    },
  ),
  fromConfig("2.1, Technical risks", "A deployment is tried three times.", {
    line: each("attempts", (path) => set(path, 2)),
    output: `${WHERE}: \`attempts\`; ${RETRIES}`,
    holds: (files) => everywhere((file) => isRepeated(files, file) && deployment(files, file, "attempts") === 3),
    proof: PROOF,
  }),
  fromConfig("2.1", "The pauses are 30 seconds times the attempt.", {
    line: each("delay", (path) => set(path, "10s")),
    output: `${WHERE}: \`delaySeconds\`; ${RETRIES}, \`RETRY_GROWTH\``,
    holds: (files) =>
      everywhere(
        (file) =>
          isRepeated(files, file) &&
          deployment(files, file, "delaySeconds") === 30 &&
          script(files, file, "test", "Deploy the image").includes('RETRY_GROWTH="${RETRY_GROWTH:-linear}"'),
      ),
    proof: "test/execution/run-with-retries.test.ts",
  }),
  fromConfig("2.1, 3.1", "An attempt may take 300 seconds (`deploy-timeout`).", {
    line: each("timeout", (path) => set(path, "10m")),
    output: `${WHERE}: \`timeoutSeconds\`; ${RETRIES}, function \`attempt\``,
    holds: (files) =>
      everywhere(
        (file) =>
          isRepeated(files, file) &&
          deployment(files, file, "timeoutSeconds") === 300 &&
          script(files, file, "test", "Deploy the image").includes('timeout --kill-after=10 "$limit" bash'),
      ),
    proof: "test/execution/run-with-retries.test.ts",
  }),
  always(
    "2.1, Technical risks",
    "What is repeated may be repeated: an app or a volume that is there already is taken, one that is gone is gone.",
    {
      output: "the twelve files: job `test`, steps `Make a place for it` and `Take the place away`",
      holds: (files) =>
        everywhere(
          (file) =>
            commands(files, file, "Make a place for it").includes("any(.[]; .Name == $app)") &&
            commands(files, file, "Take the place away").includes("all(.[]; .Name != $app)"),
        ),
      breaks: broken(SAMPLE, "any(.[]; .Name == $app)", "false"),
      proof: PROOF,
    },
  ),
  always(
    "Technical risks, 4.5, P4 tests, Stress tests",
    "Each test has an app of its own, by a name that no other job or run has.",
    {
      output: "the twelve files: job `test`, step `Name the place`; .github/pipewright/name-place",
      holds: (files) =>
        everywhere((file) => {
          const program = script(files, file, "test", "Name the place");
          return (
            given(files, file, "test", "Name the place", "consumer") === file &&
            given(files, file, "test", "Name the place", "matrix") === "${{ toJSON(matrix) }}" &&
            program.includes("printf '%s' \"$CONSUMER ${MATRIX:-}\" | sha256sum") &&
            program.includes('output name "$prefix-$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT-${digest:0:8}"')
          );
        }),
      breaks: brokenProgram("$prefix-$GITHUB_RUN_ID-", "$prefix-"),
      proof: "test/execution/deployment.test.ts",
    },
  ),
  fromConfig("2.2, 3.2, 4.2", "The region is `sjc`.", {
    line: each("env.FLY_REGION", (path) => set(path, "ams")),
    output: "the twelve files: job `test`, `FLY_REGION`",
    holds: (files) => everywhere((file) => files.step(file, "test", "Deploy the image")?.env["FLY_REGION"] === "sjc"),
  }),
  fromConfig("2.2", "A machine has 2048 MB, or what its test needs.", {
    line: set(`consumers.${SAMPLE}.deployment.env.FLY_MEMORY`, 512),
    output: "the twelve files: job `test`, `FLY_MEMORY`",
    holds: (files) =>
      files.step(SAMPLE, "test", "Deploy the image")?.env["FLY_MEMORY"] === 2048 &&
      files.step("extension-combinations", "test", "Deploy the image")?.env["FLY_MEMORY"] === 4096,
  }),
  fromConfig("P2 tests, P3 tests, Regression tests", "It has a volume, mounted as developers have it.", {
    line: each("create", (path) => set(path, 'flyctl apps create "$APP"')),
    output: "the twelve files: job `test`, step `Make a place for it`",
    holds: (files) =>
      everywhere((file) => commands(files, file, "Make a place for it").includes("flyctl volumes create")),
    proof: PROOF,
  }),
  fromConfig("2.2, 3.4", "The tests begin when the machine runs (`wait-fly-deployment`).", {
    line: each("healthy", (path) => set(path, "true")),
    output: "the twelve files: job `test`, step `Wait until it answers`",
    holds: (files) =>
      everywhere((file) => commands(files, file, "Wait until it answers").includes('.state == "started"')),
    proof: "test/execution/deployment.test.ts",
  }),
  fromConfig(
    "2.2, 3.4, 4.5, P2 tests, P3 tests, P4 tests, Regression tests, Functional criteria",
    "The tests know their machine (APP): they log in by SSH, install extensions, look at volume and environment.",
    {
      line: set(`consumers.${SAMPLE}.steps`, [{ name: "Nothing", run: "true" }]),
      output: "the twelve files: job `test`, step `Test on the machine`",
      holds: (files) =>
        everywhere(
          (file) =>
            script(files, file, "test", "Test on the machine").includes('"$APP"') &&
            files.step(file, "test", "Test on the machine")?.env["APP"] === "${{ steps.place.outputs.name }}",
        ),
      proof: PROOF,
    },
  ),
  fromConfig("2.2, 5.2, Operational risks", "When something fails, the machine's logs are shown.", {
    line: each("logs", deleted),
    output: "the twelve files: job `test`, step `Show its logs`",
    holds: (files) =>
      everywhere((file) => files.step(file, "test", "Show its logs")?.if?.startsWith("failure()") === true),
    proof: PROOF,
  }),
  always("2.2, Technical risks, Stress tests", "The machine is taken away whatever happened, with retries.", {
    output: "the twelve files: job `test`, step `Take the place away`",
    holds: (files) =>
      everywhere(
        (file) =>
          files.step(file, "test", "Take the place away")?.if?.startsWith("always()") === true &&
          script(files, file, "test", "Take the place away").includes("RETRY_ATTEMPTS"),
      ),
    breaks: broken(
      SAMPLE,
      "if: always() && steps.make-place.outcome != 'skipped' && !inputs.skip_cleanup",
      "if: success()",
    ),
    proof: PROOF,
  }),
  fromConfig("3.2, 4.2", "A run by hand can keep it (`skip_cleanup`).", {
    line: set(`consumers.${SAMPLE}.dispatch`, false),
    output: "the twelve files: `on.workflow_dispatch.inputs.skip_cleanup`; step `Say what is kept`",
    holds: (files) =>
      everywhere(
        (file) =>
          files.text(file).includes("      skip_cleanup:\n") &&
          files.step(file, "test", "Take the place away")?.if?.endsWith("!inputs.skip_cleanup") === true,
      ),
    proof: PROOF,
  }),
  always(
    "1.2, 3.2, 4.2, Operational criteria",
    "Only the steps that need it see the token, and only in runs of this repository: a fork's pull request is built and validated, but deploys nothing.",
    {
      output: "the twelve files: `FLY_API_TOKEN`; build-image.yml: jobs `test-…`, `if`",
      holds: (files) =>
        everywhere(
          (file) =>
            String(files.step(file, "test", "Deploy the image")?.env["FLY_API_TOKEN"]).includes("inputs.trusted") &&
            files.job("build-image", `test-${file}`)?.if?.includes("head.repo.full_name == github.repository") === true,
        ),
      breaks: broken(
        "build-image",
        " && (github.event.pull_request.head.repo.full_name == github.repository || github.event_name != 'pull_request')\"",
        '"',
      ),
      proof: PROOF,
    },
  ),
  always("2.1, 2.2", "The summary says whether the image or the sources were deployed.", {
    output:
      "the twelve files: job `test`, step `Confirm that the image is there`, on whose output the two steps that deploy go by; .github/pipewright/confirm-image",
    holds: (files) =>
      everywhere((file) => {
        const program = script(files, file, "test", CONFIRM);
        return (
          deploysOneOf(files, file) &&
          /addSummary\(`Deployed for the tests: \$\{code\(`\$\{name\}@\$\{digest\}`\)\}`\);\s+output\("reference", `\$\{name\}@\$\{digest\}`\);/.test(
            program,
          ) &&
          /addSummary\("Deployed for the tests: the sources, .*"\);\s+output\("reference", ""\);/.test(program)
        );
      }),
    breaks: brokenProgram('addSummary("Deployed for the tests: the sources, without an image.");'),
  }),
  always(
    "Stress tests, P4 tests",
    "No test pulls the image to its runner: thirty machines pull it from Fly.io's own registry.",
    {
      output: "the twelve files: no step that uses `take-image`, and no `docker pull`",
      holds: (files) =>
        everywhere((file) => {
          const steps = files.job(file, "test")?.steps ?? [];
          return (
            steps.length > 0 &&
            steps.every(({ uses }) => uses?.endsWith("/take-image") !== true) &&
            !files.text(file).includes("docker pull")
          );
        }),
      breaks: broken(SAMPLE, "uses: $/.github/pipewright/confirm-image", "uses: $/.github/pipewright/take-image"),
    },
  ),
  beyond(
    "2.2, P2 deliverables, P2 tests, Phase criteria, 2.3",
    "A proof of concept that runs in both modes, three times each, and a decision to go on.",
    'People, with one line: `source: "build"` in a consumer is the mode without the image; metrics measure both.',
    PROOF,
  ),
  beyond(
    "2.2, Technical risks",
    "A machine whose runner dies before the last step is left.",
    "People. Its name says which run it was of; one that was kept by hand is told in that run. Nothing sweeps them up: a list of apps does not say which repository made them.",
  ),
  beyond(
    "Stress tests, Technical risks",
    "Fly.io's limits of rate and of parallel machines are watched.",
    "People. `maxParallel` in a consumer is the line that lowers the load.",
  ),
];
