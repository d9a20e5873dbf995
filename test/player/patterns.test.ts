import { expect, test } from "vitest";
import { matches, matchesAny } from "./patterns.ts";

test.each([
  ["main", "main", true],
  ["main", "main2", false],
  ["feature/*", "feature/a", true],
  ["feature/*", "feature/a/b", false],
  ["feature/**", "feature/a/b", true],
  ["*", "feature/a", false],
  ["**", "feature/a", true],
  ["**", "v1.2.3", true],
  ["v[12].[0-9]+.[0-9]+", "v1.10.1", true],
  ["v*.*.*", "v1.2.3", true],
  ["v*.*.*", "v1.2", false],
  ["colou?r", "color", true],
  ["a.b", "axb", false],
])("%s matches %s: %s", (pattern, name, expected) => {
  expect(matches(pattern, name)).toBe(expected);
});

test("the last pattern that matches decides", () => {
  expect(matchesAny(["**", "!gh-readonly-queue/**"], "gh-readonly-queue/main/pr-1-abc")).toBe(false);
  expect(matchesAny(["**", "!gh-readonly-queue/**"], "fix/x")).toBe(true);
  expect(matchesAny(["releases/**", "!releases/**-alpha", "releases/keep-alpha"], "releases/keep-alpha")).toBe(true);
});

test("only exclusions match nothing", () => {
  expect(matchesAny(["!main"], "development")).toBe(false);
});
