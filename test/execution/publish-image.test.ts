/** Giving what was built, or found, its tags: server-side, idempotent, compared afterwards, and of the size that is allowed. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addTag, digestOf, type ImageContent, type PushedImage, pushImage, pushIndex } from "../support/images.ts";
import { type PlannedPart, writeProgram } from "../support/program-folder.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { HOSTILE, type Machine, type ProgramResult, startMachine } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const STAND_IN = fileURLToPath(new URL("../support/docker-stand-in/", import.meta.url));
const SHA = "abc1234def5678901234567890abcdef12345678";
const OTHER = "0".repeat(40);
const CREATED = "2026-02-04T10:00:00Z";
const NOTHING = `sha256:${"0".repeat(64)}`;

type Builds = NonNullable<PlannedPart["builds"]>;

const amd64 = { name: "amd64", platforms: ["linux/amd64"], runner: "ubuntu-24.04" };
const arm64 = { name: "arm64", platforms: ["linux/arm64"], runner: "ubuntu-24.04-arm" };
const run = { class: "main", tag: "sha-abc1234", sha: SHA, staging: "stage-abc1234-{platform}" };

describe.skipIf(missing("docker-registry", "skopeo"))("publish-image", () => {
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

  const push = (
    { tag, platform, commit }: { tag?: string; platform?: string; commit?: string } = {},
    name = repository,
  ): Promise<PushedImage> =>
    pushImage(registry, name, {
      ...(tag && { tag }),
      ...(platform && { platform }),
      layers: [platform ?? "base"],
      labels: {
        "org.opencontainers.image.revision": commit ?? SHA,
        "org.opencontainers.image.created": CREATED,
        "pipewright.recipe": "r1",
      },
    });
  const pushBoth = async (): Promise<[PushedImage, PushedImage]> => [
    await push({ tag: "stage-abc1234-amd64", platform: "linux/amd64" }),
    await push({ tag: "stage-abc1234-arm64", platform: "linux/arm64" }),
  ];
  const digest = (tag: string) => digestOf(registry, repository, tag);

  /** Built by two jobs on main, and by one for pull requests. */
  const app = (change: Builds[string] = {}): Builds => ({
    app: { image, entries: { main: [amd64, arm64], pullRequest: [amd64], nightly: [amd64] }, ...change },
  });
  interface Setting {
    run?: Partial<typeof run>;
    plan?: PlannedPart;
    found?: Record<string, { digest: string; commit: string }>;
    group?: string;
    env?: Record<string, string>;
    own?: Machine;
  }
  const publish = ({
    run: change,
    plan,
    found,
    group = "app",
    env = {},
    own = machine,
  }: Setting = {}): Promise<ProgramResult> =>
    own.run(
      "publish-image",
      {
        GROUP: group,
        PLAN: JSON.stringify({ ...run, ...change }),
        ...(found && { IMAGES: JSON.stringify(found) }),
        ...env,
      },
      { plan: { builds: app(), ...plan } },
    );
  const imagesOf = ({ outputs }: ProgramResult): unknown => JSON.parse(outputs["images"] ?? "{}");
  const known = (of: string, commit = SHA) => ({ app: { digest: of, commit } });

  it("merges the platforms by digest", async () => {
    const [first, second] = await pushBoth();
    const result = await publish();
    expect(result.code, result.log).toBe(0);
    const published = { digest: await digest("sha-abc1234"), commit: SHA, created: CREATED };
    expect(result.outputs).toMatchObject(published);
    expect(imagesOf(result)).toEqual({ app: published });
    const index = (await (
      await fetch(`http://${registry.direct}/v2/${repository}/manifests/sha-abc1234`, {
        headers: { accept: "application/vnd.oci.image.index.v1+json" },
      })
    ).json()) as { manifests: { digest: string; platform: object }[] };
    expect(index.manifests.map((child) => [child.digest, child.platform])).toEqual([
      [first.digest, { architecture: "amd64", os: "linux" }],
      [second.digest, { architecture: "arm64", os: "linux" }],
    ]);
  });

  it("publishes what one job has built as it is", async () => {
    const { digest: built } = await push({ tag: "stage-abc1234-amd64" });
    const result = await publish({ run: { class: "pullRequest", tag: "pr-12-abc1234" } });
    expect(result.outputs["digest"], result.log).toBe(built);
    expect(await digest("pr-12-abc1234")).toBe(built);
    expect(result.summary).toContain(`Published \`${image}@${built}\` as pr-12-abc1234`);
  });

  it("is the same when it runs again", async () => {
    await pushBoth();
    expect((await publish()).outputs).toEqual((await publish()).outputs);
  });

  it("keeps one digest where every job found the same image", async () => {
    const both = await pushIndex(registry, repository, {
      tag: "stage-abc1234-amd64",
      manifests: [await push({ platform: "linux/amd64" }), await push({ platform: "linux/arm64" })],
    });
    await addTag(registry, repository, both.digest, "stage-abc1234-arm64");
    expect((await publish()).outputs["digest"]).toBe(both.digest);
    expect(await digest("sha-abc1234")).toBe(both.digest);
  });

  it("gives a reused digest its tag, and hands on the commit that it came from", async () => {
    const old = await push({ tag: "sha-0000000", commit: OTHER });
    const result = await publish({ found: known(old.digest, OTHER) });
    expect(result.outputs).toMatchObject({ digest: old.digest, commit: OTHER });
    expect(await digest("sha-abc1234")).toBe(old.digest);
  });

  it("publishes every target of a bake file that this run has built, some of them found", async () => {
    const bake = (name: string) => ({ group: "stack", file: "docker-bake.hcl", target: name });
    const names = { web: `${repository}-web`, worker: `${repository}-worker` };
    const built = await push({ tag: "stage-abc1234-amd64" }, names.web);
    const old = await push({ commit: OTHER }, names.worker);
    const builds: Builds = {
      web: { image: `ghcr.io/${names.web}`, entries: { main: [amd64] }, bake: bake("web") },
      worker: { image: `ghcr.io/${names.worker}`, entries: { main: [amd64] }, bake: bake("worker") },
      tests: { image: `${image}-tests`, entries: { pullRequest: [amd64] }, bake: bake("tests") },
    };
    const result = await publish({
      group: "stack",
      plan: { builds },
      found: { worker: { digest: old.digest, commit: OTHER } },
    });
    expect(result.code, result.log).toBe(0);
    expect(imagesOf(result)).toEqual({
      web: { digest: built.digest, commit: SHA, created: CREATED },
      worker: { digest: old.digest, commit: OTHER, created: CREATED },
    });
    expect(await digestOf(registry, names.worker, "sha-abc1234")).toBe(old.digest);
  });

  describe("where tags move at the build", () => {
    const moves = (copy?: string): PlannedPart => ({
      movesAtBuild: [
        { of: "main", tag: "latest", copies: copy === undefined ? [] : [{ build: "app", image: copy }] },
        { of: "nightly", tag: "nightly", copies: [] },
      ],
    });
    it("moves the tag of the branch that was pushed, and no other", async () => {
      const { digest: built } = await push();
      const found = known(built);
      const pushed = await publish({ found, plan: moves() });
      expect(pushed.summary).toContain("as sha-abc1234 latest");
      expect([await digest("latest"), await digest("nightly")]).toEqual([built, undefined]);
      const next = await push({ platform: "linux/arm64" });
      await publish({ found: known(next.digest), plan: moves(), env: { GITHUB_REF_NAME: "feature/x" } });
      await publish({ found: known(next.digest), plan: moves(), env: { GITHUB_EVENT_NAME: "workflow_dispatch" } });
      expect(await digest("latest")).toBe(built);
      await publish({
        found: known(next.digest),
        plan: moves(),
        run: { class: "nightly", tag: "nightly-2026-02-04" },
        env: { GITHUB_EVENT_NAME: "schedule" },
      });
      expect([await digest("latest"), await digest("nightly")]).toEqual([built, next.digest]);
    });

    it("copies it to other registries", async () => {
      const hub = await startRegistry();
      const own = startMachine({ "ghcr.io": registry.host, "docker.io": hub.host });
      const both = await pushIndex(registry, repository, {
        manifests: [await push({ platform: "linux/amd64" }), await push({ platform: "linux/arm64" })],
      });
      const result = await publish({
        own,
        found: known(both.digest),
        plan: moves("docker.io/wikid82/app:latest"),
      });
      expect(result.code, result.log).toBe(0);
      expect(await digestOf(hub, "wikid82/app", "latest")).toBe(both.digest);
      expect(await digestOf(hub, "wikid82/app", "sha-abc1234")).toBeUndefined();
      expect(result.summary).toContain("Copied to `docker.io/wikid82/app:latest`");
      await own.stop();
      await hub.stop();
    });

    it("finishes a partial publish", async () => {
      const { digest: built } = await push();
      const setting = { found: known(built), plan: moves() };
      registry.fault({ kind: "status", status: 500, method: "PUT", path: /\/manifests\/latest$/ });
      const first = await publish(setting);
      expect(first).toMatchObject({ code: 1, log: expect.stringContaining("re-run the failed jobs") });
      expect([await digest("sha-abc1234"), await digest("latest")]).toEqual([built, undefined]);
      registry.clearFaults();
      expect((await publish(setting)).code).toBe(0);
      expect(await digest("latest")).toBe(built);
    });
  });

  it("mirrors every tag; what one mirror does not take is a warning, and the next one takes it all the same", async () => {
    const [first, second] = [await startRegistry(), await startRegistry()];
    const own = startMachine({
      "ghcr.io": registry.host,
      "first.example.com": first.host,
      "second.example.com": second.host,
    });
    const built = await push();
    const mirrored = () =>
      publish({
        own,
        found: known(built.digest),
        plan: {
          builds: app({ mirrors: ["first.example.com/acme/app", "second.example.com/acme/app"] }),
          movesAtBuild: [{ of: "main", tag: "main", copies: [] }],
        },
      });
    first.fault({ kind: "status", status: 503 });
    const result = await mirrored();
    expect(result).toMatchObject({
      code: 0,
      outputs: { digest: built.digest },
      log: expect.stringContaining("::warning::The mirror first.example.com/acme/app did not take the image"),
    });
    expect(result.summary).toContain("Not mirrored to `first.example.com/acme/app`");
    for (const tag of ["sha-abc1234", "main"]) expect(await digestOf(second, "acme/app", tag)).toBe(built.digest);
    first.clearFaults();
    expect((await mirrored()).summary).toContain("Mirrored to `first.example.com/acme/app`");
    expect(await digestOf(first, "acme/app", "main")).toBe(built.digest);
    await own.stop();
    await first.stop();
    await second.stop();
  });

  it("survives transient failures of the registry", async () => {
    await pushBoth();
    registry.fault({ kind: "status", status: 500, method: "PUT", times: 2 });
    expect((await publish()).code).toBe(0);
  });

  it.each<[string, Setting, string]>([
    ["a platform is gone", { run: { staging: "stage-fffffff-{platform}" } }, "is gone from the registry"],
    ["a digest is none", { found: known("latest") }, "DIGEST is no digest"],
    ["a digest is not there", { found: known(NOTHING) }, "cannot be published"],
    ["a tag is none", { run: { tag: "a:b" } }, "This is no Docker tag"],
  ])("fails when %s", async (_title, setting, message) => {
    expect(await publish(setting)).toMatchObject({ code: 1, outputs: {}, log: expect.stringContaining(message) });
  });

  it.each(HOSTILE)("takes nothing for a digest that is none: %j", async (text) => {
    const result = await publish({ found: known(text) });
    expect(result.code).toBe(1);
    expect(result.log).toContain("DIGEST is no digest.");
  });

  it("fails when the registry cannot be asked what was built", async () => {
    registry.fault({ kind: "status", status: 503 });
    expect(await publish()).toMatchObject({
      code: 1,
      log: expect.stringContaining("The registry cannot be asked for the image of amd64."),
    });
  });

  it("fails when a job built fewer platforms than it should have", async () => {
    await push({ tag: "stage-abc1234-amd64", platform: "linux/amd64" });
    await push({ tag: "stage-abc1234-arm64", platform: "linux/riscv64" });
    expect(await publish()).toMatchObject({ code: 1, log: expect.stringContaining("lacks platforms") });
  });

  describe("an image's size", () => {
    const weighed = (content: ImageContent): Promise<PushedImage> => pushImage(registry, repository, content);
    const bytes = (one: PushedImage): number => one.blobs.reduce((sum, { size }) => sum + size, 0);
    const check = (of: string, maxBytes: number): Promise<ProgramResult> =>
      publish({ found: known(of), plan: { builds: app({ maxBytes }) } });

    it("is that of its configuration and layers", async () => {
      const one = await weighed({ layers: ["one", "two".repeat(500)] });
      const at = await check(one.digest, bytes(one));
      expect(at.code, at.log).toBe(0);
      expect(at.summary).toContain(`| ✅ \`image\` | ${bytes(one)} | ${bytes(one)} |`);
      const over = await check(one.digest, bytes(one) - 1);
      expect(over.code).toBe(1);
      expect(over.log).toContain("::error::The image is larger than it may be.");
      expect(over.log).toContain(`image has ${bytes(one)} bytes; ${bytes(one) - 1} are allowed.`);
    });

    it("leaves what is too large known by its digest, so that its tags can be taken back", async () => {
      const one = await weighed({ layers: ["one"] });
      expect((await check(one.digest, 1)).outputs).toMatchObject({ digest: one.digest, commit: SHA });
    });

    it("is judged for each platform, without attestations", async () => {
      const small = await weighed({ layers: ["small"] });
      const large = await weighed({
        platform: "linux/arm64",
        layers: ["large", ...Array.from({ length: 5 }, (_, index) => `layer ${index}`)],
      });
      const attestation = await weighed({ layers: Array.from({ length: 40 }, (_, index) => `statement ${index}`) });
      const index = await pushIndex(registry, repository, {
        manifests: [small, large, { descriptor: attestation.descriptor }],
      });
      expect((await check(index.digest, bytes(large))).code).toBe(0);
      const over = await check(index.digest, bytes(large) - 1);
      expect(over.code).toBe(1);
      expect(over.log).toContain("linux/arm64 has");
      expect(over.log).not.toContain("linux/amd64 has");
      expect(over.summary).toMatch(/✅ `linux\/amd64`.*\n\| ❌ `linux\/arm64`/);
    });

    it("is asked for again after a moment's trouble", async () => {
      const one = await weighed({ layers: ["x"] });
      registry.fault({ kind: "status", status: 503, path: /manifests/, times: 1 });
      expect((await check(one.digest, 1e9)).code).toBe(0);
    });

    it("cannot be judged of what is gone, lists no sizes or no image, or lies in a registry in trouble", async () => {
      const one = await weighed({ layers: ["x"] });
      const empty = await pushIndex(registry, repository, { manifests: [] });
      const inner = await pushIndex(registry, repository, { manifests: [one] });
      const nested = await pushIndex(registry, repository, {
        manifests: [{ descriptor: inner.descriptor, platform: "linux/amd64" }],
      });
      expect(await weigh(one.digest)).toContain("image: ");
      expect(await weigh(empty.digest)).toContain("The index lists no image.");
      expect(await weigh(nested.digest)).toContain("The manifest of linux/amd64 tells no sizes.");
      expect(await weigh(NOTHING)).toContain("The registry has no such image. Re-run the build.");
      registry.fault({ kind: "status", status: 503, path: /manifests/ });
      expect(await weigh(one.digest)).toContain("The registry cannot be asked for the image's size.");
    });

    /** What the program sees only where the registry changes under its hands: its piece alone. */
    async function weigh(of: string): Promise<string> {
      const folder = mkdtempSync(join(tmpdir(), "pipewright-weigh-"));
      writeProgram(folder, "publish-image", {});
      const script = join(folder, "weigh.mjs");
      writeFileSync(
        script,
        `import { findOversize } from "./lib/image-size.mjs"; await findOversize(process.argv[2], process.argv[3], 1e9);`,
      );
      const env = {
        PATH: `${STAND_IN}:${process.env["PATH"] ?? ""}`,
        DELAY: "0",
        DOCKER_STAND_IN_HOME: folder,
        DOCKER_CONFIG: folder,
        DOCKER_STAND_IN_HOSTS: JSON.stringify({ "ghcr.io": registry.host }),
      };
      const { stdout } = await promisify(execFile)(process.execPath, [script, image, of], { env }).catch(
        (error: { stdout: string }) => error,
      );
      rmSync(folder, { recursive: true });
      return stdout;
    }
  });
});
