// Gives a tested image its release tags, here and in the registries that receive copies, or copies it to where a target
// publishes it: server-side, idempotent, and compared afterwards. A tag that moves goes to the newest commit of its branch
// only; what cannot be asked is answered with no, as that commit's own run moves it.
import { isCommit, isDigest } from "../lib/digests.mjs";
import { environment } from "../lib/environment.mjs";
import { githubApi } from "../lib/github.mjs";
import { copyExactly, readImage } from "../lib/images.mjs";
import { addSummary, closeGroup, code, fail, openGroup, output, plain, require, warnOf } from "../lib/log.mjs";
import { tipOf } from "../lib/newest.mjs";
import { readPlan } from "../lib/plan.mjs";
import { isDockerTag } from "../lib/tags.mjs";

const plan = readPlan();
const { BUILD: key, DIGEST: digest, SHA: sha, TAGS: tags, TARGET: target } = environment;
const { CHANNEL: channel, VERSION: version, GH_TOKEN: token } = environment;
const { GITHUB_API_URL: apiUrl, GITHUB_REF_NAME: branch, GITHUB_REPOSITORY: repository } = environment;
require({ build: key, digest, sha });
const image = plan.builds[key]?.image;
if (image === undefined) fail("plan.json has no such image. Generate the files again.", [`Build: ${key}`]);
const facts = [`Image: ${image}`, `Commit: ${sha}`];
if (!isDigest(digest)) fail("DIGEST is no digest.", [`Digest: ${digest}`, ...facts]);
if (!isCommit(sha)) fail("SHA is no full commit.", facts);

/** Where a release goes: every tag, in the registry itself and in each that receives copies of releases. */
function releaseTargets() {
  require({ tags });
  const copies = plan.release.copies.filter(({ build }) => build === key).map((copy) => copy.image);
  return tags
    .split(" ")
    .filter(Boolean)
    .flatMap((tag) => [image, ...copies].map((name) => ({ name, tag, moves: false })));
}

/** Where a target publishes. */
function publishedTargets() {
  const { names, tags: wanted } = plan.publish[target] ?? {};
  const name = names?.[key];
  if (name === undefined)
    fail("plan.json has no such target. Generate the files again.", [`Target: ${target}`, ...facts]);
  const values = { version, channel, commit: sha };
  return wanted.map(({ pattern, moves }) => ({
    name,
    moves,
    tag: pattern.replace(/\{(version|commit|channel)\}/g, (_, word) => {
      const value = values[word];
      if (value === undefined) fail(`There is no ${word} for the tag ${pattern}.`, facts);
      return value;
    }),
  }));
}

async function isNewest() {
  const tip = await tipOf(githubApi(apiUrl ?? "https://api.github.com", token), repository, branch);
  if (tip === sha) {
    console.log(`${sha} is the newest commit of ${plain(branch)}.`);
    return true;
  }
  if (tip === undefined)
    warnOf(
      "The newest commit of the branch cannot be read, so tags that move stay where they are. A re-run of this job tries again.",
      [`Branch: ${branch}`, ...facts],
    );
  else {
    console.log(`${plain(branch)} has moved on to ${tip}.`);
    addSummary(`${code(branch)} has moved on to ${code(tip)}: tags that move are left to that commit's run.`);
  }
  return false;
}

const all = target === undefined ? releaseTargets() : publishedTargets();
for (const { tag } of all) if (!isDockerTag(tag)) fail("This is no Docker tag.", [`Tag: ${tag}`, ...facts]);

openGroup(`Copy ${image}`);
const stays = token !== undefined && all.some(({ moves }) => moves) && !(await isNewest());
const targets = all.filter(({ moves }) => !(stays && moves));
for (const { name, tag } of targets) {
  if (!(await copyExactly(`${name}:${tag}`, digest, `${image}@${digest}`)))
    fail(
      `The image cannot be published as ${name}:${tag}. Once the registry works again, re-run the failed jobs: what is done already stays.`,
      [`Digest: ${digest}`, ...facts],
    );
}
const [first] = targets;
if (first && (await readImage(`${first.name}@${digest}`)).state !== "there")
  fail("The registry does not give back what was published. Re-run the failed jobs.", [`Digest: ${digest}`, ...facts]);
output("copied", targets.length > 0);
closeGroup();
for (const name of new Set(targets.map((one) => one.name))) {
  const given = targets.filter((one) => one.name === name).map(({ tag }) => tag);
  addSummary(`Published ${code(`${name}@${digest}`)} as ${given.join(" ")}`);
}
