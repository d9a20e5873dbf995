// Decides what is tested: which commit, which images, and whether they may be trusted. Reads only what GitHub says about
// the build's run, the record of this repository's own runs, and the registry; never what a fork's run uploaded.
//
// Started by the end of a build (`workflow_run`), or by hand with a tag.
import { artifactOfRun, readArtifact } from "../lib/artifacts.mjs";
import { isCommit, isDigest } from "../lib/digests.mjs";
import { environment } from "../lib/environment.mjs";
import { readEvent } from "../lib/event.mjs";
import { githubApi } from "../lib/github.mjs";
import { findManifest, readImage } from "../lib/images.mjs";
import { addSummary, closeGroup, code, fail, openGroup, output, plain, require, warnOf } from "../lib/log.mjs";
import { logInForNow } from "../lib/logins.mjs";
import { readPlan } from "../lib/plan.mjs";
import { postStatuses } from "../lib/status.mjs";
import { branchTag, commitTag, expandTag, isDockerTag, isLongLived, matchesAny, shortSha } from "../lib/tags.mjs";

const { CONSUMER, GITHUB_EVENT_NAME: eventName = "", GITHUB_REPOSITORY: repository = "" } = environment;
require({ CONSUMER, GITHUB_EVENT_NAME: eventName, GITHUB_REPOSITORY: repository });
const github = githubApi(environment.GITHUB_API_URL ?? "https://api.github.com", environment.GH_TOKEN);

const plan = readPlan();
const event = readEvent();
const run = event.workflow_run ?? {};
const headRepository = run.head_repository?.full_name ?? "";
/** The pull requests that GitHub lists for the build's run; for a fork's run none, and now and then none for others. */
const listed = (Array.isArray(run.pull_requests) ? run.pull_requests : []).filter(
  ({ number }) => typeof number === "number",
);

const keys = plan.groups[CONSUMER] ?? [CONSUMER];
const unknown = keys.find((key) => plan.consumers[key] === undefined);
if (unknown !== undefined) fail("The plan has no such consumer. Generate the files again.", [`Consumer: ${unknown}`]);
const builds = [...new Set(keys.flatMap((key) => plan.consumers[key].builds))].map((key) => ({
  key,
  ...plan.builds[key],
}));
const images = builds.filter(({ kind }) => kind === "image");

const context = [
  `Event: ${eventName} ${run.event ?? ""}`,
  `Ref: ${run.head_branch || "none"}`,
  `Commit: ${run.head_sha || "none"}`,
  `Head: ${headRepository || "unknown"}`,
  `Build: run ${run.id ?? "none"}, ${run.conclusion ?? "none"}`,
  `Pull requests: ${JSON.stringify(listed.map(({ number }) => number))}`,
];

/** What is handed on, as far as it is known. */
const found = {
  sha: run.head_sha ?? "",
  trusted: true,
  class: "",
  tag: "",
  pullRequest: "",
  consumers: keys,
  images: {},
};

/** Hands everything on and ends the step. */
async function finish({ ready, reason = "" }) {
  openGroup("Result");
  output("ready", ready);
  output("skip", found.consumers.length === 0);
  output("reason", reason);
  output("sha", found.sha);
  output("trusted", found.trusted);
  output("class", found.class);
  output("tag", found.tag);
  output("pull-request", found.pullRequest);
  output("consumers", JSON.stringify(found.consumers));
  output("images", JSON.stringify(found.images));
  closeGroup();
  if (ready) {
    const from = found.trusted ? "" : ", from a fork";
    addSummary(`Testing ${code(found.tag || "an artifact")} of ${code(found.sha)} (${found.class}${from})`);
    const pending = { state: "pending", description: `Testing ${found.tag}` };
    if (environment.PENDING === "true")
      await postStatuses({ keys: found.consumers, sha: found.sha, of: () => pending });
  } else {
    console.log(plain(reason));
    addSummary(`Nothing to test: ${plain(reason)}`);
  }
  process.exit(0);
}

/** Nobody tests this, so no verdict is due. */
async function skip(reason) {
  found.consumers = [];
  await finish({ ready: false, reason });
}

async function resolveManual() {
  const { image_tag: tag = "", commit = "", consumer = "" } = event.inputs ?? {};
  found.class = "manual";
  found.tag = tag;
  // Of a group somebody may have picked one.
  const offered = keys.length === 1 ? keys : keys.filter((key) => plan.consumers[key].dispatch);
  found.consumers = offered.includes(consumer) ? [consumer] : offered;
  if (!isDockerTag(tag)) fail("The image_tag that was given is no Docker tag.", [`Tag: ${tag}`]);
  if (commit !== "" && !isCommit(commit))
    fail("The commit that was given is no full commit, 40 hexadecimal digits.", [`Commit: ${commit}`]);
  let revision = "";
  for (const { key, image } of images) {
    const there = await readImage(`${image}:${tag}`);
    if (there.state === "absent")
      fail("The registry has no image with this tag. Re-run the build, or choose another tag.", [
        `Image: ${image}:${tag}`,
      ]);
    if (there.state !== "there")
      fail("The registry cannot be asked for the image. Run this again once it works.", [`Image: ${image}:${tag}`]);
    found.images[key] = { digest: there.digest, commit: there.revision };
    revision ||= there.revision;
  }
  found.sha = commit || revision;
  if (!isCommit(found.sha))
    fail("The image does not say which commit it was made from. Run this again and give the commit.", [
      `Tag: ${tag}`,
      `Its commit: ${revision || "none"}`,
    ]);
  await finish({ ready: true });
}

/** The class of what was built, by the event alone; undefined where nobody tests such builds. */
function classOf() {
  switch (run.event) {
    case "pull_request":
      return "pullRequest";
    case "push":
      if (run.head_branch === plan.tags.main) return "main";
      return isLongLived(run.head_branch, plan.tags) ? "integration" : "feature";
    case "merge_group":
      return "queue";
    case "schedule":
      return "nightly";
    case "workflow_dispatch":
      return "manual";
    default:
      return undefined;
  }
}

/** Whether the pull request's own run builds and tests this commit as well: then this branch's is one too many. */
const isTestedByPullRequest = (key) =>
  found.class === "feature" &&
  plan.pullRequests !== null &&
  plan.consumers[key].events.includes("pullRequest") &&
  listed.some(({ base }) => isLongLived(base?.ref ?? "", plan.tags));

/** The numbers of the pull requests of this commit. */
async function pullRequestsOfCommit() {
  if (listed.length > 0 || headRepository === "") return listed.map(({ number }) => number);
  console.log("GitHub names no pull request of this run, so they are listed.");
  const head = encodeURIComponent(`${headRepository.split("/")[0]}:${run.head_branch}`);
  try {
    const pulls = await github.all(`/repos/${repository}/pulls?state=all&head=${head}`);
    const rank = ({ state, number }) => (state === "open" ? 0 : 1e12) - number;
    return pulls
      .filter(({ head: { sha } }) => sha === run.head_sha)
      .sort((left, right) => rank(left) - rank(right))
      .map(({ number }) => number);
  } catch (error) {
    console.log(plain(error.message));
    return [];
  }
}

/** The tags that the build can have given, by what GitHub says. @param numbers the commit's pull requests */
function possibleTags(numbers) {
  const { patterns } = plan.tags;
  const sha = shortSha(run.head_sha, plan.tags);
  switch (found.class) {
    case "pullRequest":
      return numbers.map((number) => expandTag(patterns.pullRequest, { number: String(number), sha }));
    case "main":
    case "integration":
      return [commitTag(run.head_branch, run.head_sha, plan.tags)];
    case "feature":
      return [branchTag(run.head_branch, run.head_sha, plan.tags)];
    case "queue":
      return [expandTag(patterns.queue, { sha })];
    case "nightly":
      // The build may have begun before midnight and been planned after.
      return [0, 1].map((days) => expandTag(patterns.nightly, { date: dayAfter(run.created_at, days) }));
    default:
      return [expandTag(patterns.manual, { run: String(run.id) })];
  }
}

const dayAfter = (time, days) => new Date(Date.parse(time.slice(0, 10)) + days * 86_400_000).toISOString().slice(0, 10);

/** What the build's run has written down: its text; undefined where it has nothing, or GitHub does not say. */
async function recordText() {
  try {
    const kept = await artifactOfRun(github, repository, run.id, "build-record");
    return kept && (await readArtifact(github, repository, kept, (name) => name === "build-record.json"));
  } catch (error) {
    console.log(`The build's record cannot be read: ${plain(error.message)}`);
    return undefined;
  }
}

/** The build's record, where it is one of this commit and whole. */
function readRecord(text) {
  let record;
  try {
    record = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isWhole = ({ key, kind, image }) => {
    const recorded = record.builds?.[key];
    return (
      recorded?.kind === kind &&
      (kind !== "image" ||
        (recorded.image === image &&
          (recorded.digest === "" || isDigest(recorded.digest)) &&
          isCommit(recorded.sourceCommit)))
    );
  };
  const fits =
    record?.version === 1 &&
    record.commit === run.head_sha &&
    typeof record.class === "string" &&
    typeof record.tag === "string" &&
    builds.every(isWhole);
  return fits && isDockerTag(record.tag) ? record : undefined;
}

/**
 * Whether the recorded tag is one that GitHub's own data lead to. Without any number of a pull request it must at least be
 * a tag of one, with this commit; the number is the record's then.
 */
function fitsRun(record, tags) {
  if (record.class === "nightly" && ["schedule", "workflow_dispatch"].includes(run.event))
    return new RegExp(plan.tags.nightly).test(record.tag);
  if (record.class === "manual" && run.event === "workflow_dispatch")
    return !matchesAny(plan.tags.manualForbidden, record.tag);
  if (record.class !== found.class) return false;
  if (found.class === "pullRequest" && tags.length === 0) {
    const sha = shortSha(run.head_sha, plan.tags);
    const pattern = expandTag(plan.tags.patterns.pullRequest.replaceAll(".", "[.]"), { number: "([0-9]+)", sha });
    const match = new RegExp(`^${pattern}$`).exec(record.tag);
    if (match) found.pullRequest = match[1];
    return match !== null;
  }
  return tags.includes(record.tag);
}

/** The first tag under which the registry has every image; none where it has none, or cannot be asked. */
async function findTag(tags) {
  for (const tag of tags) {
    const digests = {};
    for (const { key, image } of images) {
      const there = await findManifest(`${image}:${tag}`);
      if (there.state === "unknown") return undefined;
      if (there.state === "there") digests[key] = there.digest;
    }
    if (Object.keys(digests).length === images.length) return { tag, digests };
  }
  return undefined;
}

const REASONS = {
  failure: "The build failed, so nothing was tested.",
  timed_out: "The build failed, so nothing was tested.",
  startup_failure: "The build failed, so nothing was tested.",
  cancelled: "The build was cancelled: re-run it.",
  action_required: "The build waits for somebody's approval.",
  skipped: "The build was skipped, so there is nothing to test.",
};

async function resolveRun() {
  require({
    "workflow_run.event": run.event,
    "workflow_run.id": run.id,
    "workflow_run.conclusion": run.conclusion,
    "workflow_run.head_sha": run.head_sha,
    "workflow_run.head_branch": run.head_branch,
  });
  if (!isCommit(run.head_sha)) fail("The build's run is of no full commit.", context);
  const built = classOf();
  if (built === undefined) await skip(`Builds of the event ${run.event} are not tested.`);
  found.class = built;
  found.trusted = built !== "pullRequest" || headRepository === repository;
  if (!found.trusted) {
    found.consumers = keys.filter((key) => plan.consumers[key].forks);
    if (found.consumers.length === 0) await skip("Pull requests from forks are not tested here.");
  }

  // Whatever a fork's run uploads is not to be trusted, and is not even looked at.
  const recorded = found.trusted && run.conclusion === "success" ? await recordText() : undefined;
  const record = recorded && readRecord(recorded);
  // A nightly build that somebody started by hand is one all the same.
  if (built === "manual" && record?.class === "nightly") found.class = "nightly";
  found.consumers = found.consumers.filter((key) => plan.consumers[key].events.includes(found.class));
  if (found.consumers.length === 0) await skip(`Builds of the class ${found.class} are not tested here.`);
  found.consumers = found.consumers.filter((key) => !isTestedByPullRequest(key));
  if (found.consumers.length === 0) await skip("The run of the pull request tests this commit.");
  if (run.conclusion !== "success")
    await finish({
      ready: false,
      reason: REASONS[run.conclusion] ?? `The build ended as ${run.conclusion}: re-run it.`,
    });

  const numbers = found.class === "pullRequest" ? await pullRequestsOfCommit() : [];
  const tags = possibleTags(numbers);
  found.pullRequest = numbers[0] ?? "";
  if (!found.trusted) {
    found.tag = tags[0] ?? "";
    // Its images come from the run's artifacts, and must be the commit's own all the same.
    for (const { key } of images) found.images[key] = { digest: "", commit: run.head_sha };
    await finish({ ready: true });
  }
  if (record && fitsRun(record, tags)) {
    found.tag = record.tag;
    if (tags.includes(record.tag)) found.pullRequest = numbers[tags.indexOf(record.tag)] ?? found.pullRequest;
    for (const { key } of images) {
      const { digest, sourceCommit } = record.builds[key];
      found.images[key] = { digest, commit: sourceCommit };
    }
    await finish({ ready: true });
  }
  if (recorded !== undefined)
    warnOf("The build's record does not fit what GitHub says about its run, so it is not used.", [
      `Recorded: ${record?.tag ?? "nothing readable"}`,
      `Possible: ${tags.join(" ") || "no tag"}`,
      ...context,
    ]);
  if (tags.length === 0)
    fail("The pull request of this build cannot be found, so its image cannot be named. Re-run the build.", context);
  // Without a record, an image is the commit's own.
  const there = await findTag(tags);
  found.tag = there?.tag ?? tags[0];
  for (const { key } of images) found.images[key] = { digest: there?.digests[key] ?? "", commit: run.head_sha };
  await finish({ ready: true });
}

if (!(await logInForNow(images[0]?.image)))
  warnOf("The login to the registry failed, so it is asked without one.", context);
await (eventName === "workflow_dispatch" ? resolveManual() : resolveRun());
