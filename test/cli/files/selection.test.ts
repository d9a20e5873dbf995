import { describe, expect, test } from "vitest";
import { selectPaths } from "../../../src/cli/files/selection.ts";

const paths = [
  ".github/workflows/docker-build.yml",
  ".github/workflows/e2e-tests.yml",
  ".github/workflows/e2e-smoke.yml",
  "docs/ci-cd.md",
];

describe("--only", () => {
  test.each<[string[], number[]]>([
    [[], [0, 1, 2, 3]],
    [["docker-build"], [0]],
    [
      ["docker-build.yml", "ci-cd"],
      [0, 3],
    ],
    [["./docs/ci-cd.md"], [3]],
    [["e2e*"], [1, 2]],
    [["e2e-????s"], [1]],
    [[".github/**"], [0, 1, 2]],
    [["**/*.md"], [3]],
    [["*.yml"], [0, 1, 2]],
  ])("%j", (patterns, expected) => {
    expect(paths.filter(selectPaths(patterns, paths))).toEqual(expected.map((index) => paths[index]));
  });

  test("a pattern that selects nothing is a mistake, with the nearest name", () => {
    expect(() => selectPaths(["docker-biuld"], paths)).toThrow(
      "--only docker-biuld selects no file that the config declares. Did you mean `docker-build`?",
    );
    expect(() => selectPaths(["nothing-like-it"], paths)).toThrow(
      "Known here: docker-build, e2e-tests, e2e-smoke, ci-cd.",
    );
  });

  test("a glob's special characters stand for themselves", () => {
    expect(() => selectPaths(["e2e.tests"], paths)).toThrow("selects no file");
    expect(() => selectPaths(["(e2e"], paths)).toThrow("selects no file");
  });
});
