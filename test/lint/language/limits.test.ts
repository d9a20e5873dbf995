/** Workflows at, over and near GitHub's limits, and what only looks like it. */
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../src/workflow/limits.ts";
import type { Example } from "../../../src/lint/rule.ts";
import { languageRules } from "../../../src/lint/rules/language/index.ts";
import { findingsIn } from "../../support/lint.ts";

/** `error workflow-limits`, of all the rules on the language: nothing may be reported twice. */
const foundIn = async (example: Example): Promise<string[]> =>
  (await findingsIn(example, languageRules)).map(({ level, rule }) => `${level} ${rule}`);
const messageOf = async (example: Example): Promise<string> =>
  (await findingsIn(example, languageRules))[0]?.message ?? "";

const steps = (...lines: string[]): string =>
  `on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n${lines.map((line) => `      ${line}\n`).join("")}`;
const script = (length: number, ending = ""): string =>
  steps("- run: |", ...Array.from({ length: length / 50 }, () => `    ${"x".repeat(49)}`), `    ${ending}`);

describe("the size of a file", () => {
  /** A workflow of this many bytes, of which `letter` makes up the most. */
  const sized = (bytes: number, letter = "x"): string => {
    const start = `${steps("- run: make test")}# `;
    const rest = bytes - start.length;
    const width = Buffer.byteLength(letter);
    return start + letter.repeat(Math.floor(rest / width)) + "x".repeat(rest % width);
  };
  const { value } = LIMITS.workflowFile;

  it.each([
    ["at the limit", sized(value), ["warning workflow-limits"]],
    ["a byte over it", sized(value + 1), ["error workflow-limits"]],
    ["in bytes, not characters", sized(value + 1, "ä"), ["error workflow-limits"]],
    ["at 80 %", sized(value * 0.8), ["warning workflow-limits"]],
    ["below 80 %", sized(value * 0.8 - 1, "ä"), []],
  ])("is judged %s", async (_what, text, expected) => {
    expect(await foundIn(text)).toEqual(expected);
  });

  it("is said with the limit and what to do", async () => {
    expect(await messageOf(sized(563_336))).toBe(
      "This file has 563,336 bytes; GitHub's limit is 512,000, and it starts no run, and reports nothing. Move scripts to files of their own, or jobs to workflows that this one calls.",
    );
  });

  it("is not asked of actions, which GitHub reads on the runner", async () => {
    const action = `name: A\ndescription: A.\nruns: { using: composite, steps: [{ run: make, shell: bash }] }\n# ${"x".repeat(value)}`;
    expect(await foundIn({ "action.yml": action })).toEqual([]);
  });
});

describe("the length of a text with an expression", () => {
  it.each([
    ["a script with one over the limit", script(21_000, "echo ${{ github.sha }}"), ["error workflow-limits"]],
    ["as long a script without any", script(21_000), []],
    ["a script with one, at 80 %", script(17_000, "echo ${{ github.sha }}"), ["warning workflow-limits"]],
    ["a script with one, below", script(16_000, "echo ${{ github.sha }}"), []],
    [
      "a script whose quotes are doubled",
      script(10_000, `${"'".repeat(6000)} \${{ github.sha }}`),
      ["error workflow-limits"],
    ],
  ])("%s", async (_what, text, expected) => {
    expect(await foundIn(text)).toEqual(expected);
  });

  it("is reported once where the expression alone is too long", async () => {
    const words = Array.from({ length: 2000 }, () => "github.sha").join(", ");
    expect(await foundIn(steps(`- run: "echo \${{ format('{0}', ${words}) }}"`))).toEqual(["error expression-syntax"]);
  });

  it("is asked of actions as well", async () => {
    const action = `name: A\ndescription: A.\nruns:\n  using: composite\n  steps:\n    - shell: bash\n      run: "${"x".repeat(21_000)} \${{ github.sha }}"\n`;
    expect(await foundIn({ "action.yml": action })).toEqual(["error workflow-limits"]);
  });
});

describe("what other rules report over a limit is a warning near it", () => {
  const inputs = (count: number): string =>
    `on:\n  workflow_dispatch:\n    inputs: { ${Array.from({ length: count }, (_, index) => `a${index}: {}`).join(", ")} }\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n`;
  const matrix = (first: number, second: number, more = ""): string => {
    const list = (count: number): string => `[${Array.from({ length: count }, (_, index) => index).join(", ")}]`;
    return `on: push\njobs:\n  test:\n    strategy:\n      matrix: { a: ${list(first)}, b: ${list(second)}${more} }\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n`;
  };

  it.each([
    ["19 inputs", inputs(19), []],
    ["20 inputs", inputs(20), ["warning workflow-limits"]],
    ["25 inputs", inputs(25), ["warning workflow-limits"]],
    ["26 inputs", inputs(26), ["error dispatch-inputs"]],
    ["204 jobs", matrix(17, 12), []],
    ["207 jobs", matrix(23, 9), ["warning workflow-limits"]],
    ["256 jobs", matrix(16, 16), ["warning workflow-limits"]],
    ["257 jobs", matrix(257, 1), ["error matrix-values"]],
    ["as many of which some are excluded", matrix(257, 1, ", exclude: [{ a: 1 }]"), []],
  ])("%s", async (_what, text, expected) => {
    expect(await foundIn(text)).toEqual(expected);
  });

  it("counts the entries of `include` where they alone make jobs", async () => {
    const entries = (count: number): string =>
      Array.from({ length: count }, (_, index) => `{ a: ${index} }`).join(", ");
    const include = (count: number): string =>
      `on: push\njobs:\n  test:\n    strategy: { matrix: { include: [${entries(count)}] } }\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n`;
    expect(await foundIn(include(257))).toEqual(["error matrix-values"]);
    expect(await foundIn(include(204))).toEqual([]);
  });
});

describe("names", () => {
  const group = (text: string): string => steps("- run: make test").replace("jobs:", `concurrency: ${text}\njobs:`);
  const upload = (name: string, more = ""): string =>
    steps("- uses: actions/upload-artifact@v7", `  with: { path: out, name: "${name}"${more} }`);

  it.each([
    ["a group of 401 characters", group("x".repeat(401)), ["error workflow-limits"]],
    ["a group of 400", group("x".repeat(400)), ["warning workflow-limits"]],
    ["a group of 319", group("x".repeat(319)), []],
    ["a group of which an expression is long", group(`a-\${{ ${"github.ref || ".repeat(40)}'x' }}`), []],
    ["an artifact's name with a slash", upload("a/b"), ["error workflow-limits"]],
    ["an artifact's name with a slash in an expression", upload("a-${{ hashFiles('a/b') }}"), []],
    ["a retention that only private repositories know", upload("a", ", retention-days: 400"), []],
    ["a retention that no repository knows", upload("a", ", retention-days: 401"), ["warning workflow-limits"]],
    ["a computed retention", upload("a", ", retention-days: '${{ vars.DAYS }}'"), []],
    [
      "a cache's key of 513 characters",
      steps("- uses: actions/cache@v5", `  with: { path: a, key: ${"k".repeat(513)} }`),
      ["error workflow-limits"],
    ],
    ["a step's name with a slash", steps("- run: make test", "  name: a/b"), []],
  ])("%s", async (_what, text, expected) => {
    expect(await foundIn(text)).toEqual(expected);
  });
});

describe("called workflows", () => {
  const workflow = (on: string, ...calls: string[]): string =>
    `on: ${on}\njobs:\n${calls.map((uses, index) => `  a${index}: { uses: "${uses}" }\n`).join("")}`;
  const leaf = "on: workflow_call\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: make }] } }\n";
  const local = (name: string): string => `./.github/workflows/${name}.yml`;
  const remote = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `octo/parts/.github/workflows/p${index}.yml@v1`);
  const chain = (levels: number): Record<string, string> =>
    Object.fromEntries(
      Array.from({ length: levels }, (_, index) => [
        `.github/workflows/w${index}.yml`,
        index === levels - 1 ? leaf : workflow(index === 0 ? "push" : "workflow_call", local(`w${index + 1}`)),
      ]),
    );

  it.each<[string, Example, string[]]>([
    ["51 different ones", workflow("push", ...remote(51)), ["error called-workflow-limits"]],
    ["50", workflow("push", ...remote(50)), ["warning called-workflow-limits"]],
    ["39", workflow("push", ...remote(39)), []],
    ["one, 60 times", workflow("push", ...Array.from({ length: 60 }, () => remote(1)).flat()), []],
    ["eleven levels", chain(11), ["error called-workflow-limits"]],
    ["ten", chain(10), ["warning called-workflow-limits"]],
    ["seven", chain(7), []],
    [
      "those that called ones call, with their caller alone",
      {
        ".github/workflows/all.yml": workflow("push", local("some"), ...remote(30)),
        ".github/workflows/some.yml": workflow("workflow_call", ...remote(51).slice(30)),
      },
      ["error called-workflow-limits"],
    ],
  ])("%s", async (_what, example, expected) => {
    expect(await foundIn(example)).toEqual(expected);
  });

  it("ends where workflows call each other in a circle", async () => {
    const circle = {
      ".github/workflows/a.yml": workflow("push", local("b")),
      ".github/workflows/b.yml": workflow("workflow_call", local("c")),
      ".github/workflows/c.yml": workflow("workflow_call", local("b")),
    };
    expect(await foundIn(circle)).toEqual([]);
  });
});

it("a job's id of 100 characters is too long, and one of 99 is not", async () => {
  const named = (length: number): string => steps("- run: make test").replace("  test:", `  ${"t".repeat(length)}:`);
  expect(await foundIn(named(100))).toEqual(["error identifier"]);
  expect(await foundIn(named(99))).toEqual([]);
});
