/** The branch in a cache's tag: made by bash on the runner, and by TypeScript for main, whose layers everybody reads. */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { DOCKER_TAG, sanitizeBranch, tagEnvironment, tagRules } from "../../src/pipeline/tags.ts";
import { missing } from "../support/tools.ts";
import { runs } from "../support/property-runs.ts";

const TAGS = resolve("templates/lib/tags.sh");
/** As `plan-build.sh` and the compiler cut branches. */
const NOT_THE_BRANCH = 48;

const config = configSchema.parse({
  project: "site",
  builds: {},
  branches: { main: "Main", integration: ["release/*", "v[0-9]+.x", "dev"] },
});
const environment = tagEnvironment(tagRules(config.tags, config.branches, {}));

/** What bash makes of the names, in order. */
function cacheBranches(names: readonly string[]): string[] {
  const script = `source ${TAGS}\nwhile IFS= read -r -d '' name; do cache_branch "$name"; printf '%s\\0' "$REPLY"; done\n`;
  const { stdout, stderr, status } = spawnSync("bash", ["-c", script], {
    input: names.map((name) => `${name}\0`).join(""),
    env: {
      ...process.env,
      ...Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)])),
    },
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.split("\0").slice(0, -1);
}

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

describe.skipIf(missing("bash"))("the branch of a cache", () => {
  const names = fc.sample(name, { numRuns: runs(3000), seed: 4 });
  const made = cacheBranches(names);

  it("is what TypeScript makes of it, with a prefix where another branch would read as a long-lived one", () => {
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
    expect(made.filter((branch) => !DOCKER_TAG.test(`buildcache-linux-arm64-v8-${branch}`))).toEqual([]);
  });
});
