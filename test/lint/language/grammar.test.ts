/** What GitHub's grammar refuses, at which place; and what only looks like it. */
import { describe, expect, it } from "vitest";
import type { LintSettings } from "../../../src/lint/settings.ts";
import { grammarRules } from "../../../src/lint/rules/language/grammar/index.ts";
import { findingsIn } from "../../support/lint.ts";

const placesIn = async (text: string, settings: Partial<LintSettings> = {}): Promise<string[]> =>
  (await findingsIn(text, grammarRules, settings)).map(({ start, rule }) => `${start.line}:${start.column} ${rule}`);
const messagesIn = async (text: string): Promise<string[]> =>
  (await findingsIn(text, grammarRules)).map(({ message }) => message);

/** A workflow of one job with these lines in it, which begin at line 4. */
const job = (...lines: string[]): string =>
  `on: push\njobs:\n  test:\n${lines.map((line) => `    ${line}\n`).join("")}`;
const steps = (...lines: string[]): string =>
  job("runs-on: ubuntu-latest", "steps:", ...lines.map((line) => `  ${line}`));
const on = (...lines: string[]): string =>
  `on:\n${lines.map((line) => `  ${line}\n`).join("")}jobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n`;

describe("keys", () => {
  it("that are unknown name the nearest, or all that there are", async () => {
    expect(await messagesIn(steps("- run: make", "  working-dir: src"))).toEqual([
      "`working-dir` is not a key of a step with `run`. Did you mean `working-directory`?",
    ]);
    expect(
      (
        await messagesIn(
          "on: push\nconcurrency:\n  group: a\n  xyzzy: 1\njobs:\n  a:\n    uses: ./.github/workflows/b.yml\n",
        )
      )[0],
    ).toMatch(/Known here: `group`, `cancel-in-progress` and `queue`\.$/);
  });

  it.each([
    ["a job in wrong case", job("Runs-On: ubuntu-latest", "steps: [{ run: make }]"), ["4:5 key-case"]],
    ["a job without a runner", job("steps: [{ run: make }]"), ["3:3 missing-key"]],
    ["a job without steps", job("runs-on: ubuntu-latest"), ["3:3 missing-key"]],
    ["a step without anything to do", steps("- name: a"), ["6:9 missing-key"]],
    ["a step with two things to do", steps("- uses: actions/checkout@v6", "  run: make"), ["7:9 exclusive-keys"]],
    [
      "a called workflow with a runner",
      job("runs-on: ubuntu-latest", "uses: ./.github/workflows/b.yml"),
      ["4:5 exclusive-keys"],
    ],
    [
      "inputs without a called workflow",
      job("runs-on: ubuntu-latest", "with: { a: b }", "steps: [{ run: make }]"),
      ["5:5 exclusive-keys"],
    ],
    ["variables that differ in case", steps("- run: make", "  env: { A: 1, a: 2 }"), ["7:22 duplicate-key"]],
    [
      "jobs that differ in case",
      "on: push\njobs:\n  a: { uses: ./.github/workflows/b.yml }\n  A: { uses: ./.github/workflows/b.yml }\n",
      ["4:3 duplicate-key"],
    ],
    [
      "keys of a matrix entry",
      job("strategy: { matrix: { include: [{ a: 1, A: 2 }] } }", "runs-on: ubuntu-latest", "steps: [{ run: make }]"),
      ["4:45 duplicate-key"],
    ],
    ["no events and no jobs", "name: empty\n", ["1:1 missing-key", "1:1 missing-key"]],
    ["no jobs under jobs", "on: push\njobs: {}\n", ["2:1 missing-key"]],
  ])("%s", async (_name, text, places) => {
    expect(await placesIn(text)).toEqual(places);
  });
});

describe("values", () => {
  it.each([
    ["an empty list of variables", steps("- run: make", "  env:"), ["7:9 empty-value"]],
    ["an empty script is text", steps("- run: ''"), []],
    ["an empty condition", steps("- run: make", "  if:"), ["7:9 empty-value"]],
    ["an empty mapping for a word", steps("- run: make", "  shell: {}"), ["7:16 empty-mapping", "7:16 yaml-type"]],
    ["an empty mapping for an event", on("push: {}", "workflow_dispatch: {}"), []],
    ["an empty mapping of permissions", job("permissions: {}", "runs-on: ubuntu-latest", "steps: [{ run: make }]"), []],
    ["no runner at all", job("runs-on: {}", "steps: [{ run: make }]"), ["4:14 empty-mapping"]],
    [
      "an empty entry of a matrix",
      job("strategy: { matrix: { a: [1], include: [{}] } }", "runs-on: ubuntu-latest", "steps: [{ run: make }]"),
      ["4:45 empty-mapping"],
    ],
    ["a key without a name", steps("- run: make", "  env: { '': a }"), ["7:16 unknown-key"]],
    ["an event without a name", on("'': {}", "push:"), ["2:3 unknown-key"]],
    [
      "a container without an image",
      job("container: { options: --cpus 1 }", "runs-on: ubuntu-latest", "steps: [{ run: make }]"),
      ["4:5 missing-key"],
    ],
    [
      "a service without an image",
      job("services: { db: { ports: [80] } }", "runs-on: ubuntu-latest", "steps: [{ run: make }]"),
      ["4:17 missing-key"],
    ],
    [
      "a user name without a password",
      job("container: { image: a, credentials: { username: me } }", "runs-on: ubuntu-latest", "steps: [{ run: make }]"),
      ["4:28 container-credentials"],
    ],
    ["a line break in a filter", on('push: { branches: ["a\\nb"] }'), ["2:24 filter-pattern"]],
    ["an empty event", on("push:", "pull_request:"), []],
    [
      "a quoted number",
      job("runs-on: ubuntu-latest", "timeout-minutes: '5'", "steps: [{ run: make }]"),
      ["5:22 yaml-type"],
    ],
    [
      "an expression for a number",
      job("runs-on: ubuntu-latest", "timeout-minutes: ${{ fromJSON('5') }}", "steps: [{ run: make }]"),
      [],
    ],
    ["a number for a name", "name: 1.0\non: push\njobs:\n  a: { uses: ./.github/workflows/b.yml }\n", []],
    ["a mapping for a script", steps("- run: { a: b }"), ["6:14 yaml-type"]],
    ["a step for a list of them", job("runs-on: ubuntu-latest", "steps:", "  run: make"), ["6:7 yaml-type"]],
    [
      "an endless time",
      job("runs-on: ubuntu-latest", "timeout-minutes: .inf", "steps: [{ run: make }]"),
      ["5:22 number-range"],
    ],
    [
      "a number and its text",
      job("strategy: { matrix: { a: [1, '1'] } }", "runs-on: ubuntu-latest", "steps: [{ run: make }]"),
      ["4:34 matrix-values"],
    ],
    ["a shell in capitals", steps("- run: make", "  shell: Bash"), ["7:16 shell-name"]],
    ["a dot for an action", steps("- uses: ."), ["6:15 uses-format"]],
    [
      "filters of an event without any",
      on("create:", "  branches: [main]", "  types: [created]"),
      ["3:5 yaml-type", "4:5 yaml-type"],
    ],
    ["an event that GitHub shut down", on("project:"), ["2:3 unknown-event"]],
    ["nothing at all", "# later\n", ["1:1 missing-key"]],
    ["a range without an end", on("push: { branches: ['v[1-]'] }"), ["2:25 filter-pattern"]],
    ["a class of one character", on("push: { tags: ['v[1].*'] }"), ["2:20 filter-pattern"]],
    ["a class of a sign", on("push: { paths: ['a[+].js'] }"), []],
    ["a class that excludes", on("push: { branches: ['v[^1]'] }"), []],
    ["a list for a job", "on: push\njobs:\n  - a\n", ["3:3 yaml-type"]],
    ["a word for steps", job("runs-on: ubuntu-latest", "steps: make"), ["5:12 yaml-type"]],
    [
      "one expression for a matrix",
      job("strategy: { matrix: '${{ fromJSON(vars.MATRIX) }}' }", "runs-on: ubuntu-latest", "steps: [{ run: make }]"),
      [],
    ],
    ["one word for several", on("push: { branches: main }", "repository_dispatch: { types: deploy }"), []],
    ["null is not a runner", job("runs-on: null", "steps: [{ run: make }]"), ["4:5 empty-value"]],
    ["an icon that is not there", steps("- run: make", "  background: sometimes"), ["7:21 yaml-type"]],
  ])("%s", async (_name, text, places) => {
    expect(await placesIn(text)).toEqual(places);
  });

  it("of YAML 1.1 are explained", async () => {
    expect(
      await messagesIn(job("strategy: { fail-fast: off }", "runs-on: ubuntu-latest", "steps: [{ run: make }]")),
    ).toEqual(["`fail-fast:` must be `true` or `false`, not text. YAML 1.2 reads `off` as a word; write `false`."]);
  });

  it("behind an alias are reported where they are written, once", async () => {
    expect(
      await placesIn(
        "on: push\njobs:\n  a: &job\n    runs-on: ubuntu-latest\n    colour: red\n    steps: [{ run: make }]\n  b: *job\n",
      ),
    ).toEqual(["5:5 unknown-key"]);
  });
});

describe("today's grammar is known", () => {
  it.each([
    [
      "groups and steps in the background",
      steps(
        "- parallel:",
        "    - run: make a",
        "    - uses: actions/checkout@v6",
        "- run: make serve",
        "  id: server",
        "  background: true",
        "- wait: server",
        "- wait-all: true",
        "- cancel: server",
      ),
    ],
    [
      "queues and time zones",
      "on:\n  schedule:\n    - cron: '0 4 * * *'\n      timezone: Europe/Berlin\nconcurrency: { group: a, queue: max }\njobs:\n  a: { uses: $/.github/workflows/b.yml }\n",
    ],
    ["snapshots", job("runs-on: ubuntu-latest", "snapshot: { image-name: base }", "steps: [{ run: make }]")],
    [
      "deployment without a record",
      job("runs-on: ubuntu-latest", "environment: { name: production, deployment: false }", "steps: [{ run: make }]"),
    ],
    ["merge queues", on("merge_group: { branches: [main] }")],
  ])("%s", async (_name, text) => {
    expect(await placesIn(text)).toEqual([]);
  });
});

describe("events", () => {
  it.each([
    ["an event that is near another", on("pull-request:"), ["2:3 unknown-event"]],
    [
      "a word of a list",
      "on: [push, pul_request]\njobs:\n  a: { uses: ./.github/workflows/b.yml }\n",
      ["1:12 unknown-event"],
    ],
    ["types of another event", on("pull_request: { types: [opened, published] }"), ["2:35 activity-type"]],
    ["a branch filter of a release", on("release: { branches: [main] }"), ["2:14 event-filter"]],
    ["a tag filter of a pull request", on("pull_request: { tags: [v1] }"), ["2:19 event-filter"]],
    ["a filter in the singular", on("push: { branch: main }"), ["2:11 unknown-key"]],
    ["both forms of a filter", on("push: { tags: [a], tags-ignore: [b] }"), ["2:22 exclusive-keys"]],
    ["workflow_run alone", on("workflow_run:"), ["2:3 workflow-run-source"]],
  ])("%s", async (_name, text, places) => {
    expect(await placesIn(text)).toEqual(places);
  });
});

describe("runners", () => {
  it("of one's own are judged only where they are told", async () => {
    const text = job("runs-on: [self-hosted, big]", "steps: [{ run: make }]");
    expect(await placesIn(text)).toEqual([]);
    expect(await placesIn(text, { runnerLabels: ["b*"] })).toEqual([]);
    expect(await placesIn(text, { runnerLabels: ["small"] })).toEqual(["4:28 runner-label"]);
  });

  it("with free names are pointed out under strict, at each place", async () => {
    const text =
      "on: push\njobs:\n  a: { runs-on: gpu, steps: [{ run: make }] }\n  b: { runs-on: gpu, steps: [{ run: make }] }\n";
    expect(await placesIn(text)).toEqual(["3:17 runner-label", "4:17 runner-label"]);
    expect(await placesIn(text, { preset: "recommended" })).toEqual([]);
  });

  it("of GitHub that never were are errors under both", async () => {
    expect(await placesIn(job("runs-on: ubuntu-23.04", "steps: [{ run: make }]"), { preset: "recommended" })).toEqual([
      "4:14 runner-label",
    ]);
    expect(
      await placesIn(job("runs-on: ubuntu-24.04-16core", "steps: [{ run: make }]"), { preset: "recommended" }),
    ).toEqual([]);
  });

  it("are followed through the matrix and its include", async () => {
    const text = job(
      "strategy:",
      "  matrix:",
      "    os: [ubuntu-latest]",
      "    include:",
      "      - os: macos-12",
      "runs-on: ${{ matrix.os }}",
      "steps: [{ run: make }]",
    );
    expect(await placesIn(text)).toEqual(["8:17 retired-runner"]);
  });

  it("have their shells", async () => {
    const matrix = job(
      "strategy: { matrix: { os: [ubuntu-latest, windows-latest] } }",
      "runs-on: ${{ matrix.os }}",
      "steps: [{ run: dir, shell: cmd }]",
    );
    expect(await placesIn(matrix)).toEqual([]);
    expect(await placesIn(steps("- run: dir", "  shell: cmd"))).toEqual(["7:16 shell-name"]);
    expect(await placesIn(steps("- run: dir", "  shell: cmd", "  if: runner.os == 'Windows'"))).toEqual([]);
  });
});

describe("a matrix", () => {
  it("of objects is compared by what the entry names", async () => {
    const text = (os: string): string =>
      job(
        "strategy:",
        "  matrix:",
        "    on: [{ os: a, arch: x }, { os: b, arch: y }]",
        "    exclude:",
        `      - on: { os: ${os} }`,
        "runs-on: ubuntu-latest",
        "steps: [{ run: make }]",
      );
    expect(await placesIn(text("b"))).toEqual([]);
    expect(await placesIn(text("c"))).toEqual(["8:17 matrix-exclude"]);
  });

  it("that is computed is not judged", async () => {
    expect(
      await placesIn(
        job(
          "strategy:",
          "  matrix:",
          "    a: ${{ fromJSON(vars.A) }}",
          "    b: [1, '${{ vars.B }}']",
          "    exclude: [{ a: 1, b: 7 }]",
          "runs-on: ubuntu-latest",
          "steps: [{ run: make }]",
        ),
      ),
    ).toEqual([]);
  });

  it("may have too many jobs", async () => {
    const values = `[${Array.from({ length: 17 }, (_, index) => index).join(", ")}]`;
    expect(
      await placesIn(
        job(
          "strategy:",
          "  matrix:",
          `    a: ${values}`,
          `    b: ${values}`,
          "runs-on: ubuntu-latest",
          "steps: [{ run: make }]",
        ),
      ),
    ).toEqual(["5:7 matrix-values"]);
  });
});

describe("needs", () => {
  it("in two circles are told once each, at the job that stands first", async () => {
    const one = (id: string, need: string): string => `  ${id}: { needs: ${need}, uses: ./.github/workflows/x.yml }\n`;
    expect(
      await placesIn(`on: push\njobs:\n${one("a", "b")}${one("b", "[c]")}${one("c", "A")}${one("d", "d")}`),
    ).toEqual(["3:3 needs-cycle", "6:3 needs-cycle"]);
  });
});

it("keeps its nerve before files that are anything but workflows", async () => {
  const texts = [
    "",
    "- a\n- b\n",
    "1\n",
    "on:\njobs:\n",
    "on: {}\njobs: []\n",
    "jobs:\n  a:\n  b: 1\n  c: []\n  __proto__: {}\non:\n  __proto__: {}\n  push: []\n  schedule: {}\n  workflow_call: [a]\n",
    "on: push\njobs:\n  constructor:\n    toString: 1\n    steps: [null, 1, [], {}]\n    strategy: { matrix: [1] }\n    needs: { a: b }\n    runs-on: { labels: { a: b } }\n",
  ];
  for (const text of texts) {
    await findingsIn({ ".github/workflows/a.yml": text, "action.yml": text }, grammarRules);
    await findingsIn(
      {
        "action.yml": `runs: ${text.includes("\n- ") ? "[]" : "{using: [composite], steps: {}}"}\noutputs: 1\ninputs: []\n`,
      },
      grammarRules,
    );
  }
});

describe("lists that are empty", () => {
  it.each([
    ["steps", job("runs-on: ubuntu-latest", "steps: []"), ["5:12 empty-value"]],
    ["branches", on("push: { branches: [] }"), ["2:21 empty-value"]],
    [
      "includes",
      job("strategy: { matrix: { a: [1], include: [] } }", "runs-on: ubuntu-latest", "steps: [{ run: make }]"),
      ["4:44 empty-value"],
    ],
    [
      "values of a matrix",
      job("strategy: { matrix: { a: [] } }", "runs-on: ubuntu-latest", "steps: [{ run: make }]"),
      ["4:27 matrix-values"],
    ],
  ])("%s", async (_name, text, places) => {
    expect(await placesIn(text)).toEqual(places);
  });
});

it("judges a workflow's ids as errors, and the names of its inputs as warnings", async () => {
  const levels = (
    await findingsIn(
      on("workflow_dispatch: { inputs: { 1st: { type: string } } }").replace("  test:", "  1st:"),
      grammarRules,
    )
  ).map(({ start, rule, level }) => `${start.line} ${rule} ${level}`);
  expect(levels).toEqual(["2 identifier warning", "4 identifier error"]);
});
