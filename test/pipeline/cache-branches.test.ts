/** The branch in a cache's tag: the layers of a long-lived branch are its own, and everybody reads main's. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { tagRules } from "../../src/pipeline/tags.ts";
import { cacheBranch, isDockerTag, sanitizeBranch } from "../../templates/lib/tags.mjs";
import { runs } from "../support/property-runs.ts";

/** So many characters of the tag are not the branch. */
const NOT_THE_BRANCH = 48;

const config = configSchema.parse({
  project: "site",
  builds: {},
  branches: { main: "Main", integration: ["release/*", "v[0-9]+.x", "dev"] },
});
const rules = tagRules(config.tags, config.branches, {});
const cacheBranches = (names: readonly string[]): string[] => names.map((name) => cacheBranch(name, rules));

const LONG_LIVED = ["Main", "dev", "release/1", "v12.x"];
const name = fc
  .oneof(
    fc.constantFrom(
      ...LONG_LIVED,
      "main",
      "DEV",
      "release-1",
      "release/a/b",
      "V12.x",
      "v12.x.y",
      "feature/x",
      "$(touch x)",
      "`x`",
      "a\nb",
      "..",
      "ä".repeat(200),
      "İ",
      "",
      "buildcache-amd64-main",
    ),
    fc.string({ unit: "grapheme", maxLength: 140 }),
    fc.stringMatching(/^[A-Za-z0-9._/-]{1,100}$/),
  )
  .map((text) => Buffer.from(text.replaceAll("\0", "")).toString());

describe("the branch of a cache", () => {
  const names = fc.sample(name, { numRuns: runs(3000), seed: 4 });
  const made = cacheBranches(names);

  it("is fit for a tag, with a prefix where another branch would read as a long-lived one", () => {
    const wrong = names.flatMap((text, index) => {
      const slug = sanitizeBranch(text, NOT_THE_BRANCH);
      return [slug, `branch-${slug}`].includes(made[index] ?? "") ? [] : [[text, made[index]]];
    });
    expect(wrong).toEqual([]);
  });

  it("is main's for main alone", () => {
    const main = sanitizeBranch("Main", NOT_THE_BRANCH);
    expect(names.filter((text, index) => made[index] === main && text !== "Main")).toEqual([]);
    expect(cacheBranches(["Main", "main", "dev", "DEV"])).toEqual(["main", "branch-main", "dev", "branch-dev"]);
  });

  it("is that of a long-lived branch for those alone that a pattern of the config matches", () => {
    expect(cacheBranches(["v12.x", "V12.x", "v12.x.y", "release/1", "release-1", "release/1/2"])).toEqual([
      "v12.x",
      "branch-v12.x",
      "v12.x.y",
      "release-1",
      "branch-release-1",
      "branch-release-1-2",
    ]);
  });

  it("gives a tag together with any job that made the layers", () => {
    expect(made.filter((branch) => !isDockerTag(`buildcache-linux-arm64-v8-${branch}`))).toEqual([]);
  });
});
