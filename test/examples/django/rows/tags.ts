/** Priority 1: no job that only gives tags; what failed keeps none. */
import { holdsValue, same, variable } from "../../support/questions.ts";
import { all, always, beyond, broken, deleted, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import { commands, PIPELINE, SERVICES } from "../django-files.ts";

export const tagRows: Requirement[] = [
  always(
    "P1 current, P1 optimized",
    "No job waits for the tests only to give the commit's tag: an image has it as soon as it is built.",
    {
      output: "ci.yml: jobs `publish-*` need `plan` and `build-images` alone",
      holds: (files) =>
        SERVICES.every((key) =>
          same([...(files.job("ci", `publish-${key}`)?.needs ?? [])], ["plan", "build-images"]),
        ) &&
        SERVICES.every(
          (key) =>
            variable(files, "ci", `publish-${key}`, "Publish the image", "TAGS") === "${{ needs.plan.outputs.tag }}",
        ),
      breaks: broken(
        "ci",
        /^ {6}- build-images\n {4}if: '?!cancelled\(\) && needs\.plan\.outputs\.push/,
        "      - build-images\n      - verdict-tests\n    if: '!cancelled() && needs.plan.outputs.push",
      ),
      proof: PIPELINE,
    },
  ),
  fromConfig("P1 step 1", "A commit's images are tagged with the whole commit.", {
    line: set("tags.shaLength", 7),
    output: "ci.yml: job `plan`, `SHA_LENGTH`",
    holds: (files) => same(variable(files, "ci", "plan", "Decide what to build", "SHA_LENGTH") ?? null, "40"),
    proof: PIPELINE,
  }),
  fromConfig("P1 step 1", "The tag is the commit and nothing else.", {
    line: deleted("tags.commit"),
    output: "ci.yml: job `plan`, `TAG_COMMIT`",
    holds: (files) => variable(files, "ci", "plan", "Decide what to build", "TAG_COMMIT") === "{sha}",
    proof: PIPELINE,
  }),
  always("P1 step 1", "Before that, an image has a tag that nobody takes for a release (the plan's `build-<run>`).", {
    output: "ci.yml: job `build-images`, steps `Push (attempt …)`; `TAG_STAGING`",
    holds: (files) => variable(files, "ci", "plan", "Decide what to build", "TAG_STAGING") === "stage-{sha}-{platform}",
    breaks: broken("ci", "TAG_STAGING: stage-{sha}-{platform}", "TAG_STAGING: latest-{platform}"),
    proof: PIPELINE,
  }),
  fromConfig(
    "P1 step 1, P1 checklist",
    "`latest` follows main, after the tests: the plan pushes it with the build, before any has run.",
    {
      line: set("channels.main", false),
      output: "ci.yml: job `promote`, behind every verdict",
      holds: (files) =>
        ["ready", "verdict-tests", "verdict-smoke"].every(
          (job) => files.job("ci", "promote")?.needs.includes(job) === true,
        ) && same(files.setting("ci", "PLAN", "0.tag"), "latest"),
      proof: PIPELINE,
    },
  ),
  ...SERVICES.map((key) =>
    fromConfig("P1 step 1", `The bake file's target ${key} is an image of its own.`, {
      line: all(`builds.images.targets.${key}`, [
        deleted(`builds.images.targets.${key}`),
        deleted(`metrics.thresholds.imageMegabytes.${key}`),
        deleted(`metrics.baseline.imageMegabytes.${key}`),
        set(
          "consumers.smoke.needs",
          SERVICES.filter((other) => other !== key),
        ),
        ...(key === "web" ? [deleted("consumers.smoke.container")] : []),
        ...["staging", "production"].map((target) =>
          set(
            `publish.${target}.images`,
            SERVICES.filter((other) => other !== key),
          ),
        ),
      ]),
      output: `ci.yml: job \`publish-${key}\``,
      holds: (files) =>
        variable(files, "ci", `publish-${key}`, "Publish the image", "IMAGE") === `ghcr.io/aaronspindler/site-${key}`,
    }),
  ),
  fromConfig("P1 step 2, P1 checklist", "When tests fail, the tags of that commit are taken back.", {
    line: set("failedTests", "keep"),
    output: "ci.yml: job `withdraw`",
    holds: (files) => /needs\.gate\.result == 'failure'/.test(files.job("ci", "withdraw")?.if ?? ""),
    proof: PIPELINE,
  }),
  always("P1 step 2", "That job may delete, and nothing else; it runs although others failed.", {
    output: "ci.yml: job `withdraw`, `if` and `permissions`",
    holds: (files) => {
      const job = files.job("ci", "withdraw");
      return /^!cancelled\(\)/.test(job?.if ?? "") && same(Object.keys(job?.permissions ?? {}), ["packages"]);
    },
    breaks: broken("ci", /(name: Take the tags back\n[^]*?if: ")!cancelled\(\) && /, "$1"),
    proof: PIPELINE,
  }),
  always("P1 step 3", "Deployments take the tag of the tested commit; nothing else changes for them.", {
    output: "ci.yml: jobs `deliver-staging`, `deliver-production`, `TAG`",
    holds: (files) =>
      ["staging", "production"].every(
        (target) =>
          SERVICES.every((key) => commands(files, target).includes(`"$NAME_${key.toUpperCase()}:$TAG"`)) &&
          same(files.job("ci", `deliver-${target}`)?.env["TAG"] ?? null, "${{ needs.plan.outputs.tag }}"),
      ),
    breaks: broken("ci", /:\$TAG"/, ':latest"'),
    proof: PIPELINE,
  }),
  always(
    "P1 step 4",
    "The gate does not wait for production images where none is built: a pull request builds and waits for the test image alone.",
    {
      output: "ci.yml: jobs `publish-web` and others, `if`; job `verdict-tests`",
      holds: (files) =>
        SERVICES.every((key) =>
          (files.job("ci", `publish-${key}`)?.if ?? "").includes(
            `contains(fromJSON('["main","manual"]'), needs.plan.outputs.class)`,
          ),
        ) && !(files.job("ci", "verdict-tests")?.needs ?? []).includes("publish-web"),
      breaks: broken(
        "ci",
        /contains\(fromJSON\('+\["main","manual"\]'+\), needs\.plan\.outputs\.class\) && \(needs\.build-images/,
        "(needs.build-images",
      ),
      proof: PIPELINE,
    },
  ),
  always("P1 step 4", "A failed production build still fails its gate: the plan's gate would no longer look.", {
    output: "ci.yml: job `ready`",
    holds: (files) =>
      holdsValue([...(files.job("ci", "ready")?.needs ?? [])], "build-images") &&
      /always\(\)/.test(files.job("ci", "ready")?.if ?? ""),
    breaks: broken(
      "ci",
      /^ {4}needs:\n {6}- plan\n {6}- build-images\n {6}- publish-test\n {6}- publish-web\n/,
      "    needs:\n      - plan\n      - publish-test\n      - publish-web\n",
    ),
    proof: PIPELINE,
  }),
  beyond(
    "P1 checklist",
    "Build the images locally.",
    "`docker buildx bake --file deployment/docker-bake.hcl`: the bake file says nothing of CI, so a laptop builds the same.",
    "test/examples/django/sources.test.ts",
  ),
  beyond(
    "P1 checklist",
    "Verify that all three tags are created; test a deployment of an image with the commit's tag; simulate a test failure.",
    "The emitted workflows are played with all of it.",
    PIPELINE,
  ),
  beyond(
    "P1 checklist",
    "Monitor the first production run closely.",
    "People; the run's summary says what was built, tested, moved and deployed.",
  ),
];
