/** Publishing to npm: the real client against a registry on a loopback port. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PipelinePart } from "../../src/pipeline/plan-file/schema.ts";
import { type NpmRegistry, startNpmRegistry } from "../support/npm-registry.ts";
import type { PlannedPart } from "../support/program-folder.ts";
import { HOSTILE, type Machine, startMachine, TOKEN } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

/** What GitHub's ID token looks like, of a private repository: for a public one npm would ask Sigstore. */
const IDENTITY = ["{}", JSON.stringify({ repository_visibility: "private" }), ""]
  .map((part) => Buffer.from(part).toString("base64url"))
  .join(".");

describe.skipIf(missing("bash", "jq", "npm", "tar", "openssl"))("publish-npm.sh", () => {
  let registry: NpmRegistry;
  let machine: Machine;
  let folder: string;
  beforeEach(async () => {
    machine = startMachine();
    folder = mkdtempSync(join(tmpdir(), "pipewright-npm-"));
    registry = await startNpmRegistry({ token: TOKEN, identity: IDENTITY });
  });
  afterEach(async () => {
    await registry.stop();
    await machine.stop();
    rmSync(folder, { recursive: true });
  });

  /** Packs a package as npm pack does, and gives the folder of the artifact. */
  function pack(manifest: Record<string, unknown>, file = "package.tgz", text = "export {};\n"): string {
    const source = mkdtempSync(join(folder, "source-"));
    const artifact = mkdtempSync(join(folder, "artifact-"));
    mkdirSync(join(source, "package"));
    writeFileSync(join(source, "package/package.json"), JSON.stringify(manifest));
    writeFileSync(join(source, "package/index.js"), text);
    execFileSync(
      "tar",
      ["--create", "--gzip", "--force-local", "--mtime=2026-01-01", "--file", join(artifact, file), "package"],
      { cwd: source },
    );
    return artifact;
  }
  const client = { name: "@owner/client", version: "1.0.57" };
  type Setting = Partial<Extract<PipelinePart["publish"][string], { kind: "npm" }>>;
  const planned = (setting: Setting = {}): PlannedPart => ({
    publish: {
      npm: {
        kind: "npm",
        on: ["main"],
        secrets: ["NPM_TOKEN"],
        from: "client",
        access: "public",
        registry: registry.url,
        trusted: false,
        provenance: false,
        ...setting,
      },
    },
  });
  /** Where the step before puts what was built. */
  function take(artifact: string): void {
    rmSync(join(machine.temp, "files-client"), { recursive: true, force: true });
    cpSync(artifact, join(machine.temp, "files-client"), { recursive: true });
  }
  function publish(artifact: string, environment: Record<string, string> = {}, setting: Setting = {}) {
    take(artifact);
    const { NODE_AUTH_TOKEN = TOKEN, ...inputs } = environment;
    return machine.run(
      "publish-npm",
      { TARGET: "npm", ...inputs },
      { plan: planned(setting), env: { NODE_AUTH_TOKEN } },
    );
  }
  const puts = () => registry.requests.filter(({ method }) => method === "PUT");

  it("publishes the very tarball, with access and dist-tag, and leaves no login behind", async () => {
    const artifact = pack(client);
    const run = await publish(artifact, { VERSION: "1.0.57" });
    expect(run.log).not.toContain("::error");
    expect(run).toMatchObject({
      code: 0,
      outputs: {
        name: "@owner/client",
        version: "1.0.57",
        "dist-tag": "latest",
        published: "true",
        integrity: expect.stringMatching(/^sha512-/),
      },
    });
    expect(registry.tarballs.get("@owner/client@1.0.57")).toEqual(readFileSync(join(artifact, "package.tgz")));
    expect(registry.packages.get("@owner/client")?.["dist-tags"]).toEqual({ latest: "1.0.57" });
    expect(registry.access.get("@owner/client")).toBe("public");
    expect(readdirSync(machine.temp)).toEqual(["files-client"]);
    expect(run.summary).toBe("Published `@owner/client@1.0.57` as `latest`\n");
  });

  it("does nothing when these contents are published already", async () => {
    const artifact = pack(client);
    await publish(artifact);
    expect(await publish(artifact)).toMatchObject({ code: 0, outputs: { published: "false" } });
    expect(puts()).toHaveLength(1);
  });

  it("refuses to publish a version again with other contents", async () => {
    await publish(pack(client));
    const run = await publish(pack(client, "package.tgz", "export const other = 1;\n"));
    expect(run).toMatchObject({ code: 1, outputs: {} });
    expect(run.log).toContain("::error::This version is published already, with other contents");
    expect(puts()).toHaveLength(1);
  });

  it("gives prereleases the dist-tag next, and never latest", async () => {
    const artifact = pack({ ...client, version: "2.0.0-rc.1" });
    expect(await publish(artifact)).toMatchObject({ code: 0, outputs: { "dist-tag": "next" } });
    const run = await publish(artifact, { DIST_TAG: "latest" });
    expect(run.code).toBe(1);
    expect(run.log).toContain("A prerelease would become what everybody gets");
  });

  it("does not move latest back when an older run is run again", async () => {
    await publish(pack({ ...client, version: "1.0.100" }));
    const older = pack({ ...client, version: "1.0.57" });
    const run = await publish(older);
    expect(run.code).toBe(1);
    expect(run.log).toContain("A newer version is latest already");
    expect(await publish(older, { DIST_TAG: "legacy" })).toMatchObject({ code: 0 });
    expect(registry.packages.get("@owner/client")?.["dist-tags"]).toEqual({ latest: "1.0.100", legacy: "1.0.57" });
  });

  it("tries again when the registry stumbles", async () => {
    registry.fault({ method: "GET", status: 503, times: 1 });
    registry.fault({ method: "PUT", status: 502, times: 1 });
    expect(await publish(pack(client))).toMatchObject({ code: 0, outputs: { published: "true" } });
    expect(puts().map(({ status }) => status)).toEqual([502, 201]);
  });

  it("sees that an attempt worked whose answer was lost", async () => {
    registry.fault({ method: "PUT", status: "lost", times: 1 });
    const run = await publish(pack(client));
    expect(run.log).not.toContain("::error");
    expect(run.code).toBe(0);
    expect(puts()).toHaveLength(1);
  });

  it("fails when the registry is down, and a re-run does the rest", async () => {
    const artifact = pack(client);
    registry.fault({ method: "PUT", status: 500, times: 3 });
    const run = await publish(artifact);
    expect(run).toMatchObject({ code: 1, outputs: {} });
    expect(run.log).toContain("cannot be published");
    expect(await publish(artifact)).toMatchObject({ code: 0, outputs: { published: "true" } });
    registry.fault({ method: "GET", status: 500 });
    expect((await publish(pack(client))).log).toContain("The registry cannot be asked for the package");
  });

  it("does not ask again when the token is refused", async () => {
    const run = await publish(pack(client), { NODE_AUTH_TOKEN: "npm_wrong" });
    expect(run.code).toBe(1);
    expect(run.log).toContain("Check the token");
    expect(puts()).toHaveLength(1);
  });

  it("publishes without a token where the registry trusts the workflow", async () => {
    const identity = {
      GITHUB_ACTIONS: "true",
      CI: "true",
      ACTIONS_ID_TOKEN_REQUEST_URL: `${registry.url}/identity?v=1`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request",
    };
    const run = await publish(
      pack(client),
      { ...identity, NODE_AUTH_TOKEN: "npm_of-an-earlier-setup" },
      { trusted: true },
    );
    expect(run).toMatchObject({ code: 0, outputs: { published: "true" } });
    expect(registry.requests.map(({ authorization }) => authorization)).not.toContain("Bearer npm_of-an-earlier-setup");
    expect(
      registry.requests.some(
        ({ path, authorization }) =>
          path === "/-/npm/v1/oidc/token/exchange/package/@owner%2fclient" && authorization === `Bearer ${IDENTITY}`,
      ),
    ).toBe(true);
    const powerless = await publish(pack(client), {}, { trusted: true });
    expect(powerless.code).toBe(1);
    expect(powerless.log).toContain("id-token: write");
  });

  it("says that an old npm cannot publish without a token", async () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "npm"), "#!/bin/sh\necho 10.9.2\n", { mode: 0o755 });
    const run = await publish(pack(client), { PATH: `${bin}:${process.env["PATH"] ?? ""}` }, { trusted: true });
    expect(run.code).toBe(1);
    expect(run.log).toContain("needs npm 11.5.1 or newer; this is npm 10.9.2");
  });

  it("asks npm for provenance, which only a workflow's run can give", async () => {
    const run = await publish(pack(client), {}, { provenance: true });
    expect(run.code).toBe(1);
    expect(run.log).toContain("Automatic provenance generation not supported");
    expect((await publish(pack(client), {}, { provenance: false })).code).toBe(0);
  });

  it("listens neither to publishConfig, nor to scripts, nor to an .npmrc of the workspace or the environment", async () => {
    const elsewhere = {
      registry: "http://127.0.0.1:9/",
      "@owner:registry": "http://127.0.0.1:9/",
      tag: "beta",
      access: "restricted",
    };
    const workspace = mkdtempSync(join(folder, "workspace-"));
    writeFileSync(join(workspace, ".npmrc"), "registry=http://127.0.0.1:9/\nignore-scripts=false\n");
    const artifact = pack({
      ...client,
      publishConfig: elsewhere,
      scripts: { prepublishOnly: "touch executed", publish: "touch executed", postpublish: "touch executed" },
    });
    const leftBehind = {
      NPM_CONFIG_USERCONFIG: join(workspace, ".npmrc"),
      NPM_CONFIG_REGISTRY: "http://127.0.0.1:9/",
      NPM_CONFIG_TAG: "beta",
    };
    take(artifact);
    const run = await machine.run(
      "publish-npm",
      { TARGET: "npm" },
      { plan: planned(), cwd: workspace, env: { NODE_AUTH_TOKEN: TOKEN, ...leftBehind } },
    );
    expect(run.log).not.toContain("::error");
    expect(run.code).toBe(0);
    expect(registry.packages.get("@owner/client")?.["dist-tags"]).toEqual({ latest: "1.0.57" });
    expect(registry.access.get("@owner/client")).toBe("public");
    expect(readdirSync(workspace)).toEqual([".npmrc"]);
  });

  it.each([
    [
      "another version than the run's",
      { ...client, version: "1.0.58" },
      { VERSION: "1.0.57" },
      "another version than this run publishes",
    ],
    ["no version", { name: "client" }, {}, "not valid by Semantic Versioning"],
    ["a version with a leading zero", { ...client, version: "1.0.057" }, {}, "not valid by Semantic Versioning"],
    ["a package that is private", { ...client, private: true }, {}, "cannot be published"],
    ["a dist-tag that reads as a version", client, { DIST_TAG: "v1" }, "The dist-tag is none"],
  ])("refuses %s", async (_, manifest, environment, message) => {
    const run = await publish(pack(manifest), environment);
    expect(run).toMatchObject({ code: 1, outputs: {} });
    expect(run.log).toContain(message);
    expect(registry.packages.size).toBe(0);
  });

  it("refuses a registry without encryption", async () => {
    const run = await publish(pack(client), {}, { registry: "http://registry.example.com" });
    expect(run).toMatchObject({ code: 1, outputs: {} });
    expect(run.log).toContain("does not begin with https://");
  });

  it("publishes for fewer people where the config wants that", async () => {
    expect((await publish(pack(client), {}, { access: "restricted" })).code).toBe(0);
    expect(registry.access.get("@owner/client")).toBe("restricted");
  });

  it("refuses a folder with no tarball, and one with several", async () => {
    expect((await publish(mkdtempSync(join(folder, "none-")))).log).toContain("there are 0");
    const artifact = pack(client);
    writeFileSync(join(artifact, "other.tgz"), "");
    expect((await publish(artifact)).log).toContain("there are 2");
  });

  it("refuses a file that is no tarball of npm's", async () => {
    const artifact = mkdtempSync(join(folder, "broken-"));
    writeFileSync(join(artifact, "package.tgz"), "not an archive");
    const run = await publish(artifact);
    expect(run.code).toBe(1);
    expect(run.log).toContain("not what npm pack writes");
  });

  it.each(HOSTILE)("does not run %j as a name, a version or a dist-tag", async (text) => {
    for (const manifest of [
      { ...client, name: text },
      { ...client, version: text },
    ])
      expect((await publish(pack(manifest))).code).toBe(1);
    expect((await publish(pack(client), { DIST_TAG: text })).code).toBe(1);
    expect(registry.packages.size).toBe(0);
  });

  it.each(["$(touch executed).tgz", "-rf.tgz", "host:x.tgz", "a b@1.0.0#x.tgz", "a\nb.tgz"])(
    "publishes a file named %j",
    async (file) => {
      expect((await publish(pack(client, file))).code).toBe(0);
    },
  );
});
