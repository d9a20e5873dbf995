/** The tag algorithm exists twice. Here both are run on the same names, hostile ones included, and must agree. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import {
  branchTag,
  classifyTag,
  DOCKER_TAG,
  tagEnvironment,
  type TagRules,
  tagRules,
} from "../../src/pipeline/tags.ts";
import { passesFilter } from "../../src/workflow/filters.ts";
import { missing } from "../support/tools.ts";
import { runs } from "../support/property-runs.ts";

const TAGS = resolve("templates/lib/tags.sh");
const SHAS = ["abc1234def5678901234567890abcdef12345678", "1234567890123456789012345678901234567890"] as const;
const NAMES = runs(10_000);
/** Bash compiles an expression anew each time, so what only varies the rules does with fewer names. */
const FEWER_NAMES = runs(1_000);

const HOSTILE = [
  "$(touch x)",
  "`touch x`",
  "${IFS}",
  "$HOME",
  "'",
  '"',
  "'; touch x; '",
  '"; touch x; "',
  "a && touch x",
  "| touch x",
  "> x",
  "&",
  "a&b",
  "\\",
  "\\n",
  "a\nb",
  "\n",
  "a\r\nb",
  "a\tb",
  "::set-output name=tag::latest",
  "\n::error::x",
  "##[error]x",
  "%0A::error::x",
  "*",
  "?",
  "[a-z]",
  "!",
  "~",
  "^",
  "#",
  "###",
  "--help",
  "-n",
  "-e",
  "-",
  ".",
  "..",
  "_",
  "/",
  "//",
  "feature/###",
  "İ",
  "İstanbul",
  "ı",
  "K",
  "ſ",
  "ß",
  "ÄÖÜ",
  "日本語",
  "🚀",
  "👩‍👩‍👧",
  "é",
  "e\u0301",
  "\u202e",
  "\u00a0",
  "\ufeff",
  "ﬁ",
  "Ǆ",
  "{branch}",
  "{sha}",
  "{branch}-{sha}",
  "$&",
  "$1",
  "$`",
  "\\0",
  "sha",
  "SHA",
  "mq",
  "pr",
  "pr-12",
  "PR/12",
  "pr-12-abc1234",
  "nightly",
  "nightly-2026-01-01",
  "manual",
  "manual-1",
  "stage",
  "stage-abc1234",
  "v1",
  "v1.2.3",
  "v1.2.3-rc.1",
  "1",
  "1.2",
  "1.2.3",
  "latest",
  "dev",
  "branch",
  "branch-sha",
  "branch-latest",
  "sha256",
  "sha256-abc",
  "main",
  "development",
  "",
  "a".repeat(120),
  "a".repeat(121),
  "a".repeat(300),
  "-".repeat(300),
  "ä".repeat(300),
  `${"a".repeat(119)}-.b`,
  `${"ab-".repeat(100)}`,
  "PR-12".repeat(60),
];

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 3, arbitrary: fc.stringMatching(/^[A-Za-z0-9._/-]{1,12}$/) },
  { weight: 2, arbitrary: fc.string({ unit: "grapheme", maxLength: 10 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 10 }) },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(..."-._/#!aZ0İ"), maxLength: 140 }) },
);
// An argument of a program cannot hold NUL, nor can a file of Git's; a lone surrogate has no bytes.
const branchName = fc
  .array(piece, { minLength: 1, maxLength: 4 })
  .map((pieces) => Buffer.from(pieces.join("").replaceAll("\0", "")).toString());

const config = configSchema.parse({ project: "charon", builds: {}, branches: { integration: ["development"] } });
const channels = { main: "latest", development: "dev", nightly: "nightly" };
const OWN_RULES: Record<string, TagRules> = {
  "the defaults": tagRules(config.tags, config.branches, channels),
  "full commits and main-<sha>": tagRules(
    { ...config.tags, shaLength: 40, commit: "main-{sha}", manual: "branch-{run}" },
    config.branches,
    {},
  ),
  "the branch in every place": tagRules(
    {
      ...config.tags,
      shaLength: 12,
      commit: "{branch}-{sha}",
      branch: "x.{branch}_{sha}",
      pullRequest: "{number}.{sha}",
    },
    config.branches,
    { main: "x.y_abc1234def56" },
  ),
};

function inBash(names: readonly string[], sha: string, rules: TagRules, locale: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "pipewright-tags-"));
  try {
    const script = `source "$TAGS"; while IFS= read -r -d "" name; do branch_tag "$name" "$SHA"; printf '%s\\0' "$REPLY"; done`;
    const run = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
      cwd: folder,
      input: names.map((name) => `${name}\0`).join(""),
      encoding: "utf8",
      maxBuffer: 1 << 28,
      env: { PATH: process.env["PATH"], LC_ALL: locale, TAGS, SHA: sha, ...tagEnvironment(rules) },
    });
    expect(run.stderr).toBe("");
    expect(run.status).toBe(0);
    expect(readdirSync(folder), "a name was executed").toEqual([]);
    return run.stdout.split("\0").slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compare(names: readonly string[], sha: string, rules: TagRules, locale: string): void {
  const tags = inBash(names, sha, rules, locale);
  expect(tags).toHaveLength(names.length);
  names.forEach((name, place) => {
    const tag = branchTag(name, sha, rules);
    if (tags[place] !== tag)
      expect.fail(
        `bash makes ${JSON.stringify(tags[place])} of ${JSON.stringify(name)}, TypeScript ${JSON.stringify(tag)}`,
      );
    if (!DOCKER_TAG.test(tag))
      expect.fail(`${JSON.stringify(name)} gives ${JSON.stringify(tag)}, which is no Docker tag`);
    const read = classifyTag(tag, rules);
    if (read !== "branch") expect.fail(`${JSON.stringify(name)} gives ${JSON.stringify(tag)}, which reads as ${read}`);
  });
}

describe.skipIf(missing("bash"))("TypeScript and bash give the same tag", () => {
  const generated = fc.sample(branchName, { numRuns: NAMES, seed: 20_261_121 });

  it.each(
    Object.entries(OWN_RULES).map(([title, rules], index) => ({
      title,
      rules,
      count: index === 0 ? NAMES : FEWER_NAMES,
    })),
  )("with $title, for $count names", ({ rules, count }) => {
    compare([...HOSTILE, ...generated.slice(0, count)], SHAS[0], rules, "C");
  });

  it("in a UTF-8 locale, and for a commit that looks like a number", () => {
    compare(
      [...HOSTILE, ...generated.slice(-FEWER_NAMES)],
      SHAS[1],
      OWN_RULES["the defaults"] ?? expect.fail("no rules"),
      "C.UTF-8",
    );
  });

  it("calls the branches long-lived that GitHub's own filter of the push lets through", () => {
    const integration = ["development", "release-[0-9]+", "stable/*", "v1.?", "lts/**", "rel\\+1"];
    const rules = tagRules(config.tags, { main: "main", integration }, {});
    const names = [
      ...["main", "development", "release-1", "release-12", "stable/a", "v1", "v1.", "lts/a/b", "rel+1"],
      ...["Main", "developments", "release-", "release-x", "release-[0-9]+", "stable/a/b", "v1x", "lts", "rel\\+1"],
    ];
    const script = `source "$TAGS"; while IFS= read -r -d "" name; do if is_long_lived "$name"; then echo "$name"; fi; done`;
    const run = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
      input: [...names, ...generated].map((name) => `${name}\0`).join(""),
      encoding: "utf8",
      env: { PATH: process.env["PATH"], TAGS, ...tagEnvironment(rules) },
    });
    expect(run.stderr).toBe("");
    const filter = { patterns: ["main", ...integration], ignore: false };
    expect(names.filter((name) => passesFilter(filter, name))).toEqual(names.slice(0, 9));
    expect(run.stdout.trim().split("\n")).toEqual(
      [...names, ...generated].filter((name) => passesFilter(filter, name)),
    );
  });

  it("reads the expressions alike", () => {
    const rules = tagRules(config.tags, config.branches, channels);
    const tags = [
      ...HOSTILE,
      "stage-abc1234-amd64",
      "stage-n1-all",
      "pr-1-abc1234",
      "v1.2.3-rc.1",
      "mq-0000000",
      "v1x2.3",
      "latestx",
      "sha256-0",
    ].filter((tag) => !tag.includes("\n"));
    const environment = tagEnvironment(rules);
    for (const name of ["RESERVED_BRANCHES", "OTHER_CLASSES", "MANUAL_FORBIDDEN", "NIGHTLY_TAGS", "LONG_LIVED_SLUGS"]) {
      const expression = environment[name] ?? "";
      const script = `while IFS= read -r -d "" tag; do if [[ "$tag" =~ $EXPRESSION ]]; then echo true; else echo false; fi; done`;
      const read = execFileSync("bash", ["--noprofile", "--norc", "-c", script], {
        input: tags.map((tag) => `${tag}\0`).join(""),
        encoding: "utf8",
        env: { PATH: process.env["PATH"], LC_ALL: "C", EXPRESSION: expression },
      });
      expect(read.trim().split("\n")).toEqual(tags.map((tag) => String(new RegExp(expression).test(tag))));
    }
  });
});

it("the program that is compared is the one that runs", () => expect(existsSync(TAGS)).toBe(true));
