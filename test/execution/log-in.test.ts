/** The login to a registry: again where it fails for a moment, and forgotten when the job ends. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Registry, startRegistry } from "../support/registry.ts";
import { type Machine, type ProgramResult, startMachine } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const LOGIN = { scheme: "bearer", username: "robot", password: "ghs_password_of_the_registry" } as const;
const HOST = "ghcr.io";

describe.skipIf(missing("docker-registry"))("log-in", () => {
  let registry: Registry;
  let machine: Machine;
  beforeAll(async () => {
    registry = await startRegistry({ login: LOGIN });
  });
  afterAll(() => registry.stop());
  beforeEach(() => {
    registry.clearFaults();
    machine = startMachine({ [HOST]: registry.host });
  });
  afterEach(() => machine.stop());

  const logIn = (change: Record<string, string> = {}, env: Record<string, string> = {}): Promise<ProgramResult> =>
    machine.run(
      "log-in",
      {
        REGISTRY: HOST,
        USERNAME: LOGIN.username,
        PASSWORD: LOGIN.password,
        RETRY_DELAY: "0",
        ...change,
      },
      { env: { GITHUB_STATE: join(machine.temp, "state"), ...env } },
    );
  function loggedIn(): string[] {
    const file = join(machine.temp, "../.docker/config.json");
    return existsSync(file) ? Object.keys(JSON.parse(readFileSync(file, "utf8")).auths ?? {}) : [];
  }

  test("keeps the login for Docker until the job ends, and shows the password to nobody", async () => {
    const result = await logIn();
    expect(result).toMatchObject({ code: 0, log: expect.stringContaining("Login Succeeded") });
    expect(result.log).not.toContain(LOGIN.password);
    expect(loggedIn()).toEqual([HOST]);
    expect(readFileSync(join(machine.temp, "state"), "utf8")).toBe(`registry=${HOST}\n`);
    expect((await logIn({}, { STATE_registry: HOST })).code).toBe(0);
    expect(loggedIn()).toEqual([]);
  });

  test("is forgotten also where the registry is Docker's own, which Docker knows by another name", async () => {
    await machine.stop();
    machine = startMachine({ "docker.io": registry.host });
    expect((await logIn({ REGISTRY: "docker.io" })).code).toBe(0);
    expect(loggedIn()).toEqual(["https://index.docker.io/v1/"]);
    expect((await logIn({}, { STATE_registry: "docker.io" })).code).toBe(0);
    expect(loggedIn()).toEqual([]);
  });

  test("is tried again where the registry fails for a moment", async () => {
    registry.fault({ kind: "status", status: 503, times: 2 });
    const result = await logIn();
    expect(result.code).toBe(0);
    expect(result.log).toContain("Attempt 2 of 3 failed");
    expect(loggedIn()).toEqual([HOST]);
  });

  test("ends the step where it fails for good, but not where it is optional", async () => {
    const wrong = { PASSWORD: "ghs_another_password" };
    const failed = await logIn(wrong);
    expect(failed).toMatchObject({ code: 1, log: expect.stringContaining(`::error::The login to ${HOST} failed.`) });
    expect(failed.log + failed.summary).not.toContain(wrong.PASSWORD);
    expect(await logIn({ ...wrong, OPTIONAL: "true" })).toMatchObject({
      code: 0,
      log: expect.stringContaining(`::warning::The login to ${HOST} failed.`),
    });
    registry.fault({ kind: "refuse" });
    expect((await logIn({ OPTIONAL: "true" })).code).toBe(0);
    expect(loggedIn()).toEqual([]);
  });

  test("says what is missing before it asks anybody", async () => {
    const before = registry.requests.length;
    rmSync(join(machine.temp, "state"), { force: true });
    expect(await logIn({ PASSWORD: "" })).toMatchObject({
      code: 1,
      log: expect.stringContaining("There is no user name or password for ghcr.io."),
    });
    expect(registry.requests.length).toBe(before);
  });

  test("takes the workflow's actor where no user name is given", async () => {
    expect((await logIn({ USERNAME: "", GITHUB_ACTOR: LOGIN.username })).code).toBe(0);
  });
});
