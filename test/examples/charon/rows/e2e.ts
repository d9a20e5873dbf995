/** Section 4.3 of Charon's plan: the end-to-end tests. */
import type { Emission } from "../../support/emission.ts";
import { input, onOf, same, script } from "../../support/questions.ts";
import { always, beyond, broken, deleted, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import { planned, takeFunction } from "../charon-files.ts";

const E2E = "e2e-tests";
const config = `consumers.${E2E}`;
const step = (files: Emission, name: string) => files.step(E2E, "test", name);
const ran = (files: Emission, name: string): string => script(files, E2E, "test", name);
/** What the plan says of these tests, which a program of theirs reads. */
const ofPlan = (files: Emission, path: string) => planned(files, E2E, path);
const where = (path: string): string => `plan.json: \`consumers.e2e-tests.${path}\``;
/** Which starts the containers too. */
const TAKE_PROOF = "test/execution/take-image.test.ts";
const RESULTS = "Upload playwright-results";

export const e2eRows: Requirement[] = [
  fromConfig("4.3, 6.4", "The end-to-end tests can be run by hand, with the image's tag.", {
    line: set(`${config}.dispatch`, false),
    output: "e2e-tests.yml: `on.workflow_dispatch.inputs.image_tag`; .github/pipewright/resolve-image, `resolveManual`",
    holds: (files) =>
      same(onOf(files, E2E, "workflow_dispatch.inputs.image_tag.required"), true) &&
      script(files, E2E, "resolve", "Resolve the image").includes('const { image_tag: tag = "",'),
    proof: "test/execution/pipeline/schedule.test.ts",
  }),
  fromConfig("4.3, 6.4, 10.3", "They are spread over four shards.", {
    line: set(`${config}.matrix.shard`, [1, 2]),
    output: "e2e-tests.yml: job `test`, `strategy.matrix.shard`",
    holds: (files) =>
      same(files.job(E2E, "test")?.strategy["matrix"], {
        shard: [1, 2, 3, 4],
        browser: ["chromium", "firefox", "webkit"],
      }),
    proof: "test/execution/pipeline/whole.test.ts",
  }),
  fromConfig("4.3, 6.4, 10.3", "They run in chromium, firefox and webkit: twelve jobs in all.", {
    line: set(`${config}.matrix.browser`, ["chromium"]),
    output: "e2e-tests.yml: job `test`, `strategy.matrix.browser`",
    holds: (files) =>
      same(files.job(E2E, "test")?.strategy["matrix"], {
        shard: [1, 2, 3, 4],
        browser: ["chromium", "firefox", "webkit"],
      }),
    proof: "test/execution/pipeline/whole.test.ts",
  }),
  always("4.3", "One failing combination does not stop the others.", {
    output: "e2e-tests.yml: job `test`, `strategy.fail-fast`",
    holds: (files) => same(files.job(E2E, "test")?.strategy["fail-fast"], false),
    breaks: broken(E2E, "fail-fast: false", "fail-fast: true"),
  }),
  fromConfig("4.3, 10.1", "A job ends after 30 minutes.", {
    line: set(`${config}.timeout`, "45m"),
    output: "e2e-tests.yml: job `test`, `timeout-minutes`",
    holds: (files) => files.job(E2E, "test")?.timeoutMinutes === 30,
  }),
  fromConfig("4.3, 6.4, 7.1, 10.1", "A pull that fails is tried three times.", {
    line: set(`${config}.pull.attempts`, 1),
    output: where("pull.attempts"),
    holds: (files) =>
      ofPlan(files, "pull.attempts") === 3 &&
      takeFunction(files, E2E, "pull").includes("await retry(consumer.pull.attempts, ") &&
      takeFunction(files, E2E, "pull").includes('docker(["pull", reference])'),
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  fromConfig("4.3, 10.1", "The first pause is ten seconds.", {
    line: set(`${config}.pull.delay`, "1s"),
    output: where("pull.delaySeconds"),
    holds: (files) =>
      ofPlan(files, "pull.delaySeconds") === 10 &&
      takeFunction(files, E2E, "pull").includes(", consumer.pull.delaySeconds, async () => {"),
    proof: TAKE_PROOF,
  }),
  always("4.3", "The pauses between pulls grow.", {
    output: ".github/pipewright/lib/retry.mjs, functions `retry` and `pauseAfter`",
    holds: (files) =>
      takeFunction(files, E2E, "retry").includes("const pause = pauseAfter(attempt, policy);") &&
      takeFunction(files, E2E, "pauseAfter").includes(": delaySeconds * attempt;"),
    breaks: broken("lib/retry.mjs", ": delaySeconds * attempt;", ": delaySeconds;"),
    proof: "test/templates/retry.test.ts",
  }),
  fromConfig("4.3", "A container of the image runs beside the tests.", {
    line: deleted(`${config}.container`),
    output: `e2e-tests.yml: job \`test\`, step \`Start the container\`; ${where("container")}`,
    holds: (files) =>
      step(files, "Start the container")?.with["consumer"] === E2E &&
      ofPlan(files, "container.build") === "charon" &&
      ran(files, "Start the container").includes("image=\"$(planned '.images[.container.build]')\""),
    proof: "test/execution/pipeline/whole.test.ts",
  }),
  fromConfig("4.3", "It is called `charon-e2e`.", {
    line: set(`${config}.container.name`, "other"),
    output: where("container.name"),
    holds: (files) => ofPlan(files, "container.name") === "charon-e2e",
    proof: TAKE_PROOF,
  }),
  fromConfig("4.3, 6.4", "It publishes the ports 8080, 2020 and 2019.", {
    line: set(`${config}.container.ports`, [8080]),
    output: where("container.ports"),
    holds: (files) =>
      same(ofPlan(files, "container.ports"), ["8080", "2020", "2019"]) &&
      ran(files, "Start the container").includes('options+=(--publish "${port%:*}:${port#*:}")'),
    proof: TAKE_PROOF,
  }),
  ...(["DB_PATH=/data/charon.db", "ENVIRONMENT=test"] as const).map((pair) =>
    fromConfig("4.3", `It gets \`${pair}\`.`, {
      line: deleted(`${config}.container.env.${pair.split("=")[0] ?? ""}`),
      output: where("container.env"),
      holds: (files) => {
        const [name = "", value] = pair.split("=");
        return (
          ofPlan(files, `container.env.${name}`) === value &&
          ran(files, "Start the container").includes('options+=(--env "$pair")')
        );
      },
      proof: TAKE_PROOF,
    }),
  ),
  always("4.3", "Starting it can be repeated: what an earlier attempt left is removed first, and no retry wraps it.", {
    output: "e2e-tests.yml: job `test`, step `Start the container`; .github/pipewright/start-container",
    holds: (files) =>
      ran(files, "Start the container").includes('docker rm --force "$name"') &&
      !/^ *retry /m.test(ran(files, "Start the container")),
    breaks: broken("programs/start-container", 'docker rm --force "$name"', ":"),
    proof: TAKE_PROOF,
  }),
  fromConfig("4.3, 6.4", "No test starts before http://localhost:8080/health answers.", {
    line: deleted(`${config}.container.health`),
    output: "e2e-tests.yml: job `test`, step `Wait until the container is healthy`",
    holds: (files) => {
      const steps = files.job(E2E, "test")?.steps.map((each) => each.name) ?? [];
      const wait = steps.indexOf("Wait until the container is healthy");
      return (
        wait >= 0 &&
        wait < steps.indexOf("Run the Playwright tests") &&
        ofPlan(files, "container.health.url") === "http://localhost:8080/health" &&
        ran(files, "Wait until").includes("$(planned .health.url)")
      );
    },
    proof: "test/execution/pipeline/whole.test.ts",
  }),
  fromConfig("4.3, 10.1", "It may take 60 seconds.", {
    line: set(`${config}.container.health.timeout`, "90s"),
    output: `${where("container.health.timeoutSeconds")}; e2e-tests.yml: job \`test\`, step \`Wait until the container is healthy\`, \`timeout-minutes\``,
    holds: (files) =>
      ofPlan(files, "container.health.timeoutSeconds") === 60 &&
      ran(files, "Wait until").includes("$(planned .health.timeoutSeconds)") &&
      step(files, "Wait until the container is healthy")?.timeoutMinutes !== undefined,
  }),
  fromConfig("4.3", "It is asked every two seconds.", {
    line: set(`${config}.container.health.interval`, "5s"),
    output: where("container.health.intervalSeconds"),
    holds: (files) =>
      ofPlan(files, "container.health.intervalSeconds") === 2 &&
      ran(files, "Wait until").includes("$(planned .health.intervalSeconds)"),
  }),
  fromConfig("4.3", "Node.js 20 is set up.", {
    line: set(`${config}.setup.node`, "18"),
    output: "e2e-tests.yml: job `test`, step `Set up Node.js`",
    holds: (files) => same(input(files, E2E, "test", "Set up Node.js", "node-version"), "20"),
  }),
  fromConfig("4.3, 10.3", "npm's downloads are cached.", {
    line: deleted(`${config}.setup.cache`),
    output: "e2e-tests.yml: job `test`, steps `Restore the cache npm`, `Save the cache npm`",
    holds: (files) =>
      input(files, E2E, "test", "Restore the cache npm", "path") === "~/.npm" &&
      step(files, "Save the cache npm")?.if?.includes("class == 'main'") === true,
  }),
  fromConfig("4.3", "The test's dependencies are installed with `npm ci`.", {
    line: deleted(`${config}.steps.0`),
    output: "e2e-tests.yml: job `test`, step `Install the test dependencies`",
    holds: (files) => script(files, E2E, "test", "Install the test dependencies").trim() === "npm ci",
  }),
  fromConfig("4.3", "The job's browser is installed with what it needs.", {
    line: deleted(`${config}.steps.1`),
    output: "e2e-tests.yml: job `test`, step `Install the browser`",
    holds: (files) =>
      script(files, E2E, "test", "Install the browser").trim() ===
      'npx playwright install --with-deps "$MATRIX_BROWSER"',
  }),
  fromConfig("4.3", "Playwright runs the job's browser and shard.", {
    line: deleted(`${config}.steps.2`),
    output: "e2e-tests.yml: job `test`, step `Run the Playwright tests`",
    holds: (files) =>
      script(files, E2E, "test", "Run the Playwright tests").trim() ===
      'npx playwright test --project="$MATRIX_BROWSER" --shard="$MATRIX_SHARD/4"',
    proof: "test/execution/pipeline/whole.test.ts",
  }),
  fromConfig("4.3, 10.1", "The tests end after 20 minutes.", {
    line: deleted(`${config}.steps.2.timeout`),
    output: "e2e-tests.yml: job `test`, step `Run the Playwright tests`, `timeout-minutes`",
    holds: (files) => step(files, "Run the Playwright tests")?.timeoutMinutes === 20,
  }),
  fromConfig("4.3, 6.4", "They talk to the container at port 8080.", {
    line: deleted(`${config}.env.PLAYWRIGHT_BASE_URL`),
    output: "e2e-tests.yml: job `test`, `env.PLAYWRIGHT_BASE_URL`",
    holds: (files) => same(files.job(E2E, "test")?.env["PLAYWRIGHT_BASE_URL"], "http://localhost:8080"),
  }),
  fromConfig("4.3, 10.5", "Results are kept whatever happened.", {
    line: set(`${config}.artifacts.0.when`, "success"),
    output: "e2e-tests.yml: job `test`, step `Upload playwright-results`",
    holds: (files) =>
      step(files, RESULTS)?.if === "always()" && input(files, E2E, "test", RESULTS, "path") === "test-results/",
    proof: "test/execution/pipeline/whole.test.ts",
  }),
  fromConfig("4.3, 10.3", "They are kept seven days.", {
    line: set(`${config}.artifacts.0.keep`, "14d"),
    output: "e2e-tests.yml: job `test`, step `Upload playwright-results`, `retention-days`",
    holds: (files) => same(input(files, E2E, "test", RESULTS, "retention-days"), 7),
  }),
  always("4.3", "Each job's results have a name of their own.", {
    output: "e2e-tests.yml: job `test`, step `Upload playwright-results`, `name`",
    holds: (files) =>
      same(input(files, E2E, "test", RESULTS, "name"), "playwright-results-${{ matrix.shard }}-${{ matrix.browser }}"),
    breaks: broken(E2E, "playwright-results-${{ matrix.shard }}-${{ matrix.browser }}", "playwright-results"),
  }),
  always("4.3, 10.5", "When a job fails, its container's logs and state are shown and kept.", {
    output: "e2e-tests.yml: job `test`, steps `Show the container's logs`, `Upload the container's logs`",
    holds: (files) =>
      step(files, "Show the container's logs")?.if === "failure()" &&
      /docker logs .*[^]*docker inspect/.test(script(files, E2E, "test", "Show the container's logs")) &&
      step(files, "Upload the container's logs")?.if === "failure()",
    breaks: broken(
      E2E,
      /- name: Show the container's logs\n +if: failure\(\)$/,
      "- name: Show the container's logs\n        if: success()",
    ),
  }),
  beyond(
    "4.3, 6.4",
    "Coverage is collected elsewhere, against a Vite server on port 5173, and stays as it is.",
    "It takes no image, so Charon's hand-written coverage workflow stays. Pipewright leaves files without its mark alone.",
  ),
];
