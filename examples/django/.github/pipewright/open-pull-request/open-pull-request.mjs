// Proposes the newest digest of a base image as a pull request: one commit on top of the main branch, and one pull request,
// which a re-run updates. Where everything is up to date, nothing happens.
import { environment } from "../lib/environment.mjs";
import { githubApi } from "../lib/github.mjs";
import { addSummary, cell, closeGroup, complain, openGroup, plain, say, setOutput, warn } from "../lib/log.mjs";
import { checkPin, pinImage } from "../lib/pins.mjs";
import { readPlan } from "../lib/plan.mjs";
import { repeat } from "../lib/repeat.mjs";

const NOTE =
  "Checks do not start by themselves here, because the workflow's own token opened this pull request. Close it and open it again to start them.";

const plan = readPlan();
const base = plan.tags.main;
const { BASE: key, DIGEST: digest, TAG: newTag } = environment;
const { GITHUB_API_URL: apiUrl, GITHUB_REPOSITORY: repository, GH_TOKEN: token } = environment;
const github = githubApi(apiUrl, token);
const git = `/repos/${repository}/git`;

const refPath = (name) => name.split("/").map(encodeURIComponent).join("/");
const post = (path, content) => repeat(() => github.post(path, content));

/** Where the image is named, and what shall stand there. */
function readPins({ branch, image, ownToken, pins: files }) {
  const pins = files.map((file) => ({ file, image, digest, newTag }));
  pins.forEach(checkPin);
  if (!/^[A-Za-z0-9_][A-Za-z0-9_./-]*$/.test(branch) || /\.\.|\/\/|[./]$|\.lock(\/|$)/.test(branch) || branch === base)
    throw new Error(`The branch ${branch} cannot hold the proposal: it needs a name of its own.`);
  const workflow = pins.find(({ file }) => file.startsWith(".github/workflows/"));
  if (ownToken && workflow)
    throw new Error(
      `The workflow's own token may not change ${workflow.file}. Give this job the token of an app that may write workflows.`,
    );
  return pins;
}

async function tipOf(name) {
  try {
    return (await github.get(`${git}/ref/heads/${refPath(name)}`)).object.sha;
  } catch (error) {
    if (error.status === 404) return undefined;
    throw error;
  }
}

/** The entry of a file in a commit's tree. A link or a submodule is none. */
async function entryOf(tree, file) {
  let sha = tree;
  const parts = file.split("/");
  for (const [index, part] of parts.entries()) {
    const entry = (await github.get(`${git}/trees/${sha}`)).tree.find(({ path }) => path === part);
    const wanted = index === parts.length - 1 ? ["100644", "100755"] : ["040000"];
    if (!entry || !wanted.includes(entry.mode)) throw new Error(`There is no file ${file} on ${base}.`);
    if (index === parts.length - 1) return entry;
    sha = entry.sha;
  }
  throw new Error(`There is no file ${file} on ${base}.`);
}

/** The files that change, as entries of a tree; each is read and written once, byte for byte but for the digests. */
async function changedFiles(tree, pins) {
  const changed = [];
  for (const file of new Set(pins.map((pin) => pin.file))) {
    const { mode, sha } = await entryOf(tree, file);
    // In Latin-1 every byte is one character, so what is not UTF-8 stays what it is.
    const before = Buffer.from((await github.get(`${git}/blobs/${sha}`)).content, "base64").toString("latin1");
    let text = before;
    for (const pin of pins.filter((one) => one.file === file)) {
      const result = pinImage(text, pin);
      if (result.references === 0)
        warn(`${file} holds no reference to ${pin.image} with a tag or digest, so there is nothing to pin.`);
      text = result.text;
    }
    if (text === before) continue;
    const blob = await post(`${git}/blobs`, {
      content: Buffer.from(text, "latin1").toString("base64"),
      encoding: "base64",
    });
    say(`${file} changes.`);
    changed.push({ path: file, mode, type: "blob", sha: blob.sha });
  }
  return changed;
}

/** Puts the commit on the branch, unless the same change of the same base stands there already. */
async function pushCommit(branch, baseTip, tree, message) {
  const tip = await tipOf(branch);
  if (tip !== undefined) {
    const there = await github.get(`${git}/commits/${tip}`);
    if (there.tree.sha === tree && there.parents.length === 1 && there.parents[0].sha === baseTip) return tip;
  }
  const { sha } = await post(`${git}/commits`, { message, tree, parents: [baseTip] });
  if (tip === undefined)
    await repeat(
      () => github.post(`${git}/refs`, { ref: `refs/heads/${branch}`, sha }),
      async () => ((await tipOf(branch)) === sha ? sha : undefined),
    );
  else await github.patch(`${git}/refs/heads/${refPath(branch)}`, { sha, force: true });
  return sha;
}

async function findPull(branch) {
  const head = `${repository.split("/")[0]}:${branch}`;
  return (
    await github.all(
      `/repos/${repository}/pulls?state=open&head=${encodeURIComponent(head)}&base=${encodeURIComponent(base)}`,
    )
  )[0];
}

async function openPull(branch, title, body) {
  const find = () => findPull(branch);
  const open = await find();
  if (open && open.title === title && open.body === body) return open;
  if (open) return github.patch(`/repos/${repository}/pulls/${open.number}`, { title, body });
  try {
    return await repeat(() => github.post(`/repos/${repository}/pulls`, { title, body, head: branch, base }), find);
  } catch (error) {
    if (error.status !== 403) throw error;
    throw new Error(
      `${error.message} Allow it under Settings > Actions > General > Workflow permissions, or give this job the token of an app.`,
    );
  }
}

async function propose() {
  const planned = plan.bases[key];
  if (planned === undefined) throw new Error(`The plan knows no base image ${key}.`);
  const { branch, ownToken } = planned;
  const pins = readPins(planned);
  const title = `Build on the newest ${key}`;
  const baseTip = await tipOf(base);
  if (baseTip === undefined) throw new Error(`There is no branch ${base}.`);
  const { tree } = await github.get(`${git}/commits/${baseTip}`);
  const changed = await changedFiles(tree.sha, pins);
  setOutput("changed", changed.length > 0);
  if (changed.length === 0) {
    say("Everything is up to date.");
    addSummary("Every pinned image is up to date.");
    return;
  }
  const proposed = await post(`${git}/trees`, { base_tree: tree.sha, tree: changed });
  const commit = await pushCommit(branch, baseTip, proposed.sha, title);
  const list = pins
    .filter(({ file }) => changed.some(({ path }) => path === file))
    .map(({ file, image }) => `- \`${file.replaceAll("`", "'")}\`: \`${image}:${newTag}@${digest}\``);
  const pull = await openPull(branch, title, `${list.join("\n")}${ownToken ? `\n\n${NOTE}` : ""}`);
  setOutput("number", pull.number);
  setOutput("url", pull.html_url);
  setOutput("commit", commit);
  say(`Pull request ${pull.number}: ${pull.html_url}`);
  if (ownToken) warn(NOTE);
  addSummary(`Proposed: ${cell(title)}, ${plain(pull.html_url)}${ownToken ? `\n\n${NOTE}` : ""}`);
}

try {
  openGroup("Pinned images");
  await propose();
  closeGroup();
} catch (error) {
  closeGroup();
  complain(`The newer images cannot be proposed. ${error.message}`);
  addSummary(`❌ The newer images cannot be proposed: ${cell(error.message)}`);
  process.exitCode = 1;
}
