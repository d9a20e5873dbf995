/** Where no expression may stand, and what an expression must be where it may. */
import { expect, it } from "vitest";
import { placesIn } from "./support.ts";

const job = (...lines: string[]): string =>
  `on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n${lines.map((line) => `    ${line}\n`).join("")}    steps:\n      - run: make\n`;

it.each([
  [
    "a filter",
    "on:\n  push:\n    branches: [\"${{ 'main' }}\"]\njobs:\n  a: { uses: o/r/.github/workflows/b.yml@v1 }\n",
    ["3:17 context-availability"],
  ],
  [
    "the text of an input",
    "on:\n  workflow_call:\n    inputs:\n      a: { type: string, description: \"${{ 'a' }}\" }\njobs:\n  a: { uses: o/r/.github/workflows/b.yml@v1 }\n",
    ["4:40 context-availability"],
  ],
  ["a job as a whole", "on: push\njobs:\n  a: ${{ true }}\n", ["3:6 context-availability"]],
  ["needs", job("needs: ${{ fromJSON('[]') }}"), ["5:12 context-availability"]],
  ["a level of the token", job("permissions: { contents: \"${{ 'read' }}\" }"), ["5:31 context-availability"]],
])("%s takes no expression, whatever is in it", async (_name, text, places) => {
  expect(await placesIn(text)).toEqual(places);
});

it.each([
  ["text around a number", job('timeout-minutes: "${{ vars.MINUTES }}0"'), ["5:23 expression-type"]],
  ["text around a flag", job('continue-on-error: "a ${{ inputs.flaky }}"'), ["5:27 expression-type"]],
  ["a matrix of text", job("strategy: { matrix: { include: [\"${{ 'a' }}\"] } }"), ["5:38 expression-type"]],
  ["credentials of text", job("container: { image: a, credentials: \"${{ 'me' }}\" }"), ["5:42 expression-type"]],
  [
    "a flag for a runner",
    "on: push\njobs:\n  test:\n    runs-on: ${{ true }}\n    steps:\n      - run: make\n",
    ["4:14 expression-type"],
  ],
])("%s is refused", async (_name, text, places) => {
  expect((await placesIn(text)).filter((place) => !place.includes("inputs-reference"))).toEqual(places);
});

it("leaves alone what only the run can tell", async () => {
  expect(
    await placesIn(
      job(
        "timeout-minutes: ${{ fromJSON(vars.MINUTES) }}",
        'strategy: { matrix: { include: "${{ fromJSON(vars.ENTRIES) }}" } }',
        'container: { image: a, credentials: "${{ fromJSON(vars.LOGIN) }}" }',
      ),
    ),
  ).toEqual([]);
  expect(
    await placesIn(
      "on: push\njobs:\n  test:\n    runs-on: ${{ fromJSON(vars.RUNNER) }}\n    steps:\n      - run: make\n",
    ),
  ).toEqual([]);
});

it.each([
  ["text functions on no text", "startsWith(true, github.ref)", ["7:24 function-arguments"]],
  ["a search for a flag in a list", "contains(fromJSON('[true]'), true)", []],
  ["an order with null", "runner.name < null", ["7:27 comparison-type"]],
])("%s", async (_name, expression, places) => {
  expect(
    await placesIn(
      `on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n        if: ${expression}\n`,
    ),
  ).toEqual(places);
});

it("knows that an included entry adds to combinations that there are", async () => {
  const matrix = (include: string): string =>
    job(`strategy: { matrix: { os: [ubuntu-latest], v: [1, 2], include: [${include}] } }`, 'name: "${{ matrix.v.x }}"');
  expect(await placesIn(matrix("{ os: ubuntu-latest, extra: a }"))).toEqual(["6:25 unknown-property"]);
  expect(await placesIn(matrix("{ os: macos-latest, extra: a }"))).toEqual([]);
});
