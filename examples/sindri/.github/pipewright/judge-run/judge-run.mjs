// The verdict on a run, as a branch rule reads it. To GitHub a job that is skipped counts as passed, so one must look: what
// was required and did not run is no pass.
import { environment } from "../lib/environment.mjs";
import { isOwn, readEvent } from "../lib/event.mjs";
import { addSummary, code, fail, plain, require, warn } from "../lib/log.mjs";
import { readPlan } from "../lib/plan.mjs";

const { NEEDS: text, CLASS: kind, COVERED: covered, CONSUMER: only, GITHUB_REPOSITORY: repository } = environment;
require({ needs: text });
const needs = JSON.parse(text);
const passedBefore = JSON.parse(environment.PASSED ?? "[]");
const isFork = !isOwn(readEvent(), repository);
const { consumers } = readPlan();
const tests = new Map(Object.entries(consumers).map(([key, consumer]) => [`test-${key}`, consumer]));
const problems = [];

/** One line of the summary; a mark of failure is a reason why the run has not passed. */
function say(mark, name, what) {
  console.log(`${plain(name)}: ${plain(what)}`);
  addSummary(`| ${mark} ${code(name)} | ${plain(what)} |`);
  if (mark === "❌") problems.push(`${name}: ${what}`);
}

/** A job that decides or builds: it did its work, or rightly had none to do. */
const judgeJob = (id, result) => say(["success", "skipped"].includes(result) ? "✅" : "❌", id, result);

function judgeTests(consumer, result) {
  const { name, required, soft } = consumer;
  if (result === "success") return say("✅", name, "passed");
  if (result === "skipped") return judgeSkipped(consumer);
  if (soft) {
    warn(`${name} ended as ${result}. It is configured to warn only, so nothing stops for it.`);
    return say("⚠️", name, `ended as ${result}, which only warns`);
  }
  if (!required && only === undefined) {
    warn(`${name} ended as ${result}. Nothing requires it, so nothing stops for it.`);
    return say("⚠️", name, `ended as ${result}, and nothing requires it`);
  }
  return say("❌", name, `ended as ${result}. Its log says why; a re-run of the failed jobs repeats it`);
}

function judgeSkipped({ name, required, soft, events, forks }) {
  const isWanted = events.includes(kind) || (kind === "release" && required);
  const isRequired = required && !soft;
  if (passedBefore.includes(name)) return say("✅", name, "has passed on this commit before");
  if (covered === "true") return say("✅", name, "is run by the pull request of this branch");
  if (!isWanted) return say("✅", name, `is not for a run of the class ${kind}`);
  if (isFork && !forks)
    return isRequired
      ? say(
          "❌",
          name,
          "does not run for forks, and is required: somebody who may must bring the change into this repository",
        )
      : say("⚠️", name, "does not run for forks");
  if (!isRequired && only === undefined) return say("⚠️", name, "did not run");
  return say("❌", name, "did not run: something that it waits for has failed. Look at the jobs before it");
}

if (kind === undefined)
  fail(
    "Nothing was tested, as it could not be planned. Look at the jobs before this one first.",
    Object.entries(needs).map(([id, { result }]) => `${id}: ${result}`),
  );
addSummary("| Job | Result |\n| --- | --- |");
for (const [id, { result }] of Object.entries(needs)) {
  const consumer = tests.get(id);
  if (only !== undefined && consumer && id !== `test-${only}`) continue;
  if (consumer) judgeTests(consumer, result);
  else judgeJob(id, result);
}
if (problems.length > 0) fail("This run has not passed.", problems);
