/** The report of flaky tests, from runs and artifacts as GitHub lists them. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FlakyRuns, found, startFlakyRuns, UNIT } from "../support/flaky-runs.ts";

let github: FlakyRuns;
beforeEach(async () => {
  github = await startFlakyRuns();
});
afterEach(() => github.stop());

describe("a test is flaky", () => {
  test("when it failed and passed in two attempts of one run", async () => {
    github.run(
      "a",
      [
        github.results("unit-results-attempt-1", { dst: "failed", fine: "passed" }),
        github.results("unit-results-attempt-2", { dst: "passed", fine: "passed" }),
      ],
      { event: "pull_request", run_attempt: 2 },
    );
    const result = await github.find();
    expect(result.code).toBe(0);
    expect(found(result)).toEqual(["c › dst: 1 of 1"]);
    expect(result.outputs).toEqual({ flaky: "1", quarantined: "0", "over-budget": "1" });
    expect(result.report.suites[0]).toMatchObject({
      attempts: 2,
      executions: 4,
      flakyFailures: 1,
      ratePercent: 25,
      overBudget: true,
      unread: 0,
    });
  });

  test("when it failed and passed in two runs on one pushed commit", async () => {
    github.run("a", [github.results("unit-results", { dst: "failed" })]);
    github.run("a", [github.results("unit-results", { dst: "passed" })], { event: "schedule" });
    expect(found(await github.find())).toEqual(["c › dst: 1 of 1"]);
  });

  test("when the tool itself says that it failed first and passed then", async () => {
    github.run("a", [github.results("unit-results", { dst: "flaky", other: "passed" })]);
    expect(found(await github.find())).toEqual(["c › dst: 1 of 0"]);
  });
});

describe("a test is not flaky", () => {
  test("when the code changed between failure and success", async () => {
    github.run("a", [github.results("unit-results", { dst: "failed" })]);
    github.run("b", [github.results("unit-results", { dst: "passed" })]);
    const result = await github.find();
    expect(found(result)).toEqual([]);
    expect(result.summary).toContain("No test failed and passed on the same code.");
    expect(result.outputs).toEqual({ flaky: "0", quarantined: "0", "over-budget": "0" });
  });

  test.each(["pull_request", "workflow_run", "workflow_dispatch"])(
    "when two runs of %s name one head, since they may test different code",
    async (event) => {
      github.run("a", [github.results("unit-results", { dst: "failed" })], { event });
      github.run("a", [github.results("unit-results", { dst: "passed" })], { event });
      expect(found(await github.find())).toEqual([]);
    },
  );

  test("when it fails on one system of a matrix and passes on another", async () => {
    github.run("a", [
      github.results("unit-results-linux", { dst: "failed" }),
      github.results("unit-results-macos", { dst: "passed" }),
    ]);
    expect(found(await github.find())).toEqual([]);
    github.run("a", [github.results("unit-results-linux-attempt-2", { dst: "passed" })]);
    expect(found(await github.find())).toEqual(["[linux] c › dst: 1 of 1"]);
  });

  test("when it was only skipped, or always fails", async () => {
    github.run("a", [
      github.results("unit-results-attempt-1", { skipped: "failed", broken: "failed" }),
      github.results("unit-results-attempt-2", { skipped: "skipped", broken: "failed" }),
    ]);
    expect(found(await github.find())).toEqual([]);
  });

  test("when the runs come from a fork, where anybody can write results", async () => {
    const fork = { head_repository: { full_name: "evil/r" }, event: "pull_request" };
    github.run(
      "a",
      [
        github.results("unit-results-attempt-1", { dst: "failed" }),
        github.results("unit-results-attempt-2", { dst: "passed" }),
      ],
      fork,
    );
    const { head_repository: _, ...deleted } = github.run("b", [
      github.results("unit-results-attempt-1", { x: "failed" }),
      github.results("unit-results-attempt-2", { x: "passed" }),
    ]);
    github.api.state.runs[1] = deleted;
    const result = await github.find();
    expect(found(result)).toEqual([]);
    expect(result.log).toContain("2 completed runs, 2 of them from forks");
  });
});

describe("rates and budgets", () => {
  /** 20 tests a run; in `flaky` of the runs one of them fails once and passes in the second attempt. */
  function runs(total: number, flaky: number): void {
    for (let index = 0; index < total; index += 1) {
      const all = Object.fromEntries(Array.from({ length: 20 }, (_, test) => [`t${test}`, "passed" as const]));
      if (index < flaky)
        github.run(
          index.toString(16).padStart(2, "0"),
          [
            github.results("unit-results-attempt-1", { ...all, t7: "failed" }),
            github.results("unit-results-attempt-2", all),
          ],
          { head_sha: index.toString(16).padStart(40, "0") },
        );
      else github.run("f", [github.results("unit-results", all)], { head_sha: index.toString(16).padStart(40, "0") });
    }
  }

  test("count flaky failures of the executions of all tests, and what lies on the budget is within", async () => {
    runs(99, 1);
    const within = await github.find({ suites: [{ ...UNIT, budgetPercent: 0.05 }], overallBudgetPercent: 0.04 });
    expect(within.report.suites[0]).toMatchObject({
      attempts: 100,
      executions: 2000,
      ratePercent: 0.05,
      overBudget: false,
    });
    expect(within.report.overall).toMatchObject({ ratePercent: 0.05, overBudget: true });
    expect(within.outputs["over-budget"]).toBe("1");
    expect(within.log).toContain(
      "::warning::All suites together: 0.05 %25 of the test executions were flaky failures; the budget is 0.04 %25.",
    );
    expect(within.report.flaky[0]).toMatchObject({ failuresPer100Runs: 1, quarantine: false });
  });

  test("a test goes to quarantine at so many flaky failures in the newest runs", async () => {
    runs(5, 3);
    expect((await github.find({ quarantineAfter: 3 })).report.flaky[0]).toMatchObject({
      test: "c › t7",
      flakyFailures: 3,
      failures: 3,
      failuresPer100Runs: 37.5,
      quarantine: true,
    });
    expect((await github.find({ quarantineAfter: 4 })).report.flaky[0]).toMatchObject({ quarantine: false });
    expect((await github.find({ runs: 2 })).report.flaky).toEqual([]);
  });

  test("a suite's artifacts are those with the longest prefix, of its own workflow by name or file", async () => {
    github.run("a", [
      github.results("unit", { one: "passed" }),
      github.results("unit-slow-1", { two: "passed", three: "passed" }),
      github.results("logs", { four: "passed" }),
    ]);
    github.run("b", [github.results("unit", { five: "passed" })], {
      workflow_id: 11,
      name: "Other",
      path: ".github/workflows/other.yml",
    });
    const suites = [
      { name: "fast", workflow: "ci.yml", artifact: "unit", budgetPercent: 0 },
      { name: "slow", workflow: "ci.yml", artifact: "unit-slow", budgetPercent: 0 },
      { name: "other", workflow: "Other", artifact: "unit", budgetPercent: 0 },
    ];
    const { report } = await github.find({ suites });
    expect(report.suites.map(({ name, executions }) => [name, executions])).toEqual([
      ["fast", 1],
      ["slow", 2],
      ["other", 1],
    ]);
  });

  test("a suite without results has no rate, and that is said; a workflow that is not there fails", async () => {
    github.run("a", [github.results("logs", { x: "passed" })]);
    const nothing = await github.find();
    expect(nothing.report.suites[0]).toMatchObject({ ratePercent: null, overBudget: false });
    expect(nothing.log).toContain("::warning::No results of unit were found.");
    const gone = await github.find({ suites: [{ ...UNIT, workflow: "Renamed" }] });
    expect(gone.code).toBe(1);
    expect(gone.log).toContain("::error::There is no workflow Renamed. Suites that need it: unit.");
  });
});

describe("reading", () => {
  test("does not read again what the report before has read, until a run has another attempt", async () => {
    const first = github.run("a", [github.results("unit-results-attempt-1", { dst: "failed" })]);
    github.run("b", [github.results("unit-results", { dst: "passed" })]);
    await github.find();
    expect(github.downloads()).toBe(2);
    github.keep();
    expect(found(await github.find())).toEqual([]);
    expect(github.downloads()).toBe(2);
    github.api.state.runs[0] = {
      ...first,
      run_attempt: 2,
      artifacts: [...(first.artifacts ?? []), github.results("unit-results-attempt-2", { dst: "passed" })],
    };
    expect(found(await github.find())).toEqual(["c › dst: 1 of 1"]);
    expect(github.downloads()).toBe(4);
    github.keep();
    expect(found(await github.find({ suites: [{ ...UNIT, artifact: "unit" }] }))).toEqual([
      "[results] c › dst: 1 of 1",
    ]);
  });

  test.each([
    "",
    "{",
    "null",
    "[]",
    '{"groups":{}}',
    '{"groups":[null,1,{"suite":"unit"},{"suite":"unit","artifact":"unit-results","key":"k","seen":"x","runs":["1@1"],"attempts":-1}]}',
  ])("an earlier report that is none is not used: %s", async (text) => {
    github.run("a", [github.results("unit-results", { dst: "passed" })]);
    github.keep(text);
    const result = await github.find();
    expect(result.code).toBe(0);
    expect(result.report.suites[0]).toMatchObject({ executions: 1 });
  });

  test("passes over what is broken, expired or a bomb, says so, and reads it again the next time", async () => {
    github.run("a", [
      github.results("unit-results-1", { dst: "passed" }),
      github.archive("unit-results-2", Buffer.from("no archive")),
      github.archive("unit-results-3", [{ name: "junit.xml", content: "<testsuite><testcase" }]),
      github.archive("unit-results-4", [{ name: "junit.xml", content: Buffer.alloc(1_000_000), claimedSize: 10 }]),
      github.archive("unit-results-5", [{ name: "notes.txt", content: "x" }]),
      github.archive("unit-results-6", [{ name: "junit.xml", content: "" }], true),
    ]);
    const result = await github.find();
    expect(result.code).toBe(0);
    expect(result.report.suites[0]).toMatchObject({ executions: 1, unread: 4 });
    for (const problem of [
      "this is no ZIP archive",
      "junit.xml: line 1: <testcase> has something",
      "cannot be unpacked",
      "it holds no .xml file",
    ])
      expect(result.log).toContain(problem);
    github.keep();
    expect((await github.find()).report.suites[0]).toMatchObject({ unread: 4 });
  });

  test("goes on after answers that fail for a moment, and stops with a message when they do not end", async () => {
    github.run("a", [github.results("unit-results", { dst: "passed" })]);
    github.api.fault({ status: 502, path: /zip$/, times: 2 });
    github.api.fault({ status: 429, path: /artifacts\?/, times: 1 });
    expect((await github.find()).report.suites[0]).toMatchObject({ executions: 1, unread: 0 });
    github.api.fault({ status: 500, path: /workflows\?/ });
    const result = await github.find();
    expect(result.code).toBe(1);
    expect(result.log).toContain("::error::The report of flaky tests is not complete: GitHub answered GET");
  });
});
