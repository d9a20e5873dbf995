// Deletes the caches of GitHub Actions that nobody has used for as long as they are kept. GitHub itself knows no retention:
// it evicts the oldest when the repository has used its space up, whatever they are.
//
// A cache belongs to the longest of the given prefixes that its key begins with. Others are never touched, nor is one
// whose last use cannot be read.
import { environment } from "../lib/environment.mjs";
import { githubApi } from "../lib/github.mjs";
import { addSummary, cell, closeGroup, complain, gigabytes, openGroup, say, setOutput, warn } from "../lib/log.mjs";
import { readPlan } from "../lib/plan.mjs";

const planned = readPlan().caches;
const dryRun = environment.DRY_RUN !== "false";
const repository = environment.GITHUB_REPOSITORY;
const github = githubApi(environment.GITHUB_API_URL ?? "https://api.github.com", environment.GH_TOKEN);
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** An empty beginning would mean every cache there is. */
function readRules() {
  const rules = planned.keys;
  const isRule = ({ beginning, keepHours }) => beginning.trim() !== "" && (keepHours === null || keepHours >= 0);
  if (!rules.every(isRule))
    throw new Error("the plan names caches by a beginning that is empty, or keeps them for less than no time");
  return rules;
}

const ruleOf = ({ key }, rules) =>
  rules.filter(({ beginning }) => key.startsWith(beginning)).sort((a, b) => b.beginning.length - a.beginning.length)[0];

/** What becomes of a cache, and why. */
function decide(cache, rules, now) {
  const rule = ruleOf(cache, rules);
  if (!rule) return { cache, goes: false, reason: "no prefix of the configuration" };
  if (rule.keepHours === null) return { cache, rule, goes: false, reason: "kept for ever" };
  const hours = (now - Date.parse(cache.last_accessed_at)) / 3_600_000;
  if (!Number.isFinite(hours)) return { cache, rule, goes: false, reason: "its last use is unknown" };
  return {
    cache,
    rule,
    goes: hours > rule.keepHours,
    reason: `used ${Math.floor(hours)} h ago, kept for ${rule.keepHours} h`,
  };
}

async function remove({ id, key }) {
  try {
    await github.remove(`/repos/${repository}/actions/caches/${id}`);
  } catch (error) {
    // GitHub has evicted it meanwhile.
    if (error.status !== 404) {
      complain(`The cache ${key} (${id}) could not be deleted: ${error.message}`);
      return false;
    }
  }
  return true;
}

function summarize(decisions, rules, gone, limit) {
  const total = sum(decisions.filter((decision) => !gone.has(decision)).map(({ cache }) => cache.size_in_bytes));
  const row = (name, of) => {
    const left = of.filter((decision) => !gone.has(decision));
    const size = (list) => gigabytes(sum(list.map(({ cache }) => cache.size_in_bytes)));
    const removed = of.filter((decision) => gone.has(decision));
    return `| ${name} | ${removed.length} | ${size(removed)} GB | ${left.length} | ${size(left)} GB |`;
  };
  addSummary(`## Caches${dryRun ? ": dry run" : ""}

${dryRun ? "**Nothing was deleted.** These caches would have been.\n\n" : ""}\
| Key begins with | ${dryRun ? "To delete" : "Deleted"} | ${dryRun ? "To free" : "Freed"} | Kept | Size |
|---|---|---|---|---|
${[
  ...rules.map((rule) =>
    row(
      cell(rule.beginning),
      decisions.filter((decision) => decision.rule === rule),
    ),
  ),
  row(
    "anything else",
    decisions.filter(({ rule }) => !rule),
  ),
  row("**all**", decisions),
].join("\n")}
`);
  if (total > limit * 1e9)
    warn(
      `The caches take ${gigabytes(total)} GB, over the limit of ${limit} GB. Keep them for a shorter time, or cache less.`,
    );
  return total;
}

async function prune() {
  const rules = readRules();
  const limit = planned.maxGigabytes;
  const caches = await github.all(`/repos/${repository}/actions/caches`, { key: "actions_caches" });
  const now = Date.now();
  const decisions = caches.map((cache) => decide(cache, rules, now));
  const gone = new Set();
  let failed = 0;
  openGroup(`${caches.length} caches${dryRun ? " (dry run)" : ""}`);
  for (const decision of decisions) {
    const { cache, goes, reason } = decision;
    if (goes && (dryRun || (await remove(cache)))) gone.add(decision);
    else if (goes) failed += 1;
    say(
      `${gone.has(decision) ? "delete" : goes ? "FAILED" : "keep  "} ${cache.key} | ${cache.ref} | ${gigabytes(cache.size_in_bytes)} GB | ${reason}`,
    );
  }
  closeGroup();
  const total = summarize(decisions, rules, gone, limit);
  setOutput("deleted", gone.size);
  setOutput("kept", decisions.length - gone.size);
  setOutput("failed", failed);
  setOutput("freed-bytes", sum([...gone].map(({ cache }) => cache.size_in_bytes)));
  setOutput("total-bytes", total);
  if (failed > 0) process.exitCode = 1;
}

try {
  await prune();
} catch (error) {
  complain(`The caches could not be pruned: ${error.message}`);
  process.exitCode = 1;
}
