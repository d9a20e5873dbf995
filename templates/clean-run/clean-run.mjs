// Deletes what one run has left in the registry, by what became of it: as the run's last job, and of nothing but its own.
// An image with a tag that is not this run's stays, and so does everything that a kept image refers to.
//
// CLASS               what was built for: pullRequest, main, integration, feature, queue, nightly, manual or release
// PUBLISHED           what became of publishing: success, failure, skipped, cancelled, or none where nothing is published
// TESTED              what became of the tests; shown
// COMMIT_MESSAGE      keeps everything when it holds MARKER; where it is not given, COMMIT's in GITHUB_REPOSITORY is read
// STAGING             this run's staging tag with {platform} in it; "entries" of CLEAN are the names that stand there
// MARKER              such as [preserve]; empty for none
// CLEAN               JSON: {"packages", "mode", "ownerKind", "tags": [this run's], "classes", "keepForever", "keepRecent", "dryRun"}
// GITHUB_API_URL, GH_TOKEN (packages: write)
// REGISTRY_USERNAME, REGISTRY_PASSWORD, or Amazon's variables
// RETRY_SECONDS       the wait before a second attempt, 5 by default
//
// Outputs: strategy (delete-run, delete-staging, keep-recent or preserve), deleted, kept, failed.
import { environment } from "../lib/environment.mjs";
import { carryOut } from "../lib/carry-out.mjs";
import { classOf, decide, onlyTheseTags, readPolicy, withoutAge } from "../lib/decide.mjs";
import { githubApi } from "../lib/github.mjs";
import { addSummary, cell, complain, say, setOutput, warn } from "../lib/log.mjs";
import { openPackage } from "../lib/versions.mjs";

const settings = JSON.parse(environment.CLEAN);
const { CLASS: kind = "", PUBLISHED: published = "", TESTED: tested = "", MARKER: marker = "" } = environment;
const tags = [
  ...settings.tags,
  ...(environment.STAGING
    ? (settings.entries ?? []).map((name) => environment.STAGING.replace("{platform}", name))
    : []),
];
const staging = settings.classes.filter((one) => one.class === "staging");
const total = { deleted: 0, kept: 0, failed: 0 };
const rows = [];

/** The commit's message; undefined where it cannot be read. */
async function readMessage() {
  const { COMMIT_MESSAGE: given, COMMIT: commit, GITHUB_API_URL, GITHUB_REPOSITORY, GH_TOKEN } = environment;
  if (given !== undefined || !commit) return given ?? "";
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
  if (marker !== "" && message.includes(marker)) return ["preserve", `the commit's message holds ${marker}`];
  if (kind === "pullRequest")
    return ["delete-run", "the images of a pull request have been tested, and are of no further use"];
  if (published === "success") return ["delete-staging", "all is published, so what was only staged has done its work"];
  if (published === "failure") return ["preserve", "publishing has failed, and its images may tell why"];
  if (["skipped", "cancelled", "none"].includes(published))
    return ["keep-recent", `publishing: ${published}; the newest ${settings.keepRecent} stay`];
  return ["preserve", `what became of publishing is unknown: ${published || "nothing was said"}`];
}

/** The versions, and the policy by which they go; the newest may be asked for, and then their age counts. */
function policyOf(strategy, versions) {
  if (strategy === "keep-recent") {
    const classes = staging.map((one) => ({ ...one, keepNewest: settings.keepRecent }));
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
  const opened = openPackage(item, settings);
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
    dryRun: settings.dryRun,
    now: Date.now(),
  });
  total.deleted += gone.size;
  total.kept += versions.length - gone.size;
  total.failed += failed;
  rows.push(`| ${cell(name)} | ${gone.size} | ${versions.length - gone.size} | ${failed} |`);
}

const [strategy, reason] = strategyFor(await readMessage());
say(`Strategy: ${strategy}, because ${reason}. Class: ${kind}. Tests: ${tested}. Tags of this run: ${tags.join(" ")}`);
for (const item of strategy === "preserve" ? [] : settings.packages) {
  try {
    await clean(item, strategy);
  } catch (error) {
    total.failed += 1;
    complain(`${item.host}/${item.repository} could not be cleaned up: ${error.message}`);
    rows.push(`| ${cell(`${item.host}/${item.repository}`)} | - | - | ${cell(error.message)} |`);
  }
}

addSummary(`## Clean-up after this run${settings.dryRun ? ": dry run" : ""}

**${strategy}**: ${cell(reason)}.
${rows.length === 0 ? "" : `\n| Package | ${settings.dryRun ? "To delete" : "Deleted"} | Kept | Failed |\n|---|---|---|---|\n${rows.join("\n")}\n`}`);
setOutput("strategy", strategy);
setOutput("deleted", total.deleted);
setOutput("kept", total.kept);
setOutput("failed", total.failed);
if (total.failed > 0) process.exitCode = 1;
