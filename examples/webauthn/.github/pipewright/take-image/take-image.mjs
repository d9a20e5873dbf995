// Takes the images under test to this runner, under the names that the tests know. Each comes from the registry; where that
// does not give it, from the artifact of the run that built it; and from the sources at last, where the consumer may build
// for itself. Each is checked to be made from the commit that it should be made from.
import { rmSync } from "node:fs";
import { artifactOfRun } from "../lib/artifacts.mjs";
import { ownBuildFile, targetOf } from "../lib/bake.mjs";
import { isCommit, isDigest } from "../lib/digests.mjs";
import { docker, run, sayLines } from "../lib/docker.mjs";
import { environment } from "../lib/environment.mjs";
import { headOf, isOwn, readEvent } from "../lib/event.mjs";
import { githubApi } from "../lib/github.mjs";
import { handedOn } from "../lib/handed-on.mjs";
import { idOf, loadArchive } from "../lib/load-archive.mjs";
import { addSummary, closeGroup, code, fail, openGroup, output, plain, require, say, warnOf } from "../lib/log.mjs";
import { forgetAtExit, logInForNow } from "../lib/logins.mjs";
import { readPlan } from "../lib/plan.mjs";
import { retry } from "../lib/retry.mjs";
import { unpackFile } from "../lib/unpack.mjs";
import { refuseUntested } from "../lib/untested.mjs";

/** What a registry answers that does not have the image; waiting does not bring it back. */
const NOT_THERE = /(: not found|[Mm]anifest unknown|manifest for .* not found)([^a-z]|$)/;
/** The sources of an image, the best first. */
const SOURCES = {
  registry: "the registry",
  artifact: "the build's artifact",
  sources: "the sources, for this test alone",
};

const plan = readPlan();
const event = readEvent();
const { CONSUMER, CLASS: kind = "", TAG: tag = "" } = environment;
const { RUNNER_TEMP: temp, GITHUB_REPOSITORY: repository, GITHUB_SERVER_URL: server } = environment;
require({ consumer: CONSUMER, RUNNER_TEMP: temp, GITHUB_REPOSITORY: repository });
const consumer = plan.consumers[CONSUMER];
if (consumer?.images === undefined)
  fail("The plan has no such consumer of images. Generate the files again.", [`Consumer: ${CONSUMER}`]);

const buildRun = event.workflow_run?.id ?? environment.GITHUB_RUN_ID;
const known = handedOn(environment.IMAGES);
/** In a run that follows the build's, nobody is this repository's own unless somebody says so. */
const own = environment.TRUSTED === undefined ? isOwn(event, repository) : environment.TRUSTED === "true";
const images = Object.entries(consumer.images).map(([key, localTag]) => {
  const { digest = "", commit = headOf(event) } = known[key] ?? {};
  if (digest !== "" && !isDigest(digest)) fail("The digest of an image is no digest.", [`${key}: ${digest}`]);
  return { key, localTag, build: plan.builds[key], digest, commit };
});
const factsOf = ({ build, digest, commit }) => [
  `Image: ${build.image}`,
  `Tag: ${tag || "none"}`,
  `Digest: ${digest || "unknown"}`,
  `Expected commit: ${commit || "unknown"}`,
  `Build: ${server}/${repository}/actions/runs/${buildRun}`,
];

/** What was made from another commit proves nothing of this one. */
function checkCommit({ commit, ...image }, id) {
  const { output: labels } = docker(["image", "inspect", "--format", "{{json .Config.Labels}}", id]);
  const revision = JSON.parse(String(labels).trim() || "null")?.["org.opencontainers.image.revision"] ?? "";
  if (isCommit(revision) && revision === commit) return say(`The image was made from ${revision}, as recorded.`);
  const facts = [`Its commit: ${revision || "none"}`, ...factsOf({ ...image, commit })];
  if (plan.freshness === "warn")
    return warnOf(
      "The image was not made from the recorded commit. The tests go on, but may test something else.",
      facts,
    );
  return fail(
    "The image was not made from the recorded commit, so testing it would prove nothing. Re-run the build.",
    facts,
  );
}

/** Gives an image the name that the tests know, if it is the commit's. */
function nameForTests(image, id) {
  checkCommit(image, id);
  const { ok, error } = docker(["tag", id, image.localTag]);
  if (!ok) fail(`The image cannot be called ${image.localTag}.`, [`Docker says: ${error}`, ...factsOf(image)]);
}

/** Gives the answer to a pull: `there`, `absent` or `unknown`. */
async function pull(reference) {
  openGroup(`Pull ${reference}`);
  const answer = await retry(consumer.pull.attempts, consumer.pull.delaySeconds, async () => {
    const { ok, output: said, error } = docker(["pull", reference]);
    sayLines(`${said}${error}`);
    const value = ok ? "there" : NOT_THERE.test(error) ? "absent" : "unknown";
    return { done: value !== "unknown", value };
  });
  closeGroup();
  return answer;
}

/** Whether the registry gave it; `reason` says why it did not. A tag may have moved in one of two; a digest is the same in both. */
async function fromRegistry(image) {
  const { build, digest } = image;
  if (!own) return { reason: "It was built by a fork's run, which cannot push." };
  if (digest === "" && tag === "") return notPulled("Neither its tag nor its digest is known.");
  const reference = digest === "" ? `${build.image}:${tag}` : `${build.image}@${digest}`;
  const answer = await pull(reference);
  if (answer === "there") return taken(image, reference);
  for (const name of digest === "" ? [] : build.mirrors) {
    if ((await pull(`${name}@${digest}`)) !== "there") continue;
    warnOf(`The registry did not give the image, so it was taken from ${name}: the same digest.`, factsOf(image));
    addSummary(`⚠️ Pulled from the mirror ${code(name)}, since ${code(build.image)} did not give the image.`);
    return taken(image, `${name}@${digest}`);
  }
  const reason = answer === "absent" ? "The registry does not have it (any more)." : "The registry did not answer.";
  warnOf(`The image cannot be pulled. ${reason}`, factsOf(image));
  return notPulled(reason);
}

/** Also what nobody pushed is told, as that is the registry's trouble as well; a fork's is not. */
function notPulled(reason) {
  output("not-pulled", true);
  return { reason };
}

function taken(image, reference) {
  nameForTests(image, reference);
  return { source: "registry" };
}

/** The archive that the build's run has kept; undefined where it has none, or GitHub does not say. */
async function findArchive({ key }) {
  const name = `image-${key}`;
  const github = githubApi(environment.GITHUB_API_URL ?? "https://api.github.com", environment.GH_TOKEN);
  const zip = `${temp}/${name}.zip`;
  const archive = `${temp}/${name}.tar`;
  try {
    const kept = await artifactOfRun(github, repository, buildRun, name);
    if (kept === undefined) return undefined;
    await github.downloadTo(zip, `/repos/${repository}/actions/artifacts/${kept.id}/zip`);
    await unpackFile(zip, `${name}.tar`, archive);
    return archive;
  } catch (error) {
    warnOf("The build's artifact cannot be read.", [`Artifact: ${name}`, `Why: ${plain(error.message)}`]);
    // What there is of it may be large, and what stands in for it needs room.
    rmSync(archive, { force: true });
    return undefined;
  } finally {
    rmSync(zip, { force: true });
  }
}

async function fromArtifact(image) {
  const archive = await findArchive(image);
  if (archive === undefined) return {};
  openGroup(`Load ${archive}`);
  const loaded = loadArchive(archive, image.localTag);
  closeGroup();
  rmSync(archive, { force: true });
  if (loaded.problem) fail(loaded.problem, [...loaded.facts, ...factsOf(image)]);
  nameForTests(image, loaded.id);
  loaded.forget();
  return { source: "artifact" };
}

function fromSources({ key, build, localTag, commit }) {
  openGroup(`Build ${key} for this test only`);
  const file = ownBuildFile({ key, build, tag: localTag, commit });
  const files = [...(build.bake ? [build.bake.file] : []), file].flatMap((path) => ["--file", path]);
  // A context of the repository's own file may lie outside of the working folder, about which bake would ask.
  const ok = run(["buildx", "bake", "--progress=plain", "--allow=fs=*", ...files, targetOf("own", key)]);
  closeGroup();
  if (!ok) fail(`${key} cannot be built from the sources. The log of the builder says why.`);
  return { source: "sources" };
}

async function take(image) {
  if (consumer.source === "build") return fromSources(image);
  const pulled = await fromRegistry(image);
  if (pulled.source) return pulled;
  say(`${pulled.reason} The artifact is tried next.`);
  const loaded = await fromArtifact(image);
  if (loaded.source) return loaded;
  if (consumer.fallback !== "build")
    fail(
      "The image is neither in the registry nor kept as an artifact. Images and artifacts of older runs are deleted: re-run the build, then this test.",
      [pulled.reason, ...factsOf(image)],
    );
  refuseUntested({ kind, digest: image.digest }, [pulled.reason, ...factsOf(image)]);
  warnOf("The image is neither in the registry nor kept as an artifact, so it is built from the sources.", [
    pulled.reason,
    ...factsOf(image),
  ]);
  return fromSources(image);
}

// The tests that follow need no registry, and must not find its password.
if (consumer.source !== "build") forgetAtExit(images.flatMap(({ build }) => [build.image, ...build.mirrors]));
// What is public can be pulled without.
if (own && consumer.source !== "build" && !(await logInForNow(images[0].build.image)))
  warnOf("The login to the registry failed, so the image is pulled without one.", factsOf(images[0]));
const sources = [];
const rows = ["| Image under test | Tag | Digest | Commit | Taken from |", "| --- | --- | --- | --- | --- |"];
for (const image of images) {
  const { source } = await take(image);
  sources.push(source);
  const { build, digest, commit } = image;
  rows.push(
    `| ${[build.image, tag || "none", digest || "unknown", commit || "unknown"].map(code).join(" | ")} | ${SOURCES[source]} |`,
  );
  say(`${image.localTag} is ${idOf(image.localTag)}, from ${SOURCES[source]}.`);
}
// Whatever stands in the summary before it, a table begins after an empty line.
addSummary(`\n${rows.join("\n")}\n`);
output(
  "source",
  Object.keys(SOURCES).findLast((source) => sources.includes(source)),
);
