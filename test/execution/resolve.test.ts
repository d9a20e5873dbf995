/** What a consumer decides to test: from GitHub's data, the build's record and the registry, and never from a fork. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import type { PullRequest } from "../support/github-api/state.ts";
import { pushImage } from "../support/images.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { HOSTILE, type Machine, startMachine, tagEnv, TOKEN } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const SHA = "abc1234def5678901234567890abcdef12345678";
const OLDER = "1".repeat(40);
const DIGEST = `sha256:${"d".repeat(64)}`;
const REPOSITORY = "Wikid82/charon";

const pullRequest = (number: number, label: string, sha: string, state: "open" | "closed" = "open"): PullRequest => ({
  number,
  state,
  title: "$(touch executed)",
  head: { ref: label.slice(label.indexOf(":") + 1), sha, label, repo: null },
  base: { ref: "main" },
});

describe.skipIf(missing("bash", "jq", "curl", "docker-registry", "skopeo"))("resolve-image.sh", () => {
  let api: GithubApi;
  let registry: Registry;
  let machine: Machine;
  let image = "";
  let count = 0;
  beforeAll(async () => {
    registry = await startRegistry();
    machine = startMachine({ "ghcr.io": registry.host });
  });
  afterAll(async () => {
    await machine.stop();
    await registry.stop();
  });
  beforeEach(async () => {
    registry.clearFaults();
    image = `ghcr.io/wikid82/charon-${(count += 1)}`;
    api = await startGithubApi({ repository: REPOSITORY });
    return () => api.stop();
  });

  const environment = () => ({
    GITHUB_API_URL: api.url,
    GH_TOKEN: TOKEN,
    REPOSITORY,
    EVENT_NAME: "workflow_run",
    RUN_EVENT: "pull_request",
    RUN_ID: "4711",
    RUN_CONCLUSION: "success",
    RUN_CREATED_AT: "2026-02-04T23:59:00Z",
    HEAD_SHA: SHA,
    HEAD_BRANCH: "feature/dns",
    HEAD_REPOSITORY: REPOSITORY,
    PULL_REQUESTS: JSON.stringify([{ number: 12, head: { sha: SHA } }]),
    RECORD_FILE: join(machine.temp, "missing.json"),
    MANUAL_TAG: "",
    MANUAL_COMMIT: "",
    BUILDS: JSON.stringify([{ name: "app", kind: "image", image }]),
    EVENTS: "pullRequest feature main integration queue nightly manual",
    FORKS: "test",
    ...tagEnv,
  });
  const resolve = (change: Partial<ReturnType<typeof environment>> = {}) =>
    machine.run("resolve-image", { ...environment(), ...change });
  const record = (change: object = {}, name = "record.json"): { RECORD_FILE: string } => {
    const content = {
      version: 1,
      class: "pullRequest",
      tag: "pr-12-abc1234",
      commit: SHA,
      builds: { app: { kind: "image", image, digest: DIGEST, sourceCommit: OLDER } },
      ...change,
    };
    writeFileSync(join(machine.temp, name), JSON.stringify(content));
    return { RECORD_FILE: join(machine.temp, name) };
  };
  const push = (tag: string, revision = SHA) =>
    pushImage(registry, image.replace("ghcr.io/", ""), {
      tag,
      labels: { "org.opencontainers.image.revision": revision },
      layers: [tag],
    });

  describe("with the build's record", () => {
    it("takes digest and source commit from it, and asks no registry", async () => {
      const before = registry.requests.length;
      expect(await resolve(record())).toMatchObject({
        code: 0,
        outputs: {
          ready: "true",
          skip: "false",
          reason: "",
          sha: SHA,
          trusted: "true",
          class: "pullRequest",
          tag: "pr-12-abc1234",
          "pull-request": "12",
          "app-digest": DIGEST,
          "app-commit": OLDER,
        },
      });
      expect(registry.requests.length).toBe(before);
      expect(api.requests).toEqual([]);
    });

    it("takes the pull request that was built, when one branch has several", async () => {
      const result = await resolve({
        ...record({ tag: "pr-13-abc1234" }),
        PULL_REQUESTS: JSON.stringify([{ number: 12 }, { number: 13 }]),
      });
      expect(result.outputs).toMatchObject({ tag: "pr-13-abc1234", "pull-request": "13" });
    });

    it("hands on that an image was not pushed", async () => {
      const result = await resolve(
        record({ builds: { app: { kind: "image", image, digest: "", sourceCommit: SHA } } }),
      );
      expect(result.outputs).toMatchObject({ ready: "true", "app-digest": "", "app-commit": SHA });
    });

    it.each([
      ["push", "main", "main", "sha-abc1234"],
      ["push", "development", "integration", "sha-abc1234"],
      ["push", "feature/dns", "feature", "feature-dns-abc1234"],
      ["merge_group", "gh-readonly-queue/main/pr-12-0000000", "queue", "mq-abc1234"],
      ["schedule", "main", "nightly", "nightly-2026-02-05"],
      ["workflow_dispatch", "main", "nightly", "nightly-2026-03-01"],
      ["workflow_dispatch", "main", "manual", "try-this"],
    ])("%s on %s is %s, %s", async (event, branch, name, tag) => {
      const result = await resolve({
        ...record({ class: name, tag }),
        RUN_EVENT: event,
        HEAD_BRANCH: branch,
        PULL_REQUESTS: "[]",
      });
      expect(result.outputs).toMatchObject({ ready: "true", class: name, tag, "app-digest": DIGEST });
    });

    it.each([
      ["names another pull request", { tag: "pr-13-abc1234" }],
      ["names another commit", { commit: OLDER }],
      ["names another class", { class: "main" }],
      [
        "names another image",
        { builds: { app: { kind: "image", image: "ghcr.io/evil/app", digest: DIGEST, sourceCommit: SHA } } },
      ],
      [
        "names a tag for a digest",
        { builds: { app: { kind: "image", image: "", digest: "latest", sourceCommit: SHA } } },
      ],
      [
        "names no commit of the image",
        { builds: { app: { kind: "image", image: "", digest: DIGEST, sourceCommit: "main" } } },
      ],
      ["is of another version", { version: 2 }],
      ["lacks a build", { builds: {} }],
      ["adds lines", { tag: "pr-12-abc1234\nready=false" }],
      ["is not even an object", { builds: [] }],
    ])("is not used when it %s", async (_title, change) => {
      const built = await push("pr-12-abc1234");
      const result = await resolve(record(change));
      expect(result.log).toContain("::warning::The build's record does not fit");
      expect(result).toMatchObject({
        code: 0,
        outputs: { tag: "pr-12-abc1234", "app-digest": built.digest, "app-commit": SHA },
      });
    });

    it("is not used when it is no JSON", async () => {
      writeFileSync(join(machine.temp, "broken.json"), "{$(touch executed)");
      expect((await resolve({ RECORD_FILE: join(machine.temp, "broken.json") })).outputs).toMatchObject({
        ready: "true",
        tag: "pr-12-abc1234",
        "app-digest": "",
      });
    });
  });

  describe("without a record", () => {
    it("finds the image by its tag", async () => {
      const built = await push("pr-12-abc1234");
      expect((await resolve()).outputs).toMatchObject({
        ready: "true",
        tag: "pr-12-abc1234",
        "app-digest": built.digest,
        "app-commit": SHA,
      });
    });

    it("tries every pull request of the branch", async () => {
      const built = await push("pr-13-abc1234");
      const result = await resolve({ PULL_REQUESTS: JSON.stringify([{ number: 12 }, { number: 13 }]) });
      expect(result.outputs).toMatchObject({ tag: "pr-13-abc1234", "app-digest": built.digest });
    });

    it("finds a nightly image on either side of midnight", async () => {
      await push("nightly-2026-02-05");
      expect((await resolve({ RUN_EVENT: "schedule", HEAD_BRANCH: "main", PULL_REQUESTS: "[]" })).outputs["tag"]).toBe(
        "nightly-2026-02-05",
      );
    });

    it("leaves it to the artifact when the registry is down", async () => {
      registry.fault({ kind: "status", status: 503 });
      expect((await resolve()).outputs).toMatchObject({
        ready: "true",
        tag: "pr-12-abc1234",
        "app-digest": "",
        "app-commit": SHA,
      });
    });
  });

  describe("when GitHub names no pull request", () => {
    it("lists them by branch, and compares the commit", async () => {
      await push("pr-14-abc1234");
      api.state.pulls.push(
        pullRequest(13, "Wikid82:feature/dns", OLDER),
        pullRequest(14, "Wikid82:feature/dns", SHA),
        pullRequest(15, "stranger:feature/dns", SHA),
      );
      for (const none of ["[]", "", "null"]) {
        expect((await resolve({ PULL_REQUESTS: none })).outputs).toMatchObject({
          ready: "true",
          tag: "pr-14-abc1234",
          "pull-request": "14",
        });
      }
      expect(api.requests[0]?.path).toContain("head=Wikid82%3Afeature%2Fdns");
      expect(api.requests[0]?.authorization).toBe(`Bearer ${TOKEN}`);
    });

    it("prefers an open one, and takes a merged one", async () => {
      api.state.pulls.push(pullRequest(13, "Wikid82:feature/dns", SHA, "closed"));
      expect((await resolve({ PULL_REQUESTS: "[]" })).outputs["tag"]).toBe("pr-13-abc1234");
      api.state.pulls.push(pullRequest(9, "Wikid82:feature/dns", SHA));
      expect((await resolve({ PULL_REQUESTS: "[]" })).outputs["tag"]).toBe("pr-9-abc1234");
    });

    it("takes the record's, which must hold this commit", async () => {
      expect((await resolve({ ...record({ tag: "pr-77-abc1234" }), PULL_REQUESTS: "[]" })).outputs).toMatchObject({
        tag: "pr-77-abc1234",
        "pull-request": "77",
        "app-digest": DIGEST,
      });
      expect(await resolve({ ...record({ tag: "pr-77-fffffff" }), PULL_REQUESTS: "[]" })).toMatchObject({ code: 1 });
    });

    it("stops with everything that it knows", async () => {
      const result = await resolve({ PULL_REQUESTS: "[]" });
      expect(result.code).toBe(1);
      expect(result.log).toContain(
        "::error::The pull request of this build cannot be found, so its image cannot be named. Re-run the build.",
      );
      for (const fact of [
        "Event: workflow_run pull_request",
        "Ref: feature/dns",
        `Commit: ${SHA}`,
        "run 4711",
        "Pull requests: []",
      ])
        expect(result.log).toContain(fact);
    });

    it("survives a failing API with the record", async () => {
      api.fault({ status: 500 });
      expect((await resolve({ ...record(), PULL_REQUESTS: "[]" })).outputs["tag"]).toBe("pr-12-abc1234");
    });
  });

  describe("of a fork", () => {
    const fork = { HEAD_REPOSITORY: "stranger/charon", PULL_REQUESTS: "[]" };
    it("trusts nothing: no record, no registry", async () => {
      api.state.pulls.push(pullRequest(21, "stranger:feature/dns", SHA));
      const before = registry.requests.length;
      const result = await resolve({ ...fork, ...record({ tag: "pr-21-abc1234" }) });
      expect(result.outputs).toEqual({
        ready: "true",
        skip: "false",
        reason: "",
        sha: SHA,
        trusted: "false",
        class: "pullRequest",
        tag: "pr-21-abc1234",
        "pull-request": "21",
        "app-digest": "",
        "app-commit": SHA,
      });
      expect(registry.requests.length).toBe(before);
    });
    it("works without a pull request's number, and with a fork that is gone", async () => {
      expect((await resolve(fork)).outputs).toMatchObject({ ready: "true", trusted: "false", tag: "" });
      expect((await resolve({ ...fork, HEAD_REPOSITORY: "" })).outputs).toMatchObject({
        ready: "true",
        trusted: "false",
      });
    });
    it("is not trusted for a branch called main", async () => {
      expect((await resolve({ ...fork, HEAD_BRANCH: "main" })).outputs).toMatchObject({
        trusted: "false",
        class: "pullRequest",
      });
    });
    it("is left out where the config says so", async () => {
      expect((await resolve({ ...fork, FORKS: "ignore" })).outputs).toMatchObject({ ready: "false", skip: "true" });
    });
  });

  it.each([
    ["failure", "The build failed, so nothing was tested."],
    ["timed_out", "The build failed, so nothing was tested."],
    ["cancelled", "The build was cancelled: re-run it."],
    ["action_required", "The build waits for somebody's approval."],
    ["skipped", "The build was skipped, so there is nothing to test."],
    ["neutral", "The build ended as neutral: re-run it."],
  ])("of a build that ended as %s tests nothing, and says why", async (conclusion, reason) => {
    expect(await resolve({ RUN_CONCLUSION: conclusion })).toMatchObject({
      code: 0,
      outputs: { ready: "false", skip: "false", reason, sha: SHA },
    });
  });

  it("skips classes that this consumer does not test, and events that nobody tests", async () => {
    expect((await resolve({ EVENTS: "main" })).outputs).toMatchObject({ ready: "false", skip: "true" });
    expect((await resolve({ RUN_EVENT: "issues" })).outputs).toMatchObject({ ready: "false", skip: "true" });
  });

  describe("started by hand", () => {
    const manual = {
      EVENT_NAME: "workflow_dispatch",
      RUN_EVENT: "",
      RUN_ID: "",
      RUN_CONCLUSION: "",
      HEAD_SHA: "",
      HEAD_BRANCH: "",
      HEAD_REPOSITORY: "",
      PULL_REQUESTS: "null",
      MANUAL_TAG: "sha-abc1234",
    };
    it("takes tag and commit from the image", async () => {
      const built = await push("sha-abc1234", OLDER);
      expect((await resolve(manual)).outputs).toMatchObject({
        ready: "true",
        sha: OLDER,
        trusted: "true",
        class: "manual",
        tag: "sha-abc1234",
        "app-digest": built.digest,
        "app-commit": OLDER,
      });
      expect((await resolve({ ...manual, MANUAL_COMMIT: SHA })).outputs).toMatchObject({
        sha: SHA,
        "app-commit": OLDER,
      });
    });
    it.each([
      ["the image is gone", {}, "Re-run the build"],
      ["the tag is none", { MANUAL_TAG: "$(touch executed)" }, "is no Docker tag"],
      ["the commit is none", { MANUAL_COMMIT: "main" }, "is no full commit"],
    ])("says what to do when %s", async (_title, change, message) => {
      expect(await resolve({ ...manual, ...change })).toMatchObject({ code: 1, log: expect.stringContaining(message) });
    });
    it("says what to do when the registry is down, or the image names no commit", async () => {
      await push("sha-abc1234", "");
      expect((await resolve(manual)).log).toContain("does not say which commit");
      registry.fault({ kind: "refuse" });
      expect((await resolve(manual)).log).toContain("Run this again once it works");
    });
  });

  it("asks for each of several images, and passes files by", async () => {
    const builds = JSON.stringify([
      { name: "app", kind: "image", image },
      { name: "worker", kind: "image", image: `${image}/worker` },
      { name: "pkg", kind: "files" },
    ]);
    const files = {
      app: { kind: "image", image, digest: DIGEST, sourceCommit: SHA },
      worker: { kind: "image", image: `${image}/worker`, digest: DIGEST, sourceCommit: OLDER },
      pkg: { kind: "files", artifact: "files-pkg" },
    };
    const result = await resolve({ ...record({ builds: files }), BUILDS: builds });
    expect(result.outputs).toMatchObject({
      "app-digest": DIGEST,
      "app-commit": SHA,
      "worker-digest": DIGEST,
      "worker-commit": OLDER,
    });
    expect(Object.keys(result.outputs)).not.toContain("pkg-digest");
  });

  it.each(HOSTILE)("is not moved by a branch called %j", async (branch) => {
    const pulls = JSON.stringify([{ number: 12, title: branch, head: { ref: branch } }]);
    expect(
      (await resolve({ HEAD_BRANCH: branch, PULL_REQUESTS: pulls, RUN_CONCLUSION: "success", ...record() })).outputs,
    ).toMatchObject({ ready: "true", tag: "pr-12-abc1234" });
    const failing = await resolve({ HEAD_BRANCH: branch, PULL_REQUESTS: "[]" });
    expect(failing.code).toBe(1);
    expect(failing.log).toContain("Re-run the build.");
  });
});
