// Moves tags such as latest to images whose tests have passed, and copies them to other registries: server-side, without a
// build. A branch's tag moves only to the image of the branch's newest commit, so it never moves back.
import { isCommit } from "../lib/digests.mjs";
import { environment } from "../lib/environment.mjs";
import { githubApi } from "../lib/github.mjs";
import { copyExactly, readImage } from "../lib/images.mjs";
import { addSummary, closeGroup, code, fail, openGroup, plain, require } from "../lib/log.mjs";
import { logInForNow } from "../lib/logins.mjs";
import { tipOf } from "../lib/newest.mjs";
import { readPlan } from "../lib/plan.mjs";
import { expandTag, sanitizeBranch, shortSha } from "../lib/tags.mjs";
import { stateOf, verdictsOn } from "../lib/verdicts.mjs";

const plan = readPlan();
const { GH_TOKEN, NIGHTLY: nightly, SOURCE_TAG: sourceTag = "" } = environment;
const { GITHUB_API_URL: apiUrl, GITHUB_REPOSITORY: repository, GITHUB_REF_NAME: ownBranch } = environment;
require({ "gh-token": GH_TOKEN, GITHUB_REPOSITORY: repository });
const github = githubApi(apiUrl ?? "https://api.github.com", GH_TOKEN);
const images = Object.entries(plan.builds).filter(([, { kind }]) => kind === "image");
const failures = [];
const known = new Map();

/** What has been said about a commit, asked once; undefined where GitHub does not answer. */
async function verdicts(commit) {
  if (!known.has(commit)) {
    try {
      known.set(commit, await verdictsOn(github, repository, commit));
    } catch (error) {
      console.error(plain(error.message));
      return undefined;
    }
  }
  return known.get(commit);
}

/** What a commit lacks: nothing where all is success, and undefined where nobody can tell. */
async function missing(commit, contexts, since) {
  const said = await verdicts(commit);
  return (
    said &&
    contexts
      .map((context) => ({ context, state: stateOf(said, context, since) }))
      .filter(({ state }) => state !== "success")
      .map(({ context, state }) => `${context} (${state || "no result yet"})`)
      .join(", ")
  );
}

const UNREAD = "results cannot be read";

/** One tag of one image, and where it is copied to. */
const moveOf = (channel, key, image) => ({
  channel,
  image,
  target: `${image}:${channel.tag}`,
  copies: channel.copies.filter(({ build }) => build === key).map((copy) => copy.image),
});

/** One line of the summary, and of the log. */
function row({ target }, commit, what) {
  console.log(`${target}: ${plain(what)}`);
  addSummary(`| ${code(target)} | ${code(commit || "none")} | ${plain(what)} |`);
}

function broken(move, commit, what) {
  failures.push(`${move.target}: ${what}`);
  row(move, commit, `❌ ${what}`);
}

/** Gives the image the tag, here and in the registries that receive copies. */
async function carryOut(move, commit, digest) {
  const done = [];
  for (const target of [move.target, ...move.copies]) {
    if (await copyExactly(target, digest, `${move.image}@${digest}`)) done.push(target);
    else broken(move, commit, `${target} cannot be moved to ${digest}`);
  }
  if (done.length > 0) row(move, commit, `✅ ${done.join(" ")} is ${digest}`);
}

async function promoteBranch(move) {
  const { of: branch, pattern, contexts } = move.channel;
  const commit = await tipOf(github, repository, branch);
  if (commit === undefined) return broken(move, "", `the tip of ${branch} cannot be read`);
  const before = await missing(commit, contexts);
  if (before === undefined) return broken(move, commit, "the results of the tests cannot be read");
  if (before !== "") return row(move, commit, `stays: ${before}`);
  const source =
    sourceTag || expandTag(pattern, { sha: shortSha(commit, plan.tags), branch: sanitizeBranch(branch, 0) });
  const found = await readImage(`${move.image}:${source}`);
  if (found.state === "absent") return broken(move, commit, `${source} is not in the registry: re-run the build`);
  if (found.state === "unknown") return broken(move, commit, `the registry cannot be asked for ${source}`);
  // A merge queue has tested the same commit before this image was built; only results since then are about it.
  const since = await missing(commit, contexts, found.created);
  if (since !== "") return row(move, commit, `stays: ${since ?? UNREAD}`);
  // Somebody may have pushed while this ran.
  if ((await tipOf(github, repository, branch)) !== commit) return row(move, commit, `stays: ${branch} has moved on`);
  await carryOut(move, commit, found.digest);
}

async function promoteNightly(move) {
  const { pattern, contexts } = move.channel;
  const waiting = [];
  for (const days of [0, 1]) {
    const date = new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
    const source = expandTag(pattern, { date });
    const found = await readImage(`${move.image}:${source}`);
    if (found.state === "absent") continue;
    if (found.state === "unknown") return broken(move, "", `the registry cannot be asked for ${source}`);
    if (!isCommit(found.revision)) return broken(move, "", `${source} does not say which commit it was made from`);
    // An earlier night may have tested the same commit; only results since this image was built are about it.
    const lacks = await missing(found.revision, contexts, found.created);
    if (lacks === "") return carryOut(move, found.revision, found.digest);
    waiting.push(`${source}: ${lacks ?? UNREAD}`);
  }
  row(move, "", `stays: ${waiting.join("; ") || "no nightly image of today or yesterday"}`);
}

/** What this run moves. An image that somebody has asked for is for the branch that they have asked on. */
function isDue({ of }) {
  if (sourceTag !== "") return of === ownBranch;
  return nightly === undefined || (of === "nightly") === (nightly === "true");
}

if (!(await logInForNow(images[0]?.[1].image)))
  fail("The login to the registry failed, so no tag can be moved. Run this again once it works.");
addSummary("| Tag | Commit | What happened |\n| --- | --- | --- |");
for (const channel of plan.promotions.filter(isDue)) {
  for (const [key, { image }] of images) {
    const move = moveOf(channel, key, image);
    openGroup(move.target);
    await (channel.of === "nightly" ? promoteNightly(move) : promoteBranch(move));
    closeGroup();
  }
}

if (failures.length > 0)
  fail(
    `${failures.length} tags could not be moved. What failed stands below; run this workflow again once it is mended.`,
    failures,
  );
