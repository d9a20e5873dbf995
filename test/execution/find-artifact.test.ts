/** Which run's artifact the metrics are compared with, and which they go on from. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import type { Run } from "../support/github-api/state.ts";
import { type Machine, startMachine, TOKEN } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const REPOSITORY = "Wikid82/charon";

describe.skipIf(missing("bash", "jq", "curl"))("find-artifact.sh", () => {
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

  const find = (WHICH: string) =>
    machine.run("find-artifact", {
      GITHUB_API_URL: api.url,
      GH_TOKEN: TOKEN,
      REPOSITORY,
      ARTIFACT: "ci-metrics",
      WHICH,
    });
  const run = (id: number, created_at: string, expired = false): Run => ({
    id,
    name: "CI metrics",
    event: "schedule",
    status: "completed",
    conclusion: "success",
    head_branch: "main",
    head_sha: "a".repeat(40),
    created_at: "",
    updated_at: "",
    artifacts: [{ id: id * 10, name: "ci-metrics", created_at, expired }],
  });

  it("finds the oldest and the newest that are kept", async () => {
    api.state.runs.push(
      run(3, "2026-01-03T00:00:00Z"),
      run(1, "2026-01-01T00:00:00Z", true),
      run(2, "2026-01-02T00:00:00Z"),
      run(4, "2026-01-04T00:00:00Z", true),
    );
    expect((await find("oldest")).outputs).toEqual({ "run-id": "2" });
    expect((await find("newest")).outputs).toEqual({ "run-id": "3" });
  });

  it("takes nothing from a fork's run, which anybody can start", async () => {
    api.state.runs.push(run(1, "2026-01-01T00:00:00Z"), {
      ...run(2, "2026-01-02T00:00:00Z"),
      head_repository: { full_name: "fork/charon" },
    });
    expect((await find("newest")).outputs).toEqual({ "run-id": "1" });
  });

  it("reads every page", async () => {
    for (let id = 250; id > 0; id -= 1)
      api.state.runs.push(run(id, `2026-01-01T00:00:00.${String(id).padStart(3, "0")}Z`));
    expect((await find("oldest")).outputs).toEqual({ "run-id": "1" });
    expect(api.requests).toHaveLength(3);
  });

  it("finds none at first, and none when GitHub cannot be asked", async () => {
    expect((await find("newest")).outputs).toEqual({ "run-id": "" });
    api.fault({ status: 500 });
    expect(await find("oldest")).toMatchObject({
      code: 0,
      outputs: { "run-id": "" },
      log: expect.stringContaining("::warning::"),
    });
  });
});
