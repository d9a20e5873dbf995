/** How far somebody else's text travels between files. */
import { expect, it } from "vitest";
import { findingsIn, ruleNamed } from "../../support/lint.ts";

const RULE = ruleNamed("script-injection-across-files");
const waysIn = async (files: Readonly<Record<string, string>>): Promise<string[][]> =>
  (await findingsIn(files, [RULE])).map(({ file, start, level, related }) => [
    `${file}:${start.line} ${level}`,
    ...related.map((place) => `${place.file}:${place.start.line} ${place.message}`),
  ]);

const CALLED = `on:
  workflow_call:
    inputs:
      title:
        type: string
    outputs:
      echoed:
        value: \${{ jobs.use.outputs.echoed }}
jobs:
  use:
    runs-on: ubuntu-latest
    outputs:
      echoed: \${{ inputs.title }}
    steps:
      - run: ./label.sh "\${{ inputs.title }}"
`;

it("follows an input into a called workflow", async () => {
  const files = {
    ".github/workflows/issues.yml":
      "on: issues\njobs:\n  label:\n    uses: ./.github/workflows/called.yml\n    with:\n      title: ${{ github.event.issue.title }}\n",
    ".github/workflows/called.yml": CALLED,
  };
  expect(await waysIn(files)).toEqual([
    [
      ".github/workflows/called.yml:15 error",
      ".github/workflows/issues.yml:6 Anybody sets it on `issues`.",
      ".github/workflows/issues.yml:6 It is passed as the input `title`.",
    ],
  ]);
});

it("is silent where every caller passes something harmless, or nobody calls", async () => {
  expect(
    await waysIn({
      ".github/workflows/issues.yml":
        "on: issues\njobs:\n  label:\n    uses: ./.github/workflows/called.yml\n    with:\n      title: ${{ github.event.issue.number }}\n",
      ".github/workflows/called.yml": CALLED,
    }),
  ).toEqual([]);
  expect(await waysIn({ ".github/workflows/called.yml": CALLED })).toEqual([]);
});

it("follows an output out of a called workflow", async () => {
  const files = {
    ".github/workflows/issues.yml": `on: issues
jobs:
  label:
    uses: ./.github/workflows/called.yml
    with:
      title: \${{ github.event.issue.title }}
  tell:
    needs: label
    runs-on: ubuntu-latest
    steps:
      - run: ./tell.sh "\${{ needs.label.outputs.echoed }}"
`,
    ".github/workflows/called.yml": CALLED.replace(/ {4}steps:[^]*/, "    steps:\n      - run: ./count.sh\n"),
  };
  expect(await waysIn(files)).toEqual([
    [
      ".github/workflows/issues.yml:11 error",
      ".github/workflows/issues.yml:6 Anybody sets it on `issues`.",
      ".github/workflows/issues.yml:6 It is passed as the input `title`.",
      ".github/workflows/called.yml:13 The input `title` holds it.",
      ".github/workflows/called.yml:13 The job's output `echoed` takes it.",
      ".github/workflows/called.yml:8 `jobs.use.outputs.echoed` holds it.",
      ".github/workflows/called.yml:7 The called workflow's output `echoed` takes it.",
    ],
  ]);
});

it("follows a value into a composite action and out of it", async () => {
  const files = {
    ".github/workflows/pr.yml": `on: pull_request_target
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - id: slug
        uses: ./.github/actions/slug
        with:
          branch: \${{ github.head_ref }}
      - run: deploy "\${{ steps.slug.outputs.slug }}"
`,
    ".github/actions/slug/action.yml": `name: Slug
inputs:
  branch:
    required: true
outputs:
  slug:
    value: \${{ steps.make.outputs.slug }}
runs:
  using: composite
  steps:
    - id: make
      shell: bash
      env:
        BRANCH: \${{ inputs.branch }}
      run: echo "slug=\${BRANCH%%/*}" >> "$GITHUB_OUTPUT"
    - shell: bash
      run: echo "\${{ inputs.branch }}"
`,
  };
  const ways = await waysIn(files);
  expect(ways.map(([at]) => at)).toEqual([
    ".github/actions/slug/action.yml:17 error",
    ".github/workflows/pr.yml:11 error",
  ]);
  expect(ways[1]?.slice(1)).toEqual([
    ".github/workflows/pr.yml:10 Anybody sets it on `pull_request_target`.",
    ".github/workflows/pr.yml:10 It is passed as the input `branch`.",
    ".github/actions/slug/action.yml:14 The input `branch` holds it.",
    ".github/actions/slug/action.yml:14 The environment variable `BRANCH` takes it.",
    ".github/actions/slug/action.yml:15 This writes it to the output `slug`.",
    ".github/actions/slug/action.yml:7 `steps.make.outputs.slug` holds it.",
    ".github/actions/slug/action.yml:6 The action's output `slug` takes it.",
  ]);
});

it("asks the callers on which events a called workflow runs", async () => {
  const called =
    'on: workflow_call\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo "${{ github.event.issue.title }}"\n';
  const files = {
    ".github/workflows/issues.yml": "on: issues\njobs:\n  x:\n    uses: ./.github/workflows/called.yml\n",
    ".github/workflows/called.yml": called,
  };
  // The single file says it already, with less: nobody knows who calls.
  expect(
    (await findingsIn(files, [ruleNamed("script-injection")])).map(({ file, level }) => `${file} ${level}`),
  ).toEqual([".github/workflows/called.yml warning"]);
});

it("ends where workflows call one another in a circle", async () => {
  const circle = (other: string): string =>
    `on: workflow_call\njobs:\n  x:\n    uses: ./.github/workflows/${other}.yml\n    with:\n      a: \${{ inputs.a }}\n`;
  expect(await waysIn({ ".github/workflows/a.yml": circle("b"), ".github/workflows/b.yml": circle("a") })).toEqual([]);
});
