/** What was tested gets the tags of a release, or goes to where it is published: the same digest, and nothing goes back. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { moves } from "../../src/pipeline/plan-file/publish.ts";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import { digestOf, type PushedImage, pushImage, pushIndex } from "../support/images.ts";
import type { PlannedPart } from "../support/program-folder.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { HOSTILE, type Machine, startMachine, TOKEN } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const SHA = "abc1234def5678901234567890abcdef12345678";
const OTHER = "0".repeat(40);
const NOTHING = `sha256:${"0".repeat(64)}`;
const REPOSITORY = "wikid82/app";
const RELEASE = "v1.2.3 1.2 1";

describe.skipIf(missing("docker-registry", "skopeo"))("copy-image.mjs", () => {
  let registry: Registry;
  let hub: Registry;
  let machine: Machine;
  let count = 0;
  let repository = "";
  beforeAll(async () => {
    [registry, hub] = [await startRegistry(), await startRegistry()];
    machine = startMachine({ "ghcr.io": registry.host, "docker.io": hub.host });
  });
  afterAll(async () => {
    await machine.stop();
    await registry.stop();
    await hub.stop();
  });
  beforeEach(() => {
    registry.clearFaults();
    hub.clearFaults();
    repository = `wikid82/app-${(count += 1)}`;
  });

  const push = (platform = "linux/amd64"): Promise<PushedImage> =>
    pushImage(registry, repository, { platform, layers: [platform] });
  const pushBoth = async (): Promise<Pick<PushedImage, "digest">> =>
    pushIndex(registry, repository, { manifests: [await push(), await push("linux/arm64")] });
  const here = (tag: string) => digestOf(registry, repository, tag);
  const there = (tag: string) => digestOf(hub, repository, tag);
  const planned = (change: PlannedPart = {}): PlannedPart => ({
    builds: { app: { image: `ghcr.io/${repository}` } },
    release: {
      tags: "v*",
      waitSeconds: 60,
      tests: [],
      copies: [
        { build: "app", image: `docker.io/${repository}` },
        { build: "other", image: "docker.io/wikid82/other" },
      ],
    },
    ...change,
  });
  const copy = (environment: Record<string, string>, plan: PlannedPart = planned()) =>
    machine.run("copy-image", { BUILD: "app", SHA, ...environment }, { plan });

  describe("for a release", () => {
    it("gives every tag, here and in the registries that receive copies", async () => {
      const { digest } = await pushBoth();
      const result = await copy({ DIGEST: digest, TAGS: RELEASE });
      expect(result.code, result.log).toBe(0);
      for (const tag of RELEASE.split(" ")) expect([await here(tag), await there(tag)]).toEqual([digest, digest]);
      expect(result.outputs).toEqual({ copied: "true" });
      expect(result.summary).toBe(
        `Published \`ghcr.io/${repository}@${digest}\` as ${RELEASE}\nPublished \`docker.io/${repository}@${digest}\` as ${RELEASE}\n`,
      );
    });

    it("leaves a plain manifest what it is, and changes nothing when it runs again", async () => {
      const { digest } = await push();
      await copy({ DIGEST: digest, TAGS: RELEASE });
      const before = [registry, hub].map((one) => one.requests.filter(({ method }) => method === "PUT").length);
      expect((await copy({ DIGEST: digest, TAGS: RELEASE })).log).toContain("already");
      expect(await there("1.2")).toBe(digest);
      expect([registry, hub].map((one) => one.requests.filter(({ method }) => method === "PUT").length)).toEqual(
        before,
      );
    });

    it("finishes a partial publish", async () => {
      const { digest } = await push();
      registry.fault({ kind: "status", status: 500, method: "PUT", path: /\/manifests\/1\.2$/ });
      const first = await copy({ DIGEST: digest, TAGS: RELEASE });
      expect(first).toMatchObject({ code: 1, log: expect.stringContaining("re-run the failed jobs") });
      expect([await here("v1.2.3"), await here("1")]).toEqual([digest, undefined]);
      registry.clearFaults();
      expect((await copy({ DIGEST: digest, TAGS: RELEASE })).code).toBe(0);
      expect([await here("1.2"), await here("1")]).toEqual([digest, digest]);
    });

    it.each([
      ["a digest is none", { DIGEST: "latest", TAGS: RELEASE }, "DIGEST is no digest"],
      ["a digest is not there", { DIGEST: NOTHING, TAGS: RELEASE }, "cannot be published"],
      ["a tag is none", { DIGEST: NOTHING, TAGS: "a:b" }, "This is no Docker tag"],
      ["there is no tag", { DIGEST: NOTHING }, "no value for tags"],
      ["the commit is none", { DIGEST: NOTHING, TAGS: RELEASE, SHA: "main" }, "no full commit"],
      ["there is no such image", { DIGEST: NOTHING, TAGS: RELEASE, BUILD: "gone" }, "no such image"],
      ["there is no such target", { DIGEST: NOTHING, TARGET: "gone" }, "no such target"],
    ])("fails when %s", async (_title, environment, message) => {
      expect(await copy(environment)).toMatchObject({ code: 1, outputs: {}, log: expect.stringContaining(message) });
    });
  });

  describe("for a target", () => {
    const target = (...patterns: string[]): PlannedPart =>
      planned({
        publish: {
          hub: {
            kind: "images",
            on: ["main"],
            secrets: [],
            names: { app: `docker.io/${repository}` },
            tags: patterns.map((pattern) => ({ pattern, moves: moves(pattern) })),
          },
        },
      });
    const publish = (patterns: string[], environment: Record<string, string>) =>
      copy({ TARGET: "hub", ...environment }, target(...patterns));

    it("copies to its registry alone, under its own tags", async () => {
      const { digest } = await pushBoth();
      const result = await publish(["{version}", "sha-{commit}", "{channel}"], {
        DIGEST: digest,
        VERSION: "1.0.57",
        CHANNEL: "latest",
      });
      expect(result.code, result.log).toBe(0);
      expect([await there("1.0.57"), await there(`sha-${SHA}`), await there("latest")]).toEqual([
        digest,
        digest,
        digest,
      ]);
      expect(await here("latest")).toBeUndefined();
    });

    it.each(HOSTILE.filter((text) => text !== "-rf *"))("takes no version %j", async (text) => {
      const { digest } = await push();
      expect((await publish(["{version}"], { DIGEST: digest, VERSION: text })).code).toBe(1);
    });

    it("says what it was not given", async () => {
      const { digest } = await push();
      expect((await publish(["{version}"], { DIGEST: digest })).log).toContain("There is no version for the tag");
    });

    describe("where a newer commit may be there", () => {
      let api: GithubApi;
      beforeEach(async () => {
        api = await startGithubApi({ repository: REPOSITORY });
        api.state.branches["main"] = SHA;
        return () => api.stop();
      });
      const newest = async (patterns: string[], environment: Record<string, string> = {}) => {
        const { digest } = await push();
        const asked = { GITHUB_API_URL: api.url, GITHUB_REPOSITORY: REPOSITORY, GH_TOKEN: TOKEN };
        return publish(patterns, { DIGEST: digest, CHANNEL: "latest", VERSION: "1.0.57", ...asked, ...environment });
      };

      it("moves tags to the branch's newest commit", async () => {
        expect(await newest(["{channel}", "stable"])).toMatchObject({ code: 0, outputs: { copied: "true" } });
        expect(await there("stable")).toBeDefined();
      });

      it("leaves them where they are for an older one, and gives it the tags that are its own", async () => {
        api.state.branches["main"] = OTHER;
        const run = await newest(["{channel}", "stable", "{version}"]);
        expect(run).toMatchObject({ code: 0, outputs: { copied: "true" } });
        expect(run.summary).toContain(`moved on to \`${OTHER}\``);
        expect([await there("latest"), await there("stable")]).toEqual([undefined, undefined]);
        expect(await there("1.0.57")).toBeDefined();
      });

      it("says that nothing is there where all of its tags move", async () => {
        api.state.branches["main"] = OTHER;
        expect(await newest(["{channel}"])).toMatchObject({ code: 0, outputs: { copied: "false" } });
      });

      it.each([
        ["is gone", { GITHUB_REF_NAME: "develop" }],
        ["has a hostile name", { GITHUB_REF_NAME: HOSTILE[0] ?? "" }],
      ])("moves none, with a warning, when the branch %s", async (_what, environment) => {
        const run = await newest(["{channel}"], environment);
        expect(run).toMatchObject({ code: 0, outputs: { copied: "false" } });
        expect(run.log).toContain("::warning::The newest commit of the branch cannot be read");
      });

      it("asks nobody where no tag moves", async () => {
        expect((await newest(["{version}"])).code).toBe(0);
        expect(api.requests).toEqual([]);
      });
    });
  });
});
