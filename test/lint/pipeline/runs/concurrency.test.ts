import { describe, expect, it } from "vitest";
import { findingsIn, inShort, placesOf, ruleNamed } from "../../../support/lint.ts";

const job = `jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`;
const withGroup = (on: string, group: string, cancel = "true", jobs = job): string =>
  `on: ${on}\nconcurrency:\n  group: ${group}\n  cancel-in-progress: ${cancel}\n${jobs}`;
const only = (id: string, text: string, preset: "strict" | "recommended" = "strict") =>
  findingsIn(text, [ruleNamed(id)], { preset });

describe("ineffective-cancel", () => {
  it("points at the commit in the group's name", async () => {
    expect(
      inShort(await only("ineffective-cancel", withGroup("push", "ci-${{ github.ref }}-${{ github.sha }}"))),
    ).toEqual([
      "3:35 ineffective-cancel `github.sha` in the group's name gives every commit a group of its own, so `cancel-in-progress` never ends the run of an older commit. Group by `github.ref`, or leave `cancel-in-progress` out.",
    ]);
  });

  it.each([
    ["the run's id", withGroup("push", "${{ github.run_id }}")],
    ["the head commit of a pull request", withGroup("pull_request", "${{ github.event.pull_request.head.sha }}")],
    ["a formatted name", withGroup("push", "${{ format('{0}-{1}', github.workflow, github.sha) }}")],
    [
      "a job's group",
      `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    concurrency:\n      group: a-\${{ github.sha }}\n      cancel-in-progress: true\n    steps:\n      - run: make\n`,
    ],
    [
      "an expression that cancels for pull requests",
      withGroup("[push, pull_request]", "${{ github.sha }}", "${{ github.event_name == 'pull_request' }}"),
    ],
  ])("finds %s", async (_, text) => expect(await only("ineffective-cancel", text)).toHaveLength(1));

  it.each([
    ["a fallback for pushes", withGroup("[push, pull_request]", "${{ github.head_ref || github.run_id }}")],
    [
      "a number before the commit",
      withGroup("[push, pull_request]", "ci-${{ github.event.pull_request.number || github.sha }}"),
    ],
    [
      "a choice by event",
      withGroup("[push, pull_request]", "${{ github.event_name == 'pull_request' && github.ref || github.sha }}"),
    ],
    ["no cancellation", withGroup("push", "${{ github.sha }}", "false")],
    ["the default branch's commit", withGroup("{ workflow_run: { workflows: [Build] } }", "${{ github.sha }}")],
    [
      "shared text in a workflow without pull requests",
      withGroup("push", "${{ github.event.pull_request.number || github.sha }}"),
    ],
  ])("is silent on %s", async (_, text) => expect(inShort(await only("ineffective-cancel", text))).toEqual([]));
});

describe("cancels-main", () => {
  const deploy = `jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: flyctl deploy --image "$IMAGE"
`;

  it("says what is lost", async () => {
    const [finding] = await only(
      "cancels-main",
      withGroup("{ push: { branches: [main] } }", "${{ github.workflow }}-${{ github.ref }}", "true", deploy),
      "recommended",
    );
    expect(finding?.message).toBe(
      "A newer push to `main` cancels the run of the commit before it, and a deployment in `deploy` stays half done. Write `cancel-in-progress: false`.",
    );
    expect(finding?.start).toMatchObject({ line: 4, column: 23 });
  });

  it("leaves tests on main to the strict preset", async () => {
    const text = withGroup("{ push: { branches: [main] } }", "${{ github.workflow }}-${{ github.ref }}");
    expect(await only("cancels-main", text, "recommended")).toEqual([]);
    expect(await only("cancels-main", text, "strict")).toHaveLength(1);
  });

  it.each([
    [
      "a scheduled cleanup",
      withGroup(
        "{ schedule: [{ cron: '0 3 * * *' }] }",
        "cleanup",
        "true",
        "jobs:\n  clean:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/delete-package-versions@v5\n",
      ),
    ],
    [
      "releases of different tags in one group",
      withGroup(
        "{ push: { tags: ['v*'] } }",
        "release",
        "true",
        "jobs:\n  release:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm publish\n",
      ),
    ],
  ])("finds %s", async (_, text) => expect(await only("cancels-main", text, "recommended")).toHaveLength(1));

  it.each([
    [
      "releases by tag",
      withGroup(
        "{ push: { tags: ['v*'] } }",
        "release-${{ github.ref }}",
        "true",
        "jobs:\n  release:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm publish\n",
      ),
    ],
    ["pull requests", withGroup("pull_request", "${{ github.workflow }}-${{ github.ref }}")],
    ["feature branches", withGroup("{ push: { branches: ['feature/**'] } }", "${{ github.ref }}")],
    ["a group by commit on main", withGroup("push", "${{ github.head_ref || github.sha }}")],
    ["an exception for main", withGroup("push", "${{ github.ref }}", "${{ github.ref != 'refs/heads/main' }}")],
    [
      "a deployment that is not for pushes",
      withGroup(
        "{ push: { branches: [main] }, pull_request: {} }",
        "${{ github.ref }}",
        "true",
        "jobs:\n  deploy:\n    if: github.event_name == 'pull_request'\n    runs-on: ubuntu-latest\n    environment: preview\n    steps:\n      - run: make\n",
      ),
    ],
  ])("is silent on %s", async (_, text) => expect(inShort(await only("cancels-main", text))).toEqual([]));
});

describe("empty-concurrency-key", () => {
  it("names the field and the events", async () => {
    expect(
      inShort(
        await only(
          "empty-concurrency-key",
          withGroup("[pull_request, merge_group, workflow_dispatch]", "ci-${{ github.head_ref }}"),
        ),
      ),
    ).toEqual([
      "3:17 empty-concurrency-key `github.head_ref` is empty on `merge_group` and `workflow_dispatch`, so all these runs share one group and cancel each other. Give it a fallback, such as `github.head_ref || github.ref` or `github.run_id`.",
    ]);
  });

  it("knows the fields of other events", async () => {
    expect(
      await only(
        "empty-concurrency-key",
        withGroup("[issues, pull_request]", "triage-${{ github.event.issue.number }}"),
      ),
    ).toHaveLength(1);
  });

  it.each([
    [
      "another field that tells them apart",
      withGroup("[pull_request, push]", "${{ github.head_ref }}-${{ github.ref }}"),
    ],
    ["a fallback", withGroup("[pull_request, push]", "${{ github.event.pull_request.number || github.ref }}")],
    [
      "fallbacks of several events",
      withGroup(
        "[pull_request, merge_group, workflow_dispatch]",
        "${{ github.event.pull_request.head.sha || github.event.merge_group.head_sha || github.sha }}",
      ),
    ],
    [
      "a field that only decides on the group",
      withGroup(
        "{ workflow_run: { workflows: [Build] }, workflow_dispatch: {} }",
        "${{ (github.event.workflow_run.event == 'x' || startsWith(github.event.workflow_run.name, 'x')) && github.run_id || 'tags' }}",
      ),
    ],
    [
      "a push of one branch only",
      withGroup("{ pull_request: {}, push: { branches: [main] } }", "ci-${{ github.head_ref }}"),
    ],
    [
      "a nightly run",
      withGroup("{ pull_request: {}, schedule: [{ cron: '0 1 * * *' }] }", "ci-${{ github.head_ref }}"),
    ],
    ["a called workflow", withGroup("{ pull_request: {}, workflow_call: {} }", "ci-${{ github.head_ref }}")],
    [
      "an input of the dispatch",
      withGroup(
        "{ pull_request: {}, workflow_dispatch: { inputs: { tag: {} } } }",
        "${{ github.head_ref }}-${{ inputs.tag }}",
      ),
    ],
  ])("is silent on %s", async (_, text) => expect(inShort(await only("empty-concurrency-key", text))).toEqual([]));
});

describe("caller-concurrency-clash", () => {
  const called = (group: string, cancel = true): string =>
    `on: workflow_call\nconcurrency:\n  group: ${group}\n  cancel-in-progress: ${cancel}\n${job}`;
  const files = (caller: string, ...groups: string[]) => ({
    ".github/workflows/ci.yml": caller,
    ...Object.fromEntries(groups.map((group, index) => [`.github/workflows/called-${index}.yml`, called(group)])),
  });
  const caller = (concurrency: string, ...jobs: string[]): string =>
    `name: CI\non: push\n${concurrency}jobs:\n${jobs.map((text) => `  ${text}\n`).join("")}`;
  const GROUP = "${{ github.workflow }}-${{ github.ref }}";

  it("compares the expressions, not their blanks", async () => {
    const findings = await findingsIn(
      files(
        caller(`concurrency: ${GROUP.replaceAll("{{ ", "{{")}\n`, "test: { uses: ./.github/workflows/called-0.yml }"),
        GROUP,
      ),
      [ruleNamed("caller-concurrency-clash")],
    );
    expect(placesOf(findings)).toEqual([".github/workflows/called-0.yml:3 caller-concurrency-clash"]);
    expect(findings[0]?.related.map(({ file }) => file)).toEqual([".github/workflows/ci.yml"]);
  });

  it("finds two called workflows that run side by side", async () => {
    const text = caller(
      "",
      "a: { uses: ./.github/workflows/called-0.yml }",
      "b: { uses: ./.github/workflows/called-1.yml }",
    );
    expect(placesOf(await findingsIn(files(text, GROUP, GROUP), [ruleNamed("caller-concurrency-clash")]))).toEqual([
      ".github/workflows/called-1.yml:3 caller-concurrency-clash",
    ]);
  });

  it.each([
    [
      "one after the other",
      files(
        caller(
          "",
          "a: { uses: ./.github/workflows/called-0.yml }",
          "b: { needs: a, uses: ./.github/workflows/called-1.yml }",
        ),
        GROUP,
        GROUP,
      ),
    ],
    [
      "a word of its own",
      files(caller(`concurrency: ${GROUP}\n`, "test: { uses: ./.github/workflows/called-0.yml }"), `test-${GROUP}`),
    ],
    [
      "an input in the name",
      files(
        caller(`concurrency: ${GROUP}\n`, "test: { uses: ./.github/workflows/called-0.yml }"),
        `${GROUP}-\${{ inputs.shard }}`,
      ),
    ],
    ["a caller without a group", files(caller("", "test: { uses: ./.github/workflows/called-0.yml }"), GROUP)],
  ])("is silent on %s", async (_, example) =>
    expect(inShort(await findingsIn(example, [ruleNamed("caller-concurrency-clash")]))).toEqual([]),
  );
});
