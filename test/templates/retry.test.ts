/** The pauses between attempts, and what is tried again: the shell functions themselves, with a sleep that only tells. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { type PlannedPart, writePrograms } from "../support/program-folder.ts";

type Policy = Readonly<Record<`RETRY_${string}`, string | number>>;

const folders = new Map<string, string>();
/** The folder of the programs, with a plan of this policy. */
function programs(retry: NonNullable<PlannedPart["retry"]> | null): string {
  const key = JSON.stringify(retry);
  const folder = folders.get(key) ?? mkdtempSync(join(tmpdir(), "pipewright-retry-"));
  if (!folders.has(key)) writePrograms(folder, ["run-with-retries"], { retry });
  folders.set(key, folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders.values()) rmSync(folder, { recursive: true, force: true });
});

/** Runs a script after retry.sh was read; a shell function takes the place of the command sleep. */
function bash(
  script: string,
  policy: Policy = {},
  planned: NonNullable<PlannedPart["retry"]> | null = null,
): { code: number | null; slept: number[]; stdout: string } {
  const env = {
    PATH: process.env["PATH"],
    ...Object.fromEntries(Object.entries(policy).map(([name, value]) => [name, String(value)])),
  };
  const program = `source "$1/lib/retry.sh"; sleep() { echo "slept $1"; }; ${script}`;
  const { status, stdout } = spawnSync("bash", ["-euo", "pipefail", "-c", program, "bash", programs(planned)], {
    env,
    encoding: "utf8",
  });
  return { code: status, stdout, slept: [...stdout.matchAll(/^slept (.*)$/gm)].map(([, seconds]) => Number(seconds)) };
}

const pauses = (attempts: number, delay: number, policy: Policy = {}): number[] =>
  bash(`retry ${attempts} ${delay} false`, policy).slept;

describe("the pause before the next attempt", () => {
  test("grows by the delay with each attempt", () => {
    expect(pauses(4, 5)).toEqual([5, 10, 15]);
    expect(pauses(4, 30, { RETRY_GROWTH: "linear" })).toEqual([30, 60, 90]);
  });

  test("doubles where the growth is exponential", () => {
    expect(pauses(1, 1, { RETRY_ATTEMPTS: 4, RETRY_DELAY: 2, RETRY_FACTOR: 2 })).toEqual([2, 4, 8]);
    expect(pauses(4, 2, { RETRY_GROWTH: "exponential" })).toEqual([2, 4, 8]);
    expect(pauses(4, 0.5, { RETRY_FACTOR: 1.5 })).toEqual([0.5, 0.75, 1.125]);
    expect(pauses(3, 2, { RETRY_GROWTH: "linear", RETRY_FACTOR: 9 })).toEqual([2, 4]);
  });

  test("lies within the jitter around what it would be without, and is not always the same", () => {
    const seen = new Set<number>();
    fc.assert(
      fc.property(
        fc.record({
          attempts: fc.integer({ min: 1, max: 5 }),
          delay: fc.integer({ min: 0, max: 60 }),
          factor: fc.constantFrom(1, 1.5, 2, 3),
          jitter: fc.integer({ min: 0, max: 100 }),
          exponential: fc.boolean(),
        }),
        ({ attempts, delay, factor, jitter, exponential }) => {
          const slept = pauses(attempts, delay, {
            RETRY_GROWTH: exponential ? "exponential" : "linear",
            RETRY_FACTOR: factor,
            RETRY_JITTER: jitter,
          });
          expect(slept).toHaveLength(attempts - 1);
          slept.forEach((pause, index) => {
            const middle = exponential ? delay * factor ** index : delay * (index + 1);
            expect(pause).toBeGreaterThanOrEqual(middle * (1 - jitter / 100) - 0.001);
            expect(pause).toBeLessThanOrEqual(middle * (1 + jitter / 100) + 0.001);
          });
        },
      ),
      { numRuns: 20 },
    );
    for (const pause of bash("for _ in 1 2 3 4 5 6 7 8; do retry 2 60 false || true; done", { RETRY_JITTER: 20 }).slept)
      seen.add(pause);
    expect(seen.size).toBeGreaterThan(4);
  });

  test("is the plan's, where it has a policy and nobody says otherwise", () => {
    const planned = { attempts: 4, delaySeconds: 2, growth: "exponential", jitter: 0 } as const;
    const slept = (policy: Policy = {}): number[] => bash("retry 2 60 false", policy, planned).slept;
    expect(slept()).toEqual([2, 4, 8]);
    expect(slept({ RETRY_ATTEMPTS: 2, RETRY_DELAY: 7 })).toEqual([7]);
    expect(slept({ RETRY_GROWTH: "linear" })).toEqual([2, 4, 6]);
  });

  test("is a plain decimal also where it is long or the locale writes commas", () => {
    expect(bash("retry_pause 9 3600; LC_ALL=de_DE.UTF-8 retry_pause 1 0.25", { RETRY_FACTOR: 3 }).stdout).toBe(
      "23619600\n0.25\n",
    );
  });
});

describe("an attempt", () => {
  const failTimes = (times: number, code: number): string =>
    `count=0; work() { count=$((count + 1)); echo "try $count"; ((count > ${times})) || return ${code}; }; `;

  test("is not repeated after success, nor after an answer that is final", () => {
    expect(bash(`${failTimes(1, 7)} retry 3 5 work`)).toMatchObject({ code: 0, stdout: "try 1\nslept 5\ntry 2\n" });
    expect(bash(`${failTimes(9, 4)} retry 3 5 work`)).toMatchObject({ code: 4, stdout: "try 1\n" });
  });

  test("gives its own code when it was the last", () => {
    expect(bash(`${failTimes(9, 7)} retry 2 1 work`)).toMatchObject({ code: 7, slept: [1] });
    expect(bash(`${failTimes(9, 7)} retry 9 1 work`, { RETRY_ATTEMPTS: 1 })).toMatchObject({ code: 7, slept: [] });
  });
});
