// Requests that change something, when their answer does not come: what was asked for may have been done.

import { environment } from "./environment.mjs";

const MOST_ATTEMPTS = 4;

/** Whether it was GitHub (or the way to it) that failed, and not the request. */
export const isPassing = (error) => error.status === 0 || error.status >= 500;

export const pause = (attempt) =>
  new Promise((resolve) => setTimeout(resolve, attempt * Number(environment.RETRY_SECONDS ?? 5) * 1000));

/** Tries four times at most. Before each further attempt `find` looks for what the last one may have done; that is the result then. */
export async function repeat(work, find = async () => undefined) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await pause(attempt);
      const found = await find();
      if (found !== undefined) return found;
      if (attempt === MOST_ATTEMPTS) throw error;
    }
  }
}
