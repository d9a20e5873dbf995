/** What is found in emitted texts, and what only looks like it; and that a config is refused for it. */
import { describe, expect, it } from "vitest";
import { limitProblems } from "../../src/compiler/emitted-limits.ts";
import { compileConfig } from "../../src/compile-config.ts";
import { LIMITS } from "../../src/workflow/limits.ts";
import { printWorkflow } from "../../src/workflow/print.ts";
import { smallConfig } from "../support/plan-of.ts";

const PATH = ".github/workflows/build.yml";
const found = (body: string, path = PATH): string[] =>
  limitProblems([{ path, body }]).map(({ line, message, hint }) => `${line}: ${message} ${hint}`);
const workflow = (run: string, env: Record<string, string> = {}): string =>
  printWorkflow({
    name: "Build",
    on: { push: {} },
    permissions: {},
    concurrency: { group: "build", "cancel-in-progress": false },
    jobs: {
      test: {
        name: "Test",
        permissions: {},
        "runs-on": "ubuntu-latest",
        "timeout-minutes": 5,
        steps: [
          { name: "Before", run: "make" },
          { name: "Test", env, run },
        ],
      },
    },
  });
const script = (length: number, ending = ""): string => `${`${"x".repeat(49)}\n`.repeat(length / 50)}${ending}`;

describe("the size of a workflow", () => {
  const { value } = LIMITS.workflowFile;

  it("is refused over 512,000 bytes, with what to change in the config", () => {
    expect(found("x".repeat(value))).toEqual([]);
    expect(found("x".repeat(value + 1))).toEqual([
      expect.stringMatching(/^1: This workflow would have 512,001 bytes, .*over 512,000\. .*`pipelines`/),
    ]);
  });

  it("is counted in bytes", () => {
    expect(found("ä".repeat(value / 2))).toEqual([]);
    expect(found("ä".repeat(value / 2 + 1))).toHaveLength(1);
  });

  it("is not asked of an action or a page", () => {
    expect(found("x".repeat(value + 1), ".github/actions/a/action.yml")).toEqual([]);
    expect(found("x".repeat(value + 1), "docs/ci-cd.md")).toEqual([]);
  });
});

describe("the length of a text with an expression", () => {
  it("is refused over 21,000 characters, at the text's line", () => {
    const body = workflow(script(21_000, "echo ${{ github.sha }}\n"));
    const line = body.split("\n").findIndex((text) => text.endsWith("run: |")) + 1;
    expect(found(body)).toEqual([
      expect.stringMatching(new RegExp(`^${line}: With its .* has 21,0\\d\\d characters, `)),
    ]);
    expect(found(body, ".github/actions/a/action.yml")).toHaveLength(1);
  });

  it("is measured as GitHub's parser does, with quotes and braces doubled", () => {
    expect(found(workflow(script(20_000, "echo ${{ github.sha }}\n")))).toEqual([]);
    expect(found(workflow(script(20_000, `${"'{}".repeat(400)} \${{ github.sha }}\n`)))).toHaveLength(1);
  });

  it("is asked of values on one line", () => {
    expect(found(workflow("make", { LONG: `${"x".repeat(21_000)} \${{ github.sha }}` }))).toHaveLength(1);
    expect(found(workflow("make", { LONG: "x".repeat(21_000) }))).toEqual([]);
  });

  it("is none of a script without one, whatever stands beside it", () => {
    expect(found(workflow(script(30_000), { SHA: "${{ github.sha }}" }))).toEqual([]);
  });
});

it("refuses a run that calls more than 50 different workflows", () => {
  const calling = (count: number, uses: (index: number) => string): string =>
    `on: push\njobs:\n${Array.from({ length: count }, (_, index) => `  a${index}:\n    uses: ./.github/workflows/${uses(index)}.yml\n`).join("")}`;
  expect(found(calling(51, String))).toEqual([expect.stringMatching(/^104: .*more than 50 /)]);
  expect(found(calling(50, String))).toEqual([]);
  expect(found(calling(60, () => "same"))).toEqual([]);
});

it("a config whose commands are too long is refused with the file's name", () => {
  const config = (length: number) =>
    smallConfig({
      consumers: { smoke: { needs: "app", dispatch: true, steps: [{ name: "Test", run: script(length, "make\n") }] } },
    });
  expect(() => compileConfig(config(200_000))).not.toThrow();
  expect(() => compileConfig(config(512_000))).toThrow(
    /^\.github\/workflows\/smoke\.yml: This workflow would have \d{3},\d{3} bytes/,
  );
});
