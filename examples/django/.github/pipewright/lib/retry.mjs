// Repeats what may fail for a moment and can be repeated without harm. The plan's one policy takes the place of a caller's
// own figures, where the config has one.
import { environment } from "./environment.mjs";
import { readPlan } from "./plan.mjs";

/**
 * Tries until an attempt is done; gives the value of the last one.
 *
 * @param attempts the most attempts
 * @param delay seconds before the second one
 * @param work gives `{ done, value }`
 */
export async function retry(attempts, delay, work) {
  const policy = policyOf(attempts, delay);
  for (let attempt = 1; ; attempt += 1) {
    const { done, value } = await work();
    if (done || attempt >= policy.attempts) return value;
    const pause = pauseAfter(attempt, policy);
    console.error(`Attempt ${attempt} of ${policy.attempts} failed. The next one starts in ${pause} s.`);
    await new Promise((resolve) => setTimeout(resolve, pause * 1000));
  }
}

function policyOf(attempts, delaySeconds) {
  const { retry: planned } = readPlan();
  const own = { attempts, delaySeconds, growth: "linear", jitter: 0, ...planned };
  const { RETRY_ATTEMPTS, RETRY_DELAY } = environment;
  return {
    ...own,
    ...(RETRY_ATTEMPTS && { attempts: Number(RETRY_ATTEMPTS) }),
    ...(RETRY_DELAY && { delaySeconds: Number(RETRY_DELAY) }),
  };
}

/** The seconds to wait after an attempt: the pause grows, and the jitter keeps jobs that failed together from coming back together. */
export function pauseAfter(attempt, { delaySeconds, growth, jitter }, random = Math.random()) {
  const grown = growth === "exponential" ? delaySeconds * 2 ** (attempt - 1) : delaySeconds * attempt;
  return Math.round(grown * (1 + (jitter / 100) * (2 * random - 1)) * 1000) / 1000;
}
