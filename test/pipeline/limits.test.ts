/** What GitHub would refuse is said before anything is written, at its place in the config. */
import { describe, expect, it } from "vitest";
import { artifact } from "../../src/config/schema/consumers.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { forbiddenInArtifactName } from "../../src/workflow/limits.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";

const problemsOf = (input: ConfigInput): string[] =>
  planOf(input, { dockerfiles: {} }).problems.map(({ path, message, hint }) =>
    `${path.join(".")}: ${message} ${hint ?? ""}`.trim(),
  );

describe("the inputs of a manual run", () => {
  /** A consumer of which a manual run can choose so many values, each of a matrix with one job. */
  const choosing = (count: number, more: Partial<ConfigInput> = {}, dispatch = true): ConfigInput => {
    const keys = Array.from({ length: count }, (_, index) => `k${index}`);
    return smallConfig({
      consumers: {
        e2e: {
          needs: "app",
          run: "x",
          dispatch,
          choose: dispatch ? keys : [],
          matrix: Object.fromEntries(keys.map((key) => [key, [1]])),
        },
      },
      ...more,
    });
  };

  it("are 25 with those that name the image and the commit", () => {
    expect(problemsOf(choosing(23))).toEqual([]);
    expect(problemsOf(choosing(24))).toEqual([
      "consumers.e2e.choose.23: A manual run would have 26 inputs. GitHub accepts 25. Choose from at most 23 keys.",
    ]);
    expect(problemsOf(choosing(24, { topology: "workflow_call" }))).toHaveLength(1);
  });

  it("are the keys alone where nothing is looked up", () => {
    const own = (count: number): ConfigInput => {
      const keys = Array.from({ length: count }, (_, index) => `k${index}`);
      return smallConfig({
        consumers: { lint: { run: "x", choose: keys, matrix: Object.fromEntries(keys.map((key) => [key, [1]])) } },
      });
    };
    expect(problemsOf(own(25))).toEqual([]);
    expect(problemsOf(own(26))).toEqual([expect.stringMatching(/^consumers\.lint\.choose\.25: .*26 inputs/)]);
  });

  it("are none where there is no manual run", () => {
    expect(problemsOf(choosing(30, {}, false))).toEqual([]);
  });
});

describe("ids of jobs", () => {
  const named = (key: string): ConfigInput =>
    smallConfig({
      project: "s",
      topology: "workflow_call",
      gates: "each",
      consumers: { [key]: { needs: "app", run: "x" } },
    });

  it("have at most 99 characters, and are said once", () => {
    expect(problemsOf(named("k".repeat(99 - "verdict-".length)))).toEqual([]);
    expect(problemsOf(named("k".repeat(100 - "verdict-".length)))).toEqual([
      expect.stringMatching(
        /^consumers\.k+: A job would have the id "verdict-k+", of 100 characters\. GitHub accepts 99\. Write a key of at most 91 characters\.$/,
      ),
    ]);
  });

  it("lead to the build that they are made of", () => {
    const key = "b".repeat(95);
    expect(
      problemsOf(smallConfig({ builds: { [key]: { kind: "files", run: "make", paths: ["out"] } }, consumers: {} })),
    ).toEqual([expect.stringMatching(/^builds\.b+: A job would have the id/)]);
  });
});

it("a concurrency group leaves room for a branch's name", () => {
  expect(problemsOf(smallConfig({ project: "p".repeat(80) }))).toEqual([]);
  expect(problemsOf(smallConfig({ project: "p".repeat(90) }))).toEqual([
    expect.stringMatching(
      /^project: A concurrency group begins with .*400 characters\. Write a project of at most 89 characters\.$/,
    ),
  ]);
});

it("the config refuses the very characters that GitHub refuses in the name of an artifact", () => {
  for (let code = 1; code < 300; code++) {
    const name = `a${String.fromCharCode(code)}b`;
    expect(artifact.shape.name.safeParse(name).success, JSON.stringify(name)).toBe(
      forbiddenInArtifactName(name) === undefined,
    );
  }
});
