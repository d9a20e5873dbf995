/** The programs that decide before anything is built, and the gate after it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOSTILE, type Machine, startMachine, tagEnv } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const SHA = "abc1234def5678901234567890abcdef12345678";
const base = {
  EVENT_NAME: "push",
  REF_NAME: "main",
  HEAD_SHA: SHA,
  HEAD_REF: "",
  HEAD_REPOSITORY: "Wikid82/charon",
  REPOSITORY: "Wikid82/charon",
  PR_NUMBER: "",
  MANUAL_TAG: "",
  RUN_ID: "4711",
  ...tagEnv,
};
const pull = { ...base, EVENT_NAME: "pull_request", REF_NAME: "12/merge", HEAD_REF: "feature/dns", PR_NUMBER: "12" };

describe.skipIf(missing("bash", "jq"))("before and after the build", () => {
  let machine: Machine;
  beforeAll(() => {
    machine = startMachine();
  });
  afterAll(() => machine.stop());

  describe("plan-build.sh", () => {
    it.each([
      [
        "a push to main",
        base,
        {
          class: "main",
          tag: "sha-abc1234",
          push: "true",
          candidates: "sha-abc1234 mq-abc1234",
          staging: "stage-abc1234-{platform}",
        },
      ],
      [
        "a push to an integration branch",
        { ...base, REF_NAME: "development" },
        { class: "integration", tag: "sha-abc1234", candidates: "sha-abc1234 mq-abc1234" },
      ],
      [
        "a push to a feature branch",
        { ...base, REF_NAME: "feature/Fix-#1" },
        { class: "feature", tag: "feature-fix-1-abc1234", candidates: "feature-fix-1-abc1234 sha-abc1234" },
      ],
      [
        "a pull request",
        pull,
        {
          class: "pullRequest",
          tag: "pr-12-abc1234",
          push: "true",
          candidates: "pr-12-abc1234 sha-abc1234 feature-dns-abc1234",
        },
      ],
      [
        "a pull request from a fork",
        { ...pull, HEAD_REPOSITORY: "stranger/charon" },
        { class: "pullRequest", tag: "pr-12-abc1234", push: "false" },
      ],
      ["a pull request from a fork that is gone", { ...pull, HEAD_REPOSITORY: "" }, { push: "false" }],
      [
        "the merge queue",
        { ...base, EVENT_NAME: "merge_group", REF_NAME: "gh-readonly-queue/main/pr-12-0000000" },
        { class: "queue", tag: "mq-abc1234" },
      ],
      [
        "a schedule",
        { ...base, EVENT_NAME: "schedule" },
        {
          class: "nightly",
          tag: `nightly-${new Date().toISOString().slice(0, 10)}`,
          candidates: "",
          staging: "stage-n4711-{platform}",
        },
      ],
      [
        "a manual run",
        { ...base, EVENT_NAME: "workflow_dispatch" },
        { class: "manual", tag: "manual-4711", candidates: "", staging: "stage-n4711-{platform}" },
      ],
      [
        "a manual run with a tag",
        { ...base, EVENT_NAME: "workflow_dispatch", MANUAL_TAG: "try-this" },
        { class: "manual", tag: "try-this" },
      ],
    ])("plans %s", async (_title, environment, outputs) => {
      const result = await machine.run("plan-build", environment);
      expect(result).toMatchObject({ code: 0, outputs: { sha: SHA, "short-sha": "abc1234", ...outputs } });
      expect(result.outputs["version"]).toBe(`0.0.0-${result.outputs["tag"]}`);
      expect(result.outputs["created"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
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
      const result = await machine.run("plan-build", { ...base, EVENT_NAME: "workflow_dispatch", MANUAL_TAG: tag });
      if (tag === "") expect(result.outputs["tag"]).toBe("manual-4711");
      else expect(result).toMatchObject({ code: 1, outputs: {} });
    });

    it("prints what it knew when the event makes no sense", async () => {
      const result = await machine.run("plan-build", { ...pull, PR_NUMBER: "" });
      expect(result.code).toBe(1);
      expect(result.log).toContain("::error::The event names no pull request.");
      for (const fact of ["Event: pull_request", "Ref: 12/merge", `Commit: ${SHA}`, "Run: 4711", "feature/dns"])
        expect(result.log).toContain(fact);
    });

    it.each([
      ["main's", { ...base, REF_NAME: "main" }, "main"],
      ["a feature branch's", { ...base, REF_NAME: "feature/DNS" }, "feature-dns"],
      ["a pull request's branch's", { ...pull, HEAD_REF: "feature/DNS" }, "feature-dns"],
      ["main's for a fork", { ...pull, HEAD_REPOSITORY: "stranger/charon", HEAD_REF: "feature/dns" }, "main"],
      [
        "main's for the merge queue",
        { ...base, EVENT_NAME: "merge_group", REF_NAME: "gh-readonly-queue/main/pr-12-0000000" },
        "main",
      ],
      ["its own for a branch that reads as main", { ...base, REF_NAME: "Main" }, "branch-main"],
      [
        "its own for a branch that reads as an integration branch",
        { ...base, REF_NAME: "development/" },
        "branch-development",
      ],
    ])("takes %s layers", async (_title, environment, branch) => {
      expect((await machine.run("plan-build", environment)).outputs["cache-branch"]).toBe(branch);
    });

    it.each(HOSTILE)("is not moved by a branch called %j", async (branch) => {
      for (const environment of [
        { ...base, REF_NAME: branch },
        { ...pull, HEAD_REF: branch },
      ]) {
        const result = await machine.run("plan-build", environment);
        expect(result.code, result.log).toBe(0);
        expect(result.outputs["tag"]).toMatch(/^[a-z0-9_][a-z0-9._-]*-abc1234$/);
        expect(result.outputs["cache-branch"]).toMatch(/^[a-z0-9_][a-z0-9._-]{0,86}$/);
      }
    });
  });

  describe("plan-release.sh", () => {
    const release = { REF_NAME: "v1.2.3", SHA, ...tagEnv };
    it("plans a version with its moving tags", async () => {
      const { outputs } = await machine.run("plan-release", release);
      expect(outputs).toMatchObject({
        class: "release",
        version: "1.2.3",
        prerelease: "false",
        "release-tags": "v1.2.3 1.2 1",
        tag: "stage-abc1234-release",
        staging: "stage-abc1234-{platform}",
        candidates: "stage-abc1234-release mq-abc1234 sha-abc1234",
        push: "true",
      });
    });
    it("moves no tag for a prerelease", async () => {
      const { outputs } = await machine.run("plan-release", { ...release, REF_NAME: "v1.2.3-rc.1" });
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
    ])("refuses %s", async (tag) => {
      expect(await machine.run("plan-release", { ...release, REF_NAME: tag })).toMatchObject({
        code: 1,
        outputs: {},
      });
    });
  });

  describe("choose-platforms.sh", () => {
    const entry = (name: string, platforms: string, archive = "") => ({
      name,
      platforms,
      runner: "ubuntu-24.04",
      archive,
    });
    const platforms = JSON.stringify({
      default: [entry("amd64", "linux/amd64", "linux/amd64")],
      main: [entry("amd64", "linux/amd64"), entry("arm64", "linux/arm64")],
      nightly: [entry("all", "linux/amd64,linux/arm64")],
    });
    it.each([
      ["main", ["amd64", "arm64"], ["linux/amd64", "linux/arm64"]],
      ["nightly", ["all"], ["linux/amd64", "linux/arm64"]],
      ["feature", ["amd64"], ["linux/amd64"]],
    ])("for %s", async (name, entries, list) => {
      const { outputs } = await machine.run("choose-platforms", { CLASS: name, PLATFORMS: platforms });
      expect(JSON.parse(outputs["matrix"] ?? "").map((item: { name: string }) => item.name)).toEqual(entries);
      expect(JSON.parse(outputs["platforms"] ?? "")).toEqual(list);
    });
    it("names the classes that it knows", async () => {
      const result = await machine.run("choose-platforms", {
        CLASS: "release",
        PLATFORMS: JSON.stringify({ main: [entry("amd64", "linux/amd64")] }),
      });
      expect(result).toMatchObject({ code: 1, log: expect.stringContaining("Known: main") });
    });
  });

  describe("judge-push.sh", () => {
    it.each([
      ["success skipped skipped", "main", "", 0, undefined],
      ["failure failure success", "main", "", 0, undefined],
      ["failure failure failure", "pullRequest", "true", 0, "true"],
      ["failure failure failure", "queue", "true", 0, "true"],
      ["failure failure failure", "pullRequest", "false", 1, undefined],
      ["failure failure failure", "main", "true", 1, undefined],
      ["failure failure failure", "release", "true", 1, undefined],
    ])("%s on %s with fallback %s", async (outcomes, name, fallback, code, unpushed) => {
      const result = await machine.run("judge-push", { OUTCOMES: outcomes, CLASS: name, FALLBACK: fallback });
      expect([result.code, result.outputs["unpushed"]]).toEqual([code, unpushed]);
    });
  });

  const needs = (results: Record<string, string>) =>
    JSON.stringify(
      Object.fromEntries(Object.entries(results).map(([name, result]) => [name, { result, outputs: {} }])),
    );

  describe("check-needs.sh", () => {
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

  describe("write-record.sh", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const source = "b".repeat(40);
    const record = {
      NEEDS: needs({ plan: "success", "build-app": "skipped", "publish-app": "success" }),
      CLASS: "pullRequest",
      TAG: "pr-12-abc1234",
      COMMIT: SHA,
      BUILDS: JSON.stringify([
        { name: "app", kind: "image", image: "ghcr.io/o/app", digest, commit: source },
        { name: "docs", kind: "image", image: "ghcr.io/o/docs", digest: "", commit: "" },
        { name: "pkg", kind: "files", artifact: "files-pkg" },
      ]),
    };
    it("records what was built", async () => {
      const own = startMachine();
      const result = await own.run("write-record", record);
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
      expect(result.summary).toContain("artifact only");
      await own.stop();
    });
    it.each([
      ["a job failed", { NEEDS: needs({ plan: "success", "scan-app": "failure" }) }, "scan-app (failure)"],
      ["a job was cancelled", { NEEDS: needs({ plan: "success", "build-app": "cancelled" }) }, "build-app (cancelled)"],
      [
        "a digest is none",
        {
          BUILDS: JSON.stringify([
            { name: "app", kind: "image", image: "ghcr.io/o/app", digest: "latest", commit: source },
          ]),
        },
        "unusable digest or commit",
      ],
      [
        "a digest has no commit",
        { BUILDS: JSON.stringify([{ name: "app", kind: "image", image: "ghcr.io/o/app", digest, commit: "" }]) },
        "unusable digest or commit",
      ],
    ])("fails when %s", async (_title, change, message) => {
      const result = await machine.run("write-record", { ...record, ...change });
      expect(result.code).toBe(1);
      expect(result.log).toContain(message);
    });
    it("leaves no record behind when a job failed", async () => {
      const own = startMachine();
      await own.run("write-record", { ...record, NEEDS: needs({ plan: "failure" }) });
      expect(existsSync(join(own.temp, "build-record.json"))).toBe(false);
      await own.stop();
    });
  });
});
