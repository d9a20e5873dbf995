import { describe, expect, it } from "vitest";
import { findingsIn, inShort, placesOf, repositoryOf, ruleNamed } from "../../../support/lint.ts";
import { lintRepository } from "../../../../src/lint/engine.ts";
import { DEFAULT_SETTINGS } from "../../../../src/lint/settings.ts";

const steps = "jobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n";
const starting = (name: string, on = "push"): string => `name: ${name}\non: ${on}\n${steps}`;
const following = (name: string, after: string, filter = "", jobs = steps): string =>
  `name: ${name}\non:\n  workflow_run:\n    workflows: [${after}]\n    types: [completed]\n${filter === "" ? "" : `    branches: ${filter}\n`}${jobs}`;
const at = (files: Record<string, string>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`.github/workflows/${name}.yml`, text]));

describe("dangling-workflow-run", () => {
  const find = (files: Record<string, string>) => findingsIn(at(files), [ruleNamed("dangling-workflow-run")]);

  it("names the nearest workflow and offers it", async () => {
    const [finding] = await find({
      build: starting("Docker Build, Publish & Test"),
      test: following("Test", '"Docker Build, Publish and Test"'),
    });
    expect(finding?.start).toMatchObject({ line: 4, column: 17 });
    expect(finding?.message).toBe(
      "No workflow is called `Docker Build, Publish and Test`, so nothing starts this one. Did you mean `Docker Build, Publish & Test`?",
    );
    expect(finding?.fix?.edits.map(({ text }) => text)).toEqual(['"Docker Build, Publish & Test"']);
  });

  it("reads names as the patterns that they are, and writes what they mean", async () => {
    const named = { a: starting("Test [A]"), b: starting("Test C++"), c: starting("Test D") };
    const found = async (written: string): Promise<string[]> =>
      inShort(await find({ ...named, metrics: following("Metrics", written) }));
    for (const right of ['"Test*"', "'Test \\[A\\]'", "'Test C\\+\\+'", "Test D"])
      expect(await found(right), right).toEqual([]);
    expect(await found('"Unit*"')).toEqual([
      "4:17 dangling-workflow-run No workflow has a name that the pattern `Unit*` matches, so nothing starts this one. Write the `name:` of the workflow to follow.",
    ]);
    for (const [wrong, right] of [
      ["Test [A]", "Test \\[A\\]"],
      ["Test C++", "Test C\\+\\+"],
    ])
      expect(await found(`"${wrong}"`)).toEqual([
        `4:17 dangling-workflow-run \`workflow_run\` takes patterns, and \`${wrong}\` read as one does not match the workflow of that name. Write \`${right}\`.`,
      ]);
    expect(await found('"Lint C++"')).toEqual([
      "4:17 dangling-workflow-run GitHub cannot read the pattern `Lint C++`, and reports a failed run at every event. Put a backslash before what is meant as itself: `Lint C\\+\\+`.",
    ]);
  });

  it("knows a file's path from its name", async () => {
    const [finding] = await find({ build: starting("Build"), test: following("Test", "build.yml") });
    expect(finding?.message).toBe(
      "`workflow_run` wants the workflow's name, not its file: `build.yml` is called `Build`. Write that.",
    );
  });

  it("counts the levels of a chain", async () => {
    const chain = { a: starting("A"), b: following("B", "A"), c: following("C", "B"), d: following("D", "C") };
    expect(await find(chain)).toEqual([]);
    const found = inShort(await find({ ...chain, e: following("E", "D") }));
    expect(found).toEqual([
      "3:3 dangling-workflow-run `A` → `B` → `C` → `D` → `E` is 4 levels of `workflow_run` deep, and GitHub starts nothing beyond 3. Make this workflow follow an earlier one, or call it with `workflow_call`.",
    ]);
  });

  it("finds workflows that only wait for each other", async () => {
    expect(placesOf(await find({ a: following("A", "B"), b: following("B", "A") }))).toEqual([
      ".github/workflows/a.yml:3 dangling-workflow-run",
      ".github/workflows/b.yml:3 dangling-workflow-run",
    ]);
  });

  it("says nothing is missing where not all workflows are known", async () => {
    const repository = { ...(await repositoryOf(at({ test: following("Test", "Build") }))), complete: false };
    expect(
      lintRepository(repository, [ruleNamed("dangling-workflow-run")], { ...DEFAULT_SETTINGS, preset: "strict" }),
    ).toEqual([]);
  });

  it("knows the workflows that GitHub runs without a file", async () => {
    expect(await find({ notify: following("Notify", '"pages build and deployment", CodeQL') })).toEqual([]);
  });

  it("is silent on a workflow that is called and also runs by itself", async () => {
    expect(await find({ build: starting("Build", "[push, workflow_call]"), test: following("Test", "Build") })).toEqual(
      [],
    );
  });
});

describe("workflow-run-filter-gap", () => {
  const find = (files: Record<string, string>, preset: "strict" | "recommended" = "recommended") =>
    findingsIn(at(files), [ruleNamed("workflow-run-filter-gap")], { preset });
  const forPulls = `jobs:
  test:
    if: github.event.workflow_run.event == 'pull_request'
    runs-on: ubuntu-latest
    steps:
      - run: make test
`;

  it("finds a filter of branches in a workflow for pull requests, with the producer beside it", async () => {
    const [finding] = await find({
      build: starting("Build", "[push, pull_request]"),
      test: following("Test", "Build", "[main]", forPulls),
    });
    expect(finding?.start).toMatchObject({ line: 6, column: 5 });
    expect(finding?.related.map(({ file, start }) => `${file}:${start.line}`)).toEqual([
      ".github/workflows/build.yml:2",
    ]);
  });

  it("finds merge-queue heads that wait for a status", async () => {
    const posts = `jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: gh api "repos/$GITHUB_REPOSITORY/statuses/$SHA" -f state=success
        env:
          GH_TOKEN: \${{ github.token }}
          SHA: \${{ github.event.workflow_run.head_sha }}
`;
    expect(
      await find({
        build: starting("Build", "[push, merge_group]"),
        test: following("Test", "Build", "[main]", posts),
      }),
    ).toHaveLength(1);
    expect(
      await find({
        build: starting("Build", "[push, merge_group]"),
        test: following("Test", "Build", "[main, 'gh-readonly-queue/**']", posts),
      }),
    ).toEqual([]);
  });

  it("finds a tag that the workflow tests for and the filter drops", async () => {
    const forTags = forPulls.replace(
      "github.event.workflow_run.event == 'pull_request'",
      "startsWith(github.event.workflow_run.head_branch, 'v')",
    );
    expect(
      await find({
        build: starting("Build", "{ push: { branches: [main], tags: ['v*'] } }"),
        test: following("Test", "Build", "[main]", forTags),
      }),
    ).toHaveLength(1);
    expect(
      await find({
        build: starting("Build", "{ push: { branches: [main], tags: ['v*'] } }"),
        test: following("Test", "Build", "[main, 'v*']", forTags),
      }),
    ).toEqual([]);
  });

  it("finds a branch that is tested for and never gets through", async () => {
    const forBranch = forPulls.replace(
      "github.event.workflow_run.event == 'pull_request'",
      "github.event.workflow_run.head_branch == 'develop'",
    );
    expect(
      placesOf(await find({ build: starting("Build"), test: following("Test", "Build", "[main]", forBranch) })),
    ).toEqual([".github/workflows/test.yml:9 workflow-run-filter-gap"]);
  });

  it("finds a filter that nothing passes", async () => {
    expect(
      await find({
        build: starting("Build", "{ push: { branches: [main] } }"),
        test: following("Test", "Build", "[staging]"),
      }),
    ).toHaveLength(1);
  });

  it("mentions forgotten branches under strict only", async () => {
    const files = {
      build: starting("Build", "{ push: { branches: [main, development, nightly] } }"),
      test: following("Test", "Build", "[main, development]"),
    };
    expect(await find(files)).toEqual([]);
    expect((await find(files, "strict")).map(({ level }) => level)).toEqual(["info"]);
  });

  it("asks under strict whether tests of main alone are meant", async () => {
    const build = starting("Build", "{ push: { branches: [main] }, pull_request: }");
    const files = { build, test: following("Test", "Build", "[main]") };
    expect(await find(files)).toEqual([]);
    expect(placesOf(await find(files, "strict"))).toEqual([".github/workflows/test.yml:6 workflow-run-filter-gap"]);
    expect(
      await find(
        {
          build,
          test: following(
            "Test",
            "Build",
            "[main]",
            steps.replace("    runs-on", "    if: github.event.workflow_run.event == 'push'\n    runs-on"),
          ),
        },
        "strict",
      ),
    ).toEqual([]);
    expect(
      await find(
        { build, test: following("Test", "Build", "[main]", `${steps}      - run: kubectl apply -f deployment.yml\n`) },
        "strict",
      ),
    ).toEqual([]);
    expect(
      await find(
        { build: starting("Build", "{ push: { branches: [main] } }"), test: following("Test", "Build", "[main]") },
        "strict",
      ),
    ).toEqual([]);
  });

  it("is silent on a deployment after main", async () => {
    expect(
      await find(
        {
          build: starting("Build", "[push, pull_request]"),
          deploy: following("Deploy", "Build", "[main]", steps.replace("make test", "make deploy")),
        },
        "strict",
      ),
    ).toEqual([]);
    expect(
      await find(
        { build: starting("Build", "[push, pull_request]"), test: following("Test", "Build", "['**']", forPulls) },
        "strict",
      ),
    ).toEqual([]);
  });
});

describe("invisible-result", () => {
  const find = (files: Record<string, string>) => findingsIn(at(files), [ruleNamed("invisible-result")]);

  it("points at the trigger, with the tests and the producer beside it", async () => {
    const [finding] = await find({
      build: starting("Build", "[push, pull_request]"),
      test: following("Test", "Build"),
    });
    expect(finding?.start).toMatchObject({ line: 3, column: 3 });
    expect(finding?.related.map(({ file, start }) => `${file}:${start.line}`)).toEqual([
      ".github/workflows/test.yml:7",
      ".github/workflows/build.yml:2",
    ]);
  });

  it.each([
    ["builds that are never for pull requests", { build: starting("Build"), test: following("Test", "Build") }],
    [
      "tests of pushes only",
      {
        build: starting("Build", "[push, pull_request]"),
        test: following(
          "Test",
          "Build",
          "",
          steps.replace("    runs-on", "    if: github.event.workflow_run.event == 'push'\n    runs-on"),
        ),
      },
    ],
    [
      "a workflow that tests nothing",
      {
        build: starting("Build", "[push, pull_request]"),
        label: following("Label", "Build", "", steps.replace("make test", "echo done")),
      },
    ],
    [
      "a comment on the pull request",
      {
        build: starting("Build", "[push, pull_request]"),
        test: following("Test", "Build", "", `${steps}      - uses: marocchino/sticky-pull-request-comment@v2\n`),
      },
    ],
    [
      "a local action, which may report",
      {
        build: starting("Build", "[push, pull_request]"),
        test: following("Test", "Build", "", `${steps}      - uses: ./.github/actions/report\n`),
      },
    ],
  ])("is silent on %s", async (_, files) => expect(inShort(await find(files))).toEqual([]));
});
