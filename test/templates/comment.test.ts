/** The one comment on a pull request, from a file that somebody else wrote. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import { BOT } from "../support/github-api/state.ts";
import { type ProgramResult, runNodeProgram } from "../support/node-program.ts";
import { HOSTILE } from "../support/run-program.ts";

let api: GithubApi;
let folder: string;
beforeEach(async () => {
  api = await startGithubApi({
    pulls: [
      {
        number: 7,
        state: "open",
        title: "x",
        head: { ref: "f", sha: "a".repeat(40), label: "o:f", repo: null },
        base: { ref: "main" },
      },
    ],
  });
  folder = mkdtempSync(join(tmpdir(), "pipewright-comment-"));
  mkdirSync(join(folder, "coverage"));
});
afterEach(async () => {
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
});

const COVERAGE = {
  version: 1,
  percent: 81.5,
  baseline: 80,
  delta: 99,
  packages: { "example.com/m/window": 96.25 },
  thresholds: [
    { name: "total", percent: 81.5, minimum: 80 },
    { name: "./window/...", percent: 94, minimum: 95 },
  ],
};

function comment(
  figures: unknown,
  environment: Record<string, string> = {},
  { marker = "coverage", name = "E2E" }: { marker?: string; name?: string } = {},
): Promise<ProgramResult> {
  if (figures !== undefined)
    writeFileSync(
      join(folder, "coverage/coverage.json"),
      typeof figures === "string" ? figures : JSON.stringify(figures),
    );
  const coverage = { format: "go", packages: {}, marker } as const;
  return runNodeProgram(
    "comment",
    {
      CONSUMER: "smoke",
      GITHUB_API_URL: api.url,
      GITHUB_RUN_ID: "42",
      GITHUB_REPOSITORY: "o/r",
      GH_TOKEN: "token",
      PR_NUMBER: "7",
      RUNNER_TEMP: folder,
      ...environment,
    },
    { plan: { consumers: { smoke: { name, coverage } } } },
  );
}
const bodies = (): string[] => api.state.comments.map(({ body }) => body);

describe("the comment", () => {
  test("tells the coverage, its change and its minimums", async () => {
    expect(await comment(COVERAGE)).toMatchObject({ code: 0, outputs: { comment: "created" } });
    expect(bodies()).toEqual([
      `<!-- pipewright-comment: coverage -->
### Coverage: E2E

Coverage: **81.5 %** (+1.5 points against the main branch's 80 %)

|  | Part | Coverage | Minimum |
|---|---|---|---|
| ✅ | \`total\` | 81.5 % | 80 % |
| ❌ | \`./window/...\` | 94 % | 95 % |

<details><summary>1 packages</summary>

| Package | Coverage |
|---|---|
| \`example.com/m/window\` | 96.25 % |

</details>

[Details](https://github.com/o/r/actions/runs/42)
`,
    ]);
  });

  test("tells other figures and findings too", async () => {
    await comment({
      figures: [
        { name: "kyklos-linux-amd64", value: 41.237, unit: "MB", before: 40, limit: 100 },
        { name: "Flaky tests", value: 0 },
      ],
      findings: [
        { path: "cmd/main.go", line: 12, rule: "errcheck" },
        { path: "README.md", rule: "MD013" },
      ],
    });
    expect(bodies()[0]).toContain("| `kyklos-linux-amd64` | 41.24 MB | +1.24 | 100 MB |\n| `Flaky tests` | 0 |  |  |");
    expect(bodies()[0]).toContain("| `cmd/main.go:12` | `errcheck` |\n| `README.md` | `MD013` |");
  });

  test("is updated, never written twice, and left alone where nothing changed", async () => {
    api.state.comments.push(
      ...Array.from({ length: 120 }, (_, id) => ({
        id,
        issue: 7,
        body: "talk",
        user: { login: "someone", type: "User" as const },
      })),
    );
    await comment(COVERAGE);
    expect((await comment(COVERAGE)).outputs).toEqual({ comment: "unchanged" });
    expect((await comment({ ...COVERAGE, percent: 70 })).outputs).toEqual({ comment: "updated" });
    await comment(COVERAGE, {}, { marker: "sizes" });
    expect(bodies().filter((body) => body !== "talk")).toEqual([
      expect.stringContaining("**70 %** (-10 points"),
      expect.stringContaining("pipewright-comment: sizes"),
    ]);
  });

  test("of somebody else is not taken for it, though it has the marker", async () => {
    const marker = "<!-- pipewright-comment: coverage -->";
    const others = [
      { id: 1, issue: 7, body: marker, user: { login: "mallory", type: "User" as const } },
      { id: 2, issue: 7, body: marker, user: { login: "github-actions[bot]", type: "User" as const } },
      { id: 3, issue: 7, body: marker, user: { login: "other[bot]", type: "Bot" as const } },
      { id: 4, issue: 7, body: `> ${marker}`, user: BOT },
    ];
    api.state.comments.push(...structuredClone(others));
    expect((await comment(COVERAGE)).outputs).toEqual({ comment: "created" });
    expect(api.state.comments.slice(0, 4)).toEqual(others);
  });
});

describe("a job that cannot comment", () => {
  test.each(["readOnly", "locked"] as const)("because the token may not (%s) says so and ends well", async (reason) => {
    api.state[reason] = true;
    const result = await comment(COVERAGE);
    expect(result).toMatchObject({ code: 0, outputs: { comment: "none" } });
    expect(result.log).toContain("::warning::This job may not comment on pull request 7");
    expect(api.state.comments).toEqual([]);
  });

  test("because nothing was measured ends well, too", async () => {
    expect(await comment(undefined)).toMatchObject({ code: 0, outputs: { comment: "none" } });
    expect(api.requests).toEqual([]);
  });

  test("for any other reason fails: a pull request that is not there, a bad token, a rate limit, a server in trouble", async () => {
    expect((await comment(COVERAGE, { PR_NUMBER: "8" })).code).toBe(1);
    for (const fault of [
      { status: 401 },
      { status: 403, message: "API rate limit exceeded" },
      { status: 503 },
    ] as const) {
      api.fault(fault);
      const result = await comment(COVERAGE);
      expect(result.code).toBe(1);
      expect(result.log).toContain(`with ${fault.status}`);
      api.clearFaults();
    }
    api.fault({ status: 502, method: "GET", times: 2 });
    expect((await comment(COVERAGE)).outputs).toEqual({ comment: "created" });
  });

  test.each([
    [{ PR_NUMBER: "7/../8" }, {}],
    [{ PR_NUMBER: "" }, {}],
    [{ PR_NUMBER: "0" }, {}],
    [{ PR_NUMBER: "7\n8" }, {}],
    [{}, { marker: "" }],
    [{}, { marker: "x --> y" }],
    [{ CONSUMER: "nobody" }, {}],
  ])("for a value that is none asks nothing: %j %j", async (environment, plan) => {
    expect((await comment(COVERAGE, environment, plan)).code).toBe(1);
    expect(api.requests).toEqual([]);
  });

  test.each(["", "{", "[]", "null", "7", `{"a":"${"x".repeat(1_000_001)}"}`])(
    "for a file that is none says so: %#",
    async (text) => {
      const result = await comment(text);
      expect(result.code).toBe(1);
      expect(result.log).toMatch(/::error::The comment could not be written: .*coverage\.json cannot be read: it is/);
      expect(api.state.comments).toEqual([]);
    },
  );
});

describe("what an untrusted job wrote", () => {
  const EVIL = [
    ...HOSTILE,
    "@octocat",
    "<img src=x>",
    "[click](https://evil.example)",
    "https://evil.example",
    "a|b",
    "`",
    "",
    " ",
    "--> x",
    "x".repeat(201),
    "é",
  ];
  const TEXT = /evil\.example|<img|@octocat|touch|::|##\[|é|ß/;

  test.each(EVIL)("as a name gets into no comment: %j", async (name) => {
    const result = await comment({
      percent: 50,
      packages: { [name]: 5 },
      thresholds: [{ name, percent: 1, minimum: 2 }],
      figures: [
        { name, value: 1 },
        { name: "fine", value: 1, unit: name },
      ],
      findings: [
        { path: name, rule: "x" },
        { path: "x", rule: name },
      ],
    });
    expect(result.code).toBe(0);
    const [body = ""] = bodies();
    // A unit may be missing, but not be something else. Of a name such as "https://evil.example" nothing is a link in code.
    expect(
      body
        .replace(/`[^`\n]*`/g, "")
        .replace(/^<!-- .* -->$/m, "")
        .replace(/\(https:\/\/github\.com.*\)/, ""),
    ).not.toMatch(TEXT);
  });

  test("as a number is one, in its bounds", async () => {
    const values = ["1", null, true, [1], {}, 1e300, -5, 101];
    await comment({
      percent: "99",
      baseline: 1e9,
      thresholds: values.map((percent) => ({ name: "x", percent, minimum: 5 })),
      figures: values.map((value) => ({ name: "figure", value })),
      findings: [
        { path: "a", line: -1, rule: "x" },
        { path: "a", line: "1", rule: "x" },
      ],
    });
    const [body = ""] = bodies();
    expect(body).not.toContain("Coverage: **");
    expect(body.match(/`figure`.*/g)).toEqual(["`figure` | -5 |  |  |", "`figure` | 101 |  |  |"]);
    expect(body).toContain("16 rows were left out");
  });

  test("in great number is cut", async () => {
    await comment({ figures: Array.from({ length: 5000 }, (_, index) => ({ name: `n${index}`, value: index })) });
    expect(bodies()[0]?.match(/^\| `n/gm)).toHaveLength(100);
    expect(bodies()[0]).toContain("4900 rows were left out");
  });

  test("in any shape never breaks the program", async () => {
    const shapes = fc.sample(
      fc.record(
        {
          percent: fc.jsonValue(),
          packages: fc.jsonValue(),
          thresholds: fc.jsonValue(),
          figures: fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())),
          findings: fc.array(fc.jsonValue()),
        },
        { requiredKeys: [] },
      ),
      12,
    );
    for (const shape of shapes) expect((await comment(shape)).code).toBe(0);
  });

  test.each(HOSTILE)("and a title from elsewhere stays a title: %j", async (title) => {
    const result = await comment(COVERAGE, {}, { name: title });
    expect(result.code).toBe(0);
    const [, heading] = bodies()[0]?.split("\n") ?? [];
    expect(heading).toMatch(/^### /);
    expect(bodies()[0]).not.toMatch(/<b>|`touch/);
  });
});
