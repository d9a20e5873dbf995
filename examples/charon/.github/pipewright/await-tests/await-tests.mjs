// Waits until every required test of a commit has passed. A test that nobody has asked for is started, once.
import { isCommit } from "../lib/digests.mjs";
import { environment } from "../lib/environment.mjs";
import { githubApi } from "../lib/github.mjs";
import { addSummary, code, fail, plain, require } from "../lib/log.mjs";
import { readPlan } from "../lib/plan.mjs";
import { lastBuilt, stateOf, verdictsOn } from "../lib/verdicts.mjs";

const {
  GH_TOKEN,
  NEEDS: needs,
  SHA: sha,
  TAG: tag,
  GITHUB_API_URL: apiUrl,
  GITHUB_REPOSITORY: repository,
} = environment;
/** How long a test may take to announce itself before it is started here. */
const { GRACE_SECONDS: grace = "60", POLL_SECONDS: poll = "30" } = environment;
require({ "gh-token": GH_TOKEN, needs, sha, tag, GITHUB_REPOSITORY: repository });
if (!isCommit(sha)) fail("SHA is no full commit.", [`Commit: ${sha}`]);

const { release, tags } = readPlan();
const timeout = Number(environment.TIMEOUT_SECONDS ?? release.waitSeconds);
const since = lastBuilt(needs);
const github = githubApi(apiUrl ?? "https://api.github.com", GH_TOKEN);
const begin = Date.now();
const passedSeconds = () => (Date.now() - begin) / 1000;
const asked = new Set();

/** Tests of one workflow are started together. */
async function start({ name, workflow }) {
  if (asked.has(name) || passedSeconds() < Number(grace)) return;
  asked.add(name);
  if (workflow === null) {
    console.log(`${plain(name)}: cannot be started by hand, so it is only waited for.`);
    return;
  }
  if (asked.has(workflow)) return;
  asked.add(workflow);
  try {
    await github.post(`/repos/${repository}/actions/workflows/${encodeURIComponent(workflow)}/dispatches`, {
      ref: tags.main,
      inputs: { image_tag: tag, commit: sha },
    });
  } catch (error) {
    fail("A test cannot be started. Start it by hand with the image's tag and the commit, then re-run this job.", [
      `Test: ${name}`,
      `Workflow: ${workflow}`,
      `Tag: ${tag}`,
      `Commit: ${sha}`,
      error.message,
    ]);
  }
  console.log(`${plain(name)}: started.`);
}

/** The tests that have not passed yet; ends the step where one has failed. */
async function unfinished() {
  let verdicts;
  try {
    verdicts = await verdictsOn(github, repository, sha);
  } catch (error) {
    console.error(plain(error.message));
    return ["GitHub, which cannot be asked"];
  }
  const failed = [];
  const waiting = [];
  for (const test of release.tests) {
    const state = stateOf(verdicts, test.context ?? test.name, test.ofSources ? "" : since);
    if (state === "success") continue;
    if (state !== "" && state !== "pending") failed.push(`${test.name} (${state})`);
    else waiting.push(test.name);
    if (state === "") await start(test);
  }
  if (failed.length > 0)
    fail(
      "Tests of this commit failed, so nothing is released. Re-run them; once they pass, re-run the failed jobs here.",
      [...failed, `Commit: ${sha}`],
    );
  return waiting;
}

for (let waiting = await unfinished(); waiting.length > 0; waiting = await unfinished()) {
  if (passedSeconds() >= timeout)
    fail(
      `Tests of this commit did not finish in ${timeout} s, so nothing is released. Once they pass, re-run the failed jobs here.`,
      [...waiting, `Commit: ${sha}`],
    );
  console.log(`Waiting for ${waiting.length} of the tests.`);
  await new Promise((resolve) => setTimeout(resolve, Number(poll) * 1000));
}
addSummary(`Every required test of ${code(sha)} has passed.`);
