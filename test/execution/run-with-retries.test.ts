/** Commands that are run again when they fail, by a real bash. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { PlannedPart } from "../support/program-folder.ts";
import { type ProgramResult, HOSTILE, type Machine, startMachine } from "../support/run-program.ts";

let machine: Machine;
let folder: string;
beforeEach(() => {
  machine = startMachine();
  folder = mkdtempSync(join(tmpdir(), "pipewright-retries-"));
});
afterEach(async () => {
  await machine.stop();
  rmSync(folder, { recursive: true, force: true });
});

const run = (
  commands: string,
  environment: Record<string, string | number> = {},
  { env = {}, plan = {} }: { env?: Record<string, string>; plan?: PlannedPart } = {},
): Promise<ProgramResult> =>
  machine.run(
    "run-with-retries",
    { COMMANDS: commands, RETRY_DELAY: 0, ...environment },
    { cwd: folder, plan, env: { FOLDER: folder, ...env } },
  );
const tries = (): number => readFileSync(join(folder, "tries"), "utf8").length;
const failing = (times: number, code: number): string =>
  `printf x >> tries\n[[ "$(wc -c < tries)" -gt ${times} ]] || exit ${code}`;

test("commands that work are run once, with the pipefail of every step", async () => {
  expect(await run("printf x >> tries\necho 'done | well'")).toMatchObject({
    code: 0,
    log: expect.stringContaining("done | well"),
  });
  expect(tries()).toBe(1);
  expect((await run("false | cat", { RETRY_ATTEMPTS: 1 })).code).toBe(1);
  expect((await run("false\ntrue", { RETRY_ATTEMPTS: 1 })).code).toBe(1);
});

test("what fails for a moment is repeated from its first line, whatever its exit code means elsewhere", async () => {
  expect((await run(failing(2, 4))).code).toBe(0);
  expect(tries()).toBe(3);
});

test("what goes on failing ends with its own code, after as many attempts as were asked for", async () => {
  const { code, log } = await run(failing(9, 4), { RETRY_ATTEMPTS: 2 });
  expect(code).toBe(4);
  expect(log).toContain("The commands failed in 2 attempts; the last one ended with 4.");
  expect(tries()).toBe(2);
  expect(readdirSync(machine.temp)).toEqual([]);
});

const deploying = (deployment: object): PlannedPart => ({
  consumers: { smoke: { deployment: { name: "x", attempts: 3, delaySeconds: 0, timeoutSeconds: 60, ...deployment } } },
});

test("an attempt of a deployment that hangs ends at its own limit, and the next one begins", async () => {
  const { code, log } = await run(
    'printf x >> tries\n[[ "$(wc -c < tries)" -gt 1 ]] || sleep 60',
    { CONSUMER: "smoke" },
    { plan: deploying({ timeoutSeconds: 1 }) },
  );
  expect({ code, log }).toMatchObject({ code: 0, log: expect.stringContaining("The attempt took longer than 1 s.") });
  expect(tries()).toBe(2);
});

test("a deployment says how often it is tried, whatever the plan says of everything else", async () => {
  const plan: PlannedPart = {
    ...deploying({ attempts: 2 }),
    retry: { attempts: 5, delaySeconds: 0, growth: "exponential", jitter: 0 },
  };
  expect((await run(failing(9, 1), { CONSUMER: "smoke" }, { plan })).log).toContain("failed in 2 attempts");
  rmSync(join(folder, "tries"));
  const { log } = await machine.run("run-with-retries", { COMMANDS: failing(9, 1) }, { cwd: folder, plan });
  expect(log).toContain("failed in 5 attempts");
  expect(tries()).toBe(5);
});

test("a policy that is none is refused before anything runs", async () => {
  for (const policy of [
    { RETRY_ATTEMPTS: "0" },
    { RETRY_ATTEMPTS: "a[$(touch executed)]" },
    { RETRY_DELAY: "1;touch executed" },
    { RETRY_FACTOR: "-1" },
    { RETRY_JITTER: "x" },
    { RETRY_GROWTH: "quadratic" },
  ]) {
    expect((await run("printf x >> tries", policy)).code).toBe(1);
  }
  expect(readdirSync(folder)).toEqual([]);
  expect((await machine.run("run-with-retries", {})).log).toContain("no value for COMMANDS");
});

test.each(HOSTILE)("the environment stays data: %j", async (text) => {
  expect((await run('[[ -n "$TITLE" ]]', {}, { env: { TITLE: text } })).code).toBe(0);
  expect(existsSync(join(folder, "executed"))).toBe(false);
});
