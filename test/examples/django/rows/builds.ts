/** Priorities 3, 4, 6 and the fine-tuning: what is in the images, and how they are tested. */
import type { Emission } from "../../support/emission.ts";
import { input, moduleFunction, same, script } from "../../support/questions.ts";
import { always, beyond, broken, deleted, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import { PIPELINE, SERVICES, SOURCES } from "../django-files.ts";

const TAKE = "Take the image";
/** Whether a test takes these images of the run and no others, by what the job that bakes them has handed on. */
const takes = (files: Emission, consumer: string, keys: readonly string[]): boolean =>
  input(files, consumer, "test", TAKE, "consumer") === consumer &&
  input(files, consumer, "test", TAKE, "images") === "${{ inputs.images }}" &&
  files.job("ci", `test-${consumer}`)?.call?.with["images"] === "${{ needs.build.outputs.images-images }}" &&
  same(Object.keys(files.plan(`consumers.${consumer}.images`) ?? {}).sort(), [...keys].sort());

export const buildRows: Requirement[] = [
  beyond(
    "P3 step 1, P3 step 2",
    "The packages of the test reports stand in the requirements.",
    "`requirements/base.txt` of this folder holds both, pinned.",
    SOURCES,
  ),
  fromConfig("P3 step 3", "The tests install nothing: they run the image that was baked for them.", {
    line: set("consumers.tests.steps.1.run", "pip install unittest-xml-reporting && python manage.py test"),
    output: "tests.yml: job `test`, step `Run all tests`",
    holds: (files) =>
      /^docker compose --file deployment\/docker-compose\.test\.yml run --rm --no-TTY test_runner/.test(
        script(files, "tests", "test", "Run all tests"),
      ) && takes(files, "tests", ["test"]),
    proof: PIPELINE,
  }),
  fromConfig("P3 step 3", "Compose finds the image under the name that the pipeline gives it.", {
    line: set("consumers.tests.localTag", "another:local"),
    output: "tests.yml: job `test`, `IMAGE`",
    holds: (files) => same(files.job("tests", "test")?.env["IMAGE"] ?? null, "site-test:local"),
    proof: PIPELINE,
  }),
  fromConfig("P3 step 3", "The results of single tests are kept, for the search for flaky ones.", {
    line: deleted("consumers.tests.results"),
    output: "tests.yml: job `test`, step that uploads the JUnit results",
    holds: (files) => files.text("tests").includes("test-results/*.xml"),
  }),
  beyond(
    "P3 step 4",
    "Test locally.",
    "`docker buildx bake test`, then the compose file: the same commands as in the workflow.",
  ),
  beyond(
    "P4 step 1, P4 step 2",
    "The Dockerfile has stages, so that each image holds only what it needs.",
    "`deployment/Dockerfile` of this folder: one stage a service, and flower's begins before the browser and the scripts.",
    SOURCES,
  ),
  fromConfig(
    "P4 step 2, P4 step 3",
    "All images are baked by one job from one file: what stages share is built once.",
    {
      line: set("builds.images.file", "deployment/docker-bake.multistage.hcl"),
      output: "builds.yml: job `build-images`, step `Build`; plan.json: `builds.*.bake`",
      holds: (files) =>
        /^deployment\/docker-bake\.hcl$/m.test(String(files.step("builds", "build-images", "Build")?.with["files"])) &&
        SERVICES.every((key) =>
          same(files.plan(`builds.${key}.bake`), { file: "deployment/docker-bake.hcl", group: "images", target: key }),
        ),
      proof: PIPELINE,
    },
  ),
  beyond(
    "P4 step 3",
    "Two services instead of four: one image for the worker and the beat.",
    "The site keeps its four targets, as the roadmap's first phase has them. Two of them are one `targets` line and one CapRover app fewer.",
  ),
  ...SERVICES.map((key) =>
    fromConfig("P4 step 1, KPI images", `The image of ${key} stays within its size.`, {
      line: deleted(key === "flower" ? "builds.images.targets.flower.maxSize" : "builds.images.maxSize"),
      output: `plan.json: \`builds.${key}.maxBytes\``,
      holds: (files) => same(files.plan(`builds.${key}.maxBytes`), key === "flower" ? 400_000_000 : 1_100_000_000),
      proof: "test/execution/sizes.test.ts",
    }),
  ),
  fromConfig("P6 step 1, P6 step 2", "The test image has no Chromium.", {
    line: set("builds.images.targets.test.args.SKIP_CHROMIUM", 0),
    output: "plan.json: `builds.test.args`",
    holds: (files) => same(files.plan("builds.test.args.SKIP_CHROMIUM"), "1"),
    proof: SOURCES,
  }),
  fromConfig("P6 step 2", "The test image has no built scripts.", {
    line: set("builds.images.targets.test.args.SKIP_JS_BUILD", 0),
    output: "plan.json: `builds.test.args`",
    holds: (files) => same(files.plan("builds.test.args.SKIP_JS_BUILD"), "1"),
  }),
  fromConfig("P6 step 2", "What ships has both, and says so.", {
    line: set("builds.images.targets.web.args.SKIP_CHROMIUM", 1),
    output: "plan.json: `builds.web.args` and others",
    holds: (files) =>
      SERVICES.every((key) => same(files.plan(`builds.${key}.args`), { SKIP_CHROMIUM: "0", SKIP_JS_BUILD: "0" })),
    proof: SOURCES,
  }),
  beyond(
    "P6 step 3",
    "Build both locally.",
    "`docker buildx bake test` and `docker buildx bake web`: the bake file has the same arguments.",
    SOURCES,
  ),
  always("P6 step 4", "The whole suite passes without Chromium before anything is deployed.", {
    output: "ci.yml: jobs `deliver-*` need `gate`, and that `test-tests`",
    holds: (files) =>
      (files.job("ci", "gate")?.needs ?? []).includes("test-tests") &&
      ["staging", "production"].every(
        (target) =>
          (files.job("ci", `deliver-${target}`)?.needs ?? []).includes("gate") &&
          (files.job("ci", `deliver-${target}`)?.if ?? "").includes("needs.gate.result == 'success'"),
      ),
    breaks: broken("ci", " && needs.gate.result == 'success'"),
    proof: PIPELINE,
  }),
  fromConfig(
    "P6 step 4",
    "The images that ship are tested as well, by the digest that ships: one differs from the test image in what it was built with.",
    {
      line: deleted("consumers.smoke", "publish"),
      output:
        "smoke.yml: job `test`, step `Take the image`; plan.json: `consumers.smoke.images`; ci.yml: job `test-smoke`; .github/pipewright/take-image, which refuses another image where what it tests ships",
      holds: (files) =>
        takes(files, "smoke", SERVICES) &&
        input(files, "smoke", "test", TAKE, "class") === "${{ inputs.class }}" &&
        files.job("ci", "test-smoke")?.call?.with["class"] === "${{ needs.plan.outputs.class }}" &&
        moduleFunction(script(files, "smoke", "test", TAKE), "take")?.includes(
          "refuseUntested({ kind, digest: image.digest }, ",
        ) === true &&
        /const reference = digest === "" \? `\$\{build\.image\}:\$\{tag\}` : `\$\{build\.image\}@\$\{digest\}`;[\s\S]*return taken\(image, reference\);/.test(
          moduleFunction(script(files, "smoke", "test", TAKE), "fromRegistry") ?? "",
        ),
      proof: PIPELINE,
    },
  ),
  fromConfig("P6 step 4", "The site is started and asked until it answers, before its pages are.", {
    line: deleted("consumers.smoke.container"),
    output:
      "smoke.yml: job `test`, steps that start the container and wait for it; plan.json: `consumers.smoke.container`",
    holds: (files) =>
      files.step("smoke", "test", "Wait until the container is healthy") !== undefined &&
      same(files.plan("consumers.smoke.container.health.url"), "http://localhost:8000/health"),
    proof: PIPELINE,
  }),
  beyond(
    "F Postgres",
    "PostgreSQL on Alpine, with 256 MB of shared memory and a health check every three seconds.",
    "`deployment/docker-compose.test.yml` of this folder; the workflow waits with `--wait` for that very check.",
    SOURCES,
  ),
  beyond(
    "F package.production.json",
    "In production one package is installed instead of 26.",
    "`deployment/Dockerfile` copies `package.production.json` as package.json.",
    SOURCES,
  ),
];
