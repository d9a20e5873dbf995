/** Sections 1 to 3 of Charon's plan: what is built how often, and how images are named. */
import { type Emission, look } from "../../support/emission.ts";
import { holdsValue, input, moduleFunction, onOf, same, script } from "../../support/questions.ts";
import { all, always, beyond, broken, deleted, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import {
  BUILD,
  BUILD_NAME,
  BUILDS,
  CONSUMERS,
  GROUP,
  IMAGE,
  INTEGRATION,
  takesSharedImage,
  TEST_FILES,
} from "../charon-files.ts";

const JOB = "build-charon";
const planScript = (files: Emission): string => script(files, BUILDS, JOB, "Decide what to build");
const prepareScript = (files: Emission): string => script(files, BUILDS, JOB, "Look for an image");
const publishScript = (files: Emission, job: string): string => script(files, BUILDS, job, "Publish the image");
const resolveScript = (files: Emission, file: string): string => script(files, file, "resolve", "Resolve the image");
/** A setting of the tags, and that both who names an image and who looks for it go by it. */
const tagRule = (path: string, value: string | number, inBuild: string, inTests: string) => (files: Emission) =>
  files.plan(`tags.${path}`) === value &&
  planScript(files).includes(inBuild) &&
  TEST_FILES.every((file) => resolveScript(files, file).includes(inTests));
/** What the config's line alone decides stands in the plan; the places where both read it. */
const ruleAt = (path: string): string => `plan.json: \`tags.${path}\`, read by plan-build and resolve-image`;
const promotion = (files: Emission, index: number, name: string) => files.plan(`promotions.${index}.${name}`);
const TAGS = "test/pipeline/tags.test.ts";
const ANY_BRANCH = "test/pipeline/tags-of-any-branch.test.ts";

export const tagRows: Requirement[] = [
  fromConfig("Summary, 1.2, 8.2, 16", "An image is built once a commit: no test builds its own.", {
    line: all(
      "consumers.*.source",
      CONSUMERS.map((key) => set(`consumers.${key}.source`, "build")),
    ),
    output: "every consumer: no build step, and the step `Take the image`; plan.json: its `source` and `fallback`",
    holds: (files) => CONSUMERS.every((file) => takesSharedImage(files, file)),
    proof: "test/execution/pipeline/pull-request.test.ts",
  }),
  ...CONSUMERS.map((key) =>
    fromConfig("1.1, 1.3, 6.3, 6.4, 14.1", `\`${key}\` exists, follows the build and takes its image.`, {
      line: deleted(`consumers.${key}`),
      output: INTEGRATION.includes(key)
        ? `integration.yml: \`on.workflow_run\`, job \`test-${key}\``
        : `${key}.yml: \`on.workflow_run\`, job \`test\``,
      holds: (files) => takesSharedImage(files, key),
      proof: "test/execution/pipeline/whole.test.ts",
    }),
  ),
  fromConfig("1.1", "The nightly build stays a scheduled build of its own, for amd64 and arm64.", {
    line: deleted("nightly", "channels.nightly"),
    output: "nightly-build.yml: `on.schedule`, job `build`; plan.json: `builds.charon.entries.nightly`",
    holds: (files) =>
      same(onOf(files, "nightly-build", "schedule.0.cron"), "0 2 * * *") &&
      same(files.job("nightly-build", "build")?.call?.with["nightly"], true) &&
      same(files.plan("builds.charon.entries.nightly.0.platforms"), ["linux/amd64"]) &&
      same(files.plan("builds.charon.entries.nightly.1.platforms"), ["linux/arm64"]),
    proof: "test/execution/pipeline/schedule.test.ts",
  }),
  fromConfig("1.3, 2.1, 4.2", "The image is also saved as an artifact, in case the push or a pull fails.", {
    line: set("builds.charon.fallback", false),
    output:
      "builds.yml: job `build-charon`, steps `Save the image`, `Upload the image`; plan.json: `builds.charon.fallback`",
    holds: (files) =>
      ["Save the image", "Upload the image"].every(
        (name) => files.step(BUILDS, JOB, name)?.if === "steps.image.outputs.save == 'true'",
      ) &&
      same(files.plan("builds.charon.fallback"), true) &&
      prepareScript(files).includes("!run.push || build.fallback"),
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  always("1.3, 2.1, 10.3", "That artifact is kept one day.", {
    output: "builds.yml: job `build-charon`, step `Upload the image`",
    holds: (files) => same(input(files, BUILDS, JOB, "Upload the image", "retention-days"), 1),
    breaks: broken(BUILDS, "retention-days: 1\n", "retention-days: 30\n"),
  }),
  fromConfig("1.3", "Images of main and development also lie on Docker Hub.", {
    line: deleted("copies"),
    output: "plan.json: `promotions.*.copies`, made by promote.yml",
    holds: (files) =>
      same(promotion(files, 0, "copies") ?? null, [{ build: "charon", image: "docker.io/wikid82/charon:latest" }]) &&
      same(promotion(files, 1, "copies") ?? null, [{ build: "charon", image: "docker.io/wikid82/charon:dev" }]) &&
      files.step("promote", "promote", "Log in to docker.io") !== undefined,
    proof: "test/execution/pipeline/branches.test.ts",
  }),
  fromConfig("1.3, 2.1", "GitHub's registry is the primary source of the image.", {
    line: set("registry", {
      host: "quay.io",
      namespace: "wikid82",
      username: "QUAY_USERNAME",
      password: "QUAY_PASSWORD",
    }),
    output:
      "plan.json: `builds.charon.image`; builds.yml: step `Log in to ghcr.io`; every consumer: step `Take the image`",
    holds: (files) =>
      same(files.plan("builds.charon.image"), IMAGE) &&
      [JOB, "publish-charon"].every((job) => files.step(BUILDS, job, "Log in to ghcr.io") !== undefined) &&
      CONSUMERS.every((key) => takesSharedImage(files, key)),
  }),
  fromConfig("2.1", "Production images are multi-platform manifests.", {
    line: set("builds.charon.platforms.default", ["linux/amd64"]),
    output: "plan.json: `builds.charon.entries`; builds.yml: job `publish-charon` merges them",
    holds: (files) =>
      ["main", "integration", "release"].every((event) =>
        same(files.plan(`builds.charon.entries.${event}.1.platforms`), ["linux/arm64"]),
      ) && publishScript(files, "publish-charon").includes("hasPlatforms(merged, needed)"),
    proof: "test/execution/pipeline/branches.test.ts",
  }),
  fromConfig(
    "2.2, 3.1, 7.2, 13.3",
    "A pull request's image is `pr-<number>-<sha>`, for the build and for every consumer.",
    {
      line: set("tags.pullRequest", "pull-{number}-{sha}"),
      output: ruleAt("patterns.pullRequest"),
      holds: tagRule(
        "patterns.pullRequest",
        "pr-{number}-{sha}",
        "expandTag(rules.patterns.pullRequest",
        "expandTag(patterns.pullRequest",
      ),
      proof: "test/execution/pipeline/pull-request.test.ts",
    },
  ),
  fromConfig("2.2, 3.1", "A feature branch's image is `<branch>-<sha>`.", {
    line: set("tags.branch", "b-{branch}-{sha}"),
    output: ruleAt("patterns.branch"),
    holds: tagRule(
      "patterns.branch",
      "{branch}-{sha}",
      "tag: branchTag(refName, sha, rules)",
      "return [branchTag(run.head_branch, run.head_sha, plan.tags)]",
    ),
    proof: TAGS,
  }),
  fromConfig("2.2, 3.1", "Pushes to main and development give `sha-<sha>`, which the consumers pull.", {
    line: set("tags.commit", "{branch}-{sha}"),
    output: ruleAt("patterns.commit"),
    holds: tagRule(
      "patterns.commit",
      "sha-{sha}",
      "tag: commitTag(refName, sha, rules)",
      "return [commitTag(run.head_branch, run.head_sha, plan.tags)]",
    ),
    proof: "test/execution/pipeline/branches.test.ts",
  }),
  fromConfig("3.1, 4.1", "Pushes to feature branches are built.", {
    line: deleted("branches.feature"),
    output: "docker-build.yml: `on.push.branches`",
    holds: (files) => holdsValue(onOf(files, BUILD, "push.branches"), "feature/**"),
  }),
  fromConfig("3.1, 4.1", "Pushes to development are built, and pull requests into it.", {
    line: deleted("branches.integration", "channels.development"),
    output: "docker-build.yml: `on.push.branches`, `on.pull_request.branches`",
    holds: (files) =>
      ["push", "pull_request"].every((event) => holdsValue(onOf(files, BUILD, `${event}.branches`), "development")),
  }),
  fromConfig("2.2, 3.1", "`latest` follows main.", {
    line: set("channels.main", "stable"),
    output: "plan.json: `promotions`, moved by promote.yml",
    holds: (files) => promotion(files, 0, "of") === "main" && promotion(files, 0, "tag") === "latest",
    proof: "test/execution/pipeline/branches.test.ts",
  }),
  fromConfig("3.1", "`dev` follows development.", {
    line: set("channels.development", "edge"),
    output: "plan.json: `promotions`, moved by promote.yml",
    holds: (files) => promotion(files, 1, "of") === "development" && promotion(files, 1, "tag") === "dev",
    proof: "test/execution/pipeline/branches.test.ts",
  }),
  fromConfig("1.1", "`nightly` follows the nightly images.", {
    line: set("channels.nightly", false),
    output: "plan.json: `promotions`, moved by promote.yml",
    holds: (files) => promotion(files, 2, "of") === "nightly" && promotion(files, 2, "tag") === "nightly",
    proof: "test/execution/pipeline/schedule.test.ts",
  }),
  fromConfig("3.1", "A release tag publishes `v1.2.3` and moves `1.2`.", {
    line: deleted("release"),
    output: "release.yml: `on.push.tags`; job `build`, output `release-tags`; job `release-charon`",
    holds: (files) =>
      same(onOf(files, "release", "push.tags"), ["v*.*.*"]) &&
      same(
        input(files, "release", "release-charon", "Give the tested image its release tags", "tags") ?? "",
        "${{ needs.build.outputs.release-tags }}",
      ) &&
      same(files.plan("tags.patterns.release"), "v{version}") &&
      planScript(files).includes("[tag, `${major}.${minor}`, major]"),
    proof: "test/execution/pipeline/schedule.test.ts",
  }),
  fromConfig("3.1", "A nightly image is `nightly-<date>`.", {
    line: set("tags.nightly", "night-{date}"),
    output: ruleAt("patterns.nightly"),
    holds: tagRule(
      "patterns.nightly",
      "nightly-{date}",
      "expandTag(rules.patterns.nightly",
      "expandTag(patterns.nightly",
    ),
    proof: "test/execution/pipeline/schedule.test.ts",
  }),
  fromConfig("3.1, 7.2, 13.3", "A tag holds seven characters of the commit.", {
    line: set("tags.shaLength", 8),
    output: ruleAt("shaLength"),
    holds: tagRule("shaLength", 7, "const short = shortSha(sha, rules);", "shortSha(run.head_sha, plan.tags)"),
    proof: TAGS,
  }),
  fromConfig("3.1, 16", "A build pushes immutable tags only; `latest` and `dev` move later and never mid-test.", {
    line: set("moveTags", "at-build"),
    output: "plan.json: `movesAtBuild` is empty; .github/pipewright/publish-image; promote.yml",
    holds: (files) =>
      same(files.plan("movesAtBuild"), []) &&
      [JOB, "publish-charon"].every((job) =>
        publishScript(files, job).includes("const tags = [run.tag, ...(channel ? [channel.tag] : [])];"),
      ) &&
      files.workflow("promote") !== undefined,
    proof: "test/execution/pipeline/branches.test.ts",
  }),
  ...(
    [
      ["converts it to lower case", ".replace(/[A-Z]/g, (letter) => letter.toLowerCase())"],
      ["replaces `/` and every other character that a tag may not have with `-`", '.replace(/[^a-z0-9._-]+/g, "-")'],
      ["collapses runs of `-`", '.replace(/-+/g, "-")'],
      ["trims its ends, also after the cut", "trimTag(trimTag(dashed)"],
      [
        "cuts it so that the whole tag, suffix included, has at most 128 characters",
        ".slice(0, Math.max(0, TAG_LENGTH - suffixLength))",
      ],
    ] as const
  ).map(([what, line]) =>
    always("3.2, 13.4", `To make a branch name fit for a tag, the build ${what}.`, {
      output: ".github/pipewright/lib/tags.mjs, function `sanitizeBranch`",
      holds: (files) =>
        moduleFunction(planScript(files), "sanitizeBranch")?.includes(line) === true &&
        planScript(files).includes("const TAG_LENGTH = 128;"),
      breaks: broken("lib/tags.mjs", line, ""),
      proof: line.startsWith("trimTag") || line.startsWith(".slice") ? TAGS : ANY_BRANCH,
    }),
  ),
  always("3.2, 4.1", "The short commit is appended to the sanitised branch.", {
    output: ".github/pipewright/lib/tags.mjs, function `branchTag`",
    holds: (files) => {
      const made = moduleFunction(planScript(files), "branchTag") ?? "";
      return (
        made.includes("const values = { sha: shortSha(sha, rules) };") &&
        made.includes("expandTag(pattern, { ...values, branch })")
      );
    },
    breaks: broken("lib/tags.mjs", "{ sha: shortSha(sha, rules) };", '{ sha: "" };'),
    proof: TAGS,
  }),
  always("3.2, 4.2", "Build and consumers name images by the same algorithm.", {
    output: ".github/pipewright/lib/tags.mjs, imported by plan-build and resolve-image",
    holds: (files) =>
      ["programs/plan-build", "programs/resolve-image"].every((program) => {
        const imported = /import \{([^}]*)\} from "\.\.\/lib\/tags\.mjs";/.exec(files.text(program))?.[1] ?? "";
        return ["branchTag", "commitTag", "expandTag", "shortSha"].every((name) => imported.includes(name));
      }) && files.text("lib/tags.mjs") !== "",
    breaks: broken("programs/resolve-image", '"../lib/tags.mjs"', '"./tags.mjs"'),
    proof: "test/contract/tags.test.ts",
  }),
  always("1.2, 8.1, 11.4", "Two events of one commit, such as a push and a pull request, share one build.", {
    output: "builds.yml: job `build-charon`, its concurrency group and the step `Look for an image that will do`",
    holds: (files) =>
      /matrix\.platform.*github\.event\.pull_request\.head\.sha \|\|.*github\.sha.*"cancel-in-progress":false/.test(
        JSON.stringify(files.job(BUILDS, JOB)?.concurrency ?? null),
      ) &&
      files.step(BUILDS, JOB, "Build")?.if === "steps.image.outputs.missing == 'true'" &&
      prepareScript(files).includes("for (const tag of [staging, ...run.candidates])"),
    breaks: broken(BUILDS, /^ {6}group: charon\/image\/charon\/.*$/, "      group: ${{ github.run_id }}"),
    proof: "test/execution/pipeline/pull-request.test.ts",
  }),
  fromConfig("14.1", "The build workflow keeps its name and its file.", {
    line: deleted("names.build", "files.names.build"),
    output: "docker-build.yml: `name`",
    holds: (files) => files.workflow(BUILD)?.name === BUILD_NAME,
  }),
  fromConfig("14.1", "The four integration tests stand in one file, or in four of their own.", {
    given: all(
      "consumers.*-integration.group",
      INTEGRATION.map((key) => deleted(`consumers.${key}.group`)),
    ),
    line: all(
      "consumers.*-integration.group",
      INTEGRATION.map((key) => set(`consumers.${key}.group`, "integration")),
    ),
    output: "integration.yml; crowdsec-integration.yml and its like without the line",
    holds: (files) =>
      files.workflow(GROUP) === undefined &&
      INTEGRATION.every((key) => files.job(key, "test") !== undefined && takesSharedImage(files, key)),
    proof: "test/pipeline/groups.test.ts",
  }),
  always("14.1", "container-prune.yml and ci-metrics.yml are among the files.", {
    output: "container-prune.yml, ci-metrics.yml",
    holds: (files) => files.workflow("container-prune") !== undefined && files.workflow("ci-metrics") !== undefined,
    breaks: (files) => look(new Map([...files.texts].filter(([file]) => file !== "ci-metrics"))),
  }),
  beyond(
    "14.1",
    "Backups of the earlier workflows under `.github/workflows/.backup`.",
    "Git keeps them; the page `docs/troubleshooting-ci.md` says how to go back to an earlier day.",
  ),
];
