/**
 * How often a property is tried. `npm test` is for every change, so it tries a tenth; all are tried where there is time:
 * in CI, and in the slow lane. What a generator must come to, so that a property proves something, is asked there only.
 */
export const ALL_RUNS = process.env["CI"] === "true" || process.env["PIPEWRIGHT_SLOW"] === "1";
/** Fewer say nothing, however many were asked for. */
const FEWEST = 10;

/** @param all how many runs prove the property */
export const runs = (all: number): number => (ALL_RUNS ? all : Math.min(all, Math.max(FEWEST, Math.ceil(all / 10))));

/** What fast-check does where a test names no number. */
export const USUAL_RUNS = 100;
