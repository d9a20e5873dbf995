/** Sections 1 to 3 of Charon's plan: what is built how often, and how images are named. */
import { type Emission, look } from "../../support/emission.ts";
import { holdsValue, input, onOf, same, script, shellFunction, variable } from "../../support/questions.ts";
import { all, always, beyond, broken, deleted, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import { BUILD, BUILD_NAME, CONSUMERS, IMAGE, takesSharedImage } from "../charon-files.ts";

const PLAN_STEP = "Decide what to build";
const planScript = (files: Emission): string => script(files, BUILD, "plan", PLAN_STEP);
const tagPattern = (name: string, value: string) => (files: Emission) =>
  variable(files, BUILD, "plan", PLAN_STEP, name) === value &&
  CONSUMERS.every((file) => variable(files, file, "resolve", "Resolve the image", name) === value);
const agree = (files: Emission, name: string): boolean => {
  const made = shellFunction(planScript(files), name);
  return (
    made !== undefined &&
    CONSUMERS.every((file) => shellFunction(script(files, file, "resolve", "Resolve the image"), name) === made)
  );
};
const AGREE = "test/pipeline/tags-agree.test.ts";

export const tagRows: Requirement[] = [
  fromConfig("Summary, 1.2, 8.2, 16", "An image is built once a commit: no test builds its own.", {
    line: all(
      "consumers.*.source",
      CONSUMERS.map((key) => set(`consumers.${key}.source`, "build")),
    ),
    output: "every consumer: no build step, and the step `Pull the image`",
    holds: (files) => CONSUMERS.every((file) => takesSharedImage(files, file)),
    proof: "test/execution/pipeline/pull-request.test.ts",
  }),
  ...CONSUMERS.map((key) =>
    fromConfig("1.1, 1.3, 6.3, 6.4, 14.1", `${key}.yml exists, follows the build and takes its image.`, {
      line: deleted(`consumers.${key}`),
      output: `${key}.yml: \`on.workflow_run\`, job \`test\``,
      holds: (files) => takesSharedImage(files, key),
    }),
  ),
  fromConfig("1.1", "The nightly build stays a scheduled build of its own, for amd64 and arm64.", {
    line: deleted("nightly", "channels.nightly"),
    output: "nightly-build.yml: `on.schedule`, job `build-charon`",
    holds: (files) =>
      same(onOf(files, "nightly-build", "schedule.0.cron"), "0 2 * * *") &&
      same(files.setting("nightly-build", "PLATFORMS", "nightly.1.platforms"), "linux/arm64"),
    proof: "test/execution/pipeline/schedule.test.ts",
  }),
  fromConfig("1.3, 2.1, 4.2", "The image is also saved as an artifact, in case the push or a pull fails.", {
    line: set("builds.charon.fallback", false),
    output: "docker-build.yml: job `build-charon`, steps `Save the image`, `Upload the image`",
    holds: (files) =>
      files.step(BUILD, "build-charon", "Upload the image")?.if ===
      "matrix.archive != '' && steps.find.outputs.found != 'true'",
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  always("1.3, 2.1, 10.3", "That artifact is kept one day.", {
    output: "docker-build.yml: job `build-charon`, step `Upload the image`",
    holds: (files) => same(input(files, BUILD, "build-charon", "Upload the image", "retention-days"), 1),
    breaks: broken(BUILD, "retention-days: 1\n", "retention-days: 30\n"),
  }),
  fromConfig("1.3", "Images of main and development also lie on Docker Hub.", {
    line: deleted("copies"),
    output: "promote.yml: job `promote`, the copies in `PLAN`",
    holds: (files) =>
      same(files.setting("promote", "PLAN", "0.copies"), ["docker.io/wikid82/charon:latest"]) &&
      same(files.setting("promote", "PLAN", "1.copies"), ["docker.io/wikid82/charon:dev"]),
    proof: "test/execution/pipeline/branches.test.ts",
  }),
  fromConfig("1.3, 2.1", "GitHub's registry is the primary source of the image.", {
    line: set("registry", {
      host: "quay.io",
      namespace: "wikid82",
      username: "QUAY_USERNAME",
      password: "QUAY_PASSWORD",
    }),
    output: "docker-build.yml: job `publish-charon`, `IMAGE`; every consumer: step `Pull the image`",
    holds: (files) =>
      variable(files, BUILD, "publish-charon", "Publish the image", "IMAGE") === IMAGE &&
      CONSUMERS.every((file) => variable(files, file, "test", "Pull the image", "IMAGE") === IMAGE),
  }),
  fromConfig("2.1", "Production images are multi-platform manifests.", {
    line: set("builds.charon.platforms.default", ["linux/amd64"]),
    output: "docker-build.yml: job `plan`, `PLATFORMS`; job `publish-charon` merges them",
    holds: (files) =>
      ["main", "integration", "release"].every((event) =>
        same(files.setting(BUILD, "PLATFORMS", `${event}.1.platforms`), "linux/arm64"),
      ),
    proof: "test/execution/pipeline/branches.test.ts",
  }),
  fromConfig(
    "2.2, 3.1, 7.2, 13.3",
    "A pull request's image is `pr-<number>-<sha>`, for the build and for every consumer.",
    {
      line: set("tags.pullRequest", "pull-{number}-{sha}"),
      output: "docker-build.yml: job `plan`; every consumer: job `resolve`; `TAG_PULL_REQUEST`",
      holds: tagPattern("TAG_PULL_REQUEST", "pr-{number}-{sha}"),
      proof: "test/execution/pipeline/pull-request.test.ts",
    },
  ),
  fromConfig("2.2, 3.1", "A feature branch's image is `<branch>-<sha>`.", {
    line: set("tags.branch", "b-{branch}-{sha}"),
    output: "docker-build.yml: job `plan`; every consumer: job `resolve`; `TAG_BRANCH`",
    holds: tagPattern("TAG_BRANCH", "{branch}-{sha}"),
    proof: AGREE,
  }),
  fromConfig("2.2, 3.1", "Pushes to main and development give `sha-<sha>`, which the consumers pull.", {
    line: set("tags.commit", "{branch}-{sha}"),
    output: "docker-build.yml: job `plan`; every consumer: job `resolve`; `TAG_COMMIT`",
    holds: tagPattern("TAG_COMMIT", "sha-{sha}"),
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
    output: "promote.yml: job `promote`, `PLAN`",
    holds: (files) =>
      same(files.setting("promote", "PLAN", "0.branch"), "main") &&
      same(files.setting("promote", "PLAN", "0.tag"), "latest"),
    proof: "test/execution/pipeline/branches.test.ts",
  }),
  fromConfig("3.1", "`dev` follows development.", {
    line: set("channels.development", "edge"),
    output: "promote.yml: job `promote`, `PLAN`",
    holds: (files) =>
      same(files.setting("promote", "PLAN", "1.branch"), "development") &&
      same(files.setting("promote", "PLAN", "1.tag"), "dev"),
    proof: "test/execution/pipeline/branches.test.ts",
  }),
  fromConfig("1.1", "`nightly` follows the nightly images.", {
    line: set("channels.nightly", false),
    output: "promote.yml: job `promote`, `PLAN`",
    holds: (files) => same(files.setting("promote", "PLAN", "2.tag"), "nightly"),
    proof: "test/execution/pipeline/schedule.test.ts",
  }),
  fromConfig("3.1", "A release tag publishes `v1.2.3` and moves `1.2`.", {
    line: deleted("release"),
    output: "release.yml: `on.push.tags`; job `plan`, output `release-tags`; job `release-charon`",
    holds: (files) =>
      same(onOf(files, "release", "push.tags"), ["v*.*.*"]) &&
      same(
        variable(files, "release", "release-charon", "Give the tested image its release tags", "TAGS") ?? "",
        "${{ needs.plan.outputs.release-tags }}",
      ),
    proof: "test/execution/pipeline/schedule.test.ts",
  }),
  fromConfig("3.1", "A nightly image is `nightly-<date>`.", {
    line: set("tags.nightly", "night-{date}"),
    output: "nightly-build.yml: job `plan`, `TAG_NIGHTLY`",
    holds: (files) => variable(files, "nightly-build", "plan", PLAN_STEP, "TAG_NIGHTLY") === "nightly-{date}",
  }),
  fromConfig("3.1, 7.2, 13.3", "A tag holds seven characters of the commit.", {
    line: set("tags.shaLength", 8),
    output: "docker-build.yml: job `plan`; every consumer: job `resolve`; `SHA_LENGTH`",
    holds: tagPattern("SHA_LENGTH", "7"),
  }),
  fromConfig("3.1, 16", "A build pushes immutable tags only; `latest` and `dev` move later and never mid-test.", {
    line: set("moveTags", "at-build"),
    output: "docker-build.yml: job `publish-charon`, `TAGS`; promote.yml",
    holds: (files) =>
      variable(files, BUILD, "publish-charon", "Publish the image", "TAGS") === "${{ needs.plan.outputs.tag }}" &&
      files.workflow("promote") !== undefined,
    proof: "test/execution/pipeline/branches.test.ts",
  }),
  ...(
    [
      ["converts it to lower case", 'text="${text,,}"'],
      ["replaces `/` and every other character that a tag may not have with `-`", 'text="${text//[^a-z0-9._-]/-}"'],
      ["collapses runs of `-`", 'while [[ "$text" == *--* ]]; do text="${text//--/-}"; done'],
      ["trims its ends, also after the cut", 'trim_tag "${REPLY:0:length}"'],
      ["cuts it so that the whole tag, suffix included, has at most 128 characters", "length=$((128 - $2))"],
    ] as const
  ).map(([what, line]) =>
    always("3.2, 13.4", `To make a branch name fit for a tag, the build ${what}.`, {
      output: "docker-build.yml: job `plan`, function `sanitize_branch`",
      holds: (files) => shellFunction(planScript(files), "sanitize_branch")?.includes(line) === true,
      breaks: broken(BUILD, line, ":"),
      proof: AGREE,
    }),
  ),
  always("3.2, 4.1", "The short commit is appended to the sanitised branch.", {
    output: "docker-build.yml: job `plan`, function `branch_tag`",
    holds: (files) =>
      shellFunction(planScript(files), "branch_tag")?.includes(
        'expand_tag "$TAG_BRANCH" "sha=$sha" "branch=$branch"',
      ) === true,
    breaks: broken(BUILD, '"sha=$sha" "branch=$branch"', '"branch=$branch"'),
    proof: AGREE,
  }),
  always("3.2, 4.2", "Build and consumers name images by the same algorithm.", {
    output: "docker-build.yml: job `plan`; every consumer: job `resolve`",
    holds: (files) => agree(files, "sanitize_branch") && agree(files, "branch_tag") && agree(files, "commit_tag"),
    breaks: broken("waf-integration", 'text="${text,,}"', ":"),
    proof: AGREE,
  }),
  always("1.2, 8.1, 11.4", "Two events of one commit, such as a push and a pull request, share one build.", {
    output:
      "docker-build.yml: job `build-charon`, its concurrency group and the step `Look for an image of this commit`",
    holds: (files) =>
      /matrix\.name.*needs\.plan\.outputs\.staging.*"cancel-in-progress":false/.test(
        JSON.stringify(files.job(BUILD, "build-charon")?.concurrency ?? null),
      ) && files.step(BUILD, "build-charon", "Build")?.if === "steps.find.outputs.found != 'true'",
    breaks: broken(BUILD, /^ {6}group: .*needs\.plan\.outputs\.staging.*$/, "      group: ${{ github.run_id }}"),
    proof: "test/execution/pipeline/pull-request.test.ts",
  }),
  fromConfig("14.1", "The build workflow keeps its name and its file.", {
    line: deleted("names.build", "files.names.build"),
    output: "docker-build.yml: `name`",
    holds: (files) => files.workflow(BUILD)?.name === BUILD_NAME,
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
