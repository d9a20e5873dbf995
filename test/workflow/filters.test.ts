import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { patternFault } from "../../src/lint/rules/language/grammar/filter-syntax.ts";
import {
  filterExpression,
  isPlainName,
  leavesTextOpen,
  matchesPattern,
  passesFilter,
  plainNames,
  readPattern,
  sampleName,
} from "../../src/workflow/filters.ts";
import { missing } from "../support/tools.ts";

const passes = (patterns: readonly string[], name: string): boolean => passesFilter({ patterns, ignore: false }, name);

// The rows with a comment are GitHub's own ("Workflow syntax", Filter pattern cheat sheet).
describe("a pattern", () => {
  test.each([
    ["main", "main", true],
    ["main", "main2", false],
    ["main", "Main", false],
    ["feature/*", "feature/my-branch", true], // cheat sheet
    ["feature/*", "feature/a/b", false],
    ["feature/**", "feature/beta-a/my-branch", true], // cheat sheet
    ["feature/**", "feature", false],
    ["*", "feature/a", false],
    ["**", "all/the/branches", true], // cheat sheet
    ["*feature", "mona-feature", true], // cheat sheet
    ["v2*", "v2.9", true], // cheat sheet
    ["v[12].[0-9]+.[0-9]+", "v1.10.1", true], // cheat sheet
    ["v[12].[0-9]+.[0-9]+", "v3.1.0", false],
    ["v*.*.*", "v1.2", false],
    ["release-[0-9]+", "release-12", true],
    ["release-[0-9]+", "release-", false],
    ["release-[0-9]+", "release-12-x", false],
    ["*.jsx?", "page.js", true], // cheat sheet
    ["*.jsx?", "page.jsx", true], // cheat sheet
    ["a.b", "axb", false],
    ["a|b", "a", false],
    ["docs/*", "docs/mona/octocat.txt", false],
    ["docs/**/*.md", "docs/README.md", true], // cheat sheet
    ["docs/**/*.md", "docs/a/markdown/file.md", true], // cheat sheet
    ["**/docs/**", "docs/hello.md", true], // cheat sheet
    ["**/docs/**", "space/docs/plan/space.doc", true], // cheat sheet
    ["**/README.md", "README.md", true], // cheat sheet
    ["**/README.md", "js/README.md", true], // cheat sheet
    ["**/README.md", "js/THE-README.md", false],
    ["**/*src/**", "a/src/app.js", true], // cheat sheet
    ["**/*src/**", "my-src/code/js/app.js", true], // cheat sheet
    ["**/*-post.md", "my-post.md", true], // cheat sheet
    ["**/migrate-*.sql", "db/sept/migrate-v1.sql", true], // cheat sheet
    ["**/?b", "a/b", true],
    ["**/?b", "ab", true],
    ["a**/b", "ab", false],
    ["a**/b", "ax/y/b", true],
    ["rel\\+1", "rel+1", true],
    ["rel+1", "rel+1", false],
    ["rel+1", "relll1", true],
    ["Lint \\[py3\\]", "Lint [py3]", true],
    ["Lint [py3]", "Lint p", true],
    ["\\!important", "!important", true],
    ["[^a]", "^", true],
    ["[^a]", "b", false],
    ["[a-]", "-", true],
    ["[\\]", "\\", true],
    ["x[+-]y", "x-y", true],
    ["+a", "+a", true],
    ["é+", "éé", true],
    ["[é🚀]?x", "🚀x", true],
  ])("%s matches %s: %s", (pattern, name, expected) => {
    expect(matchesPattern(pattern, name)).toBe(expected);
  });

  test.each(["a++", "C++", "v**?", "*+", "a[", "a[]", "[9-0]", "[a-é]"])(
    "%s cannot be read, and matches no name",
    (pattern) => {
      expect(readPattern(pattern)).toBeUndefined();
      expect(filterExpression(pattern)).toBe("^$");
      expect(matchesPattern(pattern, pattern)).toBe(false);
    },
  );

  test.each([
    ["main", "^main$"],
    ["release-[0-9]+", "^release-[0-9]+$"],
    ["release/**", "^release/.*$"],
    ["**/README.md", "^(.*/)?README[.]md$"],
    ["*.jsx?", "^[^/]*[.]jsx?$"],
    ["[]a]", "^$"],
    ["[cab.]", "^[.a-c]$"],
    ["[a^-]+", "^(a|-|\\^)+$"],
    ["é+", "^(é)+$"],
  ])("%s becomes the expression %s", (pattern, expression) => {
    expect(filterExpression(pattern)).toBe(expression);
  });

  test("with many `**` takes no time for a name that is no branch's", () => {
    expect(matchesPattern(`${"**a".repeat(40)}b`, "a".repeat(5_000))).toBe(false);
  });
});

describe("a list", () => {
  test("lets the last pattern that matches decide", () => {
    expect(passes(["**", "!gh-readonly-queue/**"], "gh-readonly-queue/main/pr-1-abc")).toBe(false);
    expect(passes(["**", "!gh-readonly-queue/**"], "fix/x")).toBe(true);
    expect(passes(["releases/**", "!releases/**-alpha", "releases/keep-alpha"], "releases/keep-alpha")).toBe(true);
    expect(passes(["*.md", "!README.md", "README*"], "README.md")).toBe(true);
  });

  test("of exclusions alone lets nothing through", () => expect(passes(["!main"], "development")).toBe(false));

  test("that ignores lets through what it does not name", () => {
    expect(passesFilter({ patterns: ["main", "dev*"], ignore: true }, "development")).toBe(false);
    expect(passesFilter({ patterns: ["main", "dev*"], ignore: true }, "fix/x")).toBe(true);
  });

  test("is a list of names where no pattern is more than one", () => {
    expect(plainNames({ patterns: ["main", "fix/x"], ignore: false })).toEqual(["main", "fix/x"]);
    expect(plainNames({ patterns: ["main", "fix/[x]"], ignore: false })).toBeUndefined();
    expect(plainNames({ patterns: ["main"], ignore: true })).toBeUndefined();
  });
});

test.each([
  ["release-[0-9]+", false],
  ["a\\*", false],
  ["fix-*", true],
  ["**/x", true],
])("%s leaves text open: %s", (pattern, open) => {
  expect(leavesTextOpen(pattern)).toBe(open);
});

/** The language once more, straight from the pattern's text: tries every way to read the rest of the name. */
function fits(pattern: string, name: string, startsPart = true): boolean {
  if (pattern === "") return name === "";
  const tails = [...name].map((_, index, all) => all.slice(index + 1).join(""));
  if (startsPart && /^[*]{2,}[/](?![?+])/.test(pattern)) {
    const rest = pattern.replace(/^[*]+[/]/, "");
    const below = name.split("/").map((_, index, parts) => parts.slice(index).join("/"));
    return below.some((tail) => fits(rest, tail));
  }
  const stars = /^[*]*/.exec(pattern)?.[0].length ?? 0;
  if (stars > 0) {
    const reached = stars > 1 ? tails : tails.slice(0, [...(name.split("/")[0] ?? "")].length);
    return [name, ...reached].some((tail) => fits(pattern.slice(stars), tail, false));
  }
  const [unit = "", one = "", repeat = ""] = /^(\\.|\[[^\]]*\]|.)([?+]?)/su.exec(pattern) ?? [];
  const rest = pattern.slice(unit.length);
  const isSlash = unit === "/" || unit === "\\/";
  if (repeat === "?" && fits(rest, name, false)) return true;
  const [first] = name;
  if (first === undefined || !isOneOf(one, first)) return false;
  const [tail = ""] = tails;
  return fits(rest, tail, isSlash) || (repeat === "+" && fits(one + repeat + rest, tail, false));
}

function isOneOf(one: string, character: string): boolean {
  if (!one.startsWith("[")) return one.replace(/^\\(?=.)/su, "") === character;
  const members = one.slice(1, -1);
  const ranges = [...members.matchAll(/(.)-(.)/gsu)];
  const single = members.replaceAll(/.-./gsu, "");
  return single.includes(character) || ranges.some(([, from = "", to = ""]) => from <= character && character <= to);
}

const word = fc.constantFrom("a", "b", "é", "Z", "0", "9", "/", "-", ".", "^", "🚀", "|", "(", "$", "{", "}", "]", " ");
const special = fc.constantFrom(
  "*",
  "**",
  "**/",
  "?",
  "+",
  "\\*",
  "\\[",
  "\\\\",
  "[0-9]",
  "[ab]",
  "[^a-]",
  "[é\\]",
  "[",
);
const pattern = fc.array(fc.oneof(word, special), { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(""));
const someName = fc.array(fc.oneof(word, fc.constantFrom("*", "[", "\\")), { minLength: 1, maxLength: 6 });
/** Half of the names come from the pattern, so that matches are as common as misses. */
const pair = pattern.chain((text) =>
  fc
    .oneof(
      someName.map((characters) => characters.join("")),
      fc.constant(sampleName(text) || "a"),
    )
    .map((name) => [text, name] as const),
);

describe("any pattern", () => {
  it("matches by its expression what it matches by its text", () => {
    fc.assert(
      fc.property(pair, ([text, name]) => {
        fc.pre(readPattern(text) !== undefined);
        expect(matchesPattern(text, name)).toBe(fits(text, name));
      }),
      { numRuns: 2_000 },
    );
  });

  it("matches its sample", () => {
    fc.assert(
      fc.property(pattern, (text) => {
        const sample = sampleName(text);
        expect(sample === undefined || sample === "" || matchesPattern(text, sample)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("can be read where the linter finds no fault in it", () => {
    fc.assert(
      fc.property(pattern, (text) => {
        if (patternFault(text, "path") === undefined) expect(readPattern(text.replace(/^!/, ""))).toBeDefined();
      }),
      { numRuns: 5_000 },
    );
  });

  it("is itself where it is a plain name", () => {
    fc.assert(
      fc.property(pattern, someName, (text, other) => {
        if (!isPlainName(text)) return;
        expect(matchesPattern(text, text)).toBe(true);
        expect(matchesPattern(text, other.join(""))).toBe(other.join("") === text);
      }),
    );
  });

  it.skipIf(missing("bash"))("means the same to bash", () => {
    const pairs = fc.sample(pair, { numRuns: 4_000, seed: 20_261_201 });
    expect(pairs.filter(([text, name]) => matchesPattern(text, name)).length).toBeGreaterThan(500);
    const script = `LC_ALL=C; while IFS= read -r -d "" expression && IFS= read -r -d "" name; do
      if [[ "$name" =~ $expression ]]; then echo true; else echo false; fi
    done`;
    const run = spawnSync("bash", ["--noprofile", "--norc", "-c", script], {
      input: pairs.map(([text, name]) => `${filterExpression(text)}\0${name}\0`).join(""),
      encoding: "utf8",
    });
    expect(run.stderr).toBe("");
    const read = run.stdout.trim().split("\n");
    const different = pairs.filter(([text, name], index) => read[index] !== String(matchesPattern(text, name)));
    expect(different).toEqual([]);
  });
});
