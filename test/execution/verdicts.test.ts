/** Who has passed: what a release need not repeat, and the word of reviewers. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import type { PlannedPart } from "../support/program-folder.ts";
import { HOSTILE, type Machine, startMachine, TOKEN } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const SHA = "abc1234def5678901234567890abcdef12345678";
const REPOSITORY = "Wikid82/charon";

describe.skipIf(missing("bash", "jq", "curl"))("verdicts", () => {
  let machine: Machine;
  beforeAll(() => {
    machine = startMachine();
  });
  afterAll(() => machine.stop());

  describe("read-verdicts.mjs", () => {
    let api: GithubApi;
    beforeEach(async () => {
      api = await startGithubApi({ repository: REPOSITORY });
      return () => api.stop();
    });
    const releasing = (contexts: readonly (string | null)[]): PlannedPart => ({
      release: {
        tags: "v*",
        waitSeconds: 60,
        tests: contexts.map((context) => ({
          name: context ?? "never looked up",
          context,
          workflow: null,
          ofSources: false,
        })),
        copies: [],
      },
    });
    const built = (...times: string[]): string =>
      JSON.stringify(
        Object.fromEntries(
          times.map((created) => [`build-${created}`, { outputs: { images: JSON.stringify({ app: { created } }) } }]),
        ),
      );
    const read = (contexts: readonly (string | null)[], ...times: string[]) =>
      machine.run(
        "read-verdicts",
        { GITHUB_API_URL: api.url, GH_TOKEN: TOKEN, GITHUB_REPOSITORY: REPOSITORY, SHA, NEEDS: built(...times) },
        { plan: releasing(contexts) },
      );
    const checked = (name: string, conclusion: string | null, at = "2026-02-04T10:00:00Z", sha = SHA): void => {
      api.state.checkRuns.push({
        id: api.state.checkRuns.length + 1,
        name,
        head_sha: sha,
        status: conclusion === null ? "in_progress" : "completed",
        conclusion,
        completed_at: conclusion === null ? null : at,
      });
    };
    const passed = async (...given: Parameters<typeof read>): Promise<unknown> =>
      JSON.parse((await read(...given)).outputs["passed"] ?? "nothing");

    it("lists what is success on the commit, and nothing else", async () => {
      checked("E2E", "success");
      checked("WAF", "failure");
      checked("Slow", null);
      checked("Skipped", "skipped");
      checked("Elsewhere", "success", undefined, "f".repeat(40));
      expect(await passed(["E2E", "WAF", "Slow", "Skipped", "Elsewhere", "Nobody"])).toEqual(["E2E"]);
    });

    it("leaves out results that are older than the images", async () => {
      checked("E2E", "success", "2026-02-04T10:00:00Z");
      expect(await passed(["E2E"], "2026-02-04T09:00:00Z", "2026-02-04T09:30:00Z")).toEqual(["E2E"]);
      expect(await passed(["E2E"], "2026-02-04T09:00:00Z", "2026-02-04T10:30:00Z")).toEqual([]);
    });

    it("repeats what no verdict speaks for", async () => {
      checked("E2E", "success");
      expect(await passed([null, "E2E"])).toEqual(["E2E"]);
    });

    it("repeats everything where GitHub does not answer, and says so", async () => {
      checked("E2E", "success");
      api.fault({ status: 503, path: /check-runs/, times: 10 });
      const { code, outputs, log } = await read(["E2E"]);
      expect([code, outputs["passed"]]).toEqual([0, "[]"]);
      expect(log).toContain("cannot be read");
    });

    // A name of two lines is never found, so its tests are repeated.
    it.each(HOSTILE.filter((text) => !text.includes("\n")))("takes %j for a name and no more", async (name) => {
      checked(name, "success");
      expect(await passed([name, "other"])).toEqual([name]);
    });

    it("refuses what is no commit", async () => {
      const given = { GITHUB_API_URL: api.url, GH_TOKEN: TOKEN, SHA: "main", NEEDS: "{}" };
      expect((await machine.run("read-verdicts", given)).code).not.toBe(0);
    });
  });

  describe("approved.sh", () => {
    it.each(HOSTILE)("says who approved what, also of %j", async (text) => {
      const { code, log } = await machine.run("approved", { ENVIRONMENT: text, VERSION: "2.0.0" });
      expect(code).toBe(0);
      expect(log).toContain("2.0.0 is approved for");
    });
  });
});
