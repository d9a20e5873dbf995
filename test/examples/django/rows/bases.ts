/** Priority 5: the base image. */
import { onOf, same, variable } from "../../support/questions.ts";
import {
  always,
  beyond,
  broken,
  brokenProgram,
  deleted,
  fromConfig,
  type Requirement,
  set,
} from "../../support/requirement.ts";
import { PIPELINE, SOURCES } from "../django-files.ts";

const FILE = "build-base-image";

export const baseRows: Requirement[] = [
  beyond(
    "P5 step 1",
    "A Dockerfile for what seldom changes: system packages, a browser's libraries, Node, uv.",
    "`deployment/Dockerfile.base` of this folder.",
    SOURCES,
  ),
  fromConfig("P5 step 2", "It is built every Monday at three, and by hand.", {
    line: set("bases.site-base.schedule", "0 4 * * 1"),
    output: "build-base-image.yml: `on`",
    holds: (files) =>
      same(onOf(files, FILE, "schedule.0.cron"), "0 3 * * 1") && onOf(files, FILE, "workflow_dispatch") !== undefined,
  }),
  fromConfig("P5 step 2", "From its own Dockerfile.", {
    line: set("bases.site-base.dockerfile", "deployment/Dockerfile"),
    output: "plan.json: `bases.site-base.dockerfile`",
    holds: (files) => same(files.plan("bases.site-base.dockerfile"), "deployment/Dockerfile.base"),
    proof: PIPELINE,
  }),
  always(
    "P5 step 2",
    "From nothing: the newest Python image, and no layers of last week. The plan's cache would keep the old packages.",
    {
      output: ".github/pipewright/prepare-base: `pull` and no `cache-from`",
      holds: (files) =>
        files.text("programs/prepare-base").includes("pull: true,") &&
        !`${files.text(FILE)}${files.text("programs/prepare-base")}`.includes("cache-from"),
      breaks: brokenProgram("pull: true,", "pull: false,"),
    },
  ),
  always("P5 step 2", "The build may push, and reads the code: the plan's job may not even check out.", {
    output: "build-base-image.yml: job `build-site-base`, `permissions`",
    holds: (files) =>
      ["contents", "packages"].every((scope) =>
        Object.keys(files.job(FILE, "build-site-base")?.permissions ?? {}).includes(scope),
      ),
    breaks: broken(FILE, /^ {6}contents: read.*\n/, ""),
    proof: PIPELINE,
  }),
  always(
    "P5 step 2",
    "Its tag names the day, the run and the attempt, and never moves. There is no `latest` that two runs could move in the wrong order.",
    {
      output: ".github/pipewright/prepare-base",
      holds: (files) =>
        files.text("programs/prepare-base").includes("const tag = `${now.slice(0, 10)}-${run}-${attempt}`;") &&
        !`${files.text(FILE)}${files.text("programs/prepare-base")}`.includes(":latest"),
      breaks: brokenProgram("-${run}-${attempt}`;", "`;"),
      proof: PIPELINE,
    },
  ),
  fromConfig("P5 step 2", "It is scanned before anybody builds on it.", {
    line: set("bases.site-base.scan", false),
    output: "build-base-image.yml: job `build-site-base`, step `Scan site-base`; `propose-site-base` needs it",
    holds: (files) =>
      (files.job(FILE, "propose-site-base")?.needs ?? []).includes("build-site-base") &&
      files.step(FILE, "build-site-base", "Scan site-base") !== undefined,
    proof: PIPELINE,
  }),
  fromConfig(
    "P5 step 3",
    "The Dockerfile pins it by digest, and a pull request proposes each new one: the same commit always gives the same image.",
    {
      line: set("bases.site-base.pins", ["deployment/Dockerfile.other"]),
      output: "build-base-image.yml: job `propose-site-base`; plan.json: `bases.site-base`",
      holds: (files) =>
        same(files.plan("bases.site-base.pins"), ["deployment/Dockerfile"]) &&
        same(files.plan("bases.site-base.image"), "ghcr.io/aaronspindler/site-base") &&
        variable(files, FILE, "propose-site-base", "Propose the new digest", "BASE") === "site-base",
      proof: PIPELINE,
    },
  ),
  fromConfig("P5 step 3", "The pull request says that its checks start by hand, or a token of an app starts them.", {
    line: set("bases.site-base.token", "BASES_TOKEN"),
    output: "build-base-image.yml: job `propose-site-base`; plan.json: `bases.site-base.ownToken`",
    holds: (files) => same(files.plan("bases.site-base.ownToken"), true),
    proof: "test/execution/open-pull-request.test.ts",
  }),
  fromConfig("P5 step 2", "Old base images go, and those that main pins stay.", {
    line: deleted("bases"),
    output: "plan.json: `bases.site-base.pins`; class `base` of `retention.classes`",
    holds: (files) =>
      same(files.plan("bases.site-base.pins"), ["deployment/Dockerfile"]) &&
      same(files.plan("retention.classes.1.class"), "base"),
    proof: "test/execution/cleanup-packages.test.ts",
  }),
];
