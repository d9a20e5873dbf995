/** Tags that move: after the tests, to the branch's newest commit, and never back. And what a release waits for. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PipelinePart } from "../../src/pipeline/plan-file/schema.ts";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import { digestOf, type PushedImage, pushImage, pushIndex } from "../support/images.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { HOSTILE, type Machine, startMachine, TOKEN } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const OLD = "1111111000000000000000000000000000000000";
const NEW = "2222222000000000000000000000000000000000";
const REPOSITORY = "Wikid82/charon";
const CONTEXTS = ["Build ready", "E2E Tests"];
const BUILT = "2026-02-04T10:00:00Z";
const LATER = "2026-02-04T11:00:00Z";
const EARLIER = "2026-02-04T09:00:00Z";

describe.skipIf(missing("bash", "jq", "curl", "docker-registry", "skopeo"))("after the tests", () => {
  let api: GithubApi;
  let registry: Registry;
  let hub: Registry;
  let machine: Machine;
  let repository = "";
  let count = 0;
  beforeAll(async () => {
    registry = await startRegistry();
    hub = await startRegistry();
    machine = startMachine({ "ghcr.io": registry.host, "docker.io": hub.host });
  });
  afterAll(async () => {
    await machine.stop();
    await registry.stop();
    await hub.stop();
  });
  beforeEach(async () => {
    registry.clearFaults();
    hub.clearFaults();
    repository = `wikid82/charon-${(count += 1)}`;
    api = await startGithubApi({ repository: REPOSITORY, branches: { main: NEW, "release/1.x": OLD } });
    return () => api.stop();
  });

  const image = () => `ghcr.io/${repository}`;
  const push = (tag: string | undefined, commit: string, platform = "linux/amd64"): Promise<PushedImage> =>
    pushImage(registry, repository, {
      ...(tag && { tag }),
      platform,
      layers: [commit, platform],
      labels: { "org.opencontainers.image.revision": commit, "org.opencontainers.image.created": BUILT },
    });
  const status = (sha: string, context: string, state: string, at = LATER, target_url = "") =>
    api.state.statuses.push({
      id: api.state.statuses.length + 1,
      sha,
      context,
      state,
      description: "",
      target_url,
      created_at: at,
    });
  const check = (sha: string, name: string, conclusion: string | null, at = LATER) => {
    const run = {
      id: api.state.checkRuns.length + 1,
      head_sha: sha,
      name,
      status: conclusion === null ? "in_progress" : "completed",
      conclusion,
      started_at: at,
      completed_at: conclusion === null ? null : at,
    };
    api.state.checkRuns.push(run);
  };
  const passed = (sha: string, at = LATER) => {
    check(sha, "Build ready", "success", at);
    status(sha, "E2E Tests", "pending", at);
    status(sha, "E2E Tests", "success", at);
  };
  type Promotion = PipelinePart["promotions"][number];
  const entry = (change: Partial<Promotion> = {}): Promotion => ({
    of: "main",
    tag: "latest",
    pattern: "sha-{sha}",
    contexts: CONTEXTS,
    copies: [{ build: "app", image: `docker.io/${repository}:latest` }],
    ...change,
  });
  const promoteWith = (environment: Record<string, string>, ...promotions: Promotion[]) =>
    machine.run(
      "promote",
      { GITHUB_API_URL: api.url, GH_TOKEN: TOKEN, GITHUB_REPOSITORY: REPOSITORY, ...environment },
      {
        plan: {
          builds: { app: { image: image() } },
          promotions: promotions.length > 0 ? promotions : [entry()],
        },
      },
    );
  const promote = (...promotions: Promotion[]) => promoteWith({}, ...promotions);
  const digest = (tag: string, where = registry) => digestOf(where, repository, tag);

  describe("promote.mjs", () => {
    it("moves the tag and its copy to the very digest that was tested", async () => {
      await push("latest", OLD);
      const tested = await pushIndex(registry, repository, {
        tag: "sha-2222222",
        manifests: [await push(undefined, NEW), await push(undefined, NEW, "linux/arm64")],
      });
      passed(NEW);
      const result = await promote();
      expect(result.code, result.log).toBe(0);
      expect([await digest("latest"), await digest("latest", hub)]).toEqual([tested.digest, tested.digest]);
      expect(result.summary).toContain("✅");
    });

    it("leaves a plain manifest what it is", async () => {
      const tested = await push("sha-2222222", NEW);
      passed(NEW);
      await promote();
      expect([await digest("latest"), await digest("latest", hub)]).toEqual([tested.digest, tested.digest]);
    });

    it("changes nothing when it runs again", async () => {
      await push("sha-2222222", NEW);
      passed(NEW);
      await promote();
      const before = [registry, hub].map((one) => one.requests.filter((request) => request.method === "PUT").length);
      expect((await promote()).log).toContain("already");
      expect([registry, hub].map((one) => one.requests.filter((request) => request.method === "PUT").length)).toEqual(
        before,
      );
    });

    it.each([
      ["a test has not reported", () => check(NEW, "Build ready", "success"), "E2E Tests (no result yet)"],
      [
        "a test runs",
        () => (passed(NEW), status(NEW, "E2E Tests", "pending", "2026-02-04T12:00:00Z")),
        "E2E Tests (pending)",
      ],
      [
        "a test failed",
        () => (passed(NEW), status(NEW, "E2E Tests", "failure", "2026-02-04T12:00:00Z")),
        "E2E Tests (failure)",
      ],
      [
        "the build's gate failed",
        () => (status(NEW, "E2E Tests", "success"), check(NEW, "Build ready", "failure")),
        "Build ready (failure)",
      ],
      [
        "the build still runs",
        () => (status(NEW, "E2E Tests", "success"), check(NEW, "Build ready", null)),
        "Build ready (pending)",
      ],
      ["only an older commit passed", () => passed(OLD), "Build ready (no result yet)"],
    ])("leaves the tag where it is while %s, which is no failure", async (_title, prepare, reason) => {
      const old = await push("latest", OLD);
      await push("sha-2222222", NEW);
      prepare();
      const result = await promote();
      expect(result.code, result.log).toBe(0);
      expect(result.summary).toContain(reason);
      expect(await digest("latest")).toBe(old.digest);
    });

    it("does not move when the branch moved on meanwhile", async () => {
      await push("sha-2222222", NEW);
      passed(NEW);
      api.state.onRequest = (_method, path) => {
        if (path.includes("check-runs")) api.state.branches["main"] = OLD;
      };
      const result = await promote();
      expect(result).toMatchObject({ code: 0, summary: expect.stringContaining("main has moved on") });
      expect(await digest("latest")).toBeUndefined();
    });

    it("counts results of this image only, not of another that a merge queue tested before", async () => {
      await push("sha-2222222", NEW);
      passed(NEW, EARLIER);
      expect((await promote()).summary).toContain("stays");
      expect(await digest("latest")).toBeUndefined();
    });

    it("follows a branch with a slash in its name", async () => {
      const tested = await push("1.x-1111111", OLD);
      passed(OLD);
      await promote(entry({ of: "release/1.x", tag: "stable", pattern: "1.x-{sha}", copies: [] }));
      expect(await digest("stable")).toBe(tested.digest);
    });

    it("goes on with other tags when one fails, and fails at the end", async () => {
      await push("sha-2222222", NEW);
      passed(NEW);
      const result = await promote(
        entry({ pattern: "gone-{sha}", tag: "first" }),
        entry({ of: "nobody", tag: "second" }),
        entry({ copies: [] }),
      );
      expect(result.code).toBe(1);
      expect(await digest("latest")).toBeDefined();
      expect(result.log).toContain("2 tags could not be moved");
      expect(result.log).toContain("gone-2222222 is not in the registry: re-run the build");
    });

    it("finishes when another registry was down", async () => {
      const tested = await push("sha-2222222", NEW);
      passed(NEW);
      hub.fault({ kind: "status", status: 500 });
      const first = await promote();
      expect(first.code).toBe(1);
      expect(await digest("latest")).toBe(tested.digest);
      hub.clearFaults();
      expect((await promote()).code).toBe(0);
      expect(await digest("latest", hub)).toBe(tested.digest);
    });

    it("does nothing when GitHub cannot be asked", async () => {
      await push("sha-2222222", NEW);
      passed(NEW);
      api.fault({ status: 500, path: /statuses/ });
      expect(await promote()).toMatchObject({
        code: 1,
        log: expect.stringContaining("results of the tests cannot be read"),
      });
      expect(await digest("latest")).toBeUndefined();
    });

    describe("in a registry that asks for a login", () => {
      const LOGIN = { scheme: "basic", username: "robot", password: "ghs_password_of_the_registry" } as const;
      const usual = () => ({ registry, machine });
      let before: ReturnType<typeof usual>;
      beforeEach(async () => {
        before = usual();
        registry = await startRegistry({ login: LOGIN });
        machine = startMachine({ "ghcr.io": registry.host, "docker.io": hub.host });
        await push("sha-2222222", NEW);
        passed(NEW);
      });
      afterEach(async () => {
        await machine.stop();
        await registry.stop();
        ({ registry, machine } = before);
      });
      const withPassword = (change: Record<string, string> = {}) => {
        const given = { USERNAME: LOGIN.username, PASSWORD: LOGIN.password, RETRY_DELAY: "0", ...change };
        return promoteWith(given, entry({ copies: [] }));
      };
      const loggedIn = (): string[] => {
        const file = join(machine.temp, "../.docker/config.json");
        return existsSync(file) ? Object.keys(JSON.parse(readFileSync(file, "utf8")).auths ?? {}) : [];
      };

      it("moves the tag with the password, which nobody has afterwards", async () => {
        expect((await withPassword()).code).toBe(0);
        expect(await digest("latest")).toBeDefined();
        expect(loggedIn()).toEqual([]);
      });

      it("moves nothing where the login fails, and tells nobody the password", async () => {
        const refused = await withPassword({ PASSWORD: "ghs_wrong" });
        expect(refused).toMatchObject({
          code: 1,
          log: expect.stringContaining("::error::The login to the registry failed"),
        });
        expect(api.requests).toEqual([]);
        expect(await digest("latest")).toBeUndefined();
        expect(loggedIn()).toEqual([]);
      });

      it("forgets the password where a tag cannot be moved", async () => {
        registry.fault({ kind: "status", status: 500, method: "PUT" });
        expect((await withPassword()).code).toBe(1);
        expect(loggedIn()).toEqual([]);
      });

      it("takes the login of a step before, and leaves it to that", async () => {
        await machine.docker("login", "--username", LOGIN.username, "--password", LOGIN.password, "ghcr.io");
        expect((await promoteWith({}, entry({ copies: [] }))).code).toBe(0);
        expect(loggedIn()).toEqual(["ghcr.io"]);
      });
    });

    it("moves the branch's own tag alone to an image that somebody has asked for", async () => {
      const asked = await push("by-hand", NEW);
      passed(NEW);
      const dev = entry({ of: "release/1.x", tag: "dev", copies: [] });
      passed(OLD);
      await push("sha-1111111", OLD);
      expect((await promoteWith({ SOURCE_TAG: "by-hand" }, entry({ copies: [] }), dev)).code).toBe(0);
      expect([await digest("latest"), await digest("dev")]).toEqual([asked.digest, undefined]);
    });

    it("asks for statuses by their very names, hostile or not", async () => {
      await push("sha-2222222", NEW);
      const contexts = HOSTILE.filter((context) => !context.includes("\n"));
      contexts.forEach((context) => status(NEW, context, "success"));
      const result = await promote(entry({ contexts, copies: [] }));
      expect(result.code, result.log).toBe(0);
      expect(await digest("latest")).toBeDefined();
    });

    describe("nightly", () => {
      const today = new Date().toISOString().slice(0, 10);
      const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
      const nightly = () => entry({ of: "nightly", tag: "nightly", pattern: "nightly-{date}", copies: [] });
      it("moves to tonight's image once its own tests passed", async () => {
        const tonight = await push(`nightly-${today}`, NEW);
        passed(NEW);
        expect((await promote(nightly())).code).toBe(0);
        expect(await digest("nightly")).toBe(tonight.digest);
      });
      it("does not count last night's results of the same commit", async () => {
        await push(`nightly-${today}`, NEW);
        passed(NEW, EARLIER);
        const result = await promote(nightly());
        expect(result).toMatchObject({ code: 0, summary: expect.stringContaining("stays") });
        expect(await digest("nightly")).toBeUndefined();
      });
      it("takes yesterday's while today's is not tested", async () => {
        await push(`nightly-${today}`, NEW);
        const tested = await push(`nightly-${yesterday}`, OLD);
        passed(OLD);
        await promote(nightly());
        expect(await digest("nightly")).toBe(tested.digest);
      });
      it("moves alone, or not at all, where a run says so", async () => {
        const tonight = await push(`nightly-${today}`, NEW);
        await push("sha-2222222", NEW);
        passed(NEW);
        await promoteWith({ NIGHTLY: "true" }, entry({ copies: [] }), nightly());
        expect([await digest("latest"), await digest("nightly")]).toEqual([undefined, tonight.digest]);
        const others = await promoteWith({ NIGHTLY: "false" }, entry({ copies: [] }), nightly());
        expect(others.summary).not.toContain("nightly");
        expect(await digest("latest")).toBeDefined();
      });
      it("stays without any", async () => {
        expect(await promote(nightly())).toMatchObject({
          code: 0,
          summary: expect.stringContaining("no nightly image of today or yesterday"),
        });
      });
    });
  });

  describe("await-tests.mjs", () => {
    type Test = NonNullable<PipelinePart["release"]>["tests"][number];
    const test = (name: string, change: Partial<Test> = {}): Test => ({
      name,
      context: name,
      workflow: null,
      ofSources: false,
      ...change,
    });
    const E2E = test("E2E Tests", { workflow: "e2e-tests.yml" });
    const built = (...times: string[]): string =>
      JSON.stringify({
        plan: { result: "success", outputs: {} },
        build: {
          result: "success",
          outputs: {
            "app-images": JSON.stringify(Object.fromEntries(times.map((created, at) => [`i${at}`, { created }]))),
          },
        },
      });
    const wait = (change: Record<string, string> = {}, tests: Test[] = [E2E, test("By hand never")]) =>
      machine.run(
        "await-tests",
        {
          GITHUB_API_URL: api.url,
          GH_TOKEN: TOKEN,
          GITHUB_REPOSITORY: REPOSITORY,
          SHA: NEW,
          TAG: "stage-2222222-release",
          NEEDS: built(),
          TIMEOUT_SECONDS: "3",
          POLL_SECONDS: "0.1",
          GRACE_SECONDS: "0",
          ...change,
        },
        { plan: { release: { tags: "v*", waitSeconds: 60, tests, copies: [] } } },
      );

    it("passes when every test has passed", async () => {
      status(NEW, "E2E Tests", "success");
      status(NEW, "By hand never", "success");
      expect((await wait()).code).toBe(0);
      expect(api.state.dispatches).toEqual([]);
    });

    it("starts, once, what nobody has asked for, and waits for it", async () => {
      status(NEW, "By hand never", "success");
      let asked = 0;
      api.state.onRequest = (_method, path) => {
        if (!path.includes("/statuses")) return;
        asked += 1;
        if (asked === 3) status(NEW, "E2E Tests", "pending");
        if (asked === 5) status(NEW, "E2E Tests", "success");
      };
      expect((await wait({ TIMEOUT_SECONDS: "30" })).code).toBe(0);
      expect(api.state.dispatches).toEqual([
        {
          kind: "workflow_dispatch",
          workflow: "e2e-tests.yml",
          body: { ref: "main", inputs: { image_tag: "stage-2222222-release", commit: NEW } },
        },
      ]);
    });

    it("does not count results from before the image was built", async () => {
      status(NEW, "E2E Tests", "success", EARLIER);
      const result = await wait({ NEEDS: built(BUILT), TIMEOUT_SECONDS: "1" }, [E2E]);
      expect(result.code).toBe(1);
      expect(api.state.dispatches).toHaveLength(1);
    });

    it("counts from when the last of several images was built, except for a test that builds for itself", async () => {
      status(NEW, "E2E Tests", "success", LATER);
      status(NEW, "Builds for itself", "success", EARLIER);
      const tests = [E2E, test("Builds for itself", { ofSources: true })];
      expect((await wait({ NEEDS: built(BUILT, EARLIER) }, tests)).code).toBe(0);
      const late = { NEEDS: built(EARLIER, "2026-02-04T12:00:00Z"), TIMEOUT_SECONDS: "1" };
      expect((await wait(late, tests)).code).toBe(1);
    });

    it("starts tests of one workflow together", async () => {
      await wait({ TIMEOUT_SECONDS: "1" }, [E2E, test("Smoke", { workflow: "e2e-tests.yml" })]);
      expect(api.state.dispatches).toHaveLength(1);
    });

    it("gives a test time to announce itself", async () => {
      await wait({ GRACE_SECONDS: "60", TIMEOUT_SECONDS: "1" });
      expect(api.state.dispatches).toEqual([]);
    });

    it("stops at once when a test failed, naming it", async () => {
      status(NEW, "E2E Tests", "failure");
      expect(await wait({ TIMEOUT_SECONDS: "600" })).toMatchObject({
        code: 1,
        log: expect.stringContaining("E2E Tests (failure)"),
      });
    });

    it("stops when the time is over, naming what is missing", async () => {
      status(NEW, "E2E Tests", "pending");
      const result = await wait({ TIMEOUT_SECONDS: "1" });
      expect(result).toMatchObject({ code: 1, log: expect.stringContaining("did not finish in 1 s") });
      expect(result.log).toContain("By hand never");
    });

    it("says so when a test cannot be started", async () => {
      api.fault({ status: 404, path: /dispatches/ });
      expect(await wait()).toMatchObject({ code: 1, log: expect.stringContaining("Start it by hand") });
    });
  });
});
