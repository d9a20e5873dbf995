// HTTP with patience: what fails for a moment is tried again.
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { environment } from "./environment.mjs";

const ATTEMPTS = 4;
const LONGEST_WAIT_SECONDS = 120;

/** An error that remembers the status of the answer that caused it. */
export const httpError = (message, status) => Object.assign(new Error(message), { status });

/**
 * Asks until the answer is neither 429, nor 5xx, nor a broken connection, four times at most, and reads it to its end.
 * `attempt` tells how often it asked: a DELETE that is answered 404 at the second attempt had worked at the first. A POST
 * that may have been heard is not repeated. With `most` the answer is read as `bytes`, up to so many; more are `null`. With
 * `file` its content is written there instead. `seconds` is how long one attempt may take.
 */
export async function ask(url, { method = "GET", headers = {}, body, most, file, seconds = 60 } = {}) {
  for (let attempt = 1; ; attempt += 1) {
    let answer;
    let problem;
    try {
      const response = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(seconds * 1000) });
      const content = await contentOf(response, { most, file });
      answer = { status: response.status, headers: response.headers, ...content, attempt };
    } catch (error) {
      problem = error.cause?.code ?? error.message;
    }
    const wait = Number(answer?.headers.get("retry-after") ?? 0) || attempt * Number(environment.RETRY_SECONDS ?? 5);
    // GitHub answers 403 with Retry-After at its secondary rate limits.
    const limited = answer?.status === 429 || (answer?.status === 403 && answer.headers.has("retry-after"));
    const repeatable = method !== "POST" || limited;
    const again =
      repeatable && (!answer || limited || answer.status >= 500) && attempt < ATTEMPTS && wait <= LONGEST_WAIT_SECONDS;
    if (again) await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    else if (answer) return answer;
    else
      throw httpError(
        `${method} ${new URL(url).host} did not answer in ${attempt} ${attempt === 1 ? "attempt" : "attempts"} (${problem}).`,
        0,
      );
  }
}

async function contentOf(response, { most, file }) {
  if (file === undefined)
    return most === undefined ? { text: await response.text() } : { bytes: await readAtMost(response, most) };
  await pipeline(response.body ?? [], createWriteStream(file));
  return {};
}

async function readAtMost(response, most) {
  const parts = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    // Leaving the loop also ends the download.
    if (size > most) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Runs `work` on every item, eight at a time, and keeps the order of the results. */
export async function inParallel(items, work) {
  const results = new Array(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return results;
}
