/** The programs around a place of its own for the image under test: its name, the image that is there, and the wait. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { pushImage } from "../support/images.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { type ProgramResult, HOSTILE, type Machine, startMachine } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

let machine: Machine;
let folder: string;
beforeEach(() => {
  machine = startMachine();
  folder = mkdtempSync(join(tmpdir(), "pipewright-deployment-"));
});
afterEach(async () => {
  await machine.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("the name of a place", () => {
  const name = (environment: Record<string, string> = {}): Promise<ProgramResult> =>
    machine.run("name-place", {
      PREFIX: "sindri-per-extension",
      RUN_ID: "19512345678",
      RUN_ATTEMPT: "1",
      JOB: 'per-extension {"extension":"nodejs"}',
      ...environment,
    });

  test("says whose it is, and is a label of DNS", async () => {
    const { outputs } = await name();
    expect(outputs["name"]).toMatch(/^sindri-per-extension-19512345678-1-[0-9a-f]{8}$/);
    const longest = await name({ PREFIX: "a".repeat(30), RUN_ID: "9".repeat(15), RUN_ATTEMPT: "99999" });
    expect(longest.outputs["name"]?.length).toBeLessThanOrEqual(63);
  });

  test("is another one for another job, another attempt and another run, and the same for the same", async () => {
    const names = await Promise.all([
      name(),
      name(),
      name({ JOB: 'per-extension {"extension":"python"}' }),
      name({ JOB: "other null" }),
      name({ RUN_ATTEMPT: "2" }),
      name({ RUN_ID: "19512345679" }),
    ]);
    expect(new Set(names.map(({ outputs }) => outputs["name"])).size).toBe(5);
  });

  test.each(HOSTILE)("holds nothing of %j", async (text) => {
    expect((await name({ JOB: text })).outputs["name"]).toMatch(/^sindri-per-extension-19512345678-1-[0-9a-f]{8}$/);
    for (const variable of ["PREFIX", "RUN_ID", "RUN_ATTEMPT"]) expect((await name({ [variable]: text })).code).toBe(1);
  });
});

describe("waiting for an answer", () => {
  const wait = (
    commands: string,
    environment: Record<string, string | number> = {},
    env: Record<string, string> = {},
  ): Promise<ProgramResult> =>
    machine.run(
      "wait-until",
      { COMMANDS: commands, TIMEOUT: 1, INTERVAL: 0.1, ...environment },
      { cwd: folder, env: { FOLDER: folder, ...env } },
    );

  test("ends as soon as the commands succeed", async () => {
    const { code, log } = await wait('printf x >> tries\n[[ "$(wc -c < tries)" -gt 2 ]] && echo up', { TIMEOUT: 20 });
    expect({ code, log }).toMatchObject({ code: 0, log: expect.stringMatching(/up\n.*It answered after/s) });
    expect(readFileSync(join(folder, "tries"), "utf8")).toBe("xxx");
  });

  test("fails after its limit, with the last answer, which gives the runner no commands", async () => {
    const { code, log } = await wait('echo "::error::not ${STATE}"; false | cat', {}, { STATE: "started" });
    expect(code).toBe(1);
    expect(log).toContain("not ready after 1 s");
    expect(log).toContain(": :error: :not started");
  });

  test("a question that hangs does not outlast the limit", async () => {
    const begin = Date.now();
    expect((await wait("sleep 60")).code).toBe(1);
    expect(Date.now() - begin).toBeLessThan(20_000);
  });

  test("limits that are none are refused before anything runs", async () => {
    for (const limits of [{ TIMEOUT: "0" }, { TIMEOUT: "a[$(touch executed)]" }, { INTERVAL: "1;touch executed" }])
      expect((await wait("true", limits)).code).toBe(1);
    expect(existsSync(join(folder, "executed"))).toBe(false);
  });
});

describe.skipIf(missing("docker-registry", "jq", "curl"))("the image that is deployed", () => {
  let registry: Registry;
  let digest: string;
  beforeAll(async () => {
    registry = await startRegistry();
    digest = (await pushImage(registry, "team/app", { tag: "v1" })).digest;
  });
  afterAll(async () => await registry.stop());

  const image = (host = registry.host): string => `${host}/team/app`;
  const confirm = (environment: Record<string, string | number> = {}): Promise<ProgramResult> =>
    machine.run("confirm-image", { IMAGE: image(), DIGEST: digest, ATTEMPTS: 2, DELAY: 0, ...environment });

  test("is named by its digest, wherever its tags are", async () => {
    expect(await confirm()).toMatchObject({
      code: 0,
      outputs: { source: "registry", reference: `${image()}@${digest}` },
    });
  });

  test("one that is gone is deployed from the sources, or stops the job", async () => {
    const gone = { DIGEST: `sha256:${"0".repeat(64)}` };
    expect(await confirm({ ...gone, OPTIONAL: "true" })).toMatchObject({
      code: 0,
      outputs: { source: "none", reference: "" },
      log: expect.stringContaining("deployed from the sources"),
    });
    expect(await confirm(gone)).toMatchObject({ code: 1, log: expect.stringContaining("re-run the build") });
  });

  test("without a digest there is nothing to ask for", async () => {
    expect(await confirm({ DIGEST: "", OPTIONAL: "true" })).toMatchObject({
      code: 0,
      outputs: { source: "none" },
      log: expect.stringContaining("No image was handed on"),
    });
  });

  test("a registry that does not answer is the same, and a mirror stands in for it", async () => {
    const away = image("127.0.0.1:9");
    expect(await confirm({ IMAGE: away, OPTIONAL: "true" })).toMatchObject({
      code: 0,
      outputs: { source: "none" },
      log: expect.stringContaining("did not answer"),
    });
    expect(await confirm({ IMAGE: away, MIRRORS: image() })).toMatchObject({
      code: 0,
      outputs: { source: "registry", reference: `${image()}@${digest}` },
      log: expect.stringContaining("the same digest"),
    });
  });

  test.each(HOSTILE)("%j is no digest", async (text) => {
    expect(await confirm({ DIGEST: text })).toMatchObject({ code: 1 });
  });
});
