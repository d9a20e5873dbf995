/**
 * What a consumer decides to test: from GitHub's data, the build's record and the registry, and never from a fork. And the
 * statuses that say on the commit that its tests are pending.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import type { Artifact, PullRequest } from "../support/github-api/state.ts";
import { pushImage } from "../support/images.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import type { PlannedPart } from "../support/program-folder.ts";
import { HOSTILE, type Machine, startMachine, TOKEN } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";
import { zip } from "../support/zip.ts";

const SHA = "abc1234def5678901234567890abcdef12345678";
const OLDER = "1".repeat(40);
const DIGEST = `sha256:${"d".repeat(64)}`;
const REPOSITORY = "Wikid82/charon";
/** The run that has built, and the one that resolves. */
const BUILD_RUN = 4711;
const OWN_RUN = 99;

const pullRequest = (number: number, label: string, sha: string, state: "open" | "closed" = "open"): PullRequest => ({
  number,
  state,
  title: "$(touch executed)",
  head: { ref: label.slice(label.indexOf(":") + 1), sha, label, repo: null },
  base: { ref: "main" },
});

describe.skipIf(missing("docker-registry", "skopeo"))("resolve-image", () => {
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

  /** What the build's run was, by the fields of GitHub's event; `record` is what it has written down. */
  interface Situation {
    event: string;
    conclusion: string;
    sha: string;
    branch: string;
    repository: string | null;
    pulls: unknown;
    record: string | undefined;
    /** How it is kept, where that is not as usual. */
    kept: Partial<Artifact>;
    /** By hand: what is asked for, instead of a run that ended. */
    inputs: Record<string, string> | undefined;
    builds: readonly { name: string; kind: "image" | "files"; image?: string }[];
    consumers: NonNullable<PlannedPart["consumers"]>;
    groups: Record<string, string[]>;
    consumer: string;
    /** Which workflow has built. */
    workflow: string;
  }
  const usual = (): Situation => ({
    event: "pull_request",
    conclusion: "success",
    sha: SHA,
    branch: "feature/dns",
    repository: REPOSITORY,
    pulls: [{ number: 12, head: { sha: SHA }, base: { ref: "main" } }],
    record: undefined,
    kept: {},
    inputs: undefined,
    builds: [{ name: "app", kind: "image", image }],
    consumers: { smoke: {} },
    groups: {},
    consumer: "smoke",
    workflow: "Build",
  });
  const EVENTS = ["pullRequest", "feature", "main", "integration", "queue", "nightly", "manual"] as const;
  /** What the build's run has written down, as GitHub keeps it. */
  function keepRecord({ record: content, kept, repository, sha, branch, event }: Situation): void {
    api.state.runs = [];
    if (content === undefined) return;
    const artifact: Artifact = {
      id: 815,
      name: "build-record",
      created_at: "2026-02-05T00:10:00Z",
      expired: false,
      zip: zip([{ name: "build-record.json", content }]),
      ...kept,
    };
    api.state.runs.push({
      id: BUILD_RUN,
      name: "Build",
      event,
      status: "completed",
      conclusion: "success",
      head_branch: branch,
      head_sha: sha,
      created_at: "2026-02-04T23:59:00Z",
      updated_at: "2026-02-05T00:10:00Z",
      ...(repository !== null && { head_repository: { full_name: repository } }),
      artifacts: [artifact],
    });
  }
  async function resolve(
    change: Partial<Situation> = {},
    given: Readonly<Record<string, string>> = {},
    on: Machine = machine,
  ) {
    const now = { ...usual(), ...change };
    keepRecord(now);
    const plan: PlannedPart = {
      builds: Object.fromEntries(
        now.builds.map(({ name, kind, image: full = "" }) => [
          name,
          kind === "files" ? { kind, artifact: `files-${name}`, inputs: null } : { kind, image: full },
        ]),
      ),
      consumers: Object.fromEntries(
        Object.entries(now.consumers).map(([key, one]) => [
          key,
          { events: [...EVENTS], builds: now.builds.map(({ name }) => name), ...one },
        ]),
      ),
      groups: now.groups,
    };
    const run = {
      name: now.workflow,
      event: now.event,
      id: BUILD_RUN,
      conclusion: now.conclusion,
      created_at: "2026-02-04T23:59:00Z",
      head_sha: now.sha,
      head_branch: now.branch,
      head_repository: now.repository === null ? null : { full_name: now.repository },
      pull_requests: now.pulls,
    };
    return on.run(
      "resolve-image",
      {
        CONSUMER: now.consumer,
        GH_TOKEN: TOKEN,
        GITHUB_API_URL: api.url,
        GITHUB_REPOSITORY: REPOSITORY,
        GITHUB_EVENT_NAME: now.inputs ? "workflow_dispatch" : "workflow_run",
        GITHUB_RUN_ID: String(OWN_RUN),
        ...given,
      },
      { plan, event: now.inputs ? { inputs: now.inputs } : { workflow_run: run } },
    );
  }
  const record = (change: object = {}): { record: string } => ({
    record: JSON.stringify({
      version: 1,
      class: "pullRequest",
      tag: "pr-12-abc1234",
      commit: SHA,
      builds: { app: { kind: "image", image, digest: DIGEST, sourceCommit: OLDER } },
      ...change,
    }),
  });
  /** The one output that holds all images. */
  const handedOn = (images: Record<string, { digest: string; commit: string }>): string => JSON.stringify(images);
  const withDigest = (digest: string): unknown => expect.stringContaining(`"digest":"${digest}"`);
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
          images: handedOn({ app: { digest: DIGEST, commit: OLDER } }),
        },
      });
      expect(registry.requests.length).toBe(before);
      expect(api.requests.map(({ path }) => path)).toEqual([
        `/repos/${REPOSITORY}/actions/runs/${BUILD_RUN}/artifacts?name=build-record&per_page=100&page=1`,
        `/repos/${REPOSITORY}/actions/artifacts/815/zip`,
      ]);
      expect(api.requests[0]?.authorization).toBe(`Bearer ${TOKEN}`);
    });

    it.each([
      ["it has expired", { kept: { expired: true } }],
      ["it is cut off", { kept: { zip: zip([{ name: "build-record.json", content: "{}" }]).subarray(0, 30) } }],
      ["it holds something else", { kept: { zip: zip([{ name: "other.json", content: record().record }]) } }],
      ["it is of another name", { kept: { name: "build-record-2" } }],
    ])("goes on without it where %s", async (_title, change) => {
      const built = await push("pr-12-abc1234");
      expect((await resolve({ ...record(), ...change })).outputs).toMatchObject({
        ready: "true",
        images: handedOn({ app: { digest: built.digest, commit: SHA } }),
      });
    });

    it.each([
      ["fails", { status: 500 } as const],
      ["cannot be reached", { status: "refuse" } as const],
      ["refuses, with any words", { status: 403, message: "no\n::error::x ##[error]y $(touch executed)" } as const],
    ])("goes on without it where GitHub %s", async (_title, fault) => {
      const built = await push("pr-12-abc1234");
      api.fault({ ...fault, path: /artifacts/ });
      const result = await resolve(record());
      expect(result.log).toContain("The build's record cannot be read");
      expect(result).toMatchObject({
        code: 0,
        outputs: { ready: "true", images: handedOn({ app: { digest: built.digest, commit: SHA } }) },
      });
    });

    it("is not even asked for where the build has failed", async () => {
      await resolve({ ...record(), conclusion: "failure" });
      expect(api.requests).toEqual([]);
    });

    it("takes the pull request that was built, when one branch has several", async () => {
      const result = await resolve({
        ...record({ tag: "pr-13-abc1234" }),
        pulls: [{ number: 12 }, { number: 13 }],
      });
      expect(result.outputs).toMatchObject({ tag: "pr-13-abc1234", "pull-request": "13" });
    });

    it("hands on that an image was not pushed", async () => {
      const result = await resolve(
        record({ builds: { app: { kind: "image", image, digest: "", sourceCommit: SHA } } }),
      );
      expect(result.outputs).toMatchObject({ ready: "true", images: handedOn({ app: { digest: "", commit: SHA } }) });
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
        event,
        branch,
        pulls: [],
      });
      expect(result.outputs).toMatchObject({ ready: "true", class: name, tag, images: withDigest(DIGEST) });
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
        outputs: { tag: "pr-12-abc1234", images: handedOn({ app: { digest: built.digest, commit: SHA } }) },
      });
    });

    it("is not used when it is no JSON", async () => {
      expect((await resolve({ record: "{$(touch executed)" })).outputs).toMatchObject({
        ready: "true",
        tag: "pr-12-abc1234",
        images: withDigest(""),
      });
    });
  });

  describe("without a record", () => {
    it("finds the image by its tag", async () => {
      const built = await push("pr-12-abc1234");
      expect((await resolve()).outputs).toMatchObject({
        ready: "true",
        tag: "pr-12-abc1234",
        images: handedOn({ app: { digest: built.digest, commit: SHA } }),
      });
    });

    it("tries every pull request of the branch", async () => {
      const built = await push("pr-13-abc1234");
      const result = await resolve({ pulls: [{ number: 12 }, { number: 13 }] });
      expect(result.outputs).toMatchObject({ tag: "pr-13-abc1234", images: withDigest(built.digest) });
    });

    it("finds a nightly image on either side of midnight", async () => {
      await push("nightly-2026-02-05");
      expect((await resolve({ event: "schedule", branch: "main", pulls: [] })).outputs["tag"]).toBe(
        "nightly-2026-02-05",
      );
    });

    it("leaves it to the artifact when the registry is down", async () => {
      registry.fault({ kind: "status", status: 503 });
      expect((await resolve()).outputs).toMatchObject({
        ready: "true",
        tag: "pr-12-abc1234",
        images: handedOn({ app: { digest: "", commit: SHA } }),
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
      const asked = () => api.requests.filter(({ path }) => path.includes("/pulls?"));
      for (const none of [[], "", null]) {
        expect((await resolve({ pulls: none })).outputs).toMatchObject({
          ready: "true",
          tag: "pr-14-abc1234",
          "pull-request": "14",
        });
      }
      expect(asked()).toHaveLength(3);
      expect(asked()[0]?.path).toContain("head=Wikid82%3Afeature%2Fdns");
      expect(asked()[0]?.authorization).toBe(`Bearer ${TOKEN}`);
    });

    it("prefers an open one, and takes a merged one", async () => {
      api.state.pulls.push(pullRequest(13, "Wikid82:feature/dns", SHA, "closed"));
      expect((await resolve({ pulls: [] })).outputs["tag"]).toBe("pr-13-abc1234");
      api.state.pulls.push(pullRequest(9, "Wikid82:feature/dns", SHA));
      expect((await resolve({ pulls: [] })).outputs["tag"]).toBe("pr-9-abc1234");
    });

    it("takes the record's, which must hold this commit", async () => {
      expect((await resolve({ ...record({ tag: "pr-77-abc1234" }), pulls: [] })).outputs).toMatchObject({
        tag: "pr-77-abc1234",
        "pull-request": "77",
        images: withDigest(DIGEST),
      });
      expect(await resolve({ ...record({ tag: "pr-77-fffffff" }), pulls: [] })).toMatchObject({ code: 1 });
    });

    it("stops with everything that it knows", async () => {
      const result = await resolve({ pulls: [] });
      expect(result.code).toBe(1);
      expect(result.log).toContain(
        "::error::The pull request of this build cannot be found, so its image cannot be named. Re-run the build.",
      );
      for (const fact of [
        "Event: workflow_run pull_request",
        "Ref: feature/dns",
        `Commit: ${SHA}`,
        `run ${BUILD_RUN}`,
        "Pull requests: []",
      ])
        expect(result.log).toContain(fact);
    });

    it("survives a failing API with the record", async () => {
      api.fault({ status: 500, path: /pulls/ });
      expect((await resolve({ ...record(), pulls: [] })).outputs["tag"]).toBe("pr-12-abc1234");
    });
  });

  describe("of a fork", () => {
    const fork = { repository: "stranger/charon", pulls: [] };
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
        consumers: '["smoke"]',
        images: handedOn({ app: { digest: "", commit: SHA } }),
      });
      expect(registry.requests.length).toBe(before);
      expect(api.requests.filter(({ path }) => path.includes("artifacts"))).toEqual([]);
    });
    it("works without a pull request's number, and with a fork that is gone", async () => {
      expect((await resolve(fork)).outputs).toMatchObject({ ready: "true", trusted: "false", tag: "" });
      expect((await resolve({ ...fork, repository: null })).outputs).toMatchObject({
        ready: "true",
        trusted: "false",
      });
    });
    it("is not trusted for a branch called main", async () => {
      expect((await resolve({ ...fork, branch: "main" })).outputs).toMatchObject({
        trusted: "false",
        class: "pullRequest",
      });
    });
    it("is left out where the config says so", async () => {
      expect((await resolve({ ...fork, consumers: { smoke: { forks: false } } })).outputs).toMatchObject({
        ready: "false",
        skip: "true",
      });
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
    expect(await resolve({ conclusion })).toMatchObject({
      code: 0,
      outputs: { ready: "false", skip: "false", reason, sha: SHA },
    });
  });

  it("skips classes that this consumer does not test, and events that nobody tests", async () => {
    expect((await resolve({ consumers: { smoke: { events: ["main"] } } })).outputs).toMatchObject({
      ready: "false",
      skip: "true",
    });
    expect((await resolve({ event: "issues" })).outputs).toMatchObject({ ready: "false", skip: "true" });
  });

  describe("started by hand", () => {
    const manual = (inputs: Record<string, string> = {}) => ({
      inputs: { image_tag: "sha-abc1234", commit: "", ...inputs },
    });
    it("takes tag and commit from the image", async () => {
      const built = await push("sha-abc1234", OLDER);
      expect((await resolve(manual())).outputs).toMatchObject({
        ready: "true",
        sha: OLDER,
        trusted: "true",
        class: "manual",
        tag: "sha-abc1234",
        images: handedOn({ app: { digest: built.digest, commit: OLDER } }),
      });
      expect((await resolve(manual({ commit: SHA }))).outputs).toMatchObject({
        sha: SHA,
        images: handedOn({ app: { digest: built.digest, commit: OLDER } }),
      });
    });
    it.each([
      ["the image is gone", {}, "Re-run the build"],
      ["the tag is none", { image_tag: "$(touch executed)" }, "is no Docker tag"],
      ["the commit is none", { commit: "main" }, "is no full commit"],
    ])("says what to do when %s", async (_title, change, message) => {
      expect(await resolve(manual(change))).toMatchObject({ code: 1, log: expect.stringContaining(message) });
    });
    it("says what to do when the registry is down, or the image names no commit", async () => {
      await push("sha-abc1234", "");
      expect((await resolve(manual())).log).toContain("does not say which commit");
      registry.fault({ kind: "refuse" });
      expect((await resolve(manual())).log).toContain("Run this again once it works");
    });
  });

  it("asks for each of several images, and passes files by", async () => {
    const builds: Situation["builds"] = [
      { name: "app", kind: "image", image },
      { name: "worker", kind: "image", image: `${image}/worker` },
      { name: "pkg", kind: "files" },
    ];
    const files = {
      app: { kind: "image", image, digest: DIGEST, sourceCommit: SHA },
      worker: { kind: "image", image: `${image}/worker`, digest: DIGEST, sourceCommit: OLDER },
      pkg: { kind: "files", artifact: "files-pkg" },
    };
    const result = await resolve({ ...record({ builds: files }), builds });
    expect(result.outputs).toMatchObject({
      images: handedOn({ app: { digest: DIGEST, commit: SHA }, worker: { digest: DIGEST, commit: OLDER } }),
    });
  });

  describe("a feature branch with an open pull request", () => {
    const pushed = (base: string, more: Partial<Situation> = {}) =>
      resolve({
        event: "push",
        pulls: [{ number: 12, head: { sha: SHA }, base: { ref: base } }],
        ...record({ class: "feature", tag: "feature-dns-abc1234" }),
        ...more,
      });
    it("is left to the pull request's own run", async () => {
      expect((await pushed("main")).outputs).toMatchObject({
        ready: "false",
        skip: "true",
        reason: "The run of the pull request tests this commit.",
      });
      expect((await pushed("development")).outputs).toMatchObject({ skip: "true" });
    });
    it("is tested where no run of a pull request does that: into another branch, or not by this consumer", async () => {
      expect((await pushed("feature/base")).outputs).toMatchObject({ ready: "true", class: "feature" });
      expect((await pushed("main", { consumers: { smoke: { events: ["feature"] } } })).outputs).toMatchObject({
        ready: "true",
      });
    });
    it("says nothing of long-lived branches", async () => {
      const main = { ...record({ class: "main", tag: "sha-abc1234" }), branch: "main" };
      expect((await pushed("development", main)).outputs).toMatchObject({ ready: "true", class: "main" });
    });
  });

  describe("a group", () => {
    const group = {
      consumer: "integration",
      groups: { integration: ["waf", "crowd"] },
      consumers: { waf: {}, crowd: { events: ["main" as const], forks: false }, other: {} },
    };
    it("is resolved once, for those of it that test such a build", async () => {
      expect((await resolve({ ...group, ...record() })).outputs).toMatchObject({
        ready: "true",
        skip: "false",
        consumers: '["waf"]',
      });
      const main = { ...record({ class: "main", tag: "sha-abc1234" }), event: "push", branch: "main", pulls: [] };
      expect((await resolve({ ...group, ...main })).outputs["consumers"]).toBe('["waf","crowd"]');
      const fork = { repository: "stranger/charon", pulls: [] };
      expect((await resolve({ ...group, ...fork })).outputs["consumers"]).toBe('["waf"]');
    });
    it("is skipped where none of it does", async () => {
      const consumers = { waf: { events: ["main" as const] }, crowd: { events: ["main" as const] } };
      expect((await resolve({ ...group, consumers, ...record() })).outputs).toMatchObject({
        ready: "false",
        skip: "true",
        consumers: "[]",
      });
    });
    it("by hand is all of it that can be run by hand, or the one that was picked", async () => {
      await push("sha-abc1234");
      const picked = async (consumer: string): Promise<string | undefined> => {
        const inputs = { image_tag: "sha-abc1234", commit: "", consumer };
        const consumers = { waf: { dispatch: true }, crowd: { dispatch: true }, rate: { dispatch: false } };
        const groups = { integration: Object.keys(consumers) };
        return (await resolve({ ...group, groups, consumers, inputs })).outputs["consumers"];
      };
      expect([await picked("all"), await picked("crowd"), await picked("rate")]).toEqual([
        '["waf","crowd"]',
        '["crowd"]',
        '["waf","crowd"]',
      ]);
    });
  });

  describe("the statuses before the tests", () => {
    const CONTEXT = "Integration Test: Cerberus";
    const named = (name: string) => ({ consumers: { smoke: { name } } });
    const pending = (change: Partial<Situation> = {}) =>
      resolve({ ...named(CONTEXT), ...record(), ...change }, { PENDING: "true" });
    const posts = () => api.requests.filter(({ method }) => method === "POST");

    it("are posted on the commit, with this run's address", async () => {
      expect(await pending()).toMatchObject({ code: 0, outputs: { ready: "true" } });
      expect(api.state.statuses).toMatchObject([
        {
          sha: SHA,
          context: CONTEXT,
          state: "pending",
          description: "Testing pr-12-abc1234",
          target_url: `https://github.com/${REPOSITORY}/actions/runs/${OWN_RUN}`,
        },
      ]);
      expect(posts()).toMatchObject([
        { path: `/repos/${REPOSITORY}/statuses/${SHA}`, authorization: `Bearer ${TOKEN}` },
      ]);
    });

    it("are posted on the commit of a fork, and on the one that somebody asks for", async () => {
      api.state.pulls.push(pullRequest(21, "stranger:feature/dns", SHA));
      await pending({ repository: "stranger/charon", pulls: [] });
      await push("sha-abc1234", OLDER);
      await pending({ inputs: { image_tag: "sha-abc1234", commit: "" } });
      expect(api.state.statuses.map(({ sha, description }) => [sha, description])).toEqual([
        [SHA, "Testing pr-21-abc1234"],
        [OLDER, "Testing sha-abc1234"],
      ]);
    });

    it("are none where nothing is tested, or nobody wants any", async () => {
      expect((await pending({ conclusion: "failure" })).outputs).toMatchObject({ ready: "false", skip: "false" });
      expect((await pending({ event: "issues" })).outputs).toMatchObject({ skip: "true" });
      expect((await resolve(record())).outputs).toMatchObject({ ready: "true" });
      expect((await resolve(record(), { PENDING: "false" })).outputs).toMatchObject({ ready: "true" });
      expect(posts()).toEqual([]);
    });

    it("have a name of their own at night", async () => {
      const nightly = { workflow: "Nightly Build", name: `${CONTEXT} (nightly)` };
      const night = { ...record({ class: "nightly", tag: "nightly-2026-02-05" }), event: "schedule", branch: "main" };
      await pending({ ...night, consumers: { smoke: { name: CONTEXT, nightly } }, workflow: "Nightly Build" });
      await pending({ consumers: { smoke: { name: CONTEXT, nightly } } });
      expect(api.state.statuses.map(({ context }) => context)).toEqual([nightly.name, CONTEXT]);
    });

    it("are posted for each of a group that tests such a build", async () => {
      const consumers = {
        waf: { name: "WAF" },
        crowd: { name: "Crowd", events: ["main" as const] },
        rate: { name: "Rate" },
      };
      await pending({ consumer: "all", groups: { all: ["waf", "crowd", "rate"] }, consumers });
      expect(api.state.statuses.map(({ context, state }) => `${context}: ${state}`)).toEqual([
        "WAF: pending",
        "Rate: pending",
      ]);
    });

    it.each(HOSTILE)("have the name %j as it is", async (name) => {
      expect((await pending(named(name))).code).toBe(0);
      expect(api.state.statuses).toMatchObject([{ context: name, description: "Testing pr-12-abc1234" }]);
    });

    it("are tried again when GitHub stumbles, and not when it refuses, which ends the step", async () => {
      api.fault({ method: "POST", status: 502, times: 1 });
      api.fault({ method: "POST", status: "refuse", times: 1 });
      api.fault({ method: "POST", status: 403, message: "You have exceeded a secondary rate limit", times: 1 });
      expect((await pending()).code).toBe(0);
      expect(posts().map(({ status }) => status)).toEqual([502, 0, 403, 201]);
      api.fault({ method: "POST", status: 403, message: "Resource not accessible by integration" });
      const refused = await pending();
      expect(refused).toMatchObject({
        code: 1,
        log: expect.stringContaining("Resource not accessible by integration"),
      });
      expect(refused.log).toContain("::error::The status cannot be posted");
      expect(posts()).toHaveLength(5);
    });
  });

  describe("a registry that asks for a login", () => {
    const LOGIN = { scheme: "bearer", username: "robot", password: "ghs_password_of_the_registry" } as const;
    let locked: Registry;
    let own: Machine;
    beforeAll(async () => {
      locked = await startRegistry({ login: LOGIN });
      own = startMachine({ "ghcr.io": locked.host });
    });
    afterAll(async () => {
      await own.stop();
      await locked.stop();
    });
    const ask = (change: Partial<Situation> = {}, given: Readonly<Record<string, string>> = {}) =>
      resolve(change, { USERNAME: LOGIN.username, PASSWORD: LOGIN.password, RETRY_DELAY: "0", ...given }, own);
    const pushed = () =>
      pushImage(locked, image.replace("ghcr.io/", ""), {
        tag: "pr-12-abc1234",
        labels: { "org.opencontainers.image.revision": SHA },
      });
    const loggedIn = (): string[] => {
      const file = join(own.temp, "../.docker/config.json");
      return existsSync(file) ? Object.keys(JSON.parse(readFileSync(file, "utf8")).auths ?? {}) : [];
    };

    it("is logged in to for as long as the program runs", async () => {
      const built = await pushed();
      expect((await ask()).outputs).toMatchObject({ tag: "pr-12-abc1234", images: withDigest(built.digest) });
      expect(loggedIn()).toEqual([]);
      expect((await ask({}, { USERNAME: "", GITHUB_ACTOR: LOGIN.username })).outputs).toMatchObject({
        images: withDigest(built.digest),
      });
    });

    it("is asked without where it refuses, which tells nobody the password", async () => {
      await pushed();
      const refused = await ask({}, { PASSWORD: "ghs_wrong" });
      expect(refused).toMatchObject({ code: 0, outputs: { ready: "true", images: withDigest("") } });
      expect(refused.log).toContain("::warning::The login to the registry failed, so it is asked without one.");
      expect(loggedIn()).toEqual([]);
    });

    it("knows of no login afterwards where the program fails", async () => {
      expect(await ask({ inputs: { image_tag: "never", commit: "" } })).toMatchObject({
        code: 1,
        log: expect.stringContaining("The registry has no image with this tag."),
      });
      expect(loggedIn()).toEqual([]);
    });
  });

  it.each(HOSTILE)("is not moved by a branch called %j", async (branch) => {
    const pulls = [{ number: 12, title: branch, head: { ref: branch } }];
    expect((await resolve({ branch, pulls, ...record() })).outputs).toMatchObject({
      ready: "true",
      tag: "pr-12-abc1234",
    });
    const failing = await resolve({ branch, pulls: [] });
    expect(failing.code).toBe(1);
    expect(failing.log).toContain("Re-run the build.");
  });
});
