// Deletes what one run has left in the registry, by what became of it: as the run's last job, and of nothing but its own.
// An image with a tag that is not this run's stays, and so does everything that a kept image refers to.
//
// The step's environment holds what the registry is asked with: REGISTRY_USERNAME and REGISTRY_PASSWORD, or Amazon's
// variables.
import { environment } from "../lib/environment.mjs";
import { carryOut } from "../lib/carry-out.mjs";
import { classOf, decide, onlyTheseTags, readPolicy, settingsOf, withoutAge } from "../lib/decide.mjs";
import { githubApi } from "../lib/github.mjs";
import { addSummary, cell, complain, say, setOutput, warn } from "../lib/log.mjs";
import { packagesOf } from "../lib/packages.mjs";
import { readPlan } from "../lib/plan.mjs";
import { openPackage } from "../lib/versions.mjs";

const plan = readPlan();
const settings = settingsOf(plan);
const { dryRun } = plan.retention;
const { keepRecent, preserve: marker } = plan.retention.afterRun;
const { CLASS: kind = "", TAG: tag = "", STAGING: stagingTag = "" } = environment;
const needs = JSON.parse(environment.NEEDS ?? "{}");
/** What became of publishing, where anything is published. */
const published = needs.published?.result ?? "none";
const anyFailed = Object.entries(needs).some(([id, { result }]) => id !== "published" && result === "failure");
/** The names that stand in the staging tags of this run, one a job that builds. */
const entries = new Set(
  packagesOf(plan).flatMap(({ build }) => (plan.builds[build].entries[kind] ?? []).map(({ name }) => name)),
);
const tags = [
  ...(tag === "" ? [] : [tag]),
  ...(stagingTag === "" ? [] : [...entries].map((name) => stagingTag.replace("{platform}", name))),
];
const staging = settings.classes.filter((one) => one.class === "staging");
const total = { deleted: 0, kept: 0, failed: 0 };
const rows = [];

/** The commit's message; undefined where it cannot be read. */
async function readMessage() {
  const { COMMIT: commit, GITHUB_API_URL, GITHUB_REPOSITORY, GH_TOKEN } = environment;
  try {
    return (await githubApi(GITHUB_API_URL, GH_TOKEN).get(`/repos/${GITHUB_REPOSITORY}/commits/${commit}`)).commit
      .message;
  } catch (error) {
    warn(`The message of ${commit} cannot be read: ${error.message}`);
    return undefined;
  }
}

/** What to do, and why. What is not known keeps everything. */
function strategyFor(message) {
  if (message === undefined) return ["preserve", "it is unknown whether the commit's message asks to keep everything"];
  if (message.includes(marker)) return ["preserve", `the commit's message holds ${marker}`];
  if (kind === "pullRequest")
    return ["delete-run", "the images of a pull request have been tested, and are of no further use"];
  if (published === "success") return ["delete-staging", "all is published, so what was only staged has done its work"];
  if (published === "failure") return ["preserve", "publishing has failed, and its images may tell why"];
  if (["skipped", "cancelled", "none"].includes(published))
    return ["keep-recent", `publishing: ${published}; the newest ${keepRecent} stay`];
  return ["preserve", `what became of publishing is unknown: ${published || "nothing was said"}`];
}

/** The versions, and the policy by which they go; the newest may be asked for, and then their age counts. */
function policyOf(strategy, versions) {
  if (strategy === "keep-recent") {
    const classes = staging.map((one) => ({ ...one, keepNewest: keepRecent }));
    const policy = readPolicy({
      classes,
      keepForever: settings.keepForever,
      minimumAgeHours: 0,
      maxDeletions: Infinity,
    });
    // Staging of other runs may still be in their hands: it gets the hour of grace on top of its class's.
    return { versions, policy, inUse: { active: true, commits: [] } };
  }
  const known = readPolicy({ ...settings, minimumAgeHours: 0, maxDeletions: Infinity });
  const due = strategy === "delete-run" ? tags : tags.filter((tag) => classOf(tag, known)?.name === "staging");
  return {
    versions: withoutAge(versions),
    policy: onlyTheseTags(due, settings.keepForever, "of this run"),
    inUse: { active: false, commits: [] },
  };
}

async function clean(item, strategy) {
  const name = `${item.host}/${item.repository}`;
  const opened = openPackage(item, plan.packages);
  const { versions, manifests } = await opened.list();
  if ([...manifests.values()].includes(null))
    warn(
      `A manifest of ${name} could not be read. What it refers to is unknown, so nothing of this package is deleted.`,
    );
  const chosen = policyOf(strategy, versions);
  const decisions = decide(chosen.versions, manifests, chosen.policy, Date.now(), chosen.inUse);
  const { gone, failed } = await carryOut(opened, decisions, {
    name,
    host: item.host,
    dryRun,
    now: Date.now(),
  });
  total.deleted += gone.size;
  total.kept += versions.length - gone.size;
  total.failed += failed;
  rows.push(`| ${cell(name)} | ${gone.size} | ${versions.length - gone.size} | ${failed} |`);
}

const [strategy, reason] = strategyFor(await readMessage());
say(
  `Strategy: ${strategy}, because ${reason}. Class: ${kind}. ${anyFailed ? "A job before has failed." : "No job before has failed."} Tags of this run: ${tags.join(" ")}`,
);
for (const item of strategy === "preserve" ? [] : packagesOf(plan)) {
  try {
    await clean(item, strategy);
  } catch (error) {
    total.failed += 1;
    complain(`${item.host}/${item.repository} could not be cleaned up: ${error.message}`);
    rows.push(`| ${cell(`${item.host}/${item.repository}`)} | - | - | ${cell(error.message)} |`);
  }
}

addSummary(`## Clean-up after this run${dryRun ? ": dry run" : ""}

**${strategy}**: ${cell(reason)}.
${rows.length === 0 ? "" : `\n| Package | ${dryRun ? "To delete" : "Deleted"} | Kept | Failed |\n|---|---|---|---|\n${rows.join("\n")}\n`}`);
setOutput("strategy", strategy);
setOutput("deleted", total.deleted);
setOutput("kept", total.kept);
setOutput("failed", total.failed);
if (total.failed > 0) process.exitCode = 1;
