// Commit statuses: what a branch rule requires, and the only result of a workflow_run workflow that a pull request shows.
import { environment } from "./environment.mjs";
import { githubApi } from "./github.mjs";
import { plain } from "./log.mjs";
import { retry } from "./retry.mjs";

/** GitHub takes so many characters of a description. */
const LONGEST = 140;

const github = githubApi(environment.GITHUB_API_URL ?? "https://api.github.com", environment.GH_TOKEN);

/** Whether asking again may help: GitHub or the way to it failed, or it wants to be asked less often. */
const isPassing = ({ status, reason = "" }) =>
  status === 0 || status >= 500 || status === 429 || (status === 403 && /rate limit/i.test(reason));

/** Posted twice it is the same status, so it is tried again whatever failed. Gives the error where it cannot be posted. */
export async function postStatus({ repository, sha, context, state, description, target }) {
  const letters = [...description];
  const short = letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}…` : description;
  const content = { state, context, description: short, target_url: target };
  const problem = await retry(Number(environment.API_ATTEMPTS ?? 4), Number(environment.API_DELAY ?? 3), async () => {
    try {
      await github.post(`/repos/${repository}/statuses/${sha}`, content);
      return { done: true, value: undefined };
    } catch (error) {
      console.error(plain(error.message));
      return { done: !isPassing(error), value: error };
    }
  });
  if (!problem) console.log(`${plain(context)} is now ${state} on ${sha}: ${plain(description)}`);
  return problem;
}

/** The newest status of a context on a commit; none where there is none, or GitHub cannot be asked. */
export async function newestStatus({ repository, sha, context }) {
  try {
    const statuses = await github.get(`/repos/${repository}/commits/${sha}/statuses?per_page=100`);
    return statuses.find((status) => status.context === context);
  } catch {
    return undefined;
  }
}
