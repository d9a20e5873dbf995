// Commit statuses: what a branch rule requires, and the only result of a workflow_run workflow that a pull request shows.
import { isCommit } from "./digests.mjs";
import { environment } from "./environment.mjs";
import { readEvent } from "./event.mjs";
import { githubApi } from "./github.mjs";
import { fail, plain, warnOf } from "./log.mjs";
import { readPlan } from "./plan.mjs";
import { retry } from "./retry.mjs";

/** GitHub takes so many characters of a description. */
const LONGEST = 140;

const { GITHUB_RUN_ID: runId, GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: ownRepository } = environment;
/** Where the details of a status are: this run. */
export const TARGET = `${server}/${ownRepository}/actions/runs/${runId}`;

const github = githubApi(environment.GITHUB_API_URL ?? "https://api.github.com", environment.GH_TOKEN);

/** Whether asking again may help: GitHub or the way to it failed, or it wants to be asked less often. */
const isPassing = ({ status, reason = "" }) =>
  status === 0 || status >= 500 || status === 429 || (status === 403 && /rate limit/i.test(reason));

/** A nightly build's verdict stands on the same commit as the commit's own, and so has a name of its own. */
const contextOf = ({ name, nightly }, run) => (nightly && run?.name === nightly.workflow ? nightly.name : name);

/**
 * Posts a status for each of these consumers. One that cannot be posted keeps no other from its own; then this ends the
 * step.
 *
 * @param of gives for a consumer's key and its context `{ state, description }`, or nothing where none is due
 */
export async function postStatuses({ keys, sha, of }) {
  const { GITHUB_REPOSITORY: repository } = environment;
  const plan = readPlan();
  const { workflow_run: run } = readEvent();
  const problems = [];
  for (const key of keys) {
    const consumer = plan.consumers[key];
    if (consumer === undefined) fail("The plan has no such consumer. Generate the files again.", [`Consumer: ${key}`]);
    const context = contextOf(consumer, run);
    if (!isCommit(sha)) {
      warnOf("No commit was found to report on, so no status is posted.", [`Status: ${context}`]);
      continue;
    }
    const status = await of(key, context);
    if (status === undefined) continue;
    const problem = await postStatus({ repository, sha, context, target: TARGET, ...status });
    if (problem)
      problems.push(
        `Status: ${context}`,
        `State: ${status.state}`,
        `Description: ${status.description}`,
        `GitHub: ${problem.message}`,
      );
  }
  if (problems.length > 0)
    fail("The status cannot be posted, so the pull request waits for it. Re-run this job.", [
      `Commit: ${sha}`,
      ...problems,
    ]);
}

/** Posted twice it is the same status, so it is tried again whatever failed. Gives the error where it cannot be posted. */
async function postStatus({ repository, sha, context, state, description, target }) {
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
