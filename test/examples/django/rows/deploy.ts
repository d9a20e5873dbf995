/** Staging, a canary and production: CapRover, and the roads back. */
import { same, variable } from "../../support/questions.ts";
import { always, beyond, broken, deleted, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import { commands, PIPELINE, SERVICES, verification } from "../django-files.ts";

export const deployRows: Requirement[] = [
  fromConfig("P1 step 3", "Every service is deployed to CapRover by its own app and token.", {
    line: deleted("publish.production.images", "publish"),
    output: "ci.yml: job `deliver-production`, step `Deploy the image`",
    holds: (files) =>
      SERVICES.every((key) =>
        commands(files, "production").includes(
          `CAPROVER_APP="site-${key}" CAPROVER_APP_TOKEN="$CAPROVER_${key.toUpperCase()}_TOKEN"`,
        ),
      ),
    proof: PIPELINE,
  }),
  always(
    "P1 step 3",
    "CapRover's client is one version, and tokens are in no command line. The plan runs `:latest` with the application's token.",
    {
      output: "ci.yml: jobs `deliver-*`, `commands`",
      holds: (files) =>
        ["staging", "production"].every((target) =>
          commands(files, target)
            .split("\n")
            .filter((line) => line !== "")
            .every((line) => line.includes("npx --yes caprover@2.4.4 deploy") && !line.includes("--appToken")),
        ),
      breaks: broken("ci", "caprover@2.4.4", "caprover@latest"),
    },
  ),
  fromConfig("P1 step 3", "The secrets of a deployment are its environment's, and only that job sees them.", {
    line: deleted("publish.production.environment"),
    output: "ci.yml: job `deliver-production`, `environment`",
    holds: (files) => JSON.stringify(files.job("ci", "deliver-production")?.environment ?? null).includes("production"),
  }),
  always("P1 step 3", "A deployment runs nothing of a checkout, and its own token can do nothing.", {
    output: "ci.yml: jobs `deliver-*`, `permissions` and no checkout",
    holds: (files) =>
      ["staging", "production"].every(
        (target) =>
          same(Object.keys(files.job("ci", `deliver-${target}`)?.permissions ?? { none: "" }), []) &&
          !(files.job("ci", `deliver-${target}`)?.steps ?? []).some(
            (step) => step.uses?.startsWith("actions/checkout") === true,
          ),
      ),
    breaks: broken("ci", /^ {4}permissions: \{\}\n {4}env:/, "    permissions:\n      contents: write\n    env:"),
  }),
  fromConfig("P4 step 4, Testing 2, Timeline", "Staging first: production waits for it.", {
    line: deleted("publish.production.after"),
    output: "ci.yml: job `deliver-production`, `needs`",
    holds: (files) =>
      (files.job("ci", "deliver-production")?.needs ?? []).includes("deliver-staging") &&
      (files.job("ci", "deliver-production")?.if ?? "").includes("needs.deliver-staging.result == 'success'"),
    proof: PIPELINE,
  }),
  fromConfig("P4 step 4, Testing 2", "Staging must answer before production begins.", {
    line: deleted("publish.staging.health"),
    output: "ci.yml: job `deliver-staging`, step `Wait until it answers`",
    holds: (files) =>
      same(
        variable(files, "ci", "deliver-staging", "Wait until it answers", "URL") ?? null,
        "https://staging.aaronspindler.com/health",
      ),
    proof: PIPELINE,
  }),
  beyond(
    "P4 step 4, Testing 2",
    "Monitor staging for 24 to 48 hours.",
    "The environment `production` in the repository's settings: a wait timer of up to 30 days, or reviewers who approve. The job `deliver-production` waits for either.",
  ),
  fromConfig(
    "Testing 3",
    "A canary goes first: an app of its own, as CapRover cannot split traffic between two images.",
    {
      line: deleted("publish.production.canary"),
      output: "ci.yml: job `deliver-production`, steps `Deploy to a part of it`, `Look at that part`",
      holds: (files) => commands(files, "production", "Deploy to a part of it").includes('CAPROVER_APP="site-canary"'),
      proof: PIPELINE,
    },
  ),
  fromConfig("Testing 3", "The rest follows only once the canary answers.", {
    line: set("publish.production.canary.verify", "true"),
    output: "ci.yml: job `deliver-production`, step `Look at that part`",
    holds: (files) => verification(files).includes("https://canary.aaronspindler.com/health"),
    proof: PIPELINE,
  }),
  beyond(
    "Testing 3",
    "Ten percent of the traffic, then more, up to all of it.",
    "Out of scope of a workflow: a load balancer before CapRover would share traffic between `site-web` and `site-canary`; CapRover alone has one image an app.",
  ),
  fromConfig("Validation, KPI deployments", "After a deployment the site is asked until it answers.", {
    line: deleted("publish.production.health"),
    output: "ci.yml: job `deliver-production`, step `Wait until it answers`",
    holds: (files) =>
      same(
        variable(files, "ci", "deliver-production", "Wait until it answers", "URL") ?? null,
        "https://aaronspindler.com/health",
      ),
    proof: PIPELINE,
  }),
  always(
    "Validation, KPI deployments",
    "What fails for a moment is tried again: a deployment of the same tag changes nothing the second time.",
    {
      output: "ci.yml: jobs `deliver-*`, `retry-attempts`",
      holds: (files) =>
        same(variable(files, "ci", "deliver-production", "Deploy the image", "RETRY_ATTEMPTS") ?? null, 3),
      breaks: broken("ci", "retry-attempts: 3", "retry-attempts: 1"),
      proof: "test/execution/run-with-retries.test.ts",
    },
  ),
  fromConfig("P1 rollback, Rollback 1", "Going back from the first phase: tags stay whatever the tests say.", {
    line: set("failedTests", "withdraw"),
    given: set("failedTests", "keep"),
    output: "ci.yml: no job `withdraw`",
    holds: (files) => files.job("ci", "withdraw") === undefined,
  }),
  fromConfig(
    "P1 rollback, Rollback 1",
    "Going back from the commit's tag: staging tags and `sha-<commit>` as before.",
    {
      line: set("tags.commit", "{sha}"),
      given: set("tags.commit", "sha-{sha}"),
      output: "plan.json: `tags.patterns.commit`",
      holds: (files) => files.plan("tags.patterns.commit") === "sha-{sha}",
    },
  ),
  beyond(
    "Rollback 1",
    "Redeploy the commit before.",
    "Re-run the job `Deploy to production` of that commit's run: its images are kept for 30 days (`retention.commit`), and it builds nothing. `docs/troubleshooting-ci.md` says how.",
  ),
  fromConfig("Rollback 2", "Going back to the single-stage file is one line.", {
    line: set("builds.images.file", "deployment/docker-bake.hcl"),
    given: set("builds.images.file", "deployment/docker-bake.single.hcl"),
    output: "builds.yml: job `build-images`, step `Build`",
    holds: (files) =>
      String(files.step("builds", "build-images", "Build")?.with["files"]).startsWith(
        "deployment/docker-bake.single.hcl\n",
      ),
  }),
  fromConfig(
    "Rollback 3",
    "Without the base image there is no workflow for it; the Dockerfile's first line goes back to python:3.13-slim.",
    {
      line: set("bases.site-base", { dockerfile: "deployment/Dockerfile.base", pins: ["deployment/Dockerfile"] }),
      given: deleted("bases"),
      output: "no build-base-image.yml",
      holds: (files) => files.workflow("build-base-image") === undefined,
    },
  ),
];
