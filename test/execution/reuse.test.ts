/** Building once: what is missing is built, by a bake file; an image of this commit, or of an older one that will do, is not. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addTag, digestOf, type PushedImage, pushImage, pushIndex } from "../support/images.ts";
import type { PlannedPart } from "../support/program-folder.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { HOSTILE, type Machine, type ProgramResult, startMachine } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const SHA = "abc1234def5678901234567890abcdef12345678";
const OTHER = "0".repeat(40);
const CREATED = "2026-02-04T10:00:00Z";

type Builds = NonNullable<PlannedPart["builds"]>;
type Entry = { name: string; platforms: string[]; runner: string };

const amd64: Entry = { name: "amd64", platforms: ["linux/amd64"], runner: "ubuntu-24.04" };
const arm64: Entry = { name: "arm64", platforms: ["linux/arm64"], runner: "ubuntu-24.04-arm" };
const all: Entry = { name: "all", platforms: ["linux/amd64", "linux/arm64"], runner: "ubuntu-24.04" };

/** What was decided for a run, as plan-build hands it on. */
const pullRequest = {
  class: "pullRequest",
  tag: "pr-12-abc1234",
  sha: SHA,
  version: "0.0.0-pr-12-abc1234",
  created: CREATED,
  push: true,
  candidates: ["pr-12-abc1234", "sha-abc1234"],
  staging: "stage-abc1234-{platform}",
  cacheBranch: "feature-dns",
  branch: "feature-dns",
};
const main = {
  ...pullRequest,
  class: "main",
  tag: "sha-abc1234",
  version: "0.0.0-sha-abc1234",
  candidates: ["sha-abc1234", "mq-abc1234"],
  cacheBranch: "main",
  branch: "main",
};
const nightly = {
  ...main,
  class: "nightly",
  tag: "nightly-2026-02-04",
  candidates: [],
  staging: "stage-n4711-{platform}",
};
const release = { ...main, class: "release", tag: "stage-abc1234-release", version: "1.2.3" };
type Run = typeof pullRequest;

interface BakeTarget {
  inherits?: string[];
  context?: string;
  dockerfile?: string;
  target?: string;
  args?: Record<string, string>;
  labels?: Record<string, string>;
  platforms?: string[];
  tags?: string[];
  output?: string[];
  attest?: string[];
  pull?: boolean;
  "cache-from"?: string[];
  "cache-to"?: string[];
}
interface BakeFile {
  group: Record<string, { targets: string[] }>;
  target: Record<string, BakeTarget>;
}

describe.skipIf(missing("git", "docker-registry", "skopeo"))("prepare-build", () => {
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
    rmSync(join(machine.temp, "bake.json"), { force: true });
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

  /** One image, for one platform on every event; `app` of the small config, but for what is said. */
  const one = (change: Builds[string] = {}): Builds => ({
    app: {
      image,
      recipe: "r1",
      attested: false,
      entries: { pullRequest: [amd64], feature: [amd64], main: [amd64], nightly: [amd64], release: [amd64] },
      ...change,
    },
  });
  interface Setting {
    run?: Partial<Run>;
    builds?: Builds;
    env?: Record<string, string>;
    event?: unknown;
    cwd?: string;
    group?: string;
  }
  const prepare = ({
    run,
    builds = one(),
    env = {},
    event = {},
    cwd,
    group = "app",
  }: Setting = {}): Promise<ProgramResult> =>
    machine.run(
      "prepare-build",
      { GROUP: group, PLAN: JSON.stringify({ ...pullRequest, ...run }), ...env },
      { plan: { builds }, event, ...(cwd !== undefined && { cwd }) },
    );
  const bakeFile = (): BakeFile => JSON.parse(readFileSync(join(machine.temp, "bake.json"), "utf8")) as BakeFile;

  describe("an image of this commit", () => {
    it("is missing in an empty registry", async () => {
      expect(await prepare({ builds: one({ fallback: false }) })).toMatchObject({
        code: 0,
        outputs: {
          alone: "true",
          missing: "true",
          push: "true",
          save: "false",
          saved: "",
          scan: "true",
          platforms: "linux/amd64",
          staging: "stage-abc1234-amd64",
        },
      });
    });

    it("is what the other event of this commit has staged", async () => {
      await push({ tag: "stage-abc1234-amd64" });
      expect((await prepare()).outputs).toMatchObject({ missing: "false", push: "false", scan: "true" });
    });

    it("gets the staging tag where another event has published it, with the same digest", async () => {
      const built = await push({ tag: "sha-abc1234", recipe: "r1-attested" });
      const builds = one({ attested: true });
      expect((await prepare({ builds })).outputs["missing"]).toBe("false");
      expect(await digest("stage-abc1234-amd64")).toBe(built.digest);
    });

    it("is an index, too, when it has the platforms", async () => {
      const built = await pushIndex(registry, repository, {
        tag: "sha-abc1234",
        manifests: [await push({ platform: "linux/amd64" }), await push({ platform: "linux/arm64" })],
      });
      const builds = one({ entries: { pullRequest: [all] } });
      expect((await prepare({ builds })).outputs["missing"]).toBe("false");
      expect(await digest("stage-abc1234-all")).toBe(built.digest);
    });

    it("may be of an earlier commit with the same inputs for a release", async () => {
      await push({ tag: "sha-abc1234", commit: OTHER });
      expect((await prepare({ run: release })).outputs["missing"]).toBe("false");
      expect((await prepare({ run: { ...main, staging: "stage-x-{platform}" } })).outputs["missing"]).toBe("true");
    });

    it.each<[string, Parameters<typeof push>[0], Builds[string], Partial<Run>]>([
      ["for too few platforms", {}, { entries: { pullRequest: [all] } }, {}],
      ["made from another commit", { commit: OTHER }, {}, {}],
      ["made by another recipe", { recipe: "r2" }, {}, {}],
      ["that says no recipe", { recipe: "" }, {}, {}],
      ["without the attestations that people want", {}, { attested: true }, main],
    ])("is none %s", async (_title, content, build, run) => {
      await push({ tag: "sha-abc1234", ...content });
      expect(await prepare({ builds: one(build), run })).toMatchObject({ code: 0, outputs: { missing: "true" } });
      expect(await digest("stage-abc1234-amd64")).toBeUndefined();
    });

    it("is built when the registry cannot be asked, which is said", async () => {
      registry.fault({ kind: "status", status: 500 });
      expect(await prepare()).toMatchObject({
        code: 0,
        outputs: { missing: "true" },
        log: expect.stringContaining("::warning::The registry cannot be asked for an image of this commit"),
      });
    });

    it("is found in a registry that fails twice", async () => {
      await push({ tag: "stage-abc1234-amd64" });
      registry.fault({ kind: "status", status: 503, times: 1 });
      registry.fault({ kind: "refuse", times: 1 });
      expect((await prepare()).outputs["missing"]).toBe("false");
    });

    it("is not looked for where nothing can be pushed", async () => {
      await push({ tag: "sha-abc1234" });
      const { outputs } = await prepare({ run: { push: false } });
      expect(outputs).toMatchObject({ missing: "true", push: "false", save: "true", saved: "app", scan: "true" });
    });

    it("needs a staging tag that is one", async () => {
      expect(await prepare({ run: { staging: "a b" } })).toMatchObject({
        code: 1,
        log: expect.stringContaining("The staging tag is no Docker tag."),
      });
    });
  });

  describe("the jobs of a build", () => {
    const both = (): Builds => one({ entries: { pullRequest: [amd64], main: [amd64, arm64] }, fallback: true });
    it("of several platforms each build their own, and none of them alone", async () => {
      for (const entry of [amd64, arm64]) {
        const { outputs } = await prepare({ builds: both(), run: main, env: { ENTRY: entry.name } });
        expect(outputs).toMatchObject({
          alone: "false",
          missing: "true",
          scan: "false",
          platforms: entry.platforms.join(" "),
          staging: `stage-abc1234-${entry.name}`,
          // One archive is enough for whoever cannot pull.
          save: String(entry === amd64),
        });
        expect(bakeFile().target["pipewright-image-app"]?.platforms).toEqual(entry.platforms);
      }
    });
    it("that this run's class does not need hand nothing on, which would stand over the others' words", async () => {
      const idle = await prepare({ builds: both(), env: { ENTRY: "arm64" } });
      expect(idle).toMatchObject({ code: 0, outputs: {} });
      expect(Object.keys(idle.outputs)).toEqual([]);
      expect(idle.log).toContain("A run of the class pullRequest builds nothing here.");
    });
    it("save nothing by night or for a release", async () => {
      for (const run of [nightly, release])
        expect((await prepare({ builds: one({ fallback: true }), run })).outputs["save"]).toBe("false");
    });
  });

  describe("the bake file", () => {
    const RECIPE = "pipewright.recipe";
    it("says where a Dockerfile's image comes from and goes", async () => {
      await prepare({
        builds: one({
          context: "app",
          dockerfile: "deploy/Dockerfile",
          target: "final",
          args: { VERSION: "{version}", COMMIT: "{commit}", AT: "{created}", RUN: "{run}-{branch}-{workflow}" },
          labels: { "com.example.run": "{workflow}/{run}", "com.example.of": "{branch}@{commit} {unknown}" },
          cache: null,
          fallback: true,
        }),
      });
      const file = bakeFile();
      expect(file.group).toEqual({
        "pipewright-layers": { targets: ["pipewright-layers-app"] },
        "pipewright-archive": { targets: ["pipewright-archive-app"] },
        "pipewright-push": { targets: ["pipewright-push-app"] },
      });
      expect(file.target["pipewright-image-app"]).toEqual({
        context: "app",
        // To bake it lies below the context.
        dockerfile: "../deploy/Dockerfile",
        target: "final",
        // What is of one run alone is no part of an image's arguments.
        args: { VERSION: "0.0.0-pr-12-abc1234", COMMIT: SHA, AT: CREATED, RUN: "{run}-{branch}-{workflow}" },
        labels: {
          "org.opencontainers.image.revision": SHA,
          "org.opencontainers.image.source": "https://github.com/acme/charon",
          "org.opencontainers.image.created": CREATED,
          "org.opencontainers.image.version": "0.0.0-pr-12-abc1234",
          [RECIPE]: "r1",
          "com.example.run": "Build/4711",
          "com.example.of": `feature-dns@${SHA} {unknown}`,
        },
        platforms: ["linux/amd64"],
        attest: ["type=provenance,disabled=true", "type=sbom,disabled=true"],
      });
      expect(file.target["pipewright-layers-app"]).toEqual({
        inherits: ["pipewright-image-app"],
        output: ["type=cacheonly"],
      });
      expect(file.target["pipewright-archive-app"]).toEqual({
        inherits: ["pipewright-image-app"],
        platforms: ["linux/amd64"],
        tags: [`${image}:pr-12-abc1234`],
        output: [`type=docker,dest=${machine.temp}/image-app.tar`],
      });
      expect(file.target["pipewright-push-app"]).toEqual({
        inherits: ["pipewright-image-app"],
        tags: [`${image}:stage-abc1234-amd64`],
        output: ["type=registry"],
      });
    });

    it("takes the version that was decided in this run", async () => {
      await prepare({ builds: one({ args: { VERSION: "{version}" } }), env: { VERSION: "1.4.0" } });
      const { args, labels } = bakeFile().target["pipewright-image-app"] ?? {};
      expect([args?.["VERSION"], labels?.["org.opencontainers.image.version"]]).toEqual(["1.4.0", "1.4.0"]);
    });

    it.each(HOSTILE)("holds texts as they are, which bake would else fill in: %j", async (text) => {
      const given = `${text} \${HOME} %{if true}`;
      await prepare({ builds: one({ args: { X: given } }), env: { GITHUB_WORKFLOW: given } });
      const escaped = given.split("${").join("$${").split("%{").join("%%{");
      expect(bakeFile().target["pipewright-image-app"]?.args).toEqual({ X: escaped });
    });

    it("attests what people take, and by its own recipe", async () => {
      const attested = { attested: true, provenance: "max", sbom: true } as const;
      await prepare({ builds: one(attested), run: main });
      expect(bakeFile().target["pipewright-push-app"]?.attest).toEqual(["type=provenance,mode=max", "type=sbom"]);
      expect(bakeFile().target["pipewright-image-app"]?.labels?.[RECIPE]).toBe("r1-attested");
      await prepare({ builds: one({ ...attested, sbom: false, provenance: "min" }), run: main });
      expect(bakeFile().target["pipewright-push-app"]?.attest).toEqual([
        "type=provenance,mode=min",
        "type=sbom,disabled=true",
      ]);
      await prepare({ builds: one(attested) });
      expect(bakeFile().target["pipewright-push-app"]?.attest).toBeUndefined();
      expect(bakeFile().target["pipewright-image-app"]?.labels?.[RECIPE]).toBe("r1");
    });

    const cachesOf = async (cache: "gha" | "registry" | "registry-per-branch" | null, run: Partial<Run>) => {
      await prepare({ builds: one({ cache, cacheScope: "api-app" }), run });
      const { target } = bakeFile();
      expect(target["pipewright-push-app"]?.["cache-to"]).toBeUndefined();
      return {
        from: target["pipewright-image-app"]?.["cache-from"] ?? [],
        to: target["pipewright-layers-app"]?.["cache-to"] ?? [],
      };
    };
    const layers = (branch: string) => `type=registry,ref=${image}:buildcache-amd64-${branch}`;
    const written = (branch: string) => `${layers(branch)},mode=max,image-manifest=true,ignore-error=true`;

    it("keeps layers in GitHub's cache", async () => {
      expect(await cachesOf("gha", {})).toEqual({
        from: ["type=gha,scope=api-app-amd64"],
        to: ["type=gha,scope=api-app-amd64,mode=max,ignore-error=true"],
      });
    });
    it("keeps layers in the registry, which pull requests read and branches write", async () => {
      expect(await cachesOf("registry", {})).toEqual({ from: [layers("feature-dns"), layers("main")], to: [] });
      expect(await cachesOf("registry", { ...pullRequest, class: "feature", tag: "feature-dns-abc1234" })).toEqual({
        from: [layers("feature-dns"), layers("main")],
        to: [written("feature-dns")],
      });
      expect(await cachesOf("registry", main)).toEqual({ from: [layers("main")], to: [written("main")] });
    });
    it("keeps layers by branch, which pull requests of this repository write as well", async () => {
      expect(await cachesOf("registry-per-branch", {})).toMatchObject({ to: [written("feature-dns")] });
      expect(await cachesOf("registry-per-branch", { push: false, cacheBranch: "main" })).toEqual({
        from: [layers("main")],
        to: [],
      });
    });
    it.each([
      ["by night", nightly, true],
      ["for a release", release, undefined],
    ] as const)("takes and keeps no layers %s", async (_title, run, pull) => {
      for (const cache of ["gha", "registry", "registry-per-branch"] as const)
        expect(await cachesOf(cache, run)).toEqual({ from: [], to: [] });
      expect(bakeFile().target["pipewright-image-app"]?.pull).toBe(pull);
    });
    it("keeps no layers where the config wants none", async () => {
      expect(await cachesOf(null, main)).toEqual({ from: [], to: [] });
    });
  });

  describe("of a bake file", () => {
    const stack = (): Builds => {
      const target = (name: string, change: Builds[string] = {}): Builds[string] => ({
        image: `${image}-${name}`,
        recipe: "r1",
        attested: false,
        cache: null,
        entries: { pullRequest: [amd64], main: [amd64] },
        bake: { group: "stack", file: "deploy/docker-bake.hcl", target: `${name}-image` },
        ...change,
      });
      return {
        web: target("web"),
        worker: target("worker"),
        tests: target("tests", { entries: { pullRequest: [amd64] } }),
      };
    };
    const pushTarget = (name: string, tag: string) =>
      pushImage(registry, `${repository}-${name}`, {
        tag,
        layers: [name],
        labels: { "org.opencontainers.image.revision": SHA, "pipewright.recipe": "r1" },
      });

    it("the targets inherit what it says of them", async () => {
      const { outputs } = await prepare({ group: "stack", builds: stack(), run: { push: false } });
      expect(outputs).toMatchObject({ saved: "tests web worker", scan: "true" });
      const { group, target } = bakeFile();
      expect(group["pipewright-push"]).toEqual({
        targets: ["pipewright-push-tests", "pipewright-push-web", "pipewright-push-worker"],
      });
      expect(target["pipewright-image-web"]).toMatchObject({ inherits: ["web-image"], platforms: ["linux/amd64"] });
      expect(target["pipewright-image-web"]).not.toHaveProperty("context");
      expect(target["pipewright-image-web"]).not.toHaveProperty("dockerfile");
    });

    it("only those are built that are missing, and that a run of this class has", async () => {
      await pushTarget("worker", "sha-abc1234");
      const { outputs } = await prepare({ group: "stack", builds: stack() });
      expect(outputs["missing"]).toBe("true");
      expect(bakeFile().group["pipewright-layers"]).toEqual({
        targets: ["pipewright-layers-tests", "pipewright-layers-web"],
      });
      await pushTarget("web", "sha-abc1234");
      expect((await prepare({ group: "stack", builds: stack(), run: main })).outputs).toMatchObject({
        missing: "false",
        platforms: "linux/amd64",
      });
      expect(await digestOf(registry, `${repository}-web`, "stage-abc1234-amd64")).toBeDefined();
    });
  });

  describe("an older commit's image", () => {
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
    const inputs = ["Dockerfile", "src/**", "!src/**/*.md"];
    const find = async ({ builds = one({ inputs }), run = main, cwd = checkout, ...rest }: Setting = {}) => {
      const sha = git("rev-parse", "HEAD");
      const result = await prepare({
        builds,
        run: { candidates: [], staging: "stage-new-{platform}", ...run, sha },
        cwd,
        ...rest,
      });
      const images = JSON.parse(result.outputs["images"] ?? "{}") as Record<string, { digest: string; commit: string }>;
      return { ...result, found: images["app"] };
    };
    const unshared = { candidates: [], staging: "stage-new-{platform}" };
    const onMain = { ...main, ...unshared };
    const onPull = { ...pullRequest, ...unshared };
    const onBranch = { ...onPull, class: "feature", tag: "feature-x-abc1234" };
    const ofPull: Setting = {
      run: onPull,
      env: { GITHUB_HEAD_REF: "feature/x", GITHUB_REF_NAME: "12/merge" },
      event: { pull_request: { number: 12 } },
    };
    const short = (sha: string): string => sha.slice(0, 7);

    it("is used again when it has the same inputs, with the commit that it was made from", async () => {
      const first = commit({ Dockerfile: "FROM scratch", "src/a.js": "1" });
      const built = await push({ tag: `sha-${short(first)}`, commit: first });
      const second = commit({ "README.md": "new", "src/notes.md": "excluded" });
      await addTag(registry, repository, built.digest, `sha-${short(second)}`);
      commit({ "docs/x.md": "more" });
      const result = await find({ run: onMain });
      expect(result).toMatchObject({ code: 0, found: { digest: built.digest, commit: first } });
      expect(result.outputs).toMatchObject({ missing: "false", push: "false", alone: "true", scan: "true" });
      expect(result.summary).toContain("changed since");
    });

    it("is none when an input changed", async () => {
      const first = commit({ Dockerfile: "FROM scratch", "src/a.js": "1" });
      await push({ tag: `sha-${short(first)}`, commit: first });
      commit({ "src/deep/b.js": "new" });
      commit({ "README.md": "new" });
      const { outputs } = await find({ run: onMain });
      expect(outputs["missing"]).toBe("true");
      // Of several jobs the one that ends last would else take the others' finds away.
      expect(outputs).not.toHaveProperty("images");
    });

    it("is not looked for where the config names no inputs", async () => {
      const first = commit({ Dockerfile: "FROM scratch" });
      await push({ tag: `sha-${short(first)}`, commit: first });
      commit({ a: "1" });
      expect((await find({ run: onMain, builds: one({ inputs: null }) })).outputs["missing"]).toBe("true");
    });

    it("is none behind a change that was taken back", async () => {
      const first = commit({ Dockerfile: "FROM scratch" });
      await push({ tag: `sha-${short(first)}`, commit: first });
      commit({ Dockerfile: "FROM other" });
      commit({ Dockerfile: "FROM scratch" });
      expect((await find({ run: onMain })).found).toBeUndefined();
    });

    it("is not the commit's own, which gets its staging tag instead", async () => {
      const first = commit({ Dockerfile: "FROM scratch" });
      await push({ tag: `sha-${short(first)}`, commit: first });
      expect((await find({ run: onMain })).found).toBeUndefined();
    });

    it("is passed over for too few platforms or by another recipe", async () => {
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
      // What all the jobs of the run build, whichever of them asks.
      const builds = one({ inputs, entries: { main: [amd64, arm64] } });
      expect((await find({ run: onMain, builds, env: { ENTRY: "arm64" } })).found?.digest).toBe(good.digest);
    });

    it("may be a pull request's own earlier one, but main takes none of a branch", async () => {
      const first = commit({ Dockerfile: "FROM scratch" });
      const built = await push({ tag: `pr-12-${short(first)}`, commit: first });
      commit({ a: "1" });
      expect((await find(ofPull)).found?.digest).toBe(built.digest);
      expect((await find({ run: onMain })).found).toBeUndefined();
      await addTag(registry, repository, built.digest, `feature-x-${short(first)}`);
      expect((await find({ run: onBranch, env: { GITHUB_REF_NAME: "feature/x" } })).found?.digest).toBe(built.digest);
      expect((await find({ run: onMain, env: { GITHUB_REF_NAME: "feature/x" } })).found).toBeUndefined();
    });

    it.each([
      ["nobody can say whether there is one", onMain, "::warning::The registry cannot be asked for an earlier image"],
      ["this is a nightly build", nightly, ""],
      ["nothing can be pushed", { ...onPull, push: false }, ""],
    ])("is not used where %s", async (_title, run, message) => {
      const first = commit({ Dockerfile: "FROM scratch" });
      await push({ tag: `sha-${short(first)}`, commit: first });
      commit({ a: "1" });
      if (message !== "") registry.fault({ kind: "status", status: 502 });
      const result = await find({ run });
      expect(result).toMatchObject({ code: 0, outputs: { missing: "true" }, log: expect.stringContaining(message) });
      expect(result.found).toBeUndefined();
    });

    it("is not looked for when the history is cut off, which is said", async () => {
      commit({ Dockerfile: "FROM scratch" });
      commit({ a: "1" });
      const shallow = mkdtempSync(join(tmpdir(), "pipewright-shallow-"));
      execFileSync("git", ["clone", "--quiet", "--depth=1", `file://${checkout}`, shallow]);
      const result = await find({ run: onMain, cwd: shallow });
      expect(result).toMatchObject({ code: 0, log: expect.stringContaining("fetch-depth: 0") });
      expect(result.found).toBeUndefined();
      rmSync(shallow, { recursive: true });
    });
  });
});
