/** How a consumer gets the image under test: from the registry, else from the artifact, else not at all. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PushedImage, pushImage, pushIndex } from "../support/images.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import type { PlannedPart } from "../support/program-folder.ts";
import { type Machine, startMachine } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const SHA = "abc1234def5678901234567890abcdef12345678";
const OTHER = "0".repeat(40);
const LOGIN = { scheme: "bearer", username: "robot", password: "ghs_password_of_the_registry" } as const;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

describe.skipIf(missing("bash", "jq", "curl", "tar", "docker-registry", "skopeo"))("the image under test", () => {
  let registry: Registry;
  let machine: Machine;
  const machines: Machine[] = [];
  const image = "ghcr.io/wikid82/charon";
  beforeAll(async () => {
    registry = await startRegistry({ login: LOGIN });
  });
  afterAll(() => registry.stop());
  beforeEach(() => {
    registry.clearFaults();
    machine = startMachine({ "ghcr.io": registry.host });
    machines.push(machine);
    logIn();
  });
  afterEach(async () => {
    for (const used of machines.splice(0)) await used.stop();
  });
  /** As docker/login-action does. */
  function logIn(): void {
    mkdirSync(join(machine.temp, "../.docker"), { recursive: true });
    const auth = Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString("base64");
    writeFileSync(join(machine.temp, "../.docker/config.json"), JSON.stringify({ auths: { "ghcr.io": { auth } } }));
  }

  const push = (tag: string, labels: Record<string, string> = {}): Promise<PushedImage> =>
    pushImage(registry, "wikid82/charon", {
      tag,
      layers: [tag],
      labels: { "org.opencontainers.image.revision": SHA, ...labels },
    });
  const common = { BUILD: "app", CONSUMER: "smoke", TAG: "pr-12-abc1234", COMMIT: SHA };
  /** What the plan says beside the names of image and runner. */
  interface Planned {
    freshness?: "fail" | "warn";
    fallback?: "build" | "fail";
    mirrors?: readonly string[];
    delaySeconds?: number;
    /** Another image that the consumer takes, after this one. */
    next?: boolean;
  }
  const planned = ({
    freshness = "fail",
    fallback = "fail",
    mirrors = [],
    delaySeconds = 0,
    next,
  }: Planned): PlannedPart => ({
    freshness,
    builds: { app: { kind: "image", image, mirrors: [...mirrors] }, ...(next && { web: { kind: "image" } }) },
    consumers: {
      smoke: {
        builds: ["app", ...(next ? ["web"] : [])],
        fallback,
        images: { app: "charon:local" },
        pull: { attempts: 3, delaySeconds },
      },
    },
  });
  const pull = (change: Record<string, string> = {}, plan: Planned = {}) =>
    machine.run("pull-image", { ...common, DIGEST: "", TRUSTED: "true", ...change }, { plan: planned(plan) });
  const load = (change: Record<string, string> = {}, plan: Planned = {}) =>
    machine.run(
      "load-image",
      { ...common, ...change },
      {
        plan: planned(plan),
        event: { workflow_run: { html_url: "https://github.com/Wikid82/charon/actions/runs/4711" } },
      },
    );
  const idOf = async (name: string): Promise<string> =>
    JSON.parse(await machine.docker("image", "inspect", name))[0].Id;

  function archivePath(): string {
    mkdirSync(join(machine.temp, "image-app"), { recursive: true });
    return join(machine.temp, "image-app/image-app.tar");
  }
  /** Writes an archive as docker save does. */
  function archive(from: string, names: readonly string[], file = archivePath()): string {
    execFileSync("skopeo", [
      "copy",
      "--quiet",
      "--insecure-policy",
      "--src-tls-verify=false",
      `docker://${registry.direct}/wikid82/charon:${from}`,
      `docker-archive:${file}${names[0] ? `:${names[0]}` : ""}`,
    ]);
    return file;
  }

  describe("pull-image", () => {
    it("pulls by digest, checks the commit, and names the image for the tests", async () => {
      const built = await push("pr-12-abc1234");
      const result = await pull({ DIGEST: built.digest, TAG: "gone-abc1234" });
      expect(result).toMatchObject({
        code: 0,
        outputs: {
          source: "registry",
          "image-id": await idOf("charon:local"),
          detail: `Pulled ${image}@${built.digest}`,
        },
      });
      expect(result.log).toContain("as recorded");
    });

    it("pulls by tag where no digest is known, and its platform of an index", async () => {
      const arm64 = await pushImage(registry, "wikid82/charon", {
        platform: "linux/arm64",
        labels: { "org.opencontainers.image.revision": OTHER },
      });
      await pushIndex(registry, "wikid82/charon", { tag: "both", manifests: [arm64, await push("amd64")] });
      expect(await pull({ TAG: "both" })).toMatchObject({ code: 0, outputs: { source: "registry" } });
    });

    const loggedIn = () =>
      Object.keys(JSON.parse(readFileSync(join(machine.temp, "../.docker/config.json"), "utf8")).auths);
    it("forgets the registry's password, unless another image is pulled afterwards", async () => {
      await push("pr-12-abc1234");
      await pull({}, { next: true });
      expect(loggedIn()).toEqual(["ghcr.io"]);
      await pull();
      expect(loggedIn()).toEqual([]);
    });

    it("logs in with the password that it is given, and out again", async () => {
      await machine.docker("logout", "ghcr.io");
      await push("pr-12-abc1234");
      const { username: USERNAME, password: PASSWORD } = LOGIN;
      expect((await pull({ USERNAME, PASSWORD })).outputs["source"]).toBe("registry");
      expect(loggedIn()).toEqual([]);
      const refused = await pull({ USERNAME, PASSWORD: "ghs_wrong" });
      expect(refused).toMatchObject({ code: 0, outputs: { source: "none" } });
      expect(refused.log).toContain("The login to ghcr.io failed");
      expect(refused.log).not.toContain("ghs_wrong");
    });

    it("forgets it also where there is nothing to pull, or the pull fails", async () => {
      expect((await pull({ TAG: "", DIGEST: "" })).outputs["source"]).toBe("none");
      expect(loggedIn()).toEqual([]);
      logIn();
      expect((await pull({ TAG: "never-abc1234" })).outputs["source"]).toBe("none");
      expect(loggedIn()).toEqual([]);
    });

    it("tries again when the first pulls fail", async () => {
      await push("pr-12-abc1234");
      registry.fault({ kind: "status", status: 500, path: /manifests/, times: 1 });
      registry.fault({ kind: "status", status: 403, path: /blobs/, times: 1 });
      const result = await pull();
      expect(result.outputs["source"]).toBe("registry");
      expect(result.log).toContain("Attempt 2 of 3 failed");
    });

    it.each([
      ["down", { kind: "refuse" } as const, "did not answer"],
      ["failing", { kind: "status", status: 503 } as const, "did not answer"],
      ["refusing the login", { kind: "status", status: 403, path: /token/ } as const, "did not answer"],
    ])("leaves it to the artifact when the registry is %s", async (_title, fault, detail) => {
      await push("pr-12-abc1234");
      registry.fault(fault);
      const result = await pull();
      expect(result).toMatchObject({ code: 0, outputs: { source: "none", detail: `The registry ${detail}.` } });
      expect(result.log).toContain(`Expected commit: ${SHA}`);
    });

    it("does not wait for an image that is not there", async () => {
      const before = registry.requests.filter((request) => request.path.includes("manifests")).length;
      const result = await pull({ TAG: "never-abc1234" }, { delaySeconds: 60 });
      expect(result).toMatchObject({
        code: 0,
        outputs: { source: "none", detail: "The registry does not have the image." },
      });
      expect(registry.requests.filter((request) => request.path.includes("manifests")).length - before).toBe(1);
    });

    it("does not ask the registry for what a fork built", async () => {
      const before = registry.requests.length;
      expect((await pull({ TRUSTED: "false" })).outputs["source"]).toBe("none");
      expect(registry.requests.length).toBe(before);
    });

    it.each([
      ["another commit", { "org.opencontainers.image.revision": OTHER }, OTHER],
      ["no commit", { "org.opencontainers.image.revision": "" }, "none"],
      [
        "$(touch executed)",
        { "org.opencontainers.image.revision": "$(touch executed)\n::error::x" },
        "$(touch executed)",
      ],
    ])("does not test an image of %s", async (_title, labels, shown) => {
      await push("pr-12-abc1234", labels);
      const failing = await pull();
      expect(failing).toMatchObject({ code: 1, outputs: {} });
      expect(failing.log).toContain("::error::The image was not made from the recorded commit");
      expect(failing.log).toContain(`Its commit: ${shown}`);
      logIn();
      const warned = await pull({}, { freshness: "warn" });
      expect(warned).toMatchObject({
        code: 0,
        outputs: { source: "registry" },
        log: expect.stringContaining("::warning::The image was not made"),
      });
    });

    describe("from a mirror", () => {
      const mirror = "mirror.example.com/acme/charon";
      let stand: Registry;
      beforeAll(async () => {
        stand = await startRegistry();
      });
      afterAll(() => stand.stop());
      beforeEach(() => {
        stand.clearFaults();
        machine = startMachine({
          "ghcr.io": registry.host,
          "mirror.example.com": stand.host,
          "absent.example.com": "127.0.0.1:1",
        });
        machines.push(machine);
        logIn();
      });
      const both = async (): Promise<string> => {
        const content = {
          tag: "pr-12-abc1234",
          layers: ["mirrored"],
          labels: { "org.opencontainers.image.revision": SHA },
        };
        await pushImage(stand, "acme/charon", content);
        return (await pushImage(registry, "wikid82/charon", content)).digest;
      };

      it.each([
        ["down", { kind: "refuse" } as const],
        ["failing", { kind: "status", status: 503 } as const],
        [
          "without the image",
          {
            kind: "status",
            status: 404,
            body: '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}',
            path: /manifests/,
          } as const,
        ],
      ])("takes the same digest when the registry is %s, and says so", async (_title, fault) => {
        const digest = await both();
        registry.fault(fault);
        const result = await pull({ DIGEST: digest }, { mirrors: ["absent.example.com/acme/charon", mirror] });
        expect(result).toMatchObject({
          code: 0,
          outputs: {
            source: "registry",
            mirror,
            detail: `Pulled ${mirror}@${digest}`,
            "image-id": await idOf("charon:local"),
          },
        });
        expect(result.log).toContain(`::warning::The registry did not give the image, so it was taken from ${mirror}`);
        expect(result.summary).toContain(`Pulled from the mirror \`${mirror}\``);
      });

      it("is not asked while the registry works, nor for a tag that may have moved", async () => {
        const digest = await both();
        const before = stand.requests.length;
        expect((await pull({ DIGEST: digest }, { mirrors: [mirror] })).outputs).toMatchObject({
          source: "registry",
          mirror: "",
        });
        registry.fault({ kind: "refuse" });
        expect((await pull({}, { mirrors: [mirror] })).outputs["source"]).toBe("none");
        expect(stand.requests.length).toBe(before);
      });

      it("leaves it to the artifact when no mirror has it either, and checks the commit all the same", async () => {
        const digest = await both();
        registry.fault({ kind: "refuse" });
        const other = await pull({ DIGEST: digest, COMMIT: OTHER }, { mirrors: [mirror] });
        expect(other).toMatchObject({
          code: 1,
          log: expect.stringContaining("The image was not made from the recorded commit"),
        });
        stand.fault({ kind: "status", status: 500 });
        expect((await pull({ DIGEST: `sha256:${"0".repeat(64)}` }, { mirrors: [mirror] })).outputs).toMatchObject({
          source: "none",
          detail: "The registry did not answer.",
        });
      });
    });

    it("accepts the older commit that a reused image was made from", async () => {
      await push("pr-12-abc1234", { "org.opencontainers.image.revision": OTHER });
      expect((await pull({ COMMIT: OTHER })).outputs["source"]).toBe("registry");
    });
  });

  describe("load-image", () => {
    it("loads by id, and keeps no name that the archive brought", async () => {
      await push("saved");
      archive("saved", ["evil.example/name:latest"]);
      const result = await load();
      expect(result).toMatchObject({
        code: 0,
        outputs: { source: "artifact", "image-id": await idOf("charon:local") },
      });
      await expect(machine.docker("image", "inspect", "evil.example/name:latest")).rejects.toThrow("No such image");
    });

    it("loads an archive without a name", async () => {
      await push("saved");
      archive("saved", []);
      expect((await load()).outputs["source"]).toBe("artifact");
    });

    it("does not let an archive replace an image of the runner", async () => {
      await push("node");
      await machine.docker("pull", `${image}:node`);
      await machine.docker("tag", `${image}:node`, "node:20");
      await push("saved");
      archive("saved", ["node:20"]);
      const result = await load();
      expect(result).toMatchObject({
        code: 1,
        outputs: {},
        log: expect.stringContaining("::error::The archive replaced images of this runner"),
      });
    });

    it("stops clearly when the image is neither in the registry nor kept", async () => {
      const result = await load();
      expect(result.code).toBe(1);
      expect(result.log).toContain("::error::The image is neither in the registry nor kept as an artifact.");
      for (const fact of [
        "re-run the build",
        "Image: ghcr.io/wikid82/charon",
        "Tag: pr-12-abc1234",
        `Expected commit: ${SHA}`,
        "actions/runs/4711",
      ])
        expect(result.log).toContain(fact);
      expect(result.summary).toContain("neither in the registry");
    });

    it("refuses what is no archive", async () => {
      writeFileSync(archivePath(), "::error::$(touch executed)");
      expect(await load()).toMatchObject({ code: 1, log: expect.stringContaining("is no image archive") });
    });

    it("checks the commit as well", async () => {
      await push("saved", { "org.opencontainers.image.revision": OTHER });
      archive("saved", ["charon:saved"]);
      expect(await load()).toMatchObject({ code: 1, outputs: {} });
      expect((await load({}, { freshness: "warn" })).outputs["source"]).toBe("artifact");
    });
  });

  it("image-summary says where the image came from", async () => {
    const say = (SOURCE: string) =>
      machine.run(
        "image-summary",
        { BUILD: "app", TAG: "pr-12-abc1234", DIGEST: "", COMMIT: SHA, SOURCE, RESULT: "success" },
        { plan: planned({}) },
      );
    expect(await say("registry")).toMatchObject({
      code: 0,
      log: expect.stringContaining("Image source: registry"),
      summary: expect.stringContaining("| Taken from | the registry |"),
    });
    expect((await say("artifact")).summary).toContain("| Taken from | the build's artifact |");
    expect((await say("")).summary).toContain("nowhere");
  });

  describe("a container of it", () => {
    let port = 0;
    beforeEach(async () => {
      port = await freePort();
    });
    const container = (change: object = {}, health: object = {}): PlannedPart => ({
      consumers: {
        smoke: {
          images: { app: `${image}:run` },
          container: {
            name: "charon-e2e",
            build: "app",
            ports: [`${port}:80`],
            env: { DB_PATH: "/data/x.db", SECRET: "$(touch executed)" },
            args: ["--verbose", "two words\nand lines"],
            health: { url: `http://127.0.0.1:${port}/health`, timeoutSeconds: 10, intervalSeconds: 0.1, ...health },
            ...change,
          },
        },
      },
    });
    const start = (change: Record<string, string> = {}, plan = container()) =>
      machine.run("start-container", { CONSUMER: "smoke", ...change }, { plan });
    const wait = (health: object = {}) =>
      machine.run("wait-healthy", { CONSUMER: "smoke" }, { plan: container({}, health) });
    const pushed = async (labels: Record<string, string>) => {
      await push("run", labels);
      await machine.docker("pull", `${image}:run`);
    };

    it("starts, gets healthy, and is replaced when the step runs again", async () => {
      await pushed({ "stand-in.ready": "300" });
      const first = await start();
      expect(first.outputs["container"]).toMatch(/^[0-9a-f]{64}$/);
      expect(await wait()).toMatchObject({ code: 0, log: expect.stringContaining("answered after") });
      const again = await start();
      expect(again.code, again.log).toBe(0);
      const [inspected] = JSON.parse(await machine.docker("inspect", "charon-e2e"));
      expect(inspected.Config).toMatchObject({
        Cmd: ["--verbose", "two words\nand lines"],
        Env: ["DB_PATH=/data/x.db", "SECRET=$(touch executed)"],
      });
    });

    it("fails at once, with its logs, when it has ended", async () => {
      await pushed({ "stand-in.exit": "3", "stand-in.logs": "cannot open the database\n::error::not a command" });
      await start();
      const began = Date.now();
      const result = await wait({ timeoutSeconds: 60 });
      expect(Date.now() - began).toBeLessThan(20_000);
      expect(result).toMatchObject({
        code: 1,
        log: expect.stringContaining("The container ended before it was healthy"),
      });
      expect(result.log).toContain("cannot open the database");
      expect(result.log).toContain("Exit code: 3");
    });

    it("fails after the time limit when it never gets healthy", async () => {
      await pushed({ "stand-in.status": "503" });
      await start();
      const result = await wait({ timeoutSeconds: 1 });
      expect(result).toMatchObject({ code: 1, log: expect.stringContaining("not healthy after 1 s") });
      expect(result.log).toContain("503");
    });

    it("says so when it cannot start", async () => {
      const gone = container();
      const never: PlannedPart = {
        consumers: { smoke: { ...gone.consumers?.["smoke"], images: { app: "never:there" } } },
      };
      expect(await start({}, never)).toMatchObject({
        code: 1,
        log: expect.stringContaining("The container does not start"),
      });
      expect(await start({}, container({ ports: ["$(touch executed)"] }))).toMatchObject({ code: 1 });
    });

    it("leaves its logs and how it was started, without the values of its environment", async () => {
      await pushed({ "stand-in.logs": "ready\n::set-output name=x::y" });
      await start({ ENVIRONMENT: "API_KEY=a=very\nNOTE=secret", ARGS: "[]" });
      const out = join(machine.temp, "container-logs");
      const result = await machine.run("container-logs", { CONSUMER: "smoke" }, { plan: container() });
      expect(result).toMatchObject({ code: 0, log: expect.stringContaining("ready") });
      expect(readFileSync(join(out, "charon-e2e.log"), "utf8")).toContain("ready");
      const kept = readFileSync(join(out, "charon-e2e.json"), "utf8");
      expect(JSON.parse(kept)[0].Config.Env).toEqual(["API_KEY=***", "NOTE=***"]);
      expect(kept + result.log).not.toMatch(/very|secret/);
    });

    it("has no logs when it was never started", async () => {
      const plan = container({ name: "nobody" });
      expect(await machine.run("container-logs", { CONSUMER: "smoke" }, { plan })).toMatchObject({
        code: 0,
        log: expect.stringContaining("No container nobody was started"),
      });
    });
  });

  it("the stand-in copies files out of an image", async () => {
    await push("files");
    await machine.docker("pull", `${image}:files`);
    await machine.docker("create", "--name", "kept", `${image}:files`);
    await machine.docker("cp", "kept:/content", join(machine.temp, "copied"));
    expect(readFileSync(join(machine.temp, "copied"), "utf8")).toBe("files");
    expect(
      await machine.docker(
        "inspect",
        "--format",
        '{{index .Config.Labels "org.opencontainers.image.revision"}}',
        `${image}:files`,
      ),
    ).toBe(SHA);
  });
});
