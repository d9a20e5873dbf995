/** Artifacts of other runs, tests of an image that nothing here pushes, and images that a called workflow does not read. */
import { describe, expect, it } from "vitest";
import type { Example } from "../../../../src/lint/rule.ts";
import { findingsIn, inShort, placesOf, ruleNamed } from "../../../support/lint.ts";

const run = (id: string, example: Example, settings = {}) =>
  findingsIn(example, [ruleNamed(id)], { preset: "recommended", ...settings });
const workflow = (name: string, on: string, steps: string): string =>
  `name: ${name}\non: ${on}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`;
const upload = (name: string, condition = ""): string =>
  `      - uses: actions/upload-artifact@v4\n${condition}        with:\n          name: ${name}\n          path: out\n`;
const download = (name: string): string =>
  `      - uses: actions/download-artifact@v5\n        with:\n          name: ${name}\n          run-id: \${{ github.event.workflow_run.id }}\n          github-token: \${{ github.token }}\n`;
const AFTER = "{ workflow_run: { workflows: [Build], types: [completed] } }";
const both = (build: string, after: string): Record<string, string> => ({
  ".github/workflows/build.yml": build,
  ".github/workflows/after.yml": after,
});

describe("artifact-mismatch in another run", () => {
  const find = (build: string, after: string) => run("artifact-mismatch", both(build, after));

  it("names what the run before uploads", async () => {
    const [finding] = await find(
      workflow("Build", "push", upload("push-image")),
      workflow("After", AFTER, download("pr-image")),
    );
    expect(finding?.start).toMatchObject({ line: 9, column: 17 });
    expect(finding?.message).toBe("`Build` uploads no artifact `pr-image`. Known here: push-image.");
    expect(finding?.related.map(({ file, start }) => `${file}:${start.line}`)).toEqual([
      ".github/workflows/build.yml:9",
    ]);
  });

  it.each([
    [
      "a command",
      upload("image"),
      '      - run: gh run download "${{ github.event.workflow_run.id }}" --name images\n        env:\n          GH_TOKEN: ${{ github.token }}\n',
    ],
    [
      "a workflow's latest run",
      upload("image"),
      "      - uses: dawidd6/action-download-artifact@v11\n        with:\n          workflow: build.yml\n          name: images\n",
    ],
    [
      "the trial merge where the head is asked for",
      upload("image-${{ github.sha }}"),
      download("image-${{ github.event.workflow_run.head_sha }}"),
    ],
  ])("finds %s", async (_, uploads, downloads) =>
    expect(await find(workflow("Build", "pull_request", uploads), workflow("After", AFTER, downloads))).toHaveLength(1),
  );

  it.each([
    ["the same name", "push", upload("image"), download("image")],
    [
      "the same commit",
      "push",
      upload("image-${{ github.sha }}"),
      download("image-${{ github.event.workflow_run.head_sha }}"),
    ],
    [
      "a name for one event of two",
      "[push, pull_request]",
      upload("image", "        if: github.event_name == 'push'\n"),
      download("image"),
    ],
    [
      "what is uploaded on a failure",
      "push",
      upload("binary") + upload("logs", "        if: failure()\n"),
      download("logs"),
    ],
    [
      "an action that may upload",
      "push",
      upload("binary") + "      - uses: octo/publish-results@v1\n",
      download("results"),
    ],
    [
      "a download that may fail",
      "push",
      upload("binary"),
      download("pr").replace("        with", "        continue-on-error: true\n        with"),
    ],
    [
      "a run that a person names",
      "push",
      upload("binary"),
      download("pr").replace("github.event.workflow_run.id", "inputs.run"),
    ],
    [
      "another repository's",
      "push",
      upload("binary"),
      download("pr") + "          repository: octo/other\n          run-id: 1\n".replace("          run-id: 1\n", ""),
    ],
    [
      "a name that a script works out",
      "push",
      `      - id: name\n        run: echo "name=$(./name.sh)" >> "$GITHUB_OUTPUT"\n${upload("${{ steps.name.outputs.name }}")}`,
      download("pr"),
    ],
  ])("is silent on %s", async (label, on, uploads, downloads) => {
    const found = inShort(await find(workflow("Build", on, uploads), workflow("After", AFTER, downloads)));
    expect(found, label).toEqual([]);
  });

  it("is silent where one of the workflows before is not there", async () => {
    expect(
      await find(
        workflow("Build", "push", upload("binary")),
        workflow("After", AFTER.replace("[Build]", "[Build, Nightly]"), download("pr")),
      ),
    ).toEqual([]);
  });
});

describe("mutable-test-image without a push", () => {
  const find = async (script: string) =>
    placesOf(await run("mutable-test-image", workflow("Test", "push", `      - run: ${script}\n`)));

  it.each([
    "docker run ghcr.io/octo/app:latest make test",
    "docker run --rm -e CI=1 registry.fly.io/app pytest -q",
    "docker run --rm ghcr.io/octo/app:main npm test",
  ])("finds %s", async (script) =>
    expect(await find(script)).toEqual([".github/workflows/example.yml:7 mutable-test-image"]),
  );

  it.each([
    'docker run -v "$PWD:/src" -w /src ghcr.io/octo/ci:latest make test',
    "docker run --rm ghcr.io/octo/app:1.2 make test",
    "docker run --rm ghcr.io/octo/app:${{ github.sha }} make test",
    "docker run --rm ghcr.io/octo/linter:latest /github/workspace",
    "docker run -d -p 5432:5432 postgres:latest",
    "docker run --rm app:latest make test",
  ])("is silent on %s", async (script) => expect(await find(script)).toEqual([]));
});

describe("unused-image-input that is passed and not read", () => {
  const caller =
    "on: push\njobs:\n  test:\n    uses: ./.github/workflows/test.yml\n    with:\n      image: ghcr.io/octo/app:1\n";
  const called = (script: string): string =>
    `on:\n  workflow_call:\n    inputs:\n      image:\n        type: string\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v5\n      - run: ${script}\n`;
  const find = async (script: string) =>
    placesOf(
      await run("unused-image-input", {
        ".github/workflows/ci.yml": caller,
        ".github/workflows/test.yml": called(script),
      }),
    );

  it("stands at the build", async () => {
    expect(await find("flyctl deploy --app test")).toEqual([".github/workflows/test.yml:11 unused-image-input"]);
    expect(await find("docker build -t app .")).toEqual([".github/workflows/test.yml:11 unused-image-input"]);
  });

  it.each([
    'flyctl deploy --app test --image "${{ inputs.image }}"',
    'docker build --build-arg "BASE=${{ inputs.image }}" -t tests .',
    "echo '${{ toJSON(inputs) }}' && docker build -t app .",
    "make test",
  ])("is silent on %s", async (script) => expect(await find(script)).toEqual([]));
});
