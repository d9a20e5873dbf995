// Decides what this run builds: for which class of event, under which tag, and which tags may hold the image already.
//
// A release is planned here as well: an image of the tagged commit is looked for first and built only where there is none,
// under a staging tag of its own. Nothing gets a release's tags before the tests have passed.
import { isCommit } from "../lib/digests.mjs";
import { environment } from "../lib/environment.mjs";
import { headOf, readEvent } from "../lib/event.mjs";
import { githubApi } from "../lib/github.mjs";
import { addSummary, closeGroup, code, details, fail, openGroup, output, require, warnOf } from "../lib/log.mjs";
import { readPlan } from "../lib/plan.mjs";
import {
  branchTag,
  cacheBranch,
  commitTag,
  expandTag,
  isDockerTag,
  isLongLived,
  matchesAny,
  sanitizeBranch,
  shortSha,
} from "../lib/tags.mjs";

const plan = readPlan();
const rules = plan.tags;
const event = readEvent();
const {
  GITHUB_REPOSITORY: repository,
  GITHUB_REF_NAME: refName,
  GITHUB_HEAD_REF: headRef = "",
  GITHUB_RUN_ID: runId,
  GITHUB_EVENT_NAME: eventName,
} = environment;
/** The nightly workflow builds the same, whether the schedule or a person started it; a tag that is pushed is a release. */
const isRelease = eventName === "push" && environment.GITHUB_REF_TYPE === "tag";
const kind = environment.NIGHTLY === "true" ? "schedule" : isRelease ? "release" : eventName;
require({
  GITHUB_EVENT_NAME: eventName,
  GITHUB_REF_NAME: refName,
  GITHUB_REPOSITORY: repository,
  GITHUB_RUN_ID: runId,
});

/** The commit that people mean: a pull request's head, never the merge commit that GitHub makes of it. */
const sha = headOf(event);
const number = event.pull_request?.number;
const headRepository = event.pull_request ? (event.pull_request.head?.repo?.full_name ?? "") : repository;
const facts = [
  `Event: ${eventName}`,
  `Ref: ${refName}`,
  `Commit: ${sha}`,
  `Run: ${runId}`,
  `Pull request: ${number ?? "none"}`,
  `Head: ${headRepository} ${headRef}`,
];
if (!isCommit(sha)) fail("The event names no full commit.", facts);
const short = shortSha(sha, rules);

/** What a run of this kind builds. `push` is false where nothing can be pushed, and `unpushed` says why. */
function decide() {
  switch (kind) {
    case "pull_request":
      return decidePullRequest();
    case "merge_group":
      return { class: "queue", tag: expandTag(rules.patterns.queue, { sha: short }) };
    case "schedule":
      return {
        class: "nightly",
        tag: expandTag(rules.patterns.nightly, { date: new Date().toISOString().slice(0, 10) }),
      };
    case "workflow_dispatch":
      return { class: "manual", tag: manualTag() };
    case "push":
      return decidePush();
    case "release":
      return decideRelease();
    default:
      return fail("No build is planned for this event.", facts);
  }
}

function decidePullRequest() {
  if (!Number.isInteger(number)) fail("The event names no pull request.", facts);
  const tag = expandTag(rules.patterns.pullRequest, { number: String(number), sha: short });
  const pull = { class: "pullRequest", tag };
  if (headRepository !== repository) return { ...pull, push: false, unpushed: "as a fork's token cannot push" };
  if (plan.pullRequests === "artifact")
    return { ...pull, push: false, unpushed: "as the config keeps images of pull requests out of the registry" };
  return { ...pull, candidates: headRef === "" ? [] : [branchTag(headRef, sha, rules)] };
}

function manualTag() {
  const tag = event.inputs?.tag || expandTag(rules.patterns.manual, { run: runId });
  if (!isDockerTag(tag))
    fail(
      "The tag that was asked for is no Docker tag. Use letters, digits, _, . and -, at most 128 characters, and begin with none of . and -.",
      [`Tag: ${tag}`, ...facts],
    );
  if (matchesAny(rules.manualForbidden, tag))
    fail(
      "The tag that was asked for reads as a tag of another kind, which the pipeline moves or deletes by its own rules. Choose another name.",
      [`Tag: ${tag}`, ...facts],
    );
  return tag;
}

function decidePush() {
  if (!isLongLived(refName, rules)) return { class: "feature", tag: branchTag(refName, sha, rules) };
  return {
    class: refName === rules.main ? "main" : "integration",
    tag: commitTag(refName, sha, rules),
    // A merge queue has built the very commit that it pushes.
    candidates: [expandTag(rules.patterns.queue, { sha: short })],
  };
}

const VERSION = /(?:^|[^0-9])((0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-([0-9A-Za-z.-]+))?)$/;

function decideRelease() {
  const [, version, major, minor, , prerelease] = VERSION.exec(refName) ?? [];
  if (version === undefined)
    fail(
      "The Git tag does not end in a version such as 1.2.3 or 1.2.3-rc.1. Push a tag that does (a Docker tag cannot hold the + of build metadata).",
      facts,
    );
  const tag = expandTag(rules.patterns.release, { version });
  if (!isDockerTag(tag)) fail("The version gives no Docker tag: it is too long.", facts);
  return {
    class: "release",
    tag: expandTag(rules.patterns.staging, { sha: short, platform: "release" }),
    version,
    prerelease: prerelease !== undefined,
    // What follows 1.2 or 1 wants finished versions only.
    releaseTags: prerelease === undefined ? [tag, `${major}.${minor}`, major] : [tag],
    candidates: [
      expandTag(rules.patterns.queue, { sha: short }),
      ...rules.commitBranches.map((branch) => commitTag(branch, sha, rules)),
    ],
  };
}

/** The tags that may hold the image already. What starts afresh, or carries a name of its own, shares none. */
function candidatesOf({ class: kindOfRun, tag, candidates = [] }) {
  if (kindOfRun === "nightly" || kindOfRun === "manual") return [];
  return [...new Set([tag, commitTag(rules.main, sha, rules), ...candidates])];
}

/** The branch whose layers are taken and saved: what is not of a branch of this repository builds on main's. */
function cacheBranchOf({ class: kindOfRun }) {
  if (["main", "integration", "feature"].includes(kindOfRun)) return cacheBranch(refName, rules);
  const isOwnPull = kindOfRun === "pullRequest" && headRepository === repository && headRef !== "";
  return cacheBranch(isOwnPull ? headRef : rules.main, rules);
}

/** Whether a pull request's own run builds and tests this commit as well, so that this one need not test it again. */
async function isCovered({ class: kindOfRun }) {
  if (kindOfRun !== "feature" || !environment.GH_TOKEN) return false;
  const github = githubApi(environment.GITHUB_API_URL ?? "https://api.github.com", environment.GH_TOKEN);
  const head = encodeURIComponent(`${repository.split("/")[0]}:${refName}`);
  try {
    const open = await github.get(`/repos/${repository}/pulls?state=open&head=${head}&per_page=10`);
    return open.some((pull) => pull.head.sha === sha);
  } catch (error) {
    warnOf("Nobody can say whether a pull request of this branch is open, so the commit may be tested twice.", [
      String(error.message),
    ]);
    return false;
  }
}

const decided = decide();
if (!isDockerTag(decided.tag))
  fail("The pattern of this event's tags gives no Docker tag. Correct it in the config.", [
    `Tag: ${decided.tag}`,
    ...facts,
  ]);
const { push = true, unpushed = "" } = decided;
const isPrivate = decided.class === "nightly" || decided.class === "manual";
const version = decided.version ?? `0.0.0-${decided.tag}`;
const covered = await isCovered(decided);

openGroup("Plan");
details(facts);
output("class", decided.class);
output("tag", decided.tag);
output("sha", sha);
output("version", version);
output("push", push);
output("covered", covered);
if (decided.class === "release") {
  output("prerelease", decided.prerelease);
  output("release-tags", decided.releaseTags.join(" "));
}
output(
  "plan",
  JSON.stringify({
    class: decided.class,
    tag: decided.tag,
    sha,
    version,
    created: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    push,
    candidates: candidatesOf(decided),
    // What nothing is shared with others gets a staging tag of the run's own.
    staging: expandTag(rules.patterns.staging, { sha: isPrivate ? `n${runId}` : short, platform: "{platform}" }),
    cacheBranch: cacheBranchOf(decided),
    // What a label says of the branch: fit for a tag, so that it can hold nothing else.
    branch: sanitizeBranch(decided.class === "release" ? rules.main : headRef || refName, 0),
  }),
);
closeGroup();
if (decided.class === "release")
  addSummary(`Release ${code(version)} of ${code(sha)}: ${decided.releaseTags.join(" ")}`);
else {
  const note = push ? "pushed" : `kept as an artifact, ${unpushed}`;
  addSummary(`Build of ${code(sha)} as ${code(decided.tag)} (${decided.class}, ${note})`);
}
