/** The plan's tagging strategy, and what 1.3 and 5.2 repeat of it. */
import { holdsValue, moduleFunction, onOf, same } from "../../support/questions.ts";
import { always, brokenProgram, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import { BUILD, buildScript } from "../sindri-files.ts";

const PROGRAM = ".github/pipewright/plan-build";
const planScript = (files: Parameters<typeof buildScript>[0]): string => buildScript(files, "Decide what to build");
/** A pattern of the plan, and the line of the program that makes a tag of it. */
const pattern =
  (name: string, text: string, line: string) =>
  (files: Parameters<typeof buildScript>[0]): boolean =>
    files.plan(`tags.patterns.${name}`) === text && planScript(files).includes(line);

export const tagRows: Requirement[] = [
  fromConfig("Tags, 1.3, 5.2", "A pull request's image is `pr-<number>-<sha>`.", {
    line: set("tags.pullRequest", "review-{number}-{sha}"),
    output: `plan.json: \`tags.patterns.pullRequest\`; ${PROGRAM}`,
    holds: pattern("pullRequest", "pr-{number}-{sha}", "expandTag(rules.patterns.pullRequest, {"),
    proof: "test/execution/pipeline/sindri.test.ts",
  }),
  fromConfig("Tags, 1.3, 5.2", "A push gives `<branch>-<sha>`: `main-a1b2c3d`, `develop-a1b2c3d`.", {
    line: set("tags.commit", "sha-{sha}"),
    output: `plan.json: \`tags.patterns.commit\`; ${PROGRAM}`,
    holds: pattern("commit", "{branch}-{sha}", "tag: commitTag(refName, sha, rules),"),
    proof: "test/execution/pipeline/sindri.test.ts",
  }),
  fromConfig("Tags, 1.3, P1 tests, 5.5, P5 deliverables, 5.2", "`latest` is main's newest image.", {
    line: set("channels.main", "stable"),
    output: "plan.json: `promotions`; build-image.yml: job `promote`, step `Move the tags whose commits have passed`",
    holds: (files) =>
      files.plan("promotions.0.tag") === "latest" &&
      files.plan("promotions.0.of") === "main" &&
      files.step(BUILD, "promote", "Move the tags")?.uses?.endsWith("/promote") === true,
    proof: "test/execution/pipeline/sindri-main.test.ts",
  }),
  fromConfig("Tags", "`develop` has no moving tag.", {
    line: set("channels.develop", "dev"),
    output: "plan.json: `promotions`, of main alone",
    holds: (files) => files.plan("promotions.0") !== undefined && files.plan("promotions.1") === undefined,
    proof: "test/execution/pipeline/sindri-main.test.ts",
  }),
  fromConfig("Tags, 5.2", "A release is `v<version>`, made by a Git tag.", {
    line: set("release", false),
    output: "release.yml: `on.push.tags`",
    holds: (files) => same(onOf(files, "release", "push.tags"), ["v*.*.*"]),
  }),
  fromConfig("Tags", "A build by hand has a tag of its own, `manual-<run>`: unique, as a timestamp was meant to be.", {
    line: set("tags.manual", "by-hand-{run}"),
    output: `plan.json: \`tags.patterns.manual\`; ${PROGRAM}`,
    holds: pattern("manual", "manual-{run}", "expandTag(rules.patterns.manual, { run: runId })"),
  }),
  always("Tags, 1.3, 5.2", "By hand, a tag can be given; it may be none that means something else.", {
    output: `build-image.yml: \`on.workflow_dispatch.inputs.tag\`; plan.json: \`tags.manualForbidden\`; ${PROGRAM}, function \`manualTag\``,
    holds: (files) =>
      typeof onOf(files, BUILD, "workflow_dispatch.inputs.tag.type") === "string" &&
      holdsValue(files.plan("tags.manualForbidden"), "latest") &&
      planScript(files).includes("const tag = event.inputs?.tag || ") &&
      planScript(files).includes("if (matchesAny(rules.manualForbidden, tag))\n    fail("),
    breaks: brokenProgram("event.inputs?.tag || ", ""),
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
    output: `plan.json: \`tags.shaLength\`; ${PROGRAM}`,
    holds: (files) => files.plan("tags.shaLength") === 7 && planScript(files).includes("shortSha(sha, rules)"),
  }),
  always(
    "Tags, 1.3, Technical risks",
    "`<sha>` is the commit that people mean: a pull request's head, not GitHub's merge commit.",
    {
      output: `.github/pipewright/lib/event.mjs, \`headOf\`; ${PROGRAM}, \`sha\``,
      holds: (files) =>
        planScript(files).includes("const sha = headOf(event);") &&
        planScript(files).includes("export const headOf = (event) =>\n  event.pull_request?.head?.sha ?? "),
      breaks: brokenProgram("event.pull_request?.head?.sha ?? ", ""),
      proof: "test/execution/pipeline/sindri.test.ts",
    },
  ),
  always(
    "1.3, Technical risks",
    "Any branch name becomes a valid tag: `/` and everything else that a tag may not have becomes `-`.",
    {
      output: ".github/pipewright/lib/tags.mjs, function `sanitizeBranch`",
      holds: (files) =>
        moduleFunction(planScript(files), "sanitizeBranch")?.includes('.replace(/[^a-z0-9._-]+/g, "-")') === true,
      breaks: brokenProgram('.replace(/[^a-z0-9._-]+/g, "-")', ""),
      proof: "test/pipeline/tags-of-any-branch.test.ts",
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
