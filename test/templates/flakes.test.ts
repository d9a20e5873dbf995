/** The report of flaky tests, from runs and artifacts as GitHub lists them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import { type Artifact, BOT, type Run } from "../support/github-api/state.ts";
import { type ProgramResult, runNodeProgram } from "../support/node-program.ts";
import { HOSTILE } from "../support/run-program.ts";
import { type ZipEntry, zip } from "../support/zip.ts";

const REPOSITORY = "o/r";
const CI = 10;
let nextId = 1;
let api: GithubApi;
let folder: string;

beforeEach(async () => {
  api = await startGithubApi({ repository: REPOSITORY });
  folder = mkdtempSync(join(tmpdir(), "pipewright-flakes-"));
});
afterEach(async () => {
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
});

const sha = (letter: string): string => letter.repeat(40);
const day = (number: number): string => new Date(Date.parse("2026-05-01T10:00:00Z") + number * 86_400_000).toISOString();
const escape = (text: string): string => text.replace(/[&<>"\n\r\u001b]/g, (sign) => (sign === "\u001b" ? "" : `&#${sign.codePointAt(0)};`));

type Outcomes = Readonly<Record<string, "passed" | "failed" | "skipped" | "flaky">>;
const INSIDE = { passed: "", failed: "<failure/>", skipped: "<skipped/>", flaky: "<flakyFailure/>" };
const junit = (outcomes: Outcomes): string =>
  `<testsuite name="s">${Object.entries(outcomes).map(([name, outcome]) => `<testcase classname="c" name="${escape(name)}">${INSIDE[outcome]}</testcase>`).join("")}</testsuite>`;
const archive = (name: string, entries: readonly ZipEntry[] | Buffer, expired = false): Artifact => ({ id: nextId++, name, created_at: day(0), expired, zip: Buffer.isBuffer(entries) ? entries : zip(entries) });
const results = (name: string, outcomes: Outcomes): Artifact => archive(name, [{ name: "junit.xml", content: junit(outcomes) }]);

/** A completed run with these artifacts. */
function run(commit: string, artifacts: Artifact[], values: Partial<Run> = {}): Run {
  const id = nextId++;
  const made: Run = {
    id,
    workflow_id: CI,
    name: "CI",
    path: ".github/workflows/ci.yml",
    event: "push",
    status: "completed",
    conclusion: "success",
    head_branch: "main",
    head_sha: sha(commit),
    head_repository: { full_name: REPOSITORY },
    created_at: day(id),
    updated_at: day(id),
    run_attempt: 1,
    artifacts,
    ...values,
  };
  api.state.runs.push(made);
  return made;
}

const UNIT = { name: "unit", workflow: "CI", artifact: "unit-results", budgetPercent: 0 };

interface Report {
  readonly suites: readonly { name: string; executions: number; ratePercent: number | null; overBudget: boolean; unread: number }[];
  readonly overall: { ratePercent: number | null; overBudget: boolean };
  readonly flaky: readonly { suite: string; test: string; flakyFailures: number; failures: number; failuresPer100Runs: number; quarantine: boolean; runs: number[] }[];
}

async function find(settings: object = {}, environment: Record<string, string> = {}): Promise<ProgramResult & { report: Report }> {
  const output = join(folder, "report.json");
  const result = await runNodeProgram("flakes.mjs", {
    FLAKES: JSON.stringify({ suites: [UNIT], ...settings }),
    OUTPUT: output,
    PREVIOUS_FILE: join(folder, "previous.json"),
    GITHUB_API_URL: api.url,
    GITHUB_REPOSITORY: REPOSITORY,
    GH_TOKEN: "token",
    ...environment,
  });
  return { ...result, report: JSON.parse(readFileSync(output, "utf8")) };
}

const found = ({ report }: { report: Report }): string[] => report.flaky.map(({ test: name, flakyFailures, failures }) => `${name}: ${flakyFailures} of ${failures}`);

describe("a test is flaky", () => {
  test("when it failed and passed in two attempts of one run", async () => {
    run("a", [results("unit-results-attempt-1", { dst: "failed", fine: "passed" }), results("unit-results-attempt-2", { dst: "passed", fine: "passed" })], { event: "pull_request", run_attempt: 2 });
    const result = await find();
    expect(result.code).toBe(0);
    expect(found(result)).toEqual(["c › dst: 1 of 1"]);
    expect(result.outputs).toEqual({ flaky: "1", quarantined: "0", "over-budget": "1" });
    expect(result.report.suites[0]).toMatchObject({ attempts: 2, executions: 4, flakyFailures: 1, ratePercent: 25, overBudget: true, unread: 0 });
  });

  test("when it failed and passed in two runs on one pushed commit", async () => {
    run("a", [results("unit-results", { dst: "failed" })]);
    run("a", [results("unit-results", { dst: "passed" })], { event: "schedule" });
    expect(found(await find())).toEqual(["c › dst: 1 of 1"]);
  });

  test("when the tool itself says that it failed first and passed then", async () => {
    run("a", [results("unit-results", { dst: "flaky", other: "passed" })]);
    expect(found(await find())).toEqual(["c › dst: 1 of 0"]);
  });
});

describe("a test is not flaky", () => {
  test("when the code changed between failure and success", async () => {
    run("a", [results("unit-results", { dst: "failed" })]);
    run("b", [results("unit-results", { dst: "passed" })]);
    const result = await find();
    expect(found(result)).toEqual([]);
    expect(result.summary).toContain("No test failed and passed on the same code.");
    expect(result.outputs).toEqual({ flaky: "0", quarantined: "0", "over-budget": "0" });
  });

  test.each(["pull_request", "workflow_run", "workflow_dispatch"])("when two runs of %s name one head, since they may test different code", async (event) => {
    run("a", [results("unit-results", { dst: "failed" })], { event });
    run("a", [results("unit-results", { dst: "passed" })], { event });
    expect(found(await find())).toEqual([]);
  });

  test("when it fails on one system of a matrix and passes on another", async () => {
    run("a", [results("unit-results-linux", { dst: "failed" }), results("unit-results-macos", { dst: "passed" })]);
    expect(found(await find())).toEqual([]);
    run("a", [results("unit-results-linux-attempt-2", { dst: "passed" })]);
    expect(found(await find())).toEqual(["[linux] c › dst: 1 of 1"]);
  });

  test("when it was only skipped, or always fails", async () => {
    run("a", [results("unit-results-attempt-1", { skipped: "failed", broken: "failed" }), results("unit-results-attempt-2", { skipped: "skipped", broken: "failed" })]);
    expect(found(await find())).toEqual([]);
  });

  test("when the runs come from a fork, where anybody can write results", async () => {
    const fork = { head_repository: { full_name: "evil/r" }, event: "pull_request" };
    run("a", [results("unit-results-attempt-1", { dst: "failed" }), results("unit-results-attempt-2", { dst: "passed" })], fork);
    const { head_repository: _, ...deleted } = run("b", [results("unit-results-attempt-1", { x: "failed" }), results("unit-results-attempt-2", { x: "passed" })]);
    api.state.runs[1] = deleted;
    const result = await find();
    expect(found(result)).toEqual([]);
    expect(result.log).toContain("2 completed runs, 2 of them from forks");
  });
});

describe("rates and budgets", () => {
  /** 20 tests a run; in `flaky` of the runs one of them fails once and passes in the second attempt. */
  function runs(total: number, flaky: number): void {
    for (let index = 0; index < total; index += 1) {
      const all = Object.fromEntries(Array.from({ length: 20 }, (_, test) => [`t${test}`, "passed" as const]));
      if (index < flaky) run(index.toString(16).padStart(2, "0"), [results("unit-results-attempt-1", { ...all, t7: "failed" }), results("unit-results-attempt-2", all)], { head_sha: index.toString(16).padStart(40, "0") });
      else run("f", [results("unit-results", all)], { head_sha: index.toString(16).padStart(40, "0") });
    }
  }

  test("count flaky failures of the executions of all tests, and what lies on the budget is within", async () => {
    runs(99, 1);
    const within = await find({ suites: [{ ...UNIT, budgetPercent: 0.05 }], overallBudgetPercent: 0.04 });
    expect(within.report.suites[0]).toMatchObject({ attempts: 100, executions: 2000, ratePercent: 0.05, overBudget: false });
    expect(within.report.overall).toMatchObject({ ratePercent: 0.05, overBudget: true });
    expect(within.outputs["over-budget"]).toBe("1");
    expect(within.log).toContain("::warning::All suites together: 0.05 %25 of the test executions were flaky failures; the budget is 0.04 %25.");
    expect(within.report.flaky[0]).toMatchObject({ failuresPer100Runs: 1, quarantine: false });
  });

  test("a test goes to quarantine at so many flaky failures in the newest runs", async () => {
    runs(5, 3);
    expect((await find({ quarantineAfter: 3 })).report.flaky[0]).toMatchObject({ test: "c › t7", flakyFailures: 3, failures: 3, failuresPer100Runs: 37.5, quarantine: true });
    expect((await find({ quarantineAfter: 4 })).report.flaky[0]).toMatchObject({ quarantine: false });
    expect((await find({ runs: 2 })).report.flaky).toEqual([]);
  });

  test("a suite's artifacts are those with the longest prefix, of its own workflow by name or file", async () => {
    run("a", [results("unit", { one: "passed" }), results("unit-slow-1", { two: "passed", three: "passed" }), results("logs", { four: "passed" })]);
    run("b", [results("unit", { five: "passed" })], { workflow_id: 11, name: "Other", path: ".github/workflows/other.yml" });
    const suites = [{ name: "fast", workflow: "ci.yml", artifact: "unit" }, { name: "slow", workflow: "ci.yml", artifact: "unit-slow" }, { name: "other", workflow: "Other", artifact: "unit" }];
    const { report } = await find({ suites });
    expect(report.suites.map(({ name, executions }) => [name, executions])).toEqual([["fast", 1], ["slow", 2], ["other", 1]]);
  });

  test("a suite without results has no rate, and that is said; a workflow that is not there fails", async () => {
    run("a", [results("logs", { x: "passed" })]);
    const nothing = await find();
    expect(nothing.report.suites[0]).toMatchObject({ ratePercent: null, overBudget: false });
    expect(nothing.log).toContain("::warning::No results of unit were found.");
    const gone = await find({ suites: [{ ...UNIT, workflow: "Renamed" }] });
    expect(gone.code).toBe(1);
    expect(gone.log).toContain("::error::There is no workflow Renamed. Suites that need it: unit.");
  });
});

describe("reading", () => {
  const downloads = (): number => api.requests.filter(({ path }) => path.endsWith("/zip")).length;

  test("does not read again what the report before has read, until a run has another attempt", async () => {
    const first = run("a", [results("unit-results-attempt-1", { dst: "failed" })]);
    run("b", [results("unit-results", { dst: "passed" })]);
    await find();
    expect(downloads()).toBe(2);
    writeFileSync(join(folder, "previous.json"), readFileSync(join(folder, "report.json")));
    expect(found(await find())).toEqual([]);
    expect(downloads()).toBe(2);
    api.state.runs[0] = { ...first, run_attempt: 2, artifacts: [...(first.artifacts ?? []), results("unit-results-attempt-2", { dst: "passed" })] };
    expect(found(await find())).toEqual(["c › dst: 1 of 1"]);
    expect(downloads()).toBe(4);
    writeFileSync(join(folder, "previous.json"), readFileSync(join(folder, "report.json")));
    expect(found(await find({ suites: [{ ...UNIT, artifact: "unit" }] }))).toEqual(["[results] c › dst: 1 of 1"]);
  });

  test.each(["", "{", "null", "[]", '{"groups":{}}', '{"groups":[null,1,{"suite":"unit"},{"suite":"unit","artifact":"unit-results","key":"k","seen":"x","runs":["1@1"],"attempts":-1}]}'])("an earlier report that is none is not used: %s", async (text) => {
    run("a", [results("unit-results", { dst: "passed" })]);
    writeFileSync(join(folder, "previous.json"), text);
    const result = await find();
    expect(result.code).toBe(0);
    expect(result.report.suites[0]).toMatchObject({ executions: 1 });
  });

  test("passes over what is broken, expired or a bomb, says so, and reads it again the next time", async () => {
    run("a", [
      results("unit-results-1", { dst: "passed" }),
      archive("unit-results-2", Buffer.from("no archive")),
      archive("unit-results-3", [{ name: "junit.xml", content: "<testsuite><testcase" }]),
      archive("unit-results-4", [{ name: "junit.xml", content: Buffer.alloc(1_000_000), claimedSize: 10 }]),
      archive("unit-results-5", [{ name: "notes.txt", content: "x" }]),
      archive("unit-results-6", [{ name: "junit.xml", content: "" }], true),
    ]);
    const result = await find();
    expect(result.code).toBe(0);
    expect(result.report.suites[0]).toMatchObject({ executions: 1, unread: 4 });
    for (const problem of ["this is no ZIP archive", "junit.xml: line 1: <testcase> has something", "cannot be unpacked", "it holds no .xml file"]) expect(result.log).toContain(problem);
    writeFileSync(join(folder, "previous.json"), readFileSync(join(folder, "report.json")));
    expect((await find()).report.suites[0]).toMatchObject({ unread: 4 });
  });

  test("goes on after answers that fail for a moment, and stops with a message when they do not end", async () => {
    run("a", [results("unit-results", { dst: "passed" })]);
    api.fault({ status: 502, path: /zip$/, times: 2 });
    api.fault({ status: 429, path: /artifacts\?/, times: 1 });
    expect((await find()).report.suites[0]).toMatchObject({ executions: 1, unread: 0 });
    api.fault({ status: 500, path: /workflows\?/ });
    const result = await find();
    expect(result.code).toBe(1);
    expect(result.log).toContain("::error::The report of flaky tests is not complete: GitHub answered GET");
  });
});

describe("issues", () => {
  const flaky = (name: string): Artifact[] => [results("unit-results-attempt-1", { [name]: "failed" }), results("unit-results-attempt-2", { [name]: "passed" })];
  const ISSUES = { issues: true, quarantineAfter: 1, label: "flaky test" };

  test("one is opened for each test in quarantine, and none a second time", async () => {
    const { id } = run("a", flaky("dst"));
    expect((await find(ISSUES)).code).toBe(0);
    expect(api.state.issues).toMatchObject([{ number: 1, title: "Flaky test in unit: c › dst", labels: [{ name: "flaky test" }], state: "open" }]);
    expect(api.state.issues[0]?.body).toContain(`| Runs | [${id}](https://github.com/o/r/actions/runs/${id}) |`);
    const writes = (): number => api.requests.filter(({ method }) => method !== "GET").length;
    const before = writes();
    await find(ISSUES);
    expect(api.state.issues).toHaveLength(1);
    expect(writes()).toBe(before);
    run("b", flaky("dst"));
    await find(ISSUES);
    expect(api.state.issues).toHaveLength(1);
    expect(api.state.issues[0]?.body).toContain("in the last 100 runs 2 times");
  });

  test("none is opened below the limit, or without the setting", async () => {
    run("a", flaky("dst"));
    await find({ ...ISSUES, quarantineAfter: 2 });
    await find({ quarantineAfter: 1 });
    expect(api.state.issues).toEqual([]);
  });

  test("a test that has stopped is told once, and not while its results are unknown", async () => {
    const first = run("a", flaky("dst"));
    await find(ISSUES);
    api.state.runs = api.state.runs.filter((other) => other !== first);
    run("b", [results("unit-results", { dst: "passed" }), archive("unit-results-x", Buffer.from("broken"))]);
    await find(ISSUES);
    expect(api.state.comments).toEqual([]);
    run("b", [results("unit-results", { dst: "passed" })]);
    api.state.runs = api.state.runs.slice(-1);
    await find(ISSUES);
    await find(ISSUES);
    expect(api.state.comments).toMatchObject([{ issue: 1, body: expect.stringContaining("did not fail on code on which it also passed") }]);
    expect(api.state.issues[0]?.state).toBe("open");
  });

  test("a closed one is opened again by a new flaky failure only", async () => {
    const first = run("a", flaky("dst"));
    await find(ISSUES);
    const issue = api.state.issues[0];
    if (!issue) throw new Error("No issue was opened.");
    Object.assign(issue, { state: "closed", closed_at: day(first.id + 1) });
    await find(ISSUES);
    expect(issue.state).toBe("closed");
    nextId += 10;
    run("b", flaky("dst"));
    await find(ISSUES);
    expect(issue.state).toBe("open");
    expect(api.state.comments).toHaveLength(1);
    expect(api.state.issues).toHaveLength(1);
  });

  test("those of people are not touched, whatever they hold", async () => {
    run("a", flaky("dst"));
    await find(ISSUES);
    const [ours] = api.state.issues;
    if (!ours) throw new Error("No issue was opened.");
    api.state.issues = [{ ...ours, user: { login: "mallory", type: "User" } }, { ...ours, number: 2, user: { login: "other[bot]", type: "Bot" } }, { ...ours, number: 3, labels: [] }, { ...ours, number: 4, body: `x ${ours.body}` }];
    const before = structuredClone(api.state.issues);
    await find(ISSUES);
    expect(api.state.issues.slice(0, 4)).toEqual(before);
    expect(api.state.issues[4]).toMatchObject({ number: 5, user: BOT });
  });

  test("at most ten are opened at a time", async () => {
    const names = Array.from({ length: 13 }, (_, index) => `t${index}`);
    const all = (outcome: "passed" | "failed"): Outcomes => Object.fromEntries(names.map((name) => [name, outcome]));
    run("a", [results("unit-results-attempt-1", all("failed")), results("unit-results-attempt-2", all("passed"))]);
    const result = await find(ISSUES);
    expect(api.state.issues).toHaveLength(10);
    expect(result.log).toContain("::warning::3 more tests need an issue.");
    await find(ISSUES);
    expect(api.state.issues).toHaveLength(13);
  });

  test("a token that may not write them fails the job after the report is written", async () => {
    run("a", flaky("dst"));
    api.state.readOnly = true;
    const result = await find(ISSUES);
    expect(result.code).toBe(1);
    expect(result.log).toContain("The job needs `issues: write`");
    expect(found(result)).toEqual(["c › dst: 1 of 1"]);
  });

  test.each([...HOSTILE, "@octocat/team", "__proto__", "constructor", "![x](https://evil.example/x.png)", "--> <script>", "x|y`z"])("a test's name stays a name: %j", async (name) => {
    run("a", flaky(name));
    const result = await find(ISSUES);
    expect(result.code).toBe(0);
    expect(result.report.flaky).toHaveLength(1);
    const [issue] = api.state.issues;
    const [, line] = (issue?.body ?? "").split("\n");
    expect(line).toMatch(/^`[^`]*` of the suite `unit` failed and passed/);
    expect(`${issue?.title}${result.log}`).not.toMatch(/##\[|^\s*::(?!group|endgroup|warning|error)/m);
    expect(issue?.title).not.toMatch(/@\w/);
    api.state.runs = [];
    run("b", [results("unit-results", { fine: "passed" })]);
    await find(ISSUES);
    expect(api.state.comments).toHaveLength(1);
  });
});
