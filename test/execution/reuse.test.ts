/** Building once: finding the image that another event, or an older commit, has already built; and publishing it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addTag, digestOf, type PushedImage, pushImage, pushIndex } from "../support/images.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { type Machine, startMachine, tagEnv } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const SHA = "abc1234def5678901234567890abcdef12345678";
const OTHER = "0".repeat(40);
const CREATED = "2026-02-04T10:00:00Z";
const NOTHING = `sha256:${"0".repeat(64)}`;

describe.skipIf(missing("bash", "jq", "git", "docker-registry", "skopeo"))("building once", () => {
  let registry: Registry;
  let machine: Machine;
  let count = 0;
  let repository = "";
  let image = "";
  beforeAll(async () => {
    registry = await startRegistry();
    machine = startMachine({ "ghcr.io": registry.host });
  });
  afterAll(async () => {
    await machine.stop();
    await registry.stop();
  });
  beforeEach(() => {
    registry.clearFaults();
    repository = `wikid82/app-${(count += 1)}`;
    image = `ghcr.io/${repository}`;
  });

  const push = (content: {
    tag?: string;
    platform?: string;
    commit?: string;
    recipe?: string;
    layers?: string[];
  }): Promise<PushedImage> =>
    pushImage(registry, repository, {
      ...(content.tag && { tag: content.tag }),
      ...(content.platform && { platform: content.platform }),
      layers: content.layers ?? [content.platform ?? "base"],
      labels: {
        "org.opencontainers.image.revision": content.commit ?? SHA,
        "org.opencontainers.image.created": CREATED,
        "pipewright.recipe": content.recipe ?? "r1",
      },
    });
  const digest = (tag: string) => digestOf(registry, repository, tag);

  describe("find-image.sh", () => {
    const find = (environment: Record<string, string> = {}) =>
      machine.run("find-image", {
        IMAGE: image,
        STAGING: "stage-abc1234-{platform}",
        ENTRY: "amd64",
        CANDIDATES: "pr-12-abc1234 sha-abc1234",
        PLATFORMS_NEEDED: "linux/amd64",
        RECIPE: "r1 r1-attested",
        COMMIT: SHA,
        ...environment,
      });

    it("finds nothing in an empty registry", async () => {
      expect(await find()).toMatchObject({ code: 0, outputs: { found: "false", staging: "stage-abc1234-amd64" } });
    });

    it("finds what the other event of this commit has staged", async () => {
      await push({ tag: "stage-abc1234-amd64" });
      expect((await find()).outputs["found"]).toBe("true");
    });

    it("gives a final image of this commit the staging tag, with the same digest", async () => {
      const built = await push({ tag: "sha-abc1234", recipe: "r1-attested" });
      expect((await find()).outputs["found"]).toBe("true");
      expect(await digest("stage-abc1234-amd64")).toBe(built.digest);
    });

    it("takes an index, too, when it has the platform", async () => {
      const built = await pushIndex(registry, repository, {
        tag: "sha-abc1234",
        manifests: [await push({ platform: "linux/amd64" }), await push({ platform: "linux/arm64" })],
      });
      expect((await find({ PLATFORMS_NEEDED: "linux/amd64,linux/arm64" })).outputs["found"]).toBe("true");
      expect(await digest("stage-abc1234-amd64")).toBe(built.digest);
    });

    it("takes an image of an earlier commit with the same inputs where that is allowed", async () => {
      await push({ tag: "sha-abc1234", commit: OTHER });
      expect((await find({ ANY_REVISION: "true" })).outputs["found"]).toBe("true");
    });

    it.each([
      ["for too few platforms", {}, { PLATFORMS_NEEDED: "linux/amd64,linux/arm64" }],
      ["made from another commit", { commit: OTHER }, {}],
      ["made by another recipe", { recipe: "r2" }, {}],
      ["that says no recipe", { recipe: "" }, {}],
    ])("leaves an image %s alone", async (_title, content, environment) => {
      await push({ tag: "sha-abc1234", ...content });
      expect(await find(environment)).toMatchObject({ code: 0, outputs: { found: "false" } });
      expect(await digest("stage-abc1234-amd64")).toBeUndefined();
    });

    it("builds when the registry cannot be asked, and says so", async () => {
      registry.fault({ kind: "status", status: 500 });
      expect(await find()).toMatchObject({
        code: 0,
        outputs: { found: "false" },
        log: expect.stringContaining("::warning::The registry cannot be asked"),
      });
    });

    it("is not stopped by a registry that fails twice", async () => {
      await push({ tag: "stage-abc1234-amd64" });
      registry.fault({ kind: "status", status: 503, times: 1 });
      registry.fault({ kind: "refuse", times: 1 });
      expect((await find()).outputs["found"]).toBe("true");
    });
  });

  describe("find-unchanged.sh", () => {
    let checkout = "";
    const git = (...words: string[]): string => execFileSync("git", words, { cwd: checkout, encoding: "utf8" }).trim();
    const commit = (files: Record<string, string>): string => {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(checkout, name)), { recursive: true });
        writeFileSync(join(checkout, name), text);
      }
      git("add", "--all");
      git(
        "-c",
        "user.name=Test",
        "-c",
        "user.email=test@example.com",
        "commit",
        "--quiet",
        "--allow-empty",
        "--message",
        "$(touch executed)",
      );
      return git("rev-parse", "HEAD");
    };
    beforeEach(() => {
      checkout = mkdtempSync(join(tmpdir(), "pipewright-checkout-"));
      git("init", "--quiet", "--initial-branch=main");
      return () => rmSync(checkout, { recursive: true });
    });
    const find = (environment: Record<string, string> = {}, cwd = checkout) =>
      machine.run(
        "find-unchanged",
        {
          IMAGE: image,
          INPUTS: "Dockerfile\nsrc/**\n!src/**/*.md\n",
          CLASS: "main",
          BRANCH: "main",
          PR_NUMBER: "",
          PLATFORMS_NEEDED: "linux/amd64",
          RECIPE: "r1",
          HISTORY: "50",
          ...tagEnv,
          ...environment,
        },
        { cwd },
      );
    const short = (sha: string): string => sha.slice(0, 7);

    it("finds the image of an older commit with the same inputs, and the commit that it was made from", async () => {
      const first = commit({ Dockerfile: "FROM scratch", "src/a.js": "1" });
      const built = await push({ tag: `sha-${short(first)}`, commit: first });
      const second = commit({ "README.md": "new", "src/notes.md": "excluded" });
      await addTag(registry, repository, built.digest, `sha-${short(second)}`);
      commit({ "docs/x.md": "more" });
      expect(await find()).toMatchObject({ code: 0, outputs: { digest: built.digest, commit: first } });
    });

    it("builds when an input changed", async () => {
      const first = commit({ Dockerfile: "FROM scratch", "src/a.js": "1" });
      await push({ tag: `sha-${short(first)}`, commit: first });
      commit({ "src/deep/b.js": "new" });
      commit({ "README.md": "new" });
      expect((await find()).outputs).toEqual({ digest: "", commit: "" });
    });

    it("does not reach behind a change that was taken back", async () => {
      const first = commit({ Dockerfile: "FROM scratch" });
      await push({ tag: `sha-${short(first)}`, commit: first });
      commit({ Dockerfile: "FROM other" });
      commit({ Dockerfile: "FROM scratch" });
      expect((await find()).outputs["digest"]).toBe("");
    });

    it("does not take the commit's own image: that is another step's work", async () => {
      const first = commit({ Dockerfile: "FROM scratch" });
      await push({ tag: `sha-${short(first)}`, commit: first });
      expect((await find()).outputs["digest"]).toBe("");
    });

    it("passes over an image for too few platforms or by another recipe", async () => {
      const first = commit({ Dockerfile: "FROM scratch" });
      const good = await pushIndex(registry, repository, {
        tag: `sha-${short(first)}`,
        manifests: [
          await push({ platform: "linux/amd64", commit: first }),
          await push({ platform: "linux/arm64", commit: first }),
        ],
      });
      const second = commit({ a: "1" });
      await push({ tag: `sha-${short(second)}`, commit: second });
      const third = commit({ a: "2" });
      await push({ tag: `sha-${short(third)}`, commit: third, recipe: "r2" });
      commit({ a: "3" });
      expect((await find({ PLATFORMS_NEEDED: "linux/amd64,linux/arm64" })).outputs["digest"]).toBe(good.digest);
    });

    it("lets a pull request take its own earlier images, but main none of a branch", async () => {
      const first = commit({ Dockerfile: "FROM scratch" });
      const ofPull = await push({ tag: `pr-12-${short(first)}`, commit: first });
      commit({ a: "1" });
      expect((await find({ CLASS: "pullRequest", BRANCH: "feature/x", PR_NUMBER: "12" })).outputs["digest"]).toBe(
        ofPull.digest,
      );
      expect((await find()).outputs["digest"]).toBe("");
      await addTag(registry, repository, ofPull.digest, `feature-x-${short(first)}`);
      expect((await find({ CLASS: "feature", BRANCH: "feature/x" })).outputs["digest"]).toBe(ofPull.digest);
      expect((await find({ BRANCH: "feature/x" })).outputs["digest"]).toBe("");
    });

    it.each([
      ["the registry cannot be asked", {}, "::warning::The registry cannot be asked"],
      ["this is a nightly build", { CLASS: "nightly" }, "starts from nothing"],
    ])("builds when %s", async (_title, environment, message) => {
      const first = commit({ Dockerfile: "FROM scratch" });
      await push({ tag: `sha-${short(first)}`, commit: first });
      commit({ a: "1" });
      registry.fault({ kind: "status", status: 502 });
      expect(await find(environment)).toMatchObject({
        code: 0,
        outputs: { digest: "", commit: "" },
        log: expect.stringContaining(message),
      });
    });

    it("builds when the history is cut off, and says why", async () => {
      commit({ Dockerfile: "FROM scratch" });
      commit({ a: "1" });
      const shallow = mkdtempSync(join(tmpdir(), "pipewright-shallow-"));
      execFileSync("git", ["clone", "--quiet", "--depth=1", `file://${checkout}`, shallow]);
      expect(await find({}, shallow)).toMatchObject({
        code: 0,
        outputs: { digest: "" },
        log: expect.stringContaining("fetch-depth: 0"),
      });
      rmSync(shallow, { recursive: true });
    });
  });

  describe("publish-image.sh", () => {
    const entries = JSON.stringify([
      { name: "amd64", platforms: "linux/amd64", runner: "ubuntu-24.04", archive: "linux/amd64" },
      { name: "arm64", platforms: "linux/arm64", runner: "ubuntu-24.04-arm", archive: "" },
    ]);
    const publish = (environment: Record<string, string> = {}) =>
      machine.run("publish-image", {
        IMAGE: image,
        ENTRIES: entries,
        STAGING: "stage-abc1234-{platform}",
        TAGS: "sha-abc1234",
        COMMIT: SHA,
        ...environment,
      });

    it("merges the platforms by digest", async () => {
      const amd64 = await push({ tag: "stage-abc1234-amd64", platform: "linux/amd64" });
      const arm64 = await push({ tag: "stage-abc1234-arm64", platform: "linux/arm64" });
      const result = await publish();
      expect(result.code, result.log).toBe(0);
      expect(result.outputs).toMatchObject({ digest: await digest("sha-abc1234"), commit: SHA });
      const index = (await (
        await fetch(`http://${registry.direct}/v2/${repository}/manifests/sha-abc1234`, {
          headers: { accept: "application/vnd.oci.image.index.v1+json" },
        })
      ).json()) as { manifests: { digest: string; platform: object }[] };
      expect(index.manifests.map((child) => [child.digest, child.platform])).toEqual([
        [amd64.digest, { architecture: "amd64", os: "linux" }],
        [arm64.digest, { architecture: "arm64", os: "linux" }],
      ]);
    });

    it("is the same when it runs again", async () => {
      await push({ tag: "stage-abc1234-amd64", platform: "linux/amd64" });
      await push({ tag: "stage-abc1234-arm64", platform: "linux/arm64" });
      expect((await publish()).outputs).toEqual((await publish()).outputs);
    });

    it("keeps one digest where every job found the same image", async () => {
      const found = await pushIndex(registry, repository, {
        tag: "stage-abc1234-amd64",
        manifests: [await push({ platform: "linux/amd64" }), await push({ platform: "linux/arm64" })],
      });
      await addTag(registry, repository, found.digest, "stage-abc1234-arm64");
      expect((await publish({ TAGS: "sha-abc1234 latest" })).outputs["digest"]).toBe(found.digest);
      expect([await digest("sha-abc1234"), await digest("latest")]).toEqual([found.digest, found.digest]);
    });

    it("gives a reused digest its tag, and hands on the commit that it came from", async () => {
      const old = await push({ tag: "sha-0000000", commit: OTHER });
      const result = await publish({ DIGEST: old.digest, SOURCE_COMMIT: OTHER, ENTRIES: "" });
      expect(result.outputs).toMatchObject({ digest: old.digest, commit: OTHER });
      expect(await digest("sha-abc1234")).toBe(old.digest);
    });

    it("copies to other registries, with every tag of a release", async () => {
      const hub = await startRegistry();
      const own = startMachine({ "ghcr.io": registry.host, "docker.io": hub.host });
      const built = await pushIndex(registry, repository, {
        manifests: [await push({ platform: "linux/amd64" }), await push({ platform: "linux/arm64" })],
      });
      const result = await own.run("publish-image", {
        IMAGE: image,
        DIGEST: built.digest,
        TAGS: "v1.2.3 1.2 1",
        COMMIT: SHA,
        COPY_TO: "docker.io/wikid82/app",
        COPIES: "docker.io/wikid82/app:extra",
      });
      expect(result.code, result.log).toBe(0);
      for (const tag of ["v1.2.3", "1.2", "1", "extra"])
        expect(await digestOf(hub, "wikid82/app", tag)).toBe(built.digest);
      await own.stop();
      await hub.stop();
    });

    it("mirrors every tag; what one mirror does not take is a warning, and the next one takes it all the same", async () => {
      const [first, second] = [await startRegistry(), await startRegistry()];
      const own = startMachine({
        "ghcr.io": registry.host,
        "first.example.com": first.host,
        "second.example.com": second.host,
      });
      const built = await push({});
      const run = () =>
        own.run("publish-image", {
          IMAGE: image,
          DIGEST: built.digest,
          TAGS: "sha-abc1234 main",
          COMMIT: SHA,
          MIRRORS: "first.example.com/acme/app second.example.com/acme/app",
        });
      first.fault({ kind: "status", status: 503 });
      const result = await run();
      expect(result).toMatchObject({
        code: 0,
        outputs: { digest: built.digest },
        log: expect.stringContaining("::warning::The mirror first.example.com/acme/app did not take the image"),
      });
      expect(result.summary).toContain("Not mirrored to `first.example.com/acme/app`");
      for (const tag of ["sha-abc1234", "main"]) expect(await digestOf(second, "acme/app", tag)).toBe(built.digest);
      first.clearFaults();
      expect((await run()).summary).toContain("Mirrored to `first.example.com/acme/app`");
      expect(await digestOf(first, "acme/app", "main")).toBe(built.digest);
      await own.stop();
      await first.stop();
      await second.stop();
    });

    it("finishes a partial publish", async () => {
      const built = await push({});
      registry.fault({ kind: "status", status: 500, method: "PUT", path: /\/manifests\/1\.2$/ });
      const release = { DIGEST: built.digest, TAGS: "v1.2.3 1.2 1" };
      const first = await publish(release);
      expect(first).toMatchObject({ code: 1, log: expect.stringContaining("re-run the failed jobs") });
      expect([await digest("v1.2.3"), await digest("1")]).toEqual([built.digest, undefined]);
      registry.clearFaults();
      expect((await publish(release)).code).toBe(0);
      expect([await digest("1.2"), await digest("1")]).toEqual([built.digest, built.digest]);
    });

    it("survives transient failures of the registry", async () => {
      await push({ tag: "stage-abc1234-amd64", platform: "linux/amd64" });
      await push({ tag: "stage-abc1234-arm64", platform: "linux/arm64" });
      registry.fault({ kind: "status", status: 500, method: "PUT", times: 2 });
      expect((await publish()).code).toBe(0);
    });

    it.each([
      ["a platform is gone", { STAGING: "stage-fffffff-{platform}" }, "is gone from the registry"],
      ["a digest is none", { DIGEST: "latest" }, "DIGEST is no digest"],
      ["a digest is not there", { DIGEST: NOTHING }, "cannot be published"],
      ["a tag is none", { TAGS: "a:b" }, "This is no Docker tag"],
    ])("fails when %s", async (_title, environment, message) => {
      expect(await publish(environment)).toMatchObject({ code: 1, outputs: {}, log: expect.stringContaining(message) });
    });

    it("fails when a job built fewer platforms than it should have", async () => {
      await push({ tag: "stage-abc1234-amd64", platform: "linux/amd64" });
      await push({ tag: "stage-abc1234-arm64", platform: "linux/riscv64" });
      expect(await publish()).toMatchObject({ code: 1, log: expect.stringContaining("lacks platforms") });
    });
  });
});
