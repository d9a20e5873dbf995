/** The plan's tagging strategy, and what 1.3 and 5.2 repeat of it. */
import { holdsValue, onOf, same, script } from "../../support/questions.ts";
import { always, broken, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import { BUILD, given } from "../sindri-files.ts";

const PLAN = "Decide what to build";
const WHERE = "build-image.yml: job `plan`, step `Decide what to build`";
const pattern =
  (input: string, text: string) =>
  (files: Parameters<typeof given>[0]): boolean =>
    given(files, BUILD, "plan", PLAN, input) === text;

export const tagRows: Requirement[] = [
  fromConfig("Tags, 1.3, 5.2", "A pull request's image is `pr-<number>-<sha>`.", {
    line: set("tags.pullRequest", "review-{number}-{sha}"),
    output: `${WHERE}, \`tag-pull-request\``,
    holds: pattern("tag-pull-request", "pr-{number}-{sha}"),
    proof: "test/execution/pipeline/sindri.test.ts",
  }),
  fromConfig("Tags, 1.3, 5.2", "A push gives `<branch>-<sha>`: `main-a1b2c3d`, `develop-a1b2c3d`.", {
    line: set("tags.commit", "sha-{sha}"),
    output: `${WHERE}, \`tag-commit\``,
    holds: pattern("tag-commit", "{branch}-{sha}"),
    proof: "test/execution/pipeline/sindri.test.ts",
  }),
  fromConfig("Tags, 1.3, P1 tests, 5.5, P5 deliverables, 5.2", "`latest` is main's newest image.", {
    line: set("channels.main", "stable"),
    output: "build-image.yml: job `promote`, `plan`",
    holds: (files) =>
      files.setting(BUILD, "PLAN", "0.tag") === "latest" && files.setting(BUILD, "PLAN", "0.branch") === "main",
    proof: "test/execution/pipeline/sindri-main.test.ts",
  }),
  fromConfig("Tags", "`develop` has no moving tag.", {
    line: set("channels.develop", "dev"),
    output: "build-image.yml: job `promote`, `plan`",
    holds: (files) => files.setting(BUILD, "PLAN", "1.tag") === undefined,
  }),
  fromConfig("Tags, 5.2", "A release is `v<version>`, made by a Git tag.", {
    line: set("release", false),
    output: "release.yml: `on.push.tags`",
    holds: (files) => same(onOf(files, "release", "push.tags"), ["v*.*.*"]),
  }),
  fromConfig("Tags", "A build by hand has a tag of its own, `manual-<run>`: unique, as a timestamp was meant to be.", {
    line: set("tags.manual", "by-hand-{run}"),
    output: `${WHERE}, \`tag-manual\``,
    holds: pattern("tag-manual", "manual-{run}"),
  }),
  always("Tags, 1.3, 5.2", "By hand, a tag can be given; it may be none that means something else.", {
    output: "build-image.yml: `on.workflow_dispatch.inputs.tag`; job `plan`, `manual-tag` and `manual-forbidden`",
    holds: (files) =>
      typeof onOf(files, BUILD, "workflow_dispatch.inputs.tag.type") === "string" &&
      given(files, BUILD, "plan", PLAN, "manual-tag") === "${{ inputs.tag }}" &&
      String(given(files, BUILD, "plan", PLAN, "manual-forbidden")).includes("latest"),
    breaks: broken(BUILD, /^ +MANUAL_TAG: .*\n/, ""),
    proof: "test/execution/pipeline/sindri-main.test.ts",
  }),
  fromConfig(
    "1.3, 5.2",
    "By hand, `latest` can be asked for (`push_latest`); it moves once the tests of that image have passed.",
    {
      line: set("moveTags", "at-build"),
      output: "build-image.yml: `on.workflow_dispatch.inputs.push_latest`; job `promote`, `if`",
      holds: (files) =>
        same(onOf(files, BUILD, "workflow_dispatch.inputs.push_latest.type"), "boolean") &&
        files.job(BUILD, "promote")?.if?.includes("inputs.push_latest") === true,
      proof: "test/execution/pipeline/sindri-main.test.ts",
    },
  ),
  fromConfig("Tags, 1.3", "`<sha>` is seven characters.", {
    line: set("tags.shaLength", 8),
    output: `${WHERE}, \`sha-length\``,
    holds: pattern("sha-length", "7"),
  }),
  always(
    "Tags, 1.3, Technical risks",
    "`<sha>` is the commit that people mean: a pull request's head, not GitHub's merge commit.",
    {
      output: `${WHERE}, \`head-sha\``,
      holds: (files) =>
        String(given(files, BUILD, "plan", PLAN, "head-sha")).startsWith("${{ github.event.pull_request.head.sha ||"),
      breaks: broken(BUILD, "github.event.pull_request.head.sha || ", ""),
      proof: "test/execution/pipeline/sindri.test.ts",
    },
  ),
  always(
    "1.3, Technical risks",
    "Any branch name becomes a valid tag: `/` and everything else that a tag may not have becomes `-`.",
    {
      output: "build-image.yml: job `plan`, step `Decide what to build`, function `sanitize_branch`",
      holds: (files) => script(files, BUILD, "plan", "Decide what to build").includes("sanitize_branch() {"),
      breaks: broken(BUILD, "sanitize_branch() {", "keep_branch() {"),
      proof: "test/pipeline/tags-agree.test.ts",
    },
  ),
  fromConfig("1.3, Tags", "Pushes to main and develop are built, and pull requests into both.", {
    line: set("branches", { main: "main", integration: ["next"] }),
    output: "build-image.yml: `on`",
    given: set("channels", { main: "latest" }),
    holds: (files) =>
      ["push.branches", "pull_request.branches"].every(
        (path) => holdsValue(onOf(files, BUILD, path), "main") && holdsValue(onOf(files, BUILD, path), "develop"),
      ),
  }),
];
