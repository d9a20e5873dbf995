/** What is posted on the tested commit, whatever happened. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import type { PlannedPart } from "../support/program-folder.ts";
import { HOSTILE, type Machine, startMachine, TOKEN } from "../support/run-program.ts";

const SHA = "abc1234def5678901234567890abcdef12345678";
const REPOSITORY = "Wikid82/charon";
const RUN = "https://github.com/Wikid82/charon/actions/runs/99";
const CONTEXT = "Integration Test: Cerberus";

describe("the result", () => {
  let api: GithubApi;
  let machine: Machine;
  beforeAll(() => {
    machine = startMachine();
  });
  afterAll(() => machine.stop());
  beforeEach(async () => {
    api = await startGithubApi({ repository: REPOSITORY });
    return () => api.stop();
  });

  /** @param outputs what the job that resolves has found out */
  const needs = (resolve: string, test: string, outputs: Record<string, string> = { sha: SHA }) =>
    JSON.stringify({ resolve: { result: resolve, outputs }, test: { result: test, outputs: {} } });
  /** @param build how it ended; empty for a run by hand */
  const report = (
    { build = "success", ...change }: { build?: string } & Record<string, string>,
    { plan = {}, run = {} }: { plan?: PlannedPart; run?: object } = {},
  ) =>
    machine.run(
      "report-status",
      {
        CONSUMER: "smoke",
        GH_TOKEN: TOKEN,
        GITHUB_API_URL: api.url,
        GITHUB_REPOSITORY: REPOSITORY,
        GITHUB_RUN_ID: "99",
        NEEDS: needs("success", "success"),
        ...change,
      },
      {
        plan: { consumers: { smoke: { name: CONTEXT } }, ...plan },
        event: build === "" ? { inputs: {} } : { workflow_run: { conclusion: build, name: "Build", ...run } },
      },
    );

  it.each([
    ["success", "success", "success", "", "success", "Passed"],
    ["", "success", "success", "", "success", "Passed"],
    ["success", "success", "failure", "", "failure", "Failed"],
    ["success", "success", "skipped", "", "error", "The tests did not run: look at the run"],
    [
      "success",
      "success",
      "skipped",
      "The build was cancelled: re-run it.",
      "error",
      "The build was cancelled: re-run it.",
    ],
    ["success", "failure", "skipped", "", "error", "The image could not be resolved: look at the run"],
    ["success", "skipped", "skipped", "", "error", "The image could not be resolved: look at the run"],
    ["success", "success", "cancelled", "", "error", "Cancelled: re-run this workflow"],
    ["success", "cancelled", "skipped", "", "error", "Cancelled: re-run this workflow"],
    ["failure", "success", "skipped", "", "failure", "The build failed, so nothing was tested"],
    ["failure", "failure", "skipped", "", "failure", "The build failed, so nothing was tested"],
    [
      "timed_out",
      "success",
      "skipped",
      "The build failed, so nothing was tested.",
      "failure",
      "The build failed, so nothing was tested.",
    ],
    ["startup_failure", "success", "skipped", "", "failure", "The build failed, so nothing was tested"],
    [
      "cancelled",
      "success",
      "skipped",
      "",
      "error",
      "The build ended as cancelled, so nothing was tested: re-run the build",
    ],
    [
      "action_required",
      "success",
      "skipped",
      "The build waits for somebody's approval.",
      "error",
      "The build waits for somebody's approval.",
    ],
    [
      "skipped",
      "success",
      "skipped",
      "",
      "error",
      "The build ended as skipped, so nothing was tested: re-run the build",
    ],
    ["stale", "success", "skipped", "", "error", "The build ended as stale, so nothing was tested: re-run the build"],
  ])("build %j, resolve %s, test %s, reason %j: %s", async (build, resolve, test, reason, state, description) => {
    const result = await report({ build, NEEDS: needs(resolve, test, { sha: SHA, reason }) });
    expect(result.code, result.log).toBe(0);
    expect(api.state.statuses.map((status) => [status.state, status.description])).toEqual([[state, description]]);
    expect(result.summary).toContain(state);
  });

  it("is posted with the token and this run's address", async () => {
    await report({});
    expect(api.state.statuses).toMatchObject([{ sha: SHA, context: CONTEXT, state: "success", target_url: RUN }]);
    expect(api.requests).toMatchObject([
      { method: "POST", path: `/repos/${REPOSITORY}/statuses/${SHA}`, authorization: `Bearer ${TOKEN}` },
    ]);
  });

  it("is shortened where GitHub would not take it, by characters", async () => {
    await report({ NEEDS: needs("success", "skipped", { sha: SHA, reason: "ü".repeat(200) }) });
    expect(api.state.statuses[0]?.description).toBe(`${"ü".repeat(139)}…`);
  });

  it.each(HOSTILE)("is posted of and with %j as it is", async (text) => {
    const plan: PlannedPart = { consumers: { smoke: { name: text } } };
    const NEEDS = needs("success", "skipped", { sha: SHA, reason: text });
    expect((await report({ NEEDS }, { plan })).code).toBe(0);
    expect(api.state.statuses).toMatchObject([{ context: text, description: text }]);
  });

  it("is tried again when GitHub stumbles, and not when it refuses", async () => {
    api.fault({ status: 502, times: 1 });
    api.fault({ status: "refuse", times: 1 });
    api.fault({ status: 403, message: "You have exceeded a secondary rate limit", times: 1 });
    expect((await report({})).code).toBe(0);
    expect(api.requests.map((request) => request.status)).toEqual([502, 0, 403, 201]);
    api.fault({ status: 403, message: "Resource not accessible by integration" });
    const refused = await report({});
    expect(refused).toMatchObject({
      code: 1,
      log: expect.stringContaining("Resource not accessible by integration"),
    });
    expect(refused.log).toContain("::error::The status cannot be posted");
    expect(api.requests).toHaveLength(5);
  });

  const post = (target_url: string, state: string, context = CONTEXT) =>
    api.state.statuses.push({
      id: api.state.statuses.length + 1,
      sha: SHA,
      context,
      state,
      description: "",
      target_url,
      created_at: `2026-01-01T00:00:0${api.state.statuses.length}Z`,
    });

  it("says nothing of its cancellation when a newer run has taken over", async () => {
    post(RUN, "pending");
    post(`${RUN}0`, "pending");
    expect((await report({ NEEDS: needs("success", "cancelled") })).code).toBe(0);
    expect(api.state.statuses).toHaveLength(2);
  });

  it("reports its cancellation when the newest status is its own", async () => {
    post(`${RUN}0`, "success");
    post(RUN, "pending");
    post(`${RUN}1`, "success", "Another");
    await report({ NEEDS: needs("success", "cancelled") });
    expect(api.state.statuses.at(-1)).toMatchObject({ state: "error", context: CONTEXT });
  });

  it("reports its cancellation when GitHub cannot be asked", async () => {
    api.fault({ status: 500, method: "GET" });
    await report({ NEEDS: needs("success", "cancelled") });
    expect(api.state.statuses).toMatchObject([{ state: "error" }]);
  });

  it("falls back to the commit of the build's run where nobody has found one", async () => {
    await report({ NEEDS: needs("failure", "skipped", {}) }, { run: { head_sha: SHA } });
    expect(api.state.statuses).toMatchObject([{ sha: SHA, state: "error" }]);
  });

  it("has a name of its own at night, as it stands on the same commit", async () => {
    const nightly = { workflow: "Nightly Build", name: `${CONTEXT} (nightly)` };
    const plan: PlannedPart = { consumers: { smoke: { name: CONTEXT, nightly } } };
    await report({}, { plan, run: { name: "Nightly Build" } });
    await report({}, { plan });
    expect(api.state.statuses.map(({ context }) => context)).toEqual([`${CONTEXT} (nightly)`, CONTEXT]);
  });

  it("posts a status for each of a group, and leaves out those that do not test such a build", async () => {
    const plan: PlannedPart = {
      groups: { integration: ["waf", "crowd", "rate"] },
      consumers: { waf: { name: "WAF" }, crowd: { name: "Crowd" }, rate: { name: "Rate" } },
    };
    const results = { resolve: "success", "test-waf": "success", "test-crowd": "failure", "test-rate": "skipped" };
    const posted = async (outputs: Record<string, string>): Promise<string[]> => {
      api.state.statuses.length = 0;
      const jobs = Object.entries(results).map(([id, result]) => [
        id,
        { result, ...(id === "resolve" && { outputs }) },
      ]);
      await report({ CONSUMER: "integration", NEEDS: JSON.stringify(Object.fromEntries(jobs)) }, { plan });
      return api.state.statuses.map(({ context, state }) => `${context}: ${state}`);
    };
    expect(await posted({ sha: SHA, consumers: '["waf","crowd"]' })).toEqual(["WAF: success", "Crowd: failure"]);
    expect(await posted({ sha: SHA })).toEqual(["WAF: success", "Crowd: failure", "Rate: error"]);
    expect(await posted({ sha: SHA, consumers: "[]" })).toEqual([]);
  });

  it("posts what it can of a group, and fails where one could not be posted", async () => {
    const plan: PlannedPart = { groups: { both: ["a", "b"] }, consumers: { a: { name: "A" }, b: { name: "B" } } };
    api.fault({ status: 403, message: "Resource not accessible by integration", times: 1 });
    const result = await report({ CONSUMER: "both" }, { plan });
    expect(result).toMatchObject({ code: 1, log: expect.stringContaining("Status: A") });
    expect(api.state.statuses).toMatchObject([{ context: "B" }]);
  });

  it("warns when no commit was found", async () => {
    for (const outputs of [{}, { sha: "main" }, { sha: `${SHA}\n` }])
      expect(await report({ NEEDS: needs("failure", "skipped", outputs as Record<string, string>) })).toMatchObject({
        code: 0,
        log: expect.stringContaining("::warning::No commit was found"),
      });
    expect(api.requests).toEqual([]);
  });
});
