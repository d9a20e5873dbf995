// Deletes images that are past their retention, and says of every version why it goes or stays.
//
// A version goes only when all its tags are expired, nothing that stays refers to it, and no run or open pull request
// needs it. Whatever cannot be classified, dated or read stays.
//
// The inputs of a run by hand, dry_run and keep_days, stand over what the plan says. In a dry run the outputs say what would
// have gone. The step's environment holds what the registry is asked with: REGISTRY_USERNAME and REGISTRY_PASSWORD, or
// Amazon's variables.
import { environment } from "../lib/environment.mjs";
import { carryOut } from "../lib/carry-out.mjs";
import { classOf, decide, keptForDays, readPolicy, settingsOf, short } from "../lib/decide.mjs";
import { readEvent } from "../lib/event.mjs";
import { githubApi } from "../lib/github.mjs";
import { addSummary, cell, closeGroup, complain, gigabytes, openGroup, say, setOutput, warn } from "../lib/log.mjs";
import { sizeOf } from "../lib/oci.mjs";
import { packageOf, packagesOf } from "../lib/packages.mjs";
import { readPlan } from "../lib/plan.mjs";
import { openPackage } from "../lib/versions.mjs";

const plan = readPlan();
const { inputs } = readEvent();
const bases = Object.values(plan.bases);
const dryRun = (inputs?.dry_run ?? "") === "" ? plan.retention.dryRun : String(inputs.dry_run) !== "false";
const repository = environment.GITHUB_REPOSITORY;
const github = githubApi(environment.GITHUB_API_URL, environment.GH_TOKEN);
const keepDays = String(inputs?.keep_days ?? "").trim();
const hasKeepDays = /^\d{1,4}$/.test(keepDays);
const settings = settingsOf(plan);
const policy = readPolicy(hasKeepDays ? keptForDays(settings, Number(keepDays)) : settings);
const total = { deleted: 0, kept: 0, freed: 0, failed: 0 };
const rows = [];

// The order in which a run passes through them: one that moves on while we ask is seen again later.
const ACTIVE = ["requested", "waiting", "pending", "queued", "in_progress"];

/** The digests of base images that files of the main branch pin. A file that cannot be read might pin anything. */
async function readPins() {
  const branch = plan.tags.main;
  const files = new Set(bases.flatMap(({ pins }) => pins));
  const pinned = new Set();
  for (const file of files) {
    const { content, encoding } = await github.get(
      `/repos/${repository}/contents/${file.split("/").map(encodeURIComponent).join("/")}?ref=${encodeURIComponent(branch)}`,
    );
    if (encoding !== "base64") throw new Error(`${file} on ${branch} is no file, or too large`);
    const found =
      Buffer.from(content, "base64")
        .toString("latin1")
        .match(/sha256:[0-9a-f]{64}/g) ?? [];
    for (const digest of found) pinned.add(digest);
    say(`${file} on ${branch} pins ${found.length === 0 ? "nothing" : found.map(short).join(", ")}`);
  }
  return pinned;
}

async function readUse() {
  openGroup("Open pull requests and active runs");
  const pulls = await github.all(`/repos/${repository}/pulls?state=open`);
  for (const { number, head } of pulls) say(`Open pull request #${number}: ${head.ref} at ${head.sha}`);
  const runs = new Map();
  for (const status of ACTIVE) {
    const found = await github.all(`/repos/${repository}/actions/runs?status=${status}`, { key: "workflow_runs" });
    for (const run of found) if (plan.retention.workflows.includes(run.name)) runs.set(run.id, run);
  }
  for (const { id, name, status, head_branch: branch, head_sha: sha } of runs.values())
    say(`Active run ${id} (${status}): ${name}, ${branch} at ${sha}`);
  say(
    `${pulls.length} open pull requests and ${runs.size} active runs. ${runs.size > 0 ? `Every image is kept ${policy.graceHours} h longer.` : ""}`,
  );
  const pinned = await readPins();
  closeGroup();
  return {
    active: runs.size > 0,
    pinned,
    commits: [...pulls.map(({ head }) => head.sha), ...[...runs.values()].map((run) => run.head_sha)],
  };
}

/** A new tag may hang on an old version. Its commit tells the least age that it can have; in doubt it is new. */
async function readTagTimes(decisions) {
  const tags = decisions
    .filter(({ action, version }) => action === "delete" && version.tags.length > 1)
    .flatMap(({ version }) => version.tags);
  const times = new Map();
  for (const tag of tags.filter((name) => classOf(name, policy))) {
    for (const [sha] of tag.matchAll(/(?<![0-9a-z])[0-9a-f]{7,40}(?![0-9a-z])/g)) {
      try {
        const { commit } = await github.get(`/repos/${repository}/commits/${sha}`);
        times.set(tag, Math.max(times.get(tag) ?? 0, Date.parse(commit.committer.date) || Date.now()));
      } catch (error) {
        if (error.status !== 404 && error.status !== 422) times.set(tag, Date.now());
      }
    }
  }
  return times;
}

async function clean(item, inUse) {
  const name = `${item.host}/${item.repository}`;
  const opened = openPackage(item, plan.packages);
  const { versions, manifests } = await opened.list();
  const remaining = { ...policy, maxDeletions: policy.maxDeletions - total.deleted };
  const now = Date.now();
  const tagTimes = await readTagTimes(decide(versions, manifests, remaining, now, inUse));
  const decisions = decide(versions, manifests, remaining, now, inUse, tagTimes);
  if ([...manifests.values()].includes(null))
    warn(
      `A manifest of ${name} could not be read. What it refers to is unknown, so nothing of this package is deleted.`,
    );

  const { gone, failed } = await carryOut(opened, decisions, { name, host: item.host, dryRun, now });

  const read = [...manifests].filter(([, manifest]) => manifest);
  const part = (isGone) => read.filter(([digest]) => gone.has(digest) === isGone).map(([, manifest]) => manifest);
  const freed = sizeOf(part(true), part(false));
  total.deleted += gone.size;
  total.kept += versions.length - gone.size;
  total.freed += freed;
  total.failed += failed;
  rows.push(`| ${cell(name)} | ${gone.size} | ${versions.length - gone.size} | ${gigabytes(freed)} GB | ${failed} |`);
}

try {
  if (keepDays !== "" && !hasKeepDays) throw new Error(`"${keepDays}" is no number of days from 0 to 9999`);
  const inUse = await readUse().catch((error) => {
    throw new Error(`what is in use could not be read: ${error.message}`);
  });
  for (const item of [...packagesOf(plan), ...bases.map(({ image }) => packageOf(image))]) {
    try {
      await clean(item, inUse);
    } catch (error) {
      total.failed += 1;
      complain(`${item.host}/${item.repository} could not be cleaned up: ${error.message}`);
      rows.push(`| ${cell(`${item.host}/${item.repository}`)} | - | - | - | ${cell(error.message)} |`);
    }
  }
} catch (error) {
  total.failed += 1;
  complain(`Nothing is deleted: ${error.message}`);
}

addSummary(`## Image cleanup${dryRun ? ": dry run" : ""}

${dryRun ? "**Nothing was deleted.** These versions would have been. Set `dryRun: false` under `retention` in the configuration to delete them.\n\n" : ""}\
| Package | ${dryRun ? "To delete" : "Deleted"} | Kept | ${dryRun ? "To free" : "Freed"} | Failed |
|---|---|---|---|---|
${rows.join("\n")}

The log holds one line for each version, with the reason. Layers that several versions share are counted once.
`);
setOutput("deleted", total.deleted);
setOutput("kept", total.kept);
setOutput("freed-bytes", total.freed);
setOutput("failed", total.failed);
if (total.failed > 0) process.exitCode = 1;
