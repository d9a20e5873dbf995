/** One issue for each test in quarantine: opened, kept up to date, opened again, and told when the test has stopped. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Artifact, BOT } from "../support/github-api/state.ts";
import { day, type FlakyRuns, found, type Outcomes, startFlakyRuns } from "../support/flaky-runs.ts";
import { HOSTILE } from "../support/run-program.ts";

let github: FlakyRuns;
beforeEach(async () => {
  github = await startFlakyRuns();
});
afterEach(() => github.stop());

const flaky = (name: string): Artifact[] => [
  github.results("unit-results-attempt-1", { [name]: "failed" }),
  github.results("unit-results-attempt-2", { [name]: "passed" }),
];
const ISSUES = { issues: true, quarantineAfter: 1 };

test("one is opened for each test in quarantine, and none a second time", async () => {
  const { id } = github.run("a", flaky("dst"));
  expect((await github.find(ISSUES)).code).toBe(0);
  expect(github.api.state.issues).toMatchObject([
    { number: 1, title: "Flaky test in unit: c › dst", labels: [{ name: "flaky-test" }], state: "open" },
  ]);
  expect(github.api.state.issues[0]?.body).toContain(`| Runs | [${id}](https://github.com/o/r/actions/runs/${id}) |`);
  const writes = (): number => github.api.requests.filter(({ method }) => method !== "GET").length;
  const before = writes();
  await github.find(ISSUES);
  expect(github.api.state.issues).toHaveLength(1);
  expect(writes()).toBe(before);
  github.run("b", flaky("dst"));
  await github.find(ISSUES);
  expect(github.api.state.issues).toHaveLength(1);
  expect(github.api.state.issues[0]?.body).toContain("in the last 100 runs 2 times");
});

test("none is opened below the limit, or without the setting", async () => {
  github.run("a", flaky("dst"));
  await github.find({ ...ISSUES, quarantineAfter: 2 });
  await github.find({ quarantineAfter: 1 });
  expect(github.api.state.issues).toEqual([]);
});

test("a test that has stopped is told once, and not while its results are unknown", async () => {
  const first = github.run("a", flaky("dst"));
  await github.find(ISSUES);
  github.api.state.runs = github.api.state.runs.filter((other) => other !== first);
  github.run("b", [
    github.results("unit-results", { dst: "passed" }),
    github.archive("unit-results-x", Buffer.from("broken")),
  ]);
  await github.find(ISSUES);
  expect(github.api.state.comments).toEqual([]);
  github.run("b", [github.results("unit-results", { dst: "passed" })]);
  github.api.state.runs = github.api.state.runs.slice(-1);
  await github.find(ISSUES);
  await github.find(ISSUES);
  expect(github.api.state.comments).toMatchObject([
    { issue: 1, body: expect.stringContaining("did not fail on code on which it also passed") },
  ]);
  expect(github.api.state.issues[0]?.state).toBe("open");
});

test("a closed one is opened again by a new flaky failure only", async () => {
  const first = github.run("a", flaky("dst"));
  await github.find(ISSUES);
  const issue = github.api.state.issues[0];
  if (!issue) throw new Error("No issue was opened.");
  Object.assign(issue, { state: "closed", closed_at: day(first.id + 1) });
  await github.find(ISSUES);
  expect(issue.state).toBe("closed");
  github.wait(10);
  github.run("b", flaky("dst"));
  await github.find(ISSUES);
  expect(issue.state).toBe("open");
  expect(github.api.state.comments).toHaveLength(1);
  expect(github.api.state.issues).toHaveLength(1);
});

test("those of people are not touched, whatever they hold", async () => {
  github.run("a", flaky("dst"));
  await github.find(ISSUES);
  const [ours] = github.api.state.issues;
  if (!ours) throw new Error("No issue was opened.");
  github.api.state.issues = [
    { ...ours, user: { login: "mallory", type: "User" } },
    { ...ours, number: 2, user: { login: "other[bot]", type: "Bot" } },
    { ...ours, number: 3, labels: [] },
    { ...ours, number: 4, body: `x ${ours.body}` },
  ];
  const before = structuredClone(github.api.state.issues);
  await github.find(ISSUES);
  expect(github.api.state.issues.slice(0, 4)).toEqual(before);
  expect(github.api.state.issues[4]).toMatchObject({ number: 5, user: BOT });
});

test("at most ten are opened at a time", async () => {
  const names = Array.from({ length: 13 }, (_, index) => `t${index}`);
  const all = (outcome: "passed" | "failed"): Outcomes => Object.fromEntries(names.map((name) => [name, outcome]));
  github.run("a", [
    github.results("unit-results-attempt-1", all("failed")),
    github.results("unit-results-attempt-2", all("passed")),
  ]);
  const result = await github.find(ISSUES);
  expect(github.api.state.issues).toHaveLength(10);
  expect(result.log).toContain("::warning::3 more tests need an issue.");
  await github.find(ISSUES);
  expect(github.api.state.issues).toHaveLength(13);
});

test("a token that may not write them fails the job after the report is written", async () => {
  github.run("a", flaky("dst"));
  github.api.state.readOnly = true;
  const result = await github.find(ISSUES);
  expect(result.code).toBe(1);
  expect(result.log).toContain("The job needs `issues: write`");
  expect(found(result)).toEqual(["c › dst: 1 of 1"]);
});

test.each([
  ...HOSTILE,
  "@octocat/team",
  "__proto__",
  "constructor",
  "![x](https://evil.example/x.png)",
  "--> <script>",
  "x|y`z",
])("a test's name stays a name: %j", async (name) => {
  github.run("a", flaky(name));
  const result = await github.find(ISSUES);
  expect(result.code).toBe(0);
  expect(result.report.flaky).toHaveLength(1);
  const [issue] = github.api.state.issues;
  const [, line] = (issue?.body ?? "").split("\n");
  expect(line).toMatch(/^`[^`]*` of the suite `unit` failed and passed/);
  expect(`${issue?.title}${result.log}`).not.toMatch(/##\[|^\s*::(?!group|endgroup|warning|error)/m);
  expect(issue?.title).not.toMatch(/@\w/);
  github.api.state.runs = [];
  github.run("b", [github.results("unit-results", { fine: "passed" })]);
  await github.find(ISSUES);
  expect(github.api.state.comments).toHaveLength(1);
});
