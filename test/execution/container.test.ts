/** A container of the image under test: started, waited for, its logs, and what is copied out of an image. */
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pushImage } from "../support/images.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import type { PlannedPart } from "../support/program-folder.ts";
import { type Machine, startMachine } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const REVISION = "org.opencontainers.image.revision";
const SHA = "abc1234def5678901234567890abcdef12345678";
const IMAGE = "ghcr.io/wikid82/charon";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

describe.skipIf(missing("bash", "jq", "curl", "tar", "docker-registry", "skopeo"))("a container", () => {
  let registry: Registry;
  let machine: Machine;
  let port = 0;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());
  beforeEach(async () => {
    machine = startMachine({ "ghcr.io": registry.host });
    port = await freePort();
  });
  afterEach(() => machine.stop());

  /** Brings an image of this tag to the machine. */
  async function pull(tag: string, labels: Record<string, string> = {}): Promise<void> {
    await pushImage(registry, "wikid82/charon", { tag, layers: [tag], labels });
    await machine.docker("pull", `${IMAGE}:${tag}`);
  }

  const container = (change: object = {}, health: object = {}): PlannedPart => ({
    consumers: {
      smoke: {
        images: { app: `${IMAGE}:run` },
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
  it("starts, gets healthy, and is replaced when the step runs again", async () => {
    await pull("run", { "stand-in.ready": "300" });
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
    await pull("run", { "stand-in.exit": "3", "stand-in.logs": "cannot open the database\n::error::not a command" });
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
    await pull("run", { "stand-in.status": "503" });
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
    await pull("run", { "stand-in.logs": "ready\n::set-output name=x::y" });
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

  it("the stand-in copies files out of an image", async () => {
    await pull("files", { [REVISION]: SHA });
    await machine.docker("create", "--name", "kept", `${IMAGE}:files`);
    await machine.docker("cp", "kept:/content", join(machine.temp, "copied"));
    expect(readFileSync(join(machine.temp, "copied"), "utf8")).toBe("files");
    expect(
      await machine.docker("inspect", "--format", `{{index .Config.Labels "${REVISION}"}}`, `${IMAGE}:files`),
    ).toBe(SHA);
  });
});
