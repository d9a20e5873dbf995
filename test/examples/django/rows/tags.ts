/** Priority 1: no job that only gives tags; what failed keeps none. */
import { holdsValue, same } from "../../support/questions.ts";
import { all, always, beyond, broken, deleted, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import { commands, PIPELINE, SERVICES } from "../django-files.ts";

export const tagRows: Requirement[] = [
  always(
    "P1 current, P1 optimized",
    "No job waits for the tests only to give the commit's tag: an image has it as soon as it is built.",
    {
      output: "builds.yml: job `build-images`, step `Publish the image`; ci.yml: job `build` needs `plan` alone",
      holds: (files) =>
        same([...(files.job("ci", "build")?.needs ?? [])], ["plan"]) &&
        files.step("builds", "build-images", "Publish the image") !== undefined,
      breaks: broken("ci", /(name: Build\n {4}needs: \[plan)\]/, "$1, gate]"),
      proof: PIPELINE,
    },
  ),
  fromConfig("P1 step 1", "A commit's images are tagged with the whole commit.", {
    line: set("tags.shaLength", 7),
    output: "plan.json: `tags.shaLength`",
    holds: (files) => same(files.plan("tags.shaLength"), 40),
    proof: PIPELINE,
  }),
  fromConfig("P1 step 1", "The tag is the commit and nothing else.", {
    line: deleted("tags.commit"),
    output: "plan.json: `tags.patterns.commit`",
    holds: (files) => files.plan("tags.patterns.commit") === "{sha}",
    proof: PIPELINE,
  }),
  always("P1 step 1", "Before that, an image has a tag that nobody takes for a release (the plan's `build-<run>`).", {
    output: "plan.json: `tags.patterns.staging`",
    holds: (files) => files.plan("tags.patterns.staging") === "stage-{sha}-{platform}",
    breaks: broken("plan", '"staging": "stage-{sha}-{platform}"', '"staging": "latest-{platform}"'),
    proof: PIPELINE,
  }),
  fromConfig(
    "P1 step 1, P1 checklist",
    "`latest` follows main, after the tests: the plan pushes it with the build, before any has run.",
    {
      line: set("channels.main", false),
      output: "ci.yml: job `promote`, behind the gate; plan.json: `promotions`",
      holds: (files) =>
        files.job("ci", "promote")?.needs.includes("gate") === true &&
        ["build", "test-tests", "test-smoke"].every((job) => files.job("ci", "gate")?.needs.includes(job) === true) &&
        same(files.plan("promotions.0.tag"), "latest"),
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
      output: `plan.json: \`builds.${key}.image\``,
      holds: (files) => files.plan(`builds.${key}.image`) === `ghcr.io/aaronspindler/site-${key}`,
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
      output: "plan.json: `builds.*.entries`",
      holds: (files) =>
        files.plan("builds.test.entries.pullRequest") !== undefined &&
        SERVICES.every(
          (key) =>
            files.plan(`builds.${key}.entries.main`) !== undefined &&
            files.plan(`builds.${key}.entries.pullRequest`) === undefined,
        ),
      breaks: broken("plan", /("flower": \{[^]*?"manual")/, '$1: [], "pullRequest"'),
      proof: PIPELINE,
    },
  ),
  always("P1 step 4", "A failed production build still fails its gate: the plan's gate would no longer look.", {
    output: "ci.yml: job `gate`",
    holds: (files) =>
      holdsValue([...(files.job("ci", "gate")?.needs ?? [])], "build") &&
      /always\(\)/.test(files.job("ci", "gate")?.if ?? ""),
    breaks: broken("ci", /(name: All checks\n {4}needs: \[plan), build/, "$1"),
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
