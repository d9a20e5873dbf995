// Posts the status of tests on the tested commit: pending before they run, and their result whatever happened. Runs no
// code of that commit.
import { environment } from "../lib/environment.mjs";
import { readEvent } from "../lib/event.mjs";
import { addSummary, code, fail, isCommit, plain, require, warnOf } from "../lib/log.mjs";
import { readPlan } from "../lib/plan.mjs";
import { newestStatus, postStatus } from "../lib/status.mjs";

const { CONSUMER, CONSUMERS, GH_TOKEN, NEEDS, REASON: reason = "", TAG: tag = "" } = environment;
const { GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: runId, GITHUB_SERVER_URL: server } = environment;
require({ CONSUMER, GH_TOKEN, GITHUB_REPOSITORY: repository });

const plan = readPlan();
const { workflow_run: run } = readEvent();
const sha = environment.SHA ?? run?.head_sha ?? "";
const keys = CONSUMERS ? JSON.parse(CONSUMERS) : (plan.groups[CONSUMER] ?? [CONSUMER]);
const target = `${server}/${repository}/actions/runs/${runId}`;

/** A nightly build's verdict stands on the same commit as the commit's own, and so has a name of its own. */
const contextOf = ({ name, nightly }) => (nightly && run?.name === nightly.workflow ? nightly.name : name);

/** @param needs the jobs' results by id; those of a group's tests carry the consumer's key */
function verdict(needs, key) {
  const resolved = needs.resolve?.result ?? "";
  const tested = (needs[`test-${key}`] ?? needs.test)?.result ?? "";
  const build = run?.conclusion ?? "success";
  if (["failure", "timed_out", "startup_failure"].includes(build))
    return ["failure", reason || "The build failed, so nothing was tested"];
  if (build !== "success")
    return ["error", reason || `The build ended as ${build}, so nothing was tested: re-run the build`];
  if (resolved === "cancelled" || (resolved === "success" && tested === "cancelled"))
    return ["error", "Cancelled: re-run this workflow"];
  if (resolved !== "success") return ["error", reason || "The image could not be resolved: look at the run"];
  if (tested === "success") return ["success", "Passed"];
  if (tested === "failure") return ["failure", "Failed"];
  return ["error", reason || "The tests did not run: look at the run"];
}

/** Gives what could not be posted, and why. */
async function report(key) {
  const consumer = plan.consumers[key];
  if (consumer === undefined) fail("The plan has no such consumer. Generate the files again.", [`Consumer: ${key}`]);
  const context = contextOf(consumer);
  if (!isCommit(sha)) {
    warnOf("No commit was found to report on, so no status is posted.", [
      `Status: ${context}`,
      `Reason: ${reason || "none given"}`,
    ]);
    return [];
  }
  const [state, description] = NEEDS ? verdict(JSON.parse(NEEDS), key) : ["pending", `Testing ${tag}`];
  // A newer run for the same commit may have taken over; its verdict is the one that counts.
  if (description.startsWith("Cancelled")) {
    const newest = await newestStatus({ repository, sha, context });
    if (newest?.target_url && newest.target_url !== target) {
      console.log(`This run was cancelled, and another has reported since: ${plain(newest.target_url)}`);
      return [];
    }
  }
  const problem = await postStatus({ repository, sha, context, state, description, target });
  if (NEEDS) addSummary(`${code(context)} on ${code(sha)}: ${state}. ${plain(description)}`);
  return problem
    ? [`Status: ${context}`, `State: ${state}`, `Description: ${description}`, `GitHub: ${problem.message}`]
    : [];
}

// One that cannot be posted keeps no other from its own.
const problems = [];
for (const key of keys) problems.push(...(await report(key)));
if (problems.length > 0)
  fail("The status cannot be posted, so the pull request waits for it. Re-run this job.", [
    `Commit: ${sha}`,
    ...problems,
  ]);
