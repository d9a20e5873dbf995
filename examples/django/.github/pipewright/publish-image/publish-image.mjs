// Gives images their tags: server-side, idempotent, and compared afterwards. An image is one digest, or is merged from what
// several jobs have staged. Adding a tag twice changes nothing, so a re-run is safe.
import { isDigest } from "../lib/digests.mjs";
import { environment } from "../lib/environment.mjs";
import { copyExactly, copyImage, findManifest, hasPlatforms, readImage } from "../lib/images.mjs";
import { addSummary, closeGroup, code, fail, openGroup, output, require, warnOf } from "../lib/log.mjs";
import { findOversize } from "../lib/image-size.mjs";
import { readPlan } from "../lib/plan.mjs";
import { isDockerTag } from "../lib/tags.mjs";

const pipeline = readPlan();
const { GROUP: group, PLAN: text, IMAGES: known = "{}", GITHUB_EVENT_NAME: event, GITHUB_REF_NAME: ref } = environment;
require({ group, plan: text });
const run = JSON.parse(text);
const unchanged = JSON.parse(known);
const builds = Object.entries(pipeline.builds).filter(
  ([key, build]) => build.kind === "image" && (build.bake?.group ?? key) === group && build.entries[run.class],
);

/** The channel that a build moves by itself, where the config wants that and not a move after the tests. */
const channel = pipeline.movesAtBuild.find(({ of }) =>
  of === "nightly" ? run.class === "nightly" : event === "push" && ref === of && run.class !== "release",
);
const tags = [run.tag, ...(channel ? [channel.tag] : [])];
for (const tag of tags) if (!isDockerTag(tag)) fail("This is no Docker tag.", [`Tag: ${tag}`]);

const images = {};
for (const [key, build] of builds) images[key] = await publish(key, build);
const [first] = Object.values(images);
output("digest", first?.digest ?? "");
output("commit", first?.commit ?? "");
output("created", first?.created ?? "");
output("images", JSON.stringify(images));

// What is too large is known by its digest all the same, so that its tags can be taken back.
const oversize = [];
for (const [key, { image, maxBytes }] of builds)
  if (maxBytes !== null) oversize.push(...(await findOversize(image, images[key].digest, maxBytes)));
if (oversize.length > 0) fail("The image is larger than it may be.", oversize);

async function publish(key, build) {
  const { image } = build;
  const facts = [`Image: ${image}`, `Tags: ${tags.join(" ")}`, `Commit: ${run.sha}`];
  openGroup(`Publish ${image}`);
  const digest = unchanged[key] ? knownDigest(unchanged[key].digest, facts) : await builtDigest(build, facts);
  const copies = (channel?.copies ?? []).filter((copy) => copy.build === key).map((copy) => copy.image);
  for (const target of [...tags.map((tag) => `${image}:${tag}`), ...copies]) {
    if (!(await copyExactly(target, digest, `${image}@${digest}`)))
      fail(
        `The image cannot be published as ${target}. Once the registry works again, re-run the failed jobs: what is done already stays.`,
        [`Digest: ${digest}`, ...facts],
      );
  }
  const published = await readImage(`${image}@${digest}`);
  if (published.state !== "there")
    fail("The registry does not give back what was published. Re-run the failed jobs.", [
      `Digest: ${digest}`,
      ...facts,
    ]);
  closeGroup();
  addSummary(`Published ${code(`${image}@${digest}`)} as ${tags.join(" ")}`);
  for (const name of build.mirrors) await mirror(name, image, digest, facts);
  for (const copy of copies) addSummary(`Copied to ${code(copy)}`);
  return { digest, commit: unchanged[key]?.commit ?? run.sha, created: published.created };
}

function knownDigest(digest, facts) {
  if (!isDigest(digest)) fail("DIGEST is no digest.", [`Digest: ${digest}`, ...facts]);
  return digest;
}

/** What the jobs of this run have staged: one image, or one that is merged from all of them. */
async function builtDigest({ image, entries }, facts) {
  const digests = new Set();
  for (const { name } of entries[run.class]) {
    const staging = run.staging.replace("{platform}", name);
    const staged = await findManifest(`${image}:${staging}`);
    if (staged.state === "absent")
      fail(`The image of ${name} is gone from the registry. Re-run all jobs of the build.`, [
        `Staging tag: ${staging}`,
        ...facts,
      ]);
    if (staged.state === "unknown")
      fail(
        `The registry cannot be asked for the image of ${name}. Once it works again, re-run the failed jobs.`,
        facts,
      );
    console.log(`${name}: ${staged.digest}`);
    digests.add(staged.digest);
  }
  const [only, ...others] = digests;
  if (only === undefined) fail("No job has built an image.", facts);
  if (others.length === 0) return only;
  const target = `${image}:${run.tag}`;
  if (
    !(await copyImage(
      target,
      [...digests].map((digest) => `${image}@${digest}`),
    ))
  )
    fail(
      "The platforms cannot be merged into one image. Once the registry works again, re-run the failed jobs.",
      facts,
    );
  const merged = await readImage(target);
  if (merged.state !== "there") fail("The registry does not give back what was merged. Re-run the failed jobs.", facts);
  const needed = entries[run.class].flatMap(({ platforms }) => platforms);
  if (!hasPlatforms(merged, needed))
    fail("The merged image lacks platforms.", [
      `Needed: ${needed.join(",")}`,
      `There: ${merged.platforms.join(",")}`,
      ...facts,
    ]);
  return merged.digest;
}

/** A registry that stands in when the first one fails: trouble there is a warning. */
async function mirror(name, image, digest, facts) {
  openGroup(`Mirror to ${name}`);
  let done = true;
  for (const tag of tags) done &&= await copyExactly(`${name}:${tag}`, digest, `${image}@${digest}`);
  closeGroup();
  if (done) {
    addSummary(`Mirrored to ${code(name)}`);
    return;
  }
  warnOf(`The mirror ${name} did not take the image, and cannot stand in for it. A re-run of this job tries again.`, [
    `Digest: ${digest}`,
    ...facts,
  ]);
  addSummary(`⚠️ Not mirrored to ${code(name)}`);
}
