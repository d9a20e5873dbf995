/** The programs that pass a verdict on jobs: the gate of a run, the record of what was built, and what merely looks at results. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PlannedPart } from "../support/program-folder.ts";
import { HOSTILE, type Machine, type ProgramResult, startMachine } from "../support/run-program.ts";

const SHA = "abc1234def5678901234567890abcdef12345678";

const needs = (results: Record<string, string>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(results).map(([name, result]) => [name, { result, outputs: {} }])));

let machine: Machine;
beforeAll(() => {
  machine = startMachine();
});
afterAll(() => machine.stop());

describe("check-needs", () => {
  it.each([
    [{ test: "success" }, 0],
    [{ test: "success", other: "skipped" }, 0],
    [{ test: "failure" }, 1],
    [{ test: "cancelled" }, 1],
    [{ test: "skipped" }, 1],
  ])("%j", async (results, code) => {
    expect((await machine.run("check-needs", { NEEDS: needs(results) })).code).toBe(code);
  });
});

describe("judge-run", () => {
  const smoke: NonNullable<PlannedPart["consumers"]>[string] = {
    name: "Smoke",
    events: ["pullRequest", "feature", "main"],
    required: true,
    forks: false,
  };
  const consumers = { smoke };
  const judge = (
    results: Record<string, string>,
    { env = {}, pull, plan = { consumers } }: { env?: Record<string, string>; pull?: unknown; plan?: PlannedPart } = {},
  ): Promise<ProgramResult> =>
    machine.run(
      "judge-run",
      { NEEDS: needs({ "build-app": "success", ...results }), CLASS: "main", ...env },
      { plan, event: pull === undefined ? {} : { pull_request: pull } },
    );
  const ofFork = { head: { repo: { full_name: "stranger/charon" } } };
  const ofGoneFork = { head: { repo: null } };
  const own = { head: { repo: { full_name: "acme/charon" } } };
  const consumer = (change: object): PlannedPart => ({ consumers: { smoke: { ...smoke, ...change } } });

  it("passes where everything has succeeded, and says so of each", async () => {
    const result = await judge({ "test-smoke": "success" });
    expect(result.code, result.log).toBe(0);
    expect(result.summary).toContain("| ✅ `build-app` | success |\n| ✅ `Smoke` | passed |");
  });

  it.each([
    ["something failed to build", { "build-app": "failure", "test-smoke": "skipped" }, "build-app: failure"],
    ["a job was cancelled", { "build-app": "cancelled", "test-smoke": "success" }, "build-app: cancelled"],
    ["tests failed", { "test-smoke": "failure" }, "Smoke: ended as failure. Its log says why"],
    ["tests were cancelled", { "test-smoke": "cancelled" }, "Smoke: ended as cancelled"],
    ["tests did not run", { "test-smoke": "skipped" }, "Smoke: did not run: something that it waits for has failed"],
  ])("fails where %s", async (_title, results, message) => {
    const result = await judge(results);
    expect(result.code).toBe(1);
    expect(result.log).toContain("::error::This run has not passed.");
    expect(result.log).toContain(message);
  });

  it("fails where nothing could be planned, whatever the tests did", async () => {
    const result = await judge({ "build-app": "failure", "test-smoke": "skipped" }, { env: { CLASS: "" } });
    expect(result.code).toBe(1);
    expect(result.log).toContain("Nothing was tested, as it could not be planned.");
    expect(result.log).toContain("build-app: failure");
  });

  it("passes a job that a class leaves out", async () => {
    expect((await judge({ "build-docs": "skipped", "test-smoke": "success" })).code).toBe(0);
  });

  it("passes tests that are not for the class of the run", async () => {
    const result = await judge({ "test-smoke": "skipped" }, { env: { CLASS: "queue" } });
    expect(result.code, result.log).toBe(0);
    expect(result.summary).toContain("is not for a run of the class queue");
  });

  it("wants of a release what is required, and what is for releases", async () => {
    const release = { env: { CLASS: "release" } };
    expect((await judge({ "test-smoke": "skipped" }, release)).code).toBe(1);
    expect((await judge({ "test-smoke": "skipped" }, { ...release, plan: consumer({ required: false }) })).code).toBe(
      0,
    );
    const passed = await judge({ "test-smoke": "skipped" }, { env: { CLASS: "release", PASSED: '["Smoke"]' } });
    expect(passed.code).toBe(0);
    expect(passed.summary).toContain("has passed on this commit before");
    const others = await judge({ "test-smoke": "skipped" }, { env: { CLASS: "release", PASSED: '["Other"]' } });
    expect(others.code).toBe(1);
  });

  it("passes a branch that the run of its pull request tests", async () => {
    const feature = { CLASS: "feature" };
    const covered = await judge({ "test-smoke": "skipped" }, { env: { ...feature, COVERED: "true" } });
    expect(covered.code).toBe(0);
    expect(covered.summary).toContain("is run by the pull request of this branch");
    expect((await judge({ "test-smoke": "skipped" }, { env: { ...feature, COVERED: "false" } })).code).toBe(1);
  });

  describe("for a pull request", () => {
    const skipped = { "test-smoke": "skipped" };
    const env = { CLASS: "pullRequest" };
    it.each([
      ["of a fork", ofFork],
      ["of a fork that is gone", ofGoneFork],
    ])("%s does not take required tests for passed that forks do not get", async (_title, pull) => {
      const result = await judge(skipped, { env, pull });
      expect(result.code).toBe(1);
      expect(result.log).toContain("Smoke: does not run for forks, and is required");
    });
    it("of a fork passes without what nothing requires", async () => {
      for (const change of [{ required: false }, { failure: "soft", soft: true }].map(
        ({ failure: _, ...rest }) => rest,
      )) {
        const result = await judge(skipped, { env, pull: ofFork, plan: consumer(change) });
        expect(result.code, result.log).toBe(0);
        expect(result.summary).toContain("| ⚠️ `Smoke` | does not run for forks |");
      }
    });
    it("of a fork fails like any other where the tests are for forks too", async () => {
      const result = await judge(skipped, { env, pull: ofFork, plan: consumer({ forks: true }) });
      expect(result.log).toContain("Smoke: did not run: something that it waits for has failed");
    });
    it("of this repository is no fork", async () => {
      const result = await judge(skipped, { env, pull: own });
      expect(result.log).toContain("Smoke: did not run: something that it waits for has failed");
    });
  });

  it("warns only, where the config says so", async () => {
    const result = await judge({ "test-smoke": "failure" }, { plan: consumer({ soft: true }) });
    expect(result.code).toBe(0);
    expect(result.log).toContain("::warning::Smoke ended as failure. It is configured to warn only");
    expect(result.summary).toContain("| ⚠️ `Smoke` |");
  });

  it("does not stop for what nothing requires", async () => {
    const plan = consumer({ required: false });
    const failed = await judge({ "test-smoke": "failure" }, { plan });
    expect(failed.code).toBe(0);
    expect(failed.log).toContain("::warning::Smoke ended as failure. Nothing requires it");
    expect((await judge({ "test-smoke": "skipped" }, { plan })).summary).toContain("| ⚠️ `Smoke` | did not run |");
  });

  describe("for one consumer", () => {
    const both: PlannedPart = { consumers: { smoke, e2e: { ...smoke, name: "E2E" } } };
    const ofSmoke = (results: Record<string, string>, plan = both, env = {}, pull?: unknown) =>
      judge(results, { plan, env: { CONSUMER: "smoke", ...env }, pull });
    it("looks at its tests alone", async () => {
      expect((await ofSmoke({ "test-smoke": "success", "test-e2e": "failure" })).code).toBe(0);
      expect((await ofSmoke({ "test-smoke": "failure", "test-e2e": "success" })).code).toBe(1);
    });
    it("is not passed by tests that nothing requires and that failed or did not run", async () => {
      const plan = consumer({ required: false });
      for (const result of ["failure", "cancelled", "skipped"])
        expect((await ofSmoke({ "test-smoke": result }, plan)).code, result).toBe(1);
    });
    it("warns where it is soft, but only of what ran", async () => {
      expect((await ofSmoke({ "test-smoke": "failure" }, consumer({ soft: true }))).code).toBe(0);
      expect((await ofSmoke({ "test-smoke": "skipped" }, consumer({ soft: true }))).code).toBe(1);
    });
    it("passes a fork without what nothing requires", async () => {
      const plan = consumer({ required: false });
      expect((await ofSmoke({ "test-smoke": "skipped" }, plan, { CLASS: "pullRequest" }, ofFork)).code).toBe(0);
    });
  });

  it.each(HOSTILE)("prints names as they are: %j", async (name) => {
    const result = await judge({ "test-smoke": "failure" }, { plan: consumer({ name }) });
    expect(result.code).toBe(1);
    expect(result.log).toContain("ended as failure");
  });
});

describe("write-record", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const source = "b".repeat(40);
  const entry = { name: "amd64", platforms: ["linux/amd64"], runner: "ubuntu-24.04" };
  const plan: PlannedPart = {
    builds: {
      app: { image: "ghcr.io/o/app", entries: { pullRequest: [entry], main: [entry] } },
      docs: { image: "ghcr.io/o/docs", entries: { pullRequest: [entry] } },
      nightly: { image: "ghcr.io/o/nightly", entries: { nightly: [entry] } },
      pkg: { kind: "files", artifact: "files-pkg", inputs: null },
    },
  };
  const run = { class: "pullRequest", tag: "pr-12-abc1234", sha: SHA };
  const job = (images: unknown, result = "success") => ({
    result,
    outputs: images === undefined ? {} : { images: typeof images === "string" ? images : JSON.stringify(images) },
  });
  const built = {
    plan: job(undefined),
    "build-app": job(""),
    "publish-app": job({ app: { digest, commit: source, created: "2026-02-04T10:00:00Z" } }),
    "build-docs": job(undefined, "skipped"),
    "build-pkg": job(undefined),
  };
  const write = async (change: Record<string, unknown> = {}, own: Machine = machine) =>
    own.run("write-record", { PLAN: JSON.stringify(run), NEEDS: JSON.stringify({ ...built, ...change }) }, { plan });

  it("records what was built", async () => {
    const own = startMachine();
    const result = await write({}, own);
    expect(result.code, result.log).toBe(0);
    expect(JSON.parse(readFileSync(join(own.temp, "build-record.json"), "utf8"))).toEqual({
      version: 1,
      class: "pullRequest",
      tag: "pr-12-abc1234",
      commit: SHA,
      builds: {
        app: { kind: "image", image: "ghcr.io/o/app", digest, sourceCommit: source },
        docs: { kind: "image", image: "ghcr.io/o/docs", digest: "", sourceCommit: SHA },
        pkg: { kind: "files", artifact: "files-pkg" },
      },
    });
    expect(result.summary).toContain("| `docs` | `artifact only` |");
    expect(result.summary).toContain("| `pkg` | `artifact files-pkg` |");
    await own.stop();
  });

  it("records what the job itself has published, where one job does everything", async () => {
    const own = startMachine();
    const images = JSON.stringify({ app: { digest, commit: SHA } });
    const result = await own.run(
      "write-record",
      { PLAN: JSON.stringify({ ...run, class: "main", tag: "sha-abc1234" }), IMAGES: images },
      { plan: { builds: { app: { image: "ghcr.io/o/app", entries: { main: [entry] } } } } },
    );
    expect(result.code, result.log).toBe(0);
    expect(JSON.parse(readFileSync(join(own.temp, "build-record.json"), "utf8"))).toMatchObject({
      builds: { app: { digest, sourceCommit: SHA } },
    });
    await own.stop();
  });

  it.each([
    ["a job failed", { "scan-app": job(undefined, "failure") }, "scan-app (failure)"],
    ["a job was cancelled", { "build-app": job(undefined, "cancelled") }, "build-app (cancelled)"],
    [
      "a digest is none",
      { "publish-app": job({ app: { digest: "latest", commit: source } }) },
      "unusable digest or commit",
    ],
    ["a digest has no commit", { "publish-app": job({ app: { digest, commit: "" } }) }, "unusable digest or commit"],
    ["a commit is none", { "publish-app": job({ app: { digest, commit: "main" } }) }, "unusable digest or commit"],
  ])("fails when %s", async (_title, change, message) => {
    const result = await write(change);
    expect(result.code).toBe(1);
    expect(result.log).toContain(message);
  });

  it("leaves no record behind when a job failed", async () => {
    const own = startMachine();
    await write({ plan: job(undefined, "failure") }, own);
    expect(existsSync(join(own.temp, "build-record.json"))).toBe(false);
    await own.stop();
  });
});
