/** Which artifacts of earlier runs the metrics are compared with and go on from, and the report on flaky tests too. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findArtifacts } from "../../templates/lib/artifacts.mjs";
import { githubApi } from "../../templates/lib/github.mjs";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import type { Run } from "../support/github-api/state.ts";

const REPOSITORY = "Wikid82/charon";

describe("artifacts that are kept", () => {
  let api: GithubApi;
  beforeEach(async () => {
    api = await startGithubApi({ repository: REPOSITORY });
  });
  afterEach(() => api.stop());

  const find = async () =>
    (await findArtifacts(githubApi(api.url, "token"), REPOSITORY, "ci-metrics")).map(({ id }) => id / 10);
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

  it("are found, the oldest first", async () => {
    api.state.runs.push(
      run(3, "2026-01-03T00:00:00Z"),
      run(1, "2026-01-01T00:00:00Z", true),
      run(2, "2026-01-02T00:00:00Z"),
      run(4, "2026-01-04T00:00:00Z", true),
    );
    expect(await find()).toEqual([2, 3]);
  });

  it("are none of a fork's run, which anybody can start", async () => {
    api.state.runs.push(run(1, "2026-01-01T00:00:00Z"), {
      ...run(2, "2026-01-02T00:00:00Z"),
      head_repository: { full_name: "fork/charon" },
    });
    expect(await find()).toEqual([1]);
  });

  it("are read from every page", async () => {
    for (let id = 250; id > 0; id -= 1)
      api.state.runs.push(run(id, `2026-01-01T00:00:00.${String(id).padStart(3, "0")}Z`));
    expect((await find())[0]).toBe(1);
    expect(api.requests).toHaveLength(3);
  });

  it("are none at first, and none when GitHub cannot be asked", async () => {
    expect(await find()).toEqual([]);
    api.fault({ status: 403 });
    expect(await find()).toEqual([]);
  });
});
