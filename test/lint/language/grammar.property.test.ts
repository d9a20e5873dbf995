/** No file, however mangled, makes a rule of the grammar throw or point outside of the text. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { grammarRules } from "../../../src/lint/rules/language/grammar/index.ts";
import { findingsIn } from "../../support/lint.ts";
import { runs } from "../../support/property-runs.ts";

const WORKFLOW = `name: Everything
on:
  push: { branches: [main, "v[0-9]+"], paths: ["**"] }
  schedule: [{ cron: "0 4 * * 1", timezone: Europe/Berlin }]
  workflow_dispatch: { inputs: { level: { type: choice, options: [a, b], default: a } } }
  workflow_call: { inputs: { count: { type: number, default: 1 } }, outputs: { x: { value: y } }, secrets: { token: } }
  workflow_run: { workflows: [Build] }
permissions: { contents: read, id-token: write }
concurrency: { group: a, queue: max }
defaults: { run: { shell: bash } }
env: &env { LEVEL: 1 }
jobs:
  build:
    needs: [test, call]
    strategy: { max-parallel: 2, matrix: { os: [ubuntu-latest, macos-15], include: [{ os: windows-2025 }], exclude: [{ os: macos-15 }] } }
    runs-on: \${{ matrix.os }}
    timeout-minutes: 10
    container: { image: a, credentials: { username: b, password: "\${{ secrets.C }}" } }
    env: *env
    steps:
      - uses: actions/checkout@v6
      - { id: server, run: make serve, background: true, shell: "perl {0}" }
      - parallel: [{ run: make a, id: a }, { uses: ./b }]
      - wait: [server]
  test:
    runs-on: [self-hosted, linux]
    steps: [{ run: make }]
  call:
    uses: ./.github/workflows/x.yml
    secrets: inherit
`;
const ACTION = `name: Greet
description: Greets.
branding: { icon: anchor, color: blue }
inputs: { who: { description: Who., required: true, default: you } }
outputs: { said: { description: What., value: "\${{ steps.a.outputs.b }}" } }
runs:
  using: composite
  steps:
    - { id: a, run: echo, shell: bash }
    - uses: docker://alpine:3
`;
const PIECES = [
  "",
  "\n",
  "  ",
  ": ",
  "- ",
  "[",
  "]",
  "{",
  "}",
  "null",
  "''",
  "!",
  "*env",
  "&env ",
  "<<: ",
  "0",
  "true",
  "${{ x }}",
  "__proto__: 1\n",
  "constructor",
  "uses: a\n",
  "run: b\n",
];

it("reports places in the text, whatever it is", async () => {
  const edits = fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      drop: fc.nat({ max: 12 }),
      piece: fc.constantFrom(...PIECES),
    }),
    { minLength: 1, maxLength: 3 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<[string, string]>([".github/workflows/a.yml", WORKFLOW], ["action.yml", ACTION]),
      edits,
      async ([path, sample], changes) => {
        const text = changes.reduce(
          (before, { at, drop, piece }) =>
            before.slice(0, Math.floor(at * before.length)) +
            piece +
            before.slice(Math.floor(at * before.length) + drop),
          sample,
        );
        for (const { span, message } of await findingsIn({ [path]: text }, grammarRules)) {
          expect(0 <= span.start && span.start <= span.end && span.end <= text.length).toBe(true);
          expect(message).not.toMatch(/undefined|\[object/);
        }
      },
    ),
    { numRuns: runs(1500), seed: 20_261_121 },
  );
});

it("says nothing of what is not mangled", async () => {
  expect(await findingsIn({ ".github/workflows/a.yml": WORKFLOW, "action.yml": ACTION }, grammarRules)).toEqual([]);
});
