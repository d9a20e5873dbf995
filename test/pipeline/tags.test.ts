import { describe, expect, it } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { tagsPart } from "../../src/pipeline/plan-file/tags.ts";
import { classifyTag, tagProblems, tagRules } from "../../src/pipeline/tags.ts";
import { branchTag, expandTag, matchesAny, sanitizeBranch } from "../../templates/lib/tags.mjs";
import { planOf, smallConfig } from "../support/plan-of.ts";

const SHA = "abc1234def5678901234567890abcdef12345678";

function rulesOf(tags: object = {}, integration: string[] = ["development"]) {
  const config = configSchema.parse({ project: "charon", builds: {}, tags, branches: { integration } });
  return tagRules(config.tags, config.branches, { main: "latest", development: "dev", nightly: "nightly" });
}
const rules = rulesOf();

describe("integration branches given by a pattern", () => {
  const own = rulesOf({ commit: "{branch}.{sha}" }, ["release-[0-9]+", "stable/*", "LTS-[AB]?"]);

  it.each(["release-12.abc1234", "stable-x.abc1234", "lts-b.abc1234", "lts-.abc1234", "main.abc1234"])(
    "have tags of commits, such as %s",
    (tag) => expect(classifyTag(tag, own)).toBe("commit"),
  );

  it.each(["release-x.abc1234", "release-.abc1234", "lts-c.abc1234", "stable.abc1234"])(
    "do not have the tag %s",
    (tag) => expect(classifyTag(tag, own)).toBeUndefined(),
  );

  it("are expressions to the programs, which are also told the plain names", () => {
    const partOf = (integration: string[]) =>
      tagsPart(planOf(smallConfig({ branches: { main: "main", integration } })).pipeline);
    expect(partOf(["development", "release-[0-9]+"])).toMatchObject({
      integration: ["^development$", "^release-[0-9]+$"],
      commitBranches: ["main", "development"],
    });
    expect(partOf([])).toMatchObject({ integration: [], commitBranches: ["main"] });
  });
});

describe("a branch's tag", () => {
  it.each([
    ["feature/dns/subdomain", "feature-dns-subdomain-abc1234"],
    ["feature/fix-#123", "feature-fix-123-abc1234"],
    ["HOTFIX/Critical-Bug", "hotfix-critical-bug-abc1234"],
    ["feature/###", "feature-abc1234"],
    ["###", "branch-abc1234"],
    ["-.leading.and.trailing.-", "leading.and.trailing-abc1234"],
    ["_private", "_private-abc1234"],
    ["İstanbul", "stanbul-abc1234"],
    ["ﬁx/ÄÖÜ-grüße", "x-gr-e-abc1234"],
    ["a\n::error::b", "a-error-b-abc1234"],
  ])("%j becomes %s", (branch, tag) => {
    expect(branchTag(branch, SHA, rules)).toBe(tag);
  });

  // Charon's plan, section 3.2: two of its five rows disagree with the rules that stand above them, which keep "_" and ".".
  it.each([
    ["feature/Add_New-Feature", "feature-add-new-feature", "feature-add_new-feature"],
    [
      "dependabot/npm_and_yarn/frontend/vite-5.0.12",
      "dependabot-npm-and-yarn-frontend-vite-5-0-12",
      "dependabot-npm_and_yarn-frontend-vite-5.0.12",
    ],
  ])("the row of Charon's plan for %s says %s; its own rules, and these, give %s", (branch, inTheTable, byItsRules) => {
    expect(branchTag(branch, SHA, rules)).toBe(`${byItsRules}-abc1234`);
    expect(byItsRules.replace(/[_.]/g, "-")).toBe(inTheTable);
  });

  it.each([
    "sha",
    "mq",
    "pr",
    "pr-12",
    "pr/12",
    "nightly",
    "manual",
    "stage",
    "v1",
    "v1.2",
    "V1.2.3",
    "1",
    "1.2",
    "latest",
    "DEV",
    "sha256",
    "nightly-2026-02-04",
    "v1.2.3-rc.1",
  ])("the branch %s gets a prefix, so that its tag reads as no other class", (branch) => {
    const tag = branchTag(branch, SHA, rules);
    expect(tag).toMatch(/^branch-/);
    expect(classifyTag(tag, rules)).toBe("branch");
  });

  it("has at most 128 characters, and no dash or dot where the branch was cut", () => {
    expect(branchTag("a".repeat(300), SHA, rules)).toBe(`${"a".repeat(120)}-abc1234`);
    expect(branchTag(`${"a".repeat(118)}.-.-b`, SHA, rules)).toBe(`${"a".repeat(118)}-abc1234`);
    expect(branchTag("a".repeat(300), SHA, rulesOf({ shaLength: 40 }))).toBe(`${"a".repeat(87)}-${SHA}`);
  });

  it("is refused by a pattern that reads as another class whatever the branch", () => {
    const unusable = rulesOf({ branch: "sha-{sha}" });
    expect(() => branchTag("fix", SHA, { ...unusable, otherClasses: [".*"] })).toThrow(/whatever the prefix/);
  });
});

it("an empty branch is called branch", () => {
  expect(sanitizeBranch("", 8)).toBe("branch");
  expect(sanitizeBranch("...---", 8)).toBe("branch");
});

it("a placeholder without a value is an error, not part of a tag", () => {
  expect(() => expandTag("pr-{number}-{sha}", { sha: "abc1234" })).toThrow(/\{number\}/);
  expect(() => expandTag("{user}", { sha: "abc1234" })).toThrow(/\{user\}/);
});

describe("the class of a tag", () => {
  it.each([
    ["pr-12-abc1234", "pullRequest"],
    ["feature-dns-abc1234", "branch"],
    ["sha-abc1234", "commit"],
    ["latest", "channel"],
    ["dev", "channel"],
    ["nightly", "channel"],
    ["mq-abc1234", "queue"],
    ["v1.2.3", "release"],
    ["v1.2.3-rc.1", "release"],
    ["1.2", "release"],
    ["1", "release"],
    ["nightly-2026-02-04", "nightly"],
    ["manual-1234567890", "manual"],
    ["stage-abc1234-amd64", "staging"],
    ["stage-n99-arm64", "staging"],
    ["stage-abc1234-release", "staging"],
  ])("%s is %s", (tag, name) => {
    expect(classifyTag(tag, rules)).toBe(name);
  });

  // What nobody here has given stays: a date is as many hexadecimal digits as some commits are cut to.
  it.each([`sha-${SHA}`, "stable-20260101", "nightly-20260204", "backup-20250228", "1.2.3-20260101", "sha-abc12345"])(
    "%s is none of ours",
    (tag) => {
      expect(classifyTag(tag, rules)).toBeUndefined();
    },
  );

  it.each([
    "",
    "buildcache-amd64",
    "something",
    "LATEST",
    "pr-12",
    "latest\n",
    `sha256-${"a".repeat(64)}`,
    `sha256-${"a".repeat(64)}.sig`,
    "nightly-2026-2-4",
    "v1.2",
  ])("%j has none, so it is kept for ever", (tag) => {
    expect(classifyTag(tag, rules)).toBeUndefined();
  });
});

describe("patterns of one's own", () => {
  it("give the expressions: main-<sha> and the full commit", () => {
    const own = rulesOf({
      commit: "main-{sha}",
      shaLength: 40,
      pullRequest: "PR{number}.{sha}",
      manual: "by-hand_{run}",
    });
    expect(tagProblems(own)).toEqual([]);
    expect(classifyTag(`main-${SHA}`, own)).toBe("commit");
    expect(classifyTag(`PR12.${SHA}`, own)).toBe("pullRequest");
    expect(classifyTag("PR12xabc1234", own)).toBeUndefined();
    expect(classifyTag("by-hand_7", own)).toBe("manual");
    expect(branchTag("main", SHA, own)).toBe(`branch-main-${SHA}`);
    expect(branchTag("sha", SHA, own)).toBe(`sha-${SHA}`);
  });

  it("may name the long-lived branch, which then is told apart from others", () => {
    const own = rulesOf({ commit: "{branch}-{sha}" }, ["development", "Release/**"]);
    expect(tagProblems(own)).toEqual([]);
    expect(classifyTag("main-abc1234", own)).toBe("commit");
    expect(classifyTag("development-abc1234", own)).toBe("commit");
    expect(classifyTag("release-1.x-abc1234", own)).toBe("commit");
    expect(classifyTag("fix-abc1234", own)).toBe("branch");
  });

  it.each([
    [{ queue: "mq-{sha}-{user}" }, "queue", /holds \{user\}.*may hold \{sha\}/],
    [{ branch: "{branch}" }, "branch", /lacks \{sha\}/],
    [{ queue: "sha-{sha}", commit: "sha-{sha}" }, "commit", /reads as a tag of the class queue/],
    [{ nightly: "-{date}" }, "nightly", /is no Docker tag/],
    [{ nightly: "{date" }, "nightly", /lacks \{date\}/],
  ])("that cannot work are reported: %j", (tags, name, message) => {
    const problems = tagProblems(rulesOf(tags));
    expect(problems).toContainEqual({ path: [name], message: expect.stringMatching(message) });
  });
});

it("a manual tag may read as no other class, and as no signature", () => {
  const isForbidden = (tag: string): boolean => matchesAny(rules.manualForbidden, tag);
  for (const tag of [
    "latest",
    "v1.2.3",
    "1.2",
    "pr-1-abc1234",
    "sha-abc1234",
    "mq-abc1234",
    "nightly-2026-02-04",
    "stage-abc1234-amd64",
    "fix-abc1234",
    "sha256-abc",
  ])
    expect(isForbidden(tag), tag).toBe(true);
  for (const tag of ["manual-12", "experiment", "try-this-one", "LATEST"]) expect(isForbidden(tag), tag).toBe(false);
});
