import { expect, it } from "vitest";
import { commandsIn, expressionsInside, literalOf, type Script, scriptsOf, spanOf } from "../../../src/lint/scripts.ts";
import { openDocument } from "../../../src/workflow/document/open.ts";
import { readSource } from "../../../src/workflow/document/source-file.ts";

const scriptsIn = async (text: string, path = ".github/workflows/ci.yml"): Promise<Script[]> =>
  scriptsOf(openDocument(await readSource(path, text)));

const job = (head: string, step: string): string =>
  `on: push\njobs:\n  a:\n${head.replace(/^/gm, "    ")}\n    steps:\n      - run: make\n${step.replace(/^(?=.)/gm, "        ")}\n`;
const UBUNTU = "runs-on: ubuntu-latest";

it.each([
  ["nothing", job(UBUNTU, ""), { shell: "bash", errexit: true, pipefail: false, shellFrom: "runner" }],
  ["the step", job(UBUNTU, "shell: bash"), { shell: "bash", pipefail: true, shellFrom: "step" }],
  ["the job", job(`${UBUNTU}\ndefaults:\n  run:\n    shell: sh`, ""), { shell: "sh", shellFrom: "job" }],
  [
    "the workflow",
    `defaults: { run: { shell: 'bash -e {0}' } }\n${job("runs-on: windows-latest", "")}`,
    { shell: "bash", pipefail: false, shellFrom: "workflow" },
  ],
  ["the container", job(`${UBUNTU}\ncontainer: alpine:3`, ""), { shell: "sh", shellFrom: "container" }],
  ["a Windows runner", job("runs-on: windows-2022", ""), undefined],
  [
    "a matrix of Windows runners",
    job("runs-on: ${{ matrix.os }}\nstrategy:\n  matrix:\n    os: [windows-2022, windows-2025]", ""),
    undefined,
  ],
  [
    "a matrix of several systems",
    job("runs-on: ${{ matrix.os }}\nstrategy:\n  matrix:\n    os: [windows-2022, ubuntu-latest]", ""),
    { shell: "bash", pipefail: false },
  ],
  ["a step for Windows", job("runs-on: ${{ matrix.os }}", "if: runner.os == 'Windows'"), undefined],
  ["another language", job(UBUNTU, "shell: python"), undefined],
  ["an expression", job(UBUNTU, "shell: ${{ matrix.shell }}"), { shell: "bash", pipefail: true, shellFrom: "unknown" }],
])("takes the shell from %s", async (_what, text, expected) => {
  const [script] = await scriptsIn(text);
  if (expected === undefined) expect(script).toBeUndefined();
  else expect(script).toMatchObject(expected);
});

it("replaces expressions by words of the same length and knows every place in the file", async () => {
  const text = `on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo one
          docker push ghcr.io/\${{ github.repository }}:\${{ github.sha }} "two three"
`;
  const [script] = await scriptsIn(text);
  if (!script) throw new Error("no script");
  expect(script.source.length).toBe(script.text.length);
  const push = commandsIn(script)[1];
  const [, image, last] = push?.argWords ?? [];
  if (!image || !last) throw new Error("no words");
  expect(literalOf(image)).toBeUndefined();
  expect(expressionsInside(script, image).map(({ text: inside }) => inside.trim())).toEqual([
    "github.repository",
    "github.sha",
  ]);
  const span = spanOf(script, last);
  expect(text.slice(span.start, span.end)).toBe('"two three"');
});

it("hears what a script sets itself", async () => {
  const [script] = await scriptsIn(
    `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          set -o pipefail\n          a | b\n`,
  );
  expect(script).toMatchObject({ pipefail: true, errexit: true });
});
