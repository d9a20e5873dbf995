// Posts the results of tests on the tested commit, whatever happened. Runs no code of that commit.
import { environment } from "../lib/environment.mjs";
import { readEvent } from "../lib/event.mjs";
import { addSummary, code, plain, require } from "../lib/log.mjs";
import { readPlan } from "../lib/plan.mjs";
import { newestStatus, postStatuses, TARGET } from "../lib/status.mjs";

const { CONSUMER, GH_TOKEN, NEEDS, GITHUB_REPOSITORY: repository } = environment;
require({ CONSUMER, GH_TOKEN, needs: NEEDS, GITHUB_REPOSITORY: repository });
const needs = JSON.parse(NEEDS);
const { workflow_run: run } = readEvent();
/** What the job that resolves has found out; nothing where it failed. */
const { sha = run?.head_sha ?? "", reason = "", consumers } = needs.resolve?.outputs ?? {};
const keys = consumers ? JSON.parse(consumers) : (readPlan().groups[CONSUMER] ?? [CONSUMER]);

/** The jobs of a group's tests carry the consumer's key. */
function verdict(key) {
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

await postStatuses({
  keys,
  sha,
  of: async (key, context) => {
    const [state, description] = verdict(key);
    // A newer run for the same commit may have taken over; its verdict is the one that counts.
    if (description.startsWith("Cancelled")) {
      const newest = await newestStatus({ repository, sha, context });
      if (newest?.target_url && newest.target_url !== TARGET) {
        console.log(`This run was cancelled, and another has reported since: ${plain(newest.target_url)}`);
        return undefined;
      }
    }
    addSummary(`${code(context)} on ${code(sha)}: ${state}. ${plain(description)}`);
    return { state, description };
  },
});
