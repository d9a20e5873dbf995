/** The map of a large workflow's jobs. */
import { describe, expect, it } from "vitest";
import { jobMap } from "../../src/compiler/job-map.ts";
import type { Workflow } from "../../src/workflow/model.ts";

const workflow = (needs: Record<string, string[]>): Workflow => ({
  name: "Build",
  on: { push: {} },
  permissions: {},
  concurrency: { group: "build", "cancel-in-progress": false },
  jobs: Object.fromEntries(
    Object.entries(needs).map(([id, before]) => [
      id,
      { name: id, needs: before, "runs-on": "x", "timeout-minutes": 1, permissions: {}, steps: [] },
    ]),
  ),
});

describe("the map of jobs", () => {
  it("shows what runs together, and after what", () => {
    const needs = {
      plan: [],
      a: ["plan"],
      b: ["plan"],
      "test-a": ["a"],
      "test-b": ["b", "a"],
      lint: [],
      gate: ["test-a", "test-b", "lint"],
    };
    expect(jobMap(workflow(needs))).toBe(
      "# Its jobs, in the order in which they run:\n# 1. plan, lint\n# 2. a, b\n# 3. test-a, test-b\n# 4. gate\n\n",
    );
  });

  it("breaks a long line, and loses no job", () => {
    const names = Array.from({ length: 30 }, (_, index) => `test-number-${index}`);
    const map = jobMap(workflow(Object.fromEntries(names.map((name) => [name, []]))));
    expect(map.split("\n").every((line) => line.length <= 102)).toBe(true);
    expect(map.match(/test-number-\d+/g)).toEqual(names);
  });

  it("is not drawn where there is little to see", () => {
    expect(jobMap(workflow({ build: [], test: ["build"], gate: ["test"] }))).toBe("");
  });
});
