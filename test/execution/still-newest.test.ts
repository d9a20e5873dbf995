/** Whether a commit still is its branch's newest, asked of GitHub. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import { HOSTILE, type Machine, startMachine, TOKEN } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const REPOSITORY = "owner/webauthn";
const sha = (digit: number): string => String(digit).repeat(40);

describe.skipIf(missing("bash", "jq", "curl"))("still-newest.sh", () => {
  let api: GithubApi;
  let machine: Machine;
  beforeAll(() => {
    machine = startMachine();
  });
  afterAll(() => machine.stop());
  beforeEach(async () => {
    api = await startGithubApi({ repository: REPOSITORY });
    api.state.branches["main"] = sha(2);
    return () => api.stop();
  });
  const look = (environment: Record<string, string> = {}) =>
    machine.run("still-newest", {
      GITHUB_API_URL: api.url,
      GH_TOKEN: TOKEN,
      REPOSITORY,
      BRANCH: "main",
      SHA: sha(2),
      ...environment,
    });

  it("says yes of the branch's tip", async () => {
    expect(await look()).toMatchObject({ code: 0, outputs: { newest: "true" } });
  });

  it("says no of an older commit, and where the branch has gone", async () => {
    const run = await look({ SHA: sha(1) });
    expect(run).toMatchObject({ code: 0, outputs: { newest: "false" } });
    expect(run.summary).toContain(sha(2));
  });

  it.each([
    ["is gone", { BRANCH: "develop" }],
    ["has a hostile name", { BRANCH: HOSTILE[0] ?? "" }],
  ])("says no with a warning when the branch %s", async (_what, environment) => {
    const run = await look(environment);
    expect(run).toMatchObject({ code: 0, outputs: { newest: "false" } });
    expect(run.log).toContain("::warning::The newest commit of the branch cannot be read");
  });

  it("refuses what is no commit", async () => {
    expect(await look({ SHA: "main" })).toMatchObject({ code: 1 });
  });
});
