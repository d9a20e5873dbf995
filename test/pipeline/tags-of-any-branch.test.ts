/** The tag algorithm, which programs and compiler share, on names of every kind, hostile ones included. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { classifyTag, type TagRules, tagRules } from "../../src/pipeline/tags.ts";
import { passesFilter } from "../../src/workflow/filters.ts";
import {
  branchTag,
  commitTag,
  isDockerTag,
  isLongLived,
  matchesAny,
  sanitizeBranch,
} from "../../templates/lib/tags.mjs";
import { runs } from "../support/property-runs.ts";

const SHAS = ["abc1234def5678901234567890abcdef12345678", "1234567890123456789012345678901234567890"] as const;
const NAMES = runs(10_000);

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

const INTEGRATION = ["development", "release-[0-9]+", "stable/*", "v1.?", "lts/**", "rel\\+1"];
OWN_RULES["integration branches by patterns"] = tagRules(
  { ...config.tags, commit: "{branch}.{sha}", branch: "{branch}.{sha}" },
  { main: "main", integration: INTEGRATION },
  channels,
);

const generated = fc.sample(branchName, { numRuns: NAMES, seed: 20_261_121 });
const names = [...HOSTILE, ...generated];

describe.each(Object.entries(OWN_RULES))("with %s", (_title, rules) => {
  it.each(SHAS)("a branch's tag is a Docker tag that reads as no other class, for the commit %s", (sha) => {
    const wrong = names.flatMap((name) => {
      const tag = branchTag(name, sha, rules);
      const read = classifyTag(tag, rules);
      return isDockerTag(tag) && read === "branch" ? [] : [{ name, tag, read }];
    });
    expect(wrong).toEqual([]);
  });

  it("a long-lived branch's tag reads as that of a commit", () => {
    const wrong = names
      .filter((name) => isLongLived(name, rules))
      .map((name) => ({ name, tag: commitTag(name, SHAS[0], rules) }))
      .filter(({ tag }) => classifyTag(tag, rules) !== "commit");
    expect(wrong).toEqual([]);
  });

  it("no manual tag may be called like a tag that the pipeline gives", () => {
    const given = names.map((name) => branchTag(name, SHAS[0], rules));
    expect(given.filter((tag) => !matchesAny(rules.manualForbidden, tag))).toEqual([]);
  });
});

it("a branch in a tag is ASCII, says nothing to a shell or a log, and stays as it is when it is made fit again", () => {
  for (const name of names) {
    const made = sanitizeBranch(name, 8);
    expect(made, JSON.stringify(name)).toMatch(/^[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?$/);
    expect(made.length).toBeLessThanOrEqual(120);
    expect(sanitizeBranch(made, 8)).toBe(made);
  }
});

it("calls the branches long-lived that GitHub's own filter of the push lets through", () => {
  const rules = tagRules(config.tags, { main: "main", integration: INTEGRATION }, {});
  const known = [
    ...["main", "development", "release-1", "release-12", "stable/a", "v1", "v1.", "lts/a/b", "rel+1"],
    ...["Main", "developments", "release-", "release-x", "release-[0-9]+", "stable/a/b", "v1x", "lts", "rel\\+1"],
  ];
  const filter = { patterns: ["main", ...INTEGRATION], ignore: false };
  expect(known.filter((name) => passesFilter(filter, name))).toEqual(known.slice(0, 9));
  const all = [...known, ...names];
  expect(all.filter((name) => isLongLived(name, rules))).toEqual(all.filter((name) => passesFilter(filter, name)));
});
