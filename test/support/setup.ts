/** Runs before each test file, in the process that the file runs in. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll } from "vitest";
import { ALL_RUNS, runs, USUAL_RUNS } from "./property-runs.ts";

fc.configureGlobal({ numRuns: runs(USUAL_RUNS) });

/** What one file of `npm test` may take of a processor, in seconds. */
const LIMIT = 5;
/** A busy machine takes longer for the same work, and whatever file comes first loads what the others find loaded. */
const FAILS_AT = 3 * LIMIT;

const before = processorSeconds();
afterAll(() => {
  const taken = processorSeconds() - before;
  // Where every property is tried as often as it can be, that is what takes the time.
  if (ALL_RUNS || taken <= LIMIT) return;
  const said = `This file took ${taken.toFixed(1)} s of a processor, more than ${LIMIT}: let it do less, or call it *.slow.test.ts.`;
  if (taken > FAILS_AT) throw new Error(said);
  console.warn(said);
});

/** Of this process and of those that it has started and that have ended; the clock on the wall says more about the machine. */
function processorSeconds(): number {
  try {
    // Behind the name, which may hold anything: utime, stime, cutime and cstime, in hundredths of a second.
    const fields = readFileSync("/proc/self/stat", "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }
}
