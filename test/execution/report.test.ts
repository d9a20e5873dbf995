/** What is posted on the tested commit. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import type { PlannedPart } from "../support/program-folder.ts";
import { HOSTILE, type Machine, startMachine, TOKEN } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const SHA = "abc1234def5678901234567890abcdef12345678";
const REPOSITORY = "Wikid82/charon";
const RUN = "https://github.com/Wikid82/charon/actions/runs/99";
const CONTEXT = "Integration Test: Cerberus";

describe.skipIf(missing("bash"))("statuses", () => {
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

  const needs = (resolve: string, test: string) =>
    JSON.stringify({ resolve: { result: resolve, outputs: {} }, test: { result: test, outputs: {} } });
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
        SHA,
        NEEDS: needs("success", "success"),
        ...change,
      },
      {
        plan: { consumers: { smoke: { name: CONTEXT } }, ...plan },
        event: build === "" ? { inputs: {} } : { workflow_run: { conclusion: build, name: "Build", ...run } },
      },
    );
  const pending = (change: Record<string, string> = {}, plan: PlannedPart = {}) =>
    report({ NEEDS: "", TAG: "pr-12-abc1234", ...change }, { plan });

  describe("before the tests", () => {
    it("posts what it is told", async () => {
      expect((await pending()).code).toBe(0);
      expect(api.state.statuses).toMatchObject([
        { sha: SHA, context: CONTEXT, state: "pending", description: "Testing pr-12-abc1234", target_url: RUN },
      ]);
      expect(api.requests[0]).toMatchObject({
        method: "POST",
        path: `/repos/${REPOSITORY}/statuses/${SHA}`,
        authorization: `Bearer ${TOKEN}`,
      });
    });

    it("shortens what GitHub would not take, by characters", async () => {
      await pending({ TAG: "ü".repeat(200) });
      expect(api.state.statuses[0]?.description).toBe(`Testing ${"ü".repeat(131)}…`);
    });

    it.each(HOSTILE)("posts %j as it is", async (text) => {
      expect((await pending({ TAG: text }, { consumers: { smoke: { name: text } } })).code).toBe(0);
      expect(api.state.statuses[0]).toMatchObject({ context: text, description: `Testing ${text}` });
    });

    it("tries again when GitHub stumbles, and not when it refuses", async () => {
      api.fault({ status: 502, times: 1 });
      api.fault({ status: "refuse", times: 1 });
      api.fault({ status: 403, message: "You have exceeded a secondary rate limit", times: 1 });
      expect((await pending()).code).toBe(0);
      expect(api.requests.map((request) => request.status)).toEqual([502, 0, 403, 201]);
      api.fault({ status: 403, message: "Resource not accessible by integration" });
      const refused = await pending();
      expect(refused).toMatchObject({
        code: 1,
        log: expect.stringContaining("Resource not accessible by integration"),
      });
      expect(refused.log).toContain("::error::The status cannot be posted");
      expect(api.requests).toHaveLength(5);
    });

    it("posts on nothing that is no commit", async () => {
      expect((await pending({ SHA: "main" })).log).toContain("::warning::No commit was found");
      expect(api.requests).toEqual([]);
    });
  });

  describe("after them", () => {
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
      const result = await report({ build, NEEDS: needs(resolve, test), REASON: reason });
      expect(result.code, result.log).toBe(0);
      expect(api.state.statuses.map((status) => [status.state, status.description])).toEqual([[state, description]]);
      expect(result.summary).toContain(state);
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
      await report({ SHA: "", NEEDS: needs("failure", "skipped") }, { run: { head_sha: SHA } });
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
      const NEEDS = JSON.stringify(Object.fromEntries(Object.entries(results).map(([id, result]) => [id, { result }])));
      const posted = async (change: Record<string, string>): Promise<string[]> => {
        api.state.statuses.length = 0;
        await report({ CONSUMER: "integration", NEEDS, ...change }, { plan });
        return api.state.statuses.map(({ context, state }) => `${context}: ${state}`);
      };
      expect(await posted({ CONSUMERS: '["waf","crowd"]' })).toEqual(["WAF: success", "Crowd: failure"]);
      expect(await posted({})).toEqual(["WAF: success", "Crowd: failure", "Rate: error"]);
      expect(await posted({ NEEDS: "", TAG: "x" })).toEqual(["WAF: pending", "Crowd: pending", "Rate: pending"]);
    });

    it("posts what it can of a group, and fails where one could not be posted", async () => {
      const plan: PlannedPart = { groups: { both: ["a", "b"] }, consumers: { a: { name: "A" }, b: { name: "B" } } };
      api.fault({ status: 403, message: "Resource not accessible by integration", times: 1 });
      const result = await report({ CONSUMER: "both" }, { plan });
      expect(result).toMatchObject({ code: 1, log: expect.stringContaining("Status: A") });
      expect(api.state.statuses).toMatchObject([{ context: "B" }]);
    });

    it("warns when no commit was found", async () => {
      expect(await report({ SHA: "", NEEDS: needs("failure", "skipped") })).toMatchObject({
        code: 0,
        log: expect.stringContaining("::warning::No commit was found"),
      });
      expect(api.state.statuses).toEqual([]);
    });
  });
});
