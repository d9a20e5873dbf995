import { expect, test } from "vitest";
import { combinationName, EmptyMatrix, expandMatrix } from "./matrix.ts";

test("vectors multiply, exclude removes, include extends or adds", () => {
  const matrix = {
    fruit: ["apple", "pear"],
    animal: ["cat", "dog"],
    include: [
      { color: "green" },
      { color: "pink", animal: "cat" },
      { fruit: "apple", shape: "circle" },
      { fruit: "banana" },
    ],
  };
  // The example of docs.github.com, "Expanding or adding matrix configurations".
  expect(expandMatrix(matrix)).toEqual([
    { fruit: "apple", animal: "cat", color: "pink", shape: "circle" },
    { fruit: "apple", animal: "dog", color: "green", shape: "circle" },
    { fruit: "pear", animal: "cat", color: "pink" },
    { fruit: "pear", animal: "dog", color: "green" },
    { fruit: "banana" },
  ]);
  expect(expandMatrix({ os: ["a", "b"], version: [1, 2], exclude: [{ os: "a", version: 2 }] })).toHaveLength(3);
});

test("a matrix of include alone, an empty vector, and no matrix", () => {
  expect(expandMatrix({ include: [{ name: "amd64" }, { name: "arm64" }] })).toEqual([
    { name: "amd64" },
    { name: "arm64" },
  ]);
  expect(() => expandMatrix({ entry: [] })).toThrow(EmptyMatrix);
  expect(expandMatrix(undefined)).toEqual([{}]);
});

test("a combination's name", () => {
  expect(combinationName("test", { browser: "chromium", shard: 1 }, undefined)).toBe("test (chromium, 1)");
  expect(combinationName("build", { entry: { name: "amd64", runner: "x" } }, undefined)).toBe("build (amd64, x)");
});
