/** References to steps, needs, matrix, inputs and secrets: what is there, and what only looks like it. */
import { describe, expect, it } from "vitest";
import { placesIn, shortlyIn, steps } from "./support.ts";

describe("steps", () => {
  it("knows the steps before, in this job, with their outputs", async () => {
    expect(
      await placesIn(`on: push
jobs:
  one:
    runs-on: ubuntu-latest
    outputs:
      late: \${{ steps.last.outputs.x }}
      none: \${{ steps.gone.outputs.x }}
    steps:
      - id: first
        run: ./anything
        if: steps.first.outcome == 'success'
      - run: echo \${{ steps.FIRST.outputs.anything }} \${{ steps.last.outputs.x }}
      - id: last
        run: ./anything
      - run: echo \${{ steps.last.result }}
  two:
    runs-on: ubuntu-latest
    steps:
      - run: echo \${{ steps.first.outputs.x }}
`),
    ).toEqual([
      "7:23 step-reference",
      "11:19 step-reference",
      "12:65 step-reference",
      "15:34 step-reference",
      "19:29 step-reference",
    ]);
  });

  it("judges the outputs of a script only where all of them are written plainly", async () => {
    const script = (lines: string): string =>
      steps(`      - id: a\n        run: |\n${lines}\n      - run: echo \${{ steps.a.outputs.tags }}\n`);
    expect(
      await placesIn(script('          tag=$(git describe)\n          echo "tag=$tag" >> "$GITHUB_OUTPUT"')),
    ).toEqual(["10:39 step-reference"]);
    for (const lines of [
      '          ./release.sh\n          echo "tag=1" >> "$GITHUB_OUTPUT"',
      '          echo "tag=1" >> "$GITHUB_OUTPUT"; echo "tags=1" >> "$GITHUB_OUTPUT"',
      '          echo "$name=1" >> "$GITHUB_OUTPUT"',
      '          { echo "tag=1"; cat more; } >> "$GITHUB_OUTPUT"',
      '          cat <<EOF >> "$GITHUB_OUTPUT"\n          tags=1\n          EOF',
      '          echo -e "tag=1\\ntags=2" >> "$GITHUB_OUTPUT"',
      '          echo "tag=$(./tag.sh)" >> "$GITHUB_OUTPUT"',
    ])
      expect(await placesIn(script(lines)), lines).toEqual([]);
  });

  it("leaves outputs alone that an action's metadata cannot list, and versions that are not recorded", async () => {
    expect(
      await placesIn(
        steps(`      - id: filter
        uses: dorny/paths-filter@v4
        with: { filters: "src: [src/**]" }
      - id: script
        uses: actions/github-script@v8
        with:
          script: core.setOutput("x", 1)
      - id: new
        uses: actions/cache@v99
        with: { path: a, key: b }
      - id: branch
        uses: actions/cache@main
        with: { path: a, key: b }
      - run: echo \${{ steps.filter.outputs.src }} \${{ steps.script.outputs.x }} \${{ steps.new.outputs.y }} \${{ steps.branch.outputs.y }}
`),
      ),
    ).toEqual([]);
  });

  it("knows the outputs of a pinned commit", async () => {
    expect(
      await placesIn(
        steps(
          "      - id: cache\n        uses: actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5\n        with: { path: a, key: b }\n      - run: echo ${{ steps.cache.outputs.hit }}\n",
        ),
      ),
    ).toEqual(["9:43 step-reference"]);
  });

  it("does not judge what stands behind an anchor", async () => {
    expect(
      await placesIn(`on: push
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - id: a
        run: ./a
      - &use
        run: echo \${{ steps.a.outputs.x }} \${{ matrix.y }}
  two:
    runs-on: ubuntu-latest
    strategy: { matrix: { y: [1, 2] } }
    steps:
      - *use
`),
    ).toEqual([]);
  });
});

describe("needs", () => {
  it("takes any need, in any case, with its outputs, and a called workflow's as it comes", async () => {
    expect(
      await placesIn(`on: push
jobs:
  build:
    runs-on: ubuntu-latest
    outputs: { Digest: x }
    steps: [{ run: make }]
  call:
    uses: octo-org/shared/.github/workflows/x.yml@v1
  test:
    needs: [Build, call]
    if: always() && needs.build.result == 'success' && !contains(needs.*.result, 'failure')
    runs-on: ubuntu-latest
    steps:
      - run: echo \${{ needs.build.outputs.digest }} \${{ needs.call.outputs.anything }} \${{ needs.build.outcome }} \${{ needs['build'].outputs['tag'] }}
`),
    ).toEqual(["14:104 needs-reference", "14:142 needs-reference"]);
  });

  it("finds results that no job has", async () => {
    expect(
      await shortlyIn(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{ run: make }]\n  b:\n    needs: a\n    if: needs.a.result == 'failed'\n    runs-on: ubuntu-latest\n    steps: [{ run: make }]\n",
      ),
    ).toEqual([
      "8:27 impossible-comparison `needs.a.result` is one of 'success', 'failure', 'cancelled', 'skipped', so `==` is always false here.",
    ]);
  });
});

describe("matrix", () => {
  const matrix = (text: string, use: string): string =>
    `on: push\njobs:\n  test:\n    strategy:\n      matrix:\n${text}\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n        if: ${use}\n`;

  it("knows dimensions, includes and the values of both", async () => {
    expect(
      await placesIn(
        matrix(
          "        os: [a, b]\n        include:\n          - os: c\n            extra: { deep: 1 }",
          "matrix.OS == 'c' && matrix.extra.deep && matrix.none",
        ),
      ),
    ).toEqual(["13:61 matrix-reference"]);
    expect(
      await placesIn(matrix("        os: [a, b]\n        include:\n          - os: c", "matrix.os == 'd'")),
    ).toEqual(["12:26 impossible-comparison"]);
  });

  it("knows that a combination of an include may lack a dimension", async () => {
    expect(
      await placesIn(
        matrix("        os: [a, b]\n        node: [x]\n        include:\n          - os: c", "matrix.node == ''"),
      ),
    ).toEqual([]);
    expect(
      await placesIn(
        matrix("        os: [a, b]\n        include:\n          - os: a\n            flag: yes", "matrix.flag == ''"),
      ),
    ).toEqual([]);
  });

  it("takes computed matrices as they come", async () => {
    for (const text of [
      "        os: ${{ fromJSON(vars.OS) }}",
      "        os: [a, '${{ vars.OS }}']",
      "        include: ${{ fromJSON(vars.LIST) }}\n        os: [a]",
    ])
      expect(await placesIn(matrix(text, "matrix.os == 'z'")), text).toEqual([]);
    expect(
      await placesIn(
        "on: push\njobs:\n  test:\n    strategy:\n      matrix: ${{ fromJSON(vars.M) }}\n    runs-on: ubuntu-latest\n    steps:\n      - run: make ${{ matrix.anything }}\n",
      ),
    ).toEqual([]);
  });
});

describe("inputs and secrets", () => {
  it("joins the inputs of both events, and reads those of a dispatch as text in the payload", async () => {
    expect(
      await placesIn(`on:
  workflow_dispatch:
    inputs:
      flag: { type: boolean }
      plain: {}
  workflow_call:
    inputs:
      number: { type: number }
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: \${{ inputs.number }}
    steps:
      - run: make \${{ inputs.flag }} \${{ inputs.PLAIN }} \${{ inputs.other }}
        if: github.event.inputs.flag == 'true' || inputs.flag == 'true'
`),
    ).toEqual(["14:69 inputs-reference", "15:51 comparison-type"]);
  });

  it("warns only, where a workflow has no inputs at all", async () => {
    const [finding] = await shortlyIn(steps("      - run: make ${{ inputs.x }}\n"));
    expect(finding).toContain("inputs-reference");
  });

  it("takes any secret unless the workflow is only called and says which", async () => {
    expect(await placesIn(steps("      - run: make\n        env: { A: '${{ secrets.ANY }}' }\n"))).toEqual([]);
    expect(
      await placesIn(steps("      - run: make\n        env: { A: '${{ secrets.ANY }}' }\n", "workflow_call")),
    ).toEqual([]);
    expect(
      await placesIn(
        steps(
          "      - run: make\n        env: { A: '${{ secrets.ANY }}', B: '${{ secrets.github_token }}' }\n",
          "{ workflow_call: { secrets: { one: { required: true } } } }",
        ),
      ),
    ).toEqual(["7:32 secrets-reference"]);
  });
});

describe("actions", () => {
  it("reads a composite action's own inputs and steps", async () => {
    expect(
      await placesIn({
        "action.yml": `name: A
description: B
inputs:
  name: { description: c }
outputs:
  x: { description: c, value: "\${{ steps.b.outputs.x }}" }
  y: { description: c, value: "\${{ steps.none.outputs.x }}" }
runs:
  using: composite
  steps:
    - id: a
      run: echo \${{ inputs.name }} \${{ inputs.nam }} \${{ steps.b.outputs.x }}
      shell: bash
    - id: b
      run: ./b
      shell: bash
`,
      }),
    ).toEqual(["7:42 step-reference", "12:47 inputs-reference", "12:64 step-reference"]);
  });
});
