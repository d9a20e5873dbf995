/** Which commit was published last, asked of GitHub. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import type { Job, Run } from "../support/github-api/state.ts";
import { HOSTILE, type Machine, startMachine, TOKEN } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const REPOSITORY = "owner/webauthn";
const GATE = "Published";
const sha = (digit: number): string => String(digit).repeat(40);

const job = (name: string, conclusion: string): Job => ({
  id: 1,
  name,
  status: "completed",
  conclusion,
  started_at: null,
  completed_at: null,
  steps: [],
});
const run = (id: number, change: Partial<Run> = {}): Run => ({
  id,
  name: "CI",
  path: ".github/workflows/ci.yml",
  event: "push",
  status: "completed",
  conclusion: "success",
  head_branch: "main",
  head_sha: sha(id),
  created_at: `2026-02-0${id}T10:00:00Z`,
  updated_at: `2026-02-0${id}T10:10:00Z`,
  head_repository: { full_name: REPOSITORY },
  jobs: [job("Build", "success"), job(GATE, "success")],
  ...change,
});

describe.skipIf(missing("bash", "jq", "curl"))("find-last-publication.sh", () => {
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
  const find = (environment: Record<string, string> = {}) =>
    machine.run("find-last-publication", {
      GITHUB_API_URL: api.url,
      GH_TOKEN: TOKEN,
      REPOSITORY,
      WORKFLOW: "ci.yml",
      BRANCH: "main",
      GATE_JOB: GATE,
      ...environment,
    });

  it("finds none where nothing ran yet", async () => {
    expect(await find()).toMatchObject({ code: 0, outputs: { commit: "", "run-id": "" } });
  });

  it("finds the newest run whose gate succeeded", async () => {
    api.state.runs.push(run(1), run(2), run(3, { jobs: [job(GATE, "skipped")] }), run(4, { jobs: [] }));
    const found = await find();
    expect(found).toMatchObject({ code: 0, outputs: { commit: sha(2), "run-id": "2" } });
    expect(found.log).toContain(`Run 3 of ${sha(3)} published nothing.`);
  });

  it.each([
    ["failed", { conclusion: "failure" }],
    ["still goes on", { status: "in_progress", conclusion: null }],
    ["is of another branch", { head_branch: "development" }],
    ["is of another workflow", { path: ".github/workflows/other.yml" }],
    [
      "comes from a pull request of a fork's branch main",
      { event: "pull_request", head_repository: { full_name: "someone/webauthn" } },
    ],
    ["comes from a fork", { head_repository: { full_name: "someone/webauthn" } }],
    ["comes from a pull request", { event: "pull_request" }],
    ["was started by another workflow, so that its commit is not what it built", { event: "workflow_run" }],
  ])("passes over a run that %s", async (_, change) => {
    api.state.runs.push(run(1), run(2, change));
    expect((await find()).outputs).toEqual({ commit: sha(1), "run-id": "1" });
  });

  it("takes runs that were started by hand or by schedule, and a repository in other letters", async () => {
    api.state.runs.push(
      run(1),
      run(2, { event: "workflow_dispatch", head_repository: { full_name: "Owner/WebAuthn" } }),
    );
    expect((await find()).outputs["commit"]).toBe(sha(2));
  });

  it("finds a gate on the second page of jobs", async () => {
    api.state.runs.push(
      run(1, {
        jobs: [...Array.from({ length: 120 }, (_, index) => job(`Test ${index}`, "success")), job(GATE, "success")],
      }),
    );
    expect((await find()).outputs["commit"]).toBe(sha(1));
  });

  it("tries again when GitHub stumbles; where it does not answer at all, it warns and knows of nothing", async () => {
    api.state.runs.push(run(1));
    api.fault({ status: 502, times: 1 });
    expect((await find()).outputs["commit"]).toBe(sha(1));
    for (const path of [/\/workflows\//, /\/jobs/]) {
      api.fault({ status: 500, path });
      const unknown = await find();
      expect(unknown).toMatchObject({ code: 0, outputs: { commit: "", "run-id": "" } });
      expect(unknown.log).toContain("::warning::GitHub cannot be asked");
      api.clearFaults();
    }
  });

  it("warns where the answer is none", async () => {
    const unknown = await find({ WORKFLOW: "ci.yml", REPOSITORY: "owner/gone" });
    expect(unknown).toMatchObject({ code: 0, outputs: { commit: "" } });
    expect(unknown.log).toContain("::warning::");
  });

  it.each(HOSTILE)("looks for the branch, the job and the file %j and finds nothing", async (text) => {
    api.state.runs.push(run(1));
    expect((await find({ BRANCH: text })).outputs["commit"]).toBe("");
    expect((await find({ GATE_JOB: text })).outputs["commit"]).toBe("");
    expect((await find({ WORKFLOW: text })).outputs["commit"]).toBe("");
  });

  it.each(HOSTILE)("takes no commit %j from an answer", async (text) => {
    api.state.runs.push(run(1), run(2, { head_sha: text }));
    expect((await find()).outputs["commit"]).toBe(sha(1));
  });
});
