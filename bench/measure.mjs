// Runs commands as processes: wall time from start to end in milliseconds, and, in runs of their own so that measuring
// does not cost time, peak memory in megabytes.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string[]} args what follows `node`
 * @property {string} cwd
 * @property {() => void} [before] restores the state that the command starts from; not timed
 * @property {Record<string, string>} [env]
 * @property {number} [rounds] in how many rounds it takes part; all by default
 * @property {number[]} [ends] the exit codes that are no failure; 0 by default
 */

/**
 * Interleaves the cases, so that a slow moment of the machine falls on all of them, and takes medians.
 *
 * @param {Case[]} cases
 * @param {number} rounds
 * @returns {Map<string, { milliseconds: number, megabytes: number }>}
 */
export function measure(cases, rounds) {
  const times = new Map(cases.map(({ name }) => [name, []]));
  // The runs that measure memory come first: they also warm the disk's cache and what the tools keep between runs.
  const memory = new Map(cases.map((each) => [each.name, peakMemory(each)]));
  for (let round = 0; round < rounds; round++) {
    for (const each of cases) if (round < (each.rounds ?? rounds)) times.get(each.name).push(run(each));
  }
  return new Map(cases.map((each) => [each.name, { milliseconds: median(times.get(each.name)), megabytes: memory.get(each.name) }]));
}

function run({ name, args, cwd, env, before, ends = [0] }, more = {}) {
  before?.();
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, env: { ...process.env, ...env, ...more }, encoding: "utf8", maxBuffer: 256 * 1024 * 1024 });
  const took = performance.now() - start;
  if (!ends.includes(status)) throw new Error(`${name} ended with ${status}:\n${(stdout + stderr).slice(0, 1000)}`);
  return took;
}

function peakMemory(each) {
  const file = join(tmpdir(), `pipewright-bench-${process.pid}.txt`);
  run(each, { NODE_OPTIONS: `--require ${new URL("./peak-memory.cjs", import.meta.url).pathname}`, PEAK_MEMORY_FILE: file });
  const kilobytes = Math.max(...readFileSync(file, "utf8").trim().split("\n").map(Number));
  rmSync(file);
  return kilobytes / 1024;
}

const median = (numbers) => [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)];
