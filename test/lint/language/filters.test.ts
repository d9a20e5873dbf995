/** Patterns and schedules, apart from the files that they stand in. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Cron, neverComes, parseCron, shortestInterval } from "../../../src/lint/rules/language/grammar/cron.ts";
import { patternFault } from "../../../src/lint/rules/language/grammar/filter-syntax.ts";

describe("patterns", () => {
  it.each([
    "main",
    "**",
    "*",
    "releases/**",
    "release-*",
    "v[12].[0-9]+.[0-9]+",
    "v1.?",
    "!v1",
    "**-alpha",
    "dependabot/**",
    "a@b",
    "feature/[a-zA-Z]?",
    "ends\\?",
    "\\!important",
    "gh-readonly-queue/**",
  ])("%s may be a branch", (pattern) => {
    expect(patternFault(pattern, "ref")).toBeUndefined();
  });

  it.each([
    "**",
    "**.js",
    "docs/**",
    "!**/*.md",
    ".github/workflows/*.yml",
    "a file.txt",
    "src/*.{ts,js}",
    "a~b",
    "**/.*",
    "...",
    ".env",
  ])("%s may be a path", (pattern) => {
    expect(patternFault(pattern, "path")).toBeUndefined();
  });

  it.each([
    ["", "ref", 0, 0],
    ["!", "ref", 0, 1],
    ["^main$", "ref", 0, 1],
    ["a b", "ref", 1, 2],
    ["a..b", "ref", 1, 3],
    ["/main", "ref", 0, 1],
    ["main/", "ref", 4, 5],
    ["v\\d", "ref", 1, 3],
    ["main\\", "ref", 4, 5],
    ["+a", "ref", 0, 1],
    ["v**?", "ref", 3, 4],
    ["v[]", "ref", 1, 3],
    ["v[9-0]", "ref", 2, 5],
    ["v[a-é]", "ref", 2, 5],
    ["v[0-9", "ref", 1, 5],
    ["./a", "path", 0, 1],
    ["!../a", "path", 1, 3],
    ["a/../b", "path", 2, 4],
    [" a", "path", 0, 1],
    ["a ", "path", 1, 2],
  ] as const)("%j is no %s pattern from %i to %i", (pattern, kind, start, end) => {
    expect(patternFault(pattern, kind)).toMatchObject({ start, end });
  });

  it("are read to the end, whatever they hold", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."a1[]-*?+!\\/. ^~") }),
        fc.constantFrom("ref" as const, "path" as const),
        (pattern, kind) => {
          const fault = patternFault(pattern, kind);
          if (fault) expect(0 <= fault.start && fault.start <= fault.end && fault.end <= pattern.length).toBe(true);
        },
      ),
    );
  });
});

const cron = (text: string): Cron => {
  const parsed = parseCron(text);
  if (typeof parsed === "string") throw new Error(parsed);
  return parsed;
};

describe("schedules", () => {
  it.each([
    "@daily",
    "* * * *",
    "0 0 0 0 0 0",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * * 13 *",
    "* * * * 7",
    "*/0 * * * *",
    "5-1 * * * *",
    "? * * * *",
    "* * L * *",
    "1,,2 * * * *",
    "* * * * MON#1",
    "",
  ])("%j is none", (text) => {
    expect(parseCron(text)).toMatch(/\.$/);
  });

  it.each([
    ["* * * * *", 1],
    ["*/5 * * * *", 5],
    ["*/7 * * * *", 4],
    ["58,1 * * * *", 3],
    ["58,1 3 * * *", 57],
    ["0 0 * * *", 1440],
    ["59 23,0 * * *", 60],
    ["0-10/5 1 * * *", 5],
  ])("%s starts again after %i minutes at the soonest", (text, minutes) => {
    expect(shortestInterval(cron(text))).toBe(minutes);
  });

  it.each([
    ["0 0 30 2 *", true],
    ["0 0 31 4,6,9,11 *", true],
    ["0 0 29 2 *", false],
    ["0 0 31 */2 *", false],
    ["0 0 30 2 MON", false],
  ])("%s never comes: %s", (text, never) => {
    expect(neverComes(cron(text))).toBe(never);
  });
});
