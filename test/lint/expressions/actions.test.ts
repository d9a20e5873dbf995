/** Versions, inputs and outputs of actions; called workflows; deprecated commands. */
import { describe, expect, it } from "vitest";
import { applyFixes } from "../../../src/lint/fix.ts";
import { expressionRules } from "../../../src/lint/rules/language/expressions/index.ts";
import { findingsIn } from "../../support/lint.ts";
import { placesIn, shortlyIn, steps } from "./support.ts";

describe("known actions", () => {
  it("judges inputs by the version that runs", async () => {
    expect(
      await shortlyIn(
        steps("      - uses: actions/setup-node@v6\n        with: { node_version: 22, Node-Version: 22 }\n"),
      ),
    ).toEqual([
      "7:17 unknown-action-input `actions/setup-node` v6.5.0 has no input `node_version`, so it is left out. Did you mean `node-version`?",
    ]);
    expect(
      await placesIn(
        steps(
          "      - uses: actions/checkout@v6\n        with: { allow-unsafe-pr-checkout: true, filter: 'blob:none' }\n",
        ),
      ),
    ).toEqual([]);
  });

  it("judges inputs of an older major by a recorded one that has all of them", async () => {
    expect(
      await placesIn(steps("      - uses: actions/checkout@v3\n        with: { fetch_depth: 0, fetch-depth: 0 }\n")),
    ).toEqual(["6:15 retired-runtime", "7:17 unknown-action-input"]);
    expect(
      await placesIn(steps("      - id: up\n        uses: actions/upload-artifact@v2\n        with: { name: a }\n")),
    ).toEqual(["7:15 retired-action-version"]);
  });

  it("judges nothing of versions that are not recorded, branches and newer majors", async () => {
    for (const ref of ["v1", "main", "v99", "v99.1", "0123456789012345678901234567890123456789"])
      expect(
        await placesIn(steps(`      - uses: actions/setup-node@${ref}\n        with: { version: 10 }\n`)),
        ref,
      ).toEqual(ref === "v1" ? ["6:15 retired-runtime"] : []);
  });

  it("believes the comment behind a pinned commit", async () => {
    const pinned = (comment: string): string =>
      steps(
        `      - uses: actions/upload-artifact@0123456789012345678901234567890123456789${comment}\n        with: { path: a }\n`,
      );
    expect(await placesIn(pinned(" # v3.1.2"))).toEqual(["6:15 retired-action-version"]);
    expect(await placesIn(pinned(" # v6"))).toEqual([]);
    expect(await placesIn(pinned(""))).toEqual([]);
  });

  it("lets containers have arguments", async () => {
    expect(
      await placesIn(
        steps("      - uses: hadolint/hadolint-action@v3.3.0\n        with: { args: x, entrypoint: y, nonsense: z }\n"),
      ),
    ).toEqual(["7:41 unknown-action-input"]);
  });

  it("knows where a service ended", async () => {
    for (const [uses, fails] of [
      ["actions/cache@v4", false],
      ["actions/cache@v4.1.2", true],
      ["actions/cache@v3", false],
      ["actions/cache@v3.3.3", true],
      ["actions/cache@v3.4.0", false],
      ["actions/cache/save@v4.0", true],
      ["actions/upload-artifact@v3", true],
      ["actions/upload-artifact@v4.0.0", false],
      ["actions/Download-Artifact@v2", true],
    ] as const)
      expect(
        (await placesIn(steps(`      - uses: ${uses}\n        with: { path: a, key: b, name: c }\n`))).includes(
          "6:15 retired-action-version",
        ),
        uses,
      ).toBe(fails);
  });

  it("advises on the last runtime that went and warns of those before", async () => {
    const levels = async (uses: string): Promise<string[]> =>
      (await findingsIn(steps(`      - uses: ${uses}\n`), expressionRules)).map(
        ({ level, rule }) => `${level} ${rule}`,
      );
    expect(await levels("actions/checkout@v3")).toEqual(["warning retired-runtime"]);
    expect(await levels("actions/checkout@v4")).toEqual(["info retired-runtime"]);
    expect(await levels("actions/checkout@v5")).toEqual([]);
  });
});

describe("deprecated commands", () => {
  const run = (line: string): string => steps(`      - run: |\n          ${line}\n`);
  const fixed = async (text: string): Promise<string> =>
    applyFixes(
      text,
      (await findingsIn(text, expressionRules)).flatMap(({ fix }) => fix ?? []),
    ).text;

  it.each([
    ['echo "::set-output name=a::$(cat b)"', 'echo "a=$(cat b)" >> "$GITHUB_OUTPUT"'],
    ["echo '::save-state name=a::b c'", "echo 'a=b c' >> \"$GITHUB_STATE\""],
    ["echo ::set-env name=A::$B", 'echo A=$B >> "$GITHUB_ENV"'],
    ['echo "::add-path::$HOME/bin"', 'echo "$HOME/bin" >> "$GITHUB_PATH"'],
    ['echo "::set-output name=a::${{ github.sha }}"', 'echo "a=${{ github.sha }}" >> "$GITHUB_OUTPUT"'],
  ])("%s", async (line, mended) => {
    expect(await fixed(run(line))).toBe(run(mended));
  });

  it.each([
    ['echo "::set-output name=a::$b" | tee log'],
    ['echo "::set-output name=a::one%0Atwo"'],
    ['if x; then echo "::set-output name=a::b"; fi'],
    ['echo "::set-output name=$a::b"'],
    ['printf "::set-output name=a::b\\n"'],
    ['echo "::set-output name=a::b"; echo "c"'],
  ])("leaves the mending to a person: %s", async (line) => {
    expect(await placesIn(run(line))).toEqual([expect.stringMatching(/^7:\d+ deprecated-command$/)]);
    expect(await fixed(run(line))).toBe(run(line));
  });

  it("leaves other commands and other shells' text alone", async () => {
    expect(
      await placesIn(run('echo "::debug::x" && echo "::group::y" && echo "::add-mask::z" && echo "std::set-outputs"')),
    ).toEqual([]);
    const text = steps('      - shell: pwsh\n        run: echo "::set-output name=a::b"\n');
    expect(await fixed(text)).toBe(text);
  });
});

describe("called workflows and local actions", () => {
  const CALLED = `on:
  workflow_call:
    inputs: { flag: { type: boolean, required: true }, text: { type: string }, n: { type: number } }
    secrets: { key: { required: true }, other: {} }
    outputs: { out: { value: x } }
jobs:
  a: { runs-on: ubuntu-latest, steps: [{ run: make }] }
`;
  const caller = (rest: string, more = ""): Record<string, string> => ({
    ".github/workflows/a.yml": `on: push\njobs:\n  call:\n    uses: ./.github/workflows/b.yml\n${rest}${more}`,
    ".github/workflows/b.yml": CALLED,
  });

  it("checks what is passed", async () => {
    expect(
      await placesIn(
        caller(
          "    with: { FLAG: true, text: '${{ github.sha }}', n: '${{ fromJSON(vars.N) }}' }\n    secrets: { KEY: '${{ secrets.K }}' }\n",
        ),
      ),
    ).toEqual([]);
    expect(
      await placesIn(caller("    with: { flag: '${{ vars.F }}', n: x, texts: y }\n    secrets: inherit\n")),
    ).toEqual(["5:19 called-workflow-input", "5:39 called-workflow-input", "5:42 called-workflow-input"]);
    expect(await placesIn(caller("    secrets: { keys: a }\n"))).toEqual([
      "4:11 called-workflow-input",
      "4:11 called-workflow-secret",
      "5:16 called-workflow-secret",
    ]);
  });

  it("checks outputs, also of jobs that pass them on", async () => {
    const given = "    with: { flag: true }\n    secrets: inherit\n";
    expect(
      await placesIn(
        caller(
          given,
          "  use:\n    needs: call\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ needs.call.outputs.OUT }} ${{ needs.call.outputs.outs }} ${{ needs.call.result }}\n",
        ),
      ),
    ).toEqual(["11:72 called-workflow-output"]);
  });

  it("says nothing of what it cannot see", async () => {
    expect(
      await placesIn({
        ".github/workflows/a.yml":
          "on: push\njobs:\n  call:\n    uses: octo-org/x/.github/workflows/b.yml@v1\n    with: { a: 1 }\n",
      }),
    ).toEqual([]);
    expect(
      await placesIn({
        ".github/workflows/a.yml":
          "on: workflow_call\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: ./.github/actions/of-the-caller\n",
      }),
    ).toEqual([]);
  });

  it("tells an action that is not there from one that a step fetches", async () => {
    const use = (before: string): Record<string, string> => ({
      ".github/workflows/a.yml": steps(`      - uses: actions/checkout@v6\n${before}      - uses: ./tools/act\n`),
    });
    expect(await placesIn(use(""))).toEqual(["7:15 missing-local-action"]);
    expect(await placesIn(use("        with: { submodules: true }\n"))).toEqual([]);
    expect(await placesIn(use("      - run: git clone https://example.com/tools\n"))).toEqual([]);
    expect(await placesIn({ ...use(""), "tools/act/Dockerfile": "FROM scratch\n" })).toEqual([]);
  });
});

describe("a repository within the repository", () => {
  it("counts `./` from the folder that holds its .github", async () => {
    const files = {
      "examples/app/.github/workflows/a.yml":
        "on: push\njobs:\n  call:\n    uses: ./.github/workflows/b.yml\n  other:\n    uses: ./.github/workflows/c.yml\n  run:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: ./.github/actions/x\n      - uses: ./.github/actions/y\n",
      "examples/app/.github/workflows/b.yml":
        "on: workflow_call\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{ run: make }]\n",
      "examples/app/.github/actions/x/action.yml": "name: x\ndescription: x\nruns:\n  using: composite\n  steps: []\n",
    };
    expect(await placesIn(files)).toEqual(["6:11 missing-called-workflow", "11:15 missing-local-action"]);
  });
});

it("tells what an action of the repository says of its deprecated inputs", async () => {
  const action =
    "name: Greet\ndescription: Greets.\ninputs:\n  whom:\n    description: Whom.\n    deprecationMessage: Use `name`.\n  name:\n    description: Whom.\nruns:\n  using: node24\n  main: index.js\n";
  const found = await shortlyIn({
    ".github/workflows/a.yml": steps(
      "      - uses: actions/checkout@v6\n      - uses: ./greet\n        with:\n          Whom: you\n          name: me\n",
    ),
    "greet/action.yml": action,
    "greet/index.js": "",
  });
  expect(found).toEqual(["9:11 local-action-input The input `Whom` is deprecated: Use `name`."]);
});
