/** The program that decides before anything is built. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import { HOSTILE, type Machine, type ProgramResult, startMachine, TOKEN } from "../support/run-program.ts";
import type { PlannedPart } from "../support/program-folder.ts";

const SHA = "abc1234def5678901234567890abcdef12345678";
const MERGE = "f".repeat(40);
const REPOSITORY = "Wikid82/charon";

interface Situation {
  /** What the runner says, and the inputs of the action. */
  readonly env: Readonly<Record<string, string>>;
  readonly event: unknown;
}

const base = {
  GITHUB_EVENT_NAME: "push",
  GITHUB_REF_NAME: "main",
  GITHUB_REF_TYPE: "branch",
  GITHUB_REPOSITORY: REPOSITORY,
  GITHUB_SHA: SHA,
};
const push = (branch: string): Situation => ({ env: { ...base, GITHUB_REF_NAME: branch }, event: { after: SHA } });
/** GitHub names the merge commit; the head is in the payload only. */
const pull = ({ branch = "feature/dns", repository = REPOSITORY as string | null, number = 12 as unknown } = {}) => ({
  env: {
    ...base,
    GITHUB_EVENT_NAME: "pull_request",
    GITHUB_REF_NAME: "12/merge",
    GITHUB_HEAD_REF: branch,
    GITHUB_SHA: MERGE,
  },
  event: {
    pull_request: { number, head: { sha: SHA, repo: repository === null ? null : { full_name: repository } } },
  },
});
const queue: Situation = {
  env: { ...base, GITHUB_EVENT_NAME: "merge_group", GITHUB_REF_NAME: "gh-readonly-queue/main/pr-12-0000000" },
  event: { merge_group: { head_sha: SHA } },
};
const byHand = (tag?: string): Situation => ({
  env: { ...base, GITHUB_EVENT_NAME: "workflow_dispatch" },
  event: { inputs: tag === undefined ? null : { tag } },
});
const schedule: Situation = { env: { ...base, GITHUB_EVENT_NAME: "schedule" }, event: { schedule: "0 3 * * *" } };
const release = (tag: string): Situation => ({
  env: { ...base, GITHUB_REF_NAME: tag, GITHUB_REF_TYPE: "tag" },
  event: {},
});

describe("plan-build", () => {
  let machine: Machine;
  beforeAll(() => {
    machine = startMachine();
  });
  afterAll(() => machine.stop());

  const run = ({ env, event }: Situation, plan: PlannedPart = {}): Promise<ProgramResult> =>
    machine.run("plan-build", env, { event, plan });
  const planOf = ({ outputs }: ProgramResult): Record<string, unknown> =>
    JSON.parse(outputs["plan"] ?? "{}") as Record<string, unknown>;

  it.each<[string, Situation, Record<string, unknown>]>([
    [
      "a push to main",
      push("main"),
      {
        class: "main",
        tag: "sha-abc1234",
        push: true,
        candidates: ["sha-abc1234", "mq-abc1234"],
        staging: "stage-abc1234-{platform}",
        branch: "main",
      },
    ],
    [
      "a push to an integration branch",
      push("development"),
      { class: "integration", tag: "sha-abc1234", candidates: ["sha-abc1234", "mq-abc1234"] },
    ],
    [
      "a push to a feature branch",
      push("feature/Fix-#1"),
      {
        class: "feature",
        tag: "feature-fix-1-abc1234",
        candidates: ["feature-fix-1-abc1234", "sha-abc1234"],
        branch: "feature-fix-1",
      },
    ],
    [
      "a pull request",
      pull(),
      {
        class: "pullRequest",
        tag: "pr-12-abc1234",
        push: true,
        candidates: ["pr-12-abc1234", "sha-abc1234", "feature-dns-abc1234"],
        branch: "feature-dns",
      },
    ],
    [
      "a pull request from a fork",
      pull({ repository: "stranger/charon" }),
      { class: "pullRequest", tag: "pr-12-abc1234", push: false },
    ],
    ["a pull request from a fork that is gone", pull({ repository: null }), { push: false }],
    ["the merge queue", queue, { class: "queue", tag: "mq-abc1234", candidates: ["mq-abc1234", "sha-abc1234"] }],
    [
      "a schedule",
      schedule,
      {
        class: "nightly",
        tag: `nightly-${new Date().toISOString().slice(0, 10)}`,
        candidates: [],
        staging: "stage-n4711-{platform}",
      },
    ],
    [
      "a manual run",
      byHand(),
      { class: "manual", tag: "manual-4711", candidates: [], staging: "stage-n4711-{platform}" },
    ],
    ["a manual run with a tag", byHand("try-this"), { class: "manual", tag: "try-this" }],
    [
      "a manual run of a tag",
      { ...byHand(), env: { ...byHand().env, GITHUB_REF_NAME: "v1.2.3", GITHUB_REF_TYPE: "tag" } },
      { class: "manual", tag: "manual-4711" },
    ],
    [
      "the nightly workflow that somebody starts",
      { ...byHand(), env: { ...byHand().env, NIGHTLY: "true" } },
      { class: "nightly", candidates: [] },
    ],
  ])("plans %s", async (_title, situation, expected) => {
    const result = await run(situation);
    expect(result.code, result.log).toBe(0);
    const plan = planOf(result);
    expect(plan).toMatchObject({ sha: SHA, ...expected });
    expect(plan["version"]).toBe(`0.0.0-${String(plan["tag"])}`);
    expect(plan["created"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    for (const name of ["class", "tag", "sha", "version", "push"])
      expect(result.outputs[name]).toBe(String(plan[name]));
    expect(result.outputs["covered"]).toBe("false");
  });

  it("keeps images of pull requests out of the registry where the config says so", async () => {
    const result = await run(pull(), { pullRequests: "artifact" });
    expect(planOf(result)).toMatchObject({ class: "pullRequest", push: false });
    expect(result.summary).toContain("the config keeps images of pull requests out of the registry");
    expect(planOf(await run(push("main"), { pullRequests: "artifact" }))["push"]).toBe(true);
  });

  it("tells a branch that a pattern of the config takes for a long-lived one", async () => {
    const plan: PlannedPart = { tags: { integration: ["release-[0-9]+"] } };
    expect(planOf(await run(push("release-12"), plan))).toMatchObject({ class: "integration", tag: "sha-abc1234" });
    expect(planOf(await run(push("release-x"), plan))).toMatchObject({ class: "feature", tag: "release-x-abc1234" });
  });

  it.each([
    "latest",
    "v1.2.3",
    "pr-1-abc1234",
    "sha-abc1234",
    "-x",
    "a b",
    "a\nb",
    "x".repeat(129),
    "$(touch executed)",
    "",
  ])("lets nobody choose the tag %j", async (tag) => {
    const result = await run(byHand(tag));
    if (tag === "") expect(result.outputs["tag"]).toBe("manual-4711");
    else expect(result).toMatchObject({ code: 1, outputs: {} });
  });

  it("prints what it knew when the event makes no sense", async () => {
    const result = await run(pull({ number: null }));
    expect(result.code).toBe(1);
    expect(result.log).toContain("::error::The event names no pull request.");
    for (const fact of ["Event: pull_request", "Ref: 12/merge", `Commit: ${SHA}`, "Run: 4711", "feature/dns"])
      expect(result.log).toContain(fact);
  });

  it("plans nothing for another event, or a commit that is none", async () => {
    const other = await run({ ...push("main"), env: { ...base, GITHUB_EVENT_NAME: "issues" } });
    expect(other).toMatchObject({ code: 1, log: expect.stringContaining("No build is planned for this event.") });
    const short = await run({ ...push("main"), env: { ...base, GITHUB_SHA: "abc1234" } });
    expect(short).toMatchObject({ code: 1, log: expect.stringContaining("The event names no full commit.") });
  });

  it.each([
    ["main's", push("main"), "main"],
    ["a feature branch's", push("feature/DNS"), "feature-dns"],
    ["a pull request's branch's", pull({ branch: "feature/DNS" }), "feature-dns"],
    ["main's for a fork", pull({ repository: "stranger/charon" }), "main"],
    ["main's for the merge queue", queue, "main"],
    ["main's for a release", release("v1.2.3"), "main"],
    ["its own for a branch that reads as main", push("Main"), "branch-main"],
    ["its own for a branch that reads as an integration branch", push("development/"), "branch-development"],
  ])("takes %s layers", async (_title, situation, branch) => {
    expect(planOf(await run(situation))["cacheBranch"]).toBe(branch);
  });

  it.each(HOSTILE)("is not moved by a branch called %j", async (branch) => {
    for (const situation of [push(branch), pull({ branch })]) {
      const result = await run(situation);
      expect(result.code, result.log).toBe(0);
      const plan = planOf(result);
      expect(result.outputs["tag"]).toMatch(/^[a-z0-9_][a-z0-9._-]*-abc1234$/);
      expect(plan["cacheBranch"]).toMatch(/^[a-z0-9_][a-z0-9._-]{0,86}$/);
      expect(plan["branch"]).toMatch(/^[a-z0-9_][a-z0-9._-]*$/);
    }
  });

  describe("a release", () => {
    it("is planned with its moving tags", async () => {
      const result = await run(release("v1.2.3"));
      expect(result.outputs).toMatchObject({
        class: "release",
        version: "1.2.3",
        prerelease: "false",
        "release-tags": "v1.2.3 1.2 1",
        tag: "stage-abc1234-release",
        push: "true",
      });
      expect(planOf(result)).toMatchObject({
        staging: "stage-abc1234-{platform}",
        candidates: ["stage-abc1234-release", "sha-abc1234", "mq-abc1234"],
        branch: "main",
      });
    });
    it("moves no tag for a prerelease", async () => {
      const { outputs } = await run(release("v1.2.3-rc.1"));
      expect(outputs).toMatchObject({ version: "1.2.3-rc.1", prerelease: "true", "release-tags": "v1.2.3-rc.1" });
    });
    it.each([
      "v1.2",
      "latest",
      "v1.2.3+build",
      "v1.2.3-$(touch executed)",
      "v1.2.3 ",
      `v1.2.3-${"a".repeat(130)}`,
      "v01.2.3",
    ])("is none that is called %s", async (tag) => {
      expect(await run(release(tag))).toMatchObject({ code: 1, outputs: {} });
    });
    it("looks for the images of all branches whose tags hold them", async () => {
      const plan: PlannedPart = {
        tags: { patterns: { commit: "{branch}-{sha}" }, commitBranches: ["main", "development"] },
      };
      expect(planOf(await run(release("v1.2.3"), plan))["candidates"]).toEqual([
        "stage-abc1234-release",
        "main-abc1234",
        "mq-abc1234",
        "development-abc1234",
      ]);
    });
  });

  describe("a branch with an open pull request", () => {
    const onBranch = (api: GithubApi): Situation => ({
      ...push("feature/dns"),
      env: { ...push("feature/dns").env, GH_TOKEN: TOKEN, GITHUB_API_URL: api.url },
    });
    const open = (sha: string, label: string, state: "open" | "closed" = "open") => ({
      number: 12,
      state,
      title: "DNS",
      head: { ref: "feature/dns", sha, label, repo: null },
      base: { ref: "main" },
    });
    it.each([
      ["the same commit", [open(SHA, "Wikid82:feature/dns")], "true"],
      ["an older commit", [open(MERGE, "Wikid82:feature/dns")], "false"],
      ["a closed one", [open(SHA, "Wikid82:feature/dns", "closed")], "false"],
      ["one of a fork", [open(SHA, "stranger:feature/dns")], "false"],
      ["none", [], "false"],
    ])("is tested by the run of %s", async (_title, pulls, covered) => {
      const api = await startGithubApi({ repository: REPOSITORY, pulls });
      const result = await run(onBranch(api));
      expect(result.outputs["covered"], result.log).toBe(covered);
      await api.stop();
    });
    it("is tested itself where GitHub cannot be asked", async () => {
      const api = await startGithubApi({ repository: REPOSITORY });
      await api.stop();
      const result = await run(onBranch(api));
      expect(result).toMatchObject({ code: 0, outputs: { covered: "false" } });
      expect(result.log).toContain("::warning::Nobody can say whether a pull request of this branch is open");
    });
    it("does not matter to main", async () => {
      const api = await startGithubApi({ repository: REPOSITORY, pulls: [open(SHA, "Wikid82:main")] });
      const { env } = onBranch(api);
      expect((await run({ env: { ...env, GITHUB_REF_NAME: "main" }, event: {} })).outputs["covered"]).toBe("false");
      await api.stop();
    });
  });
});
