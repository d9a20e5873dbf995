// Creates the GitHub release of a tag, or completes it. It stays a draft until every file is there, so nobody sees half a
// release, and a re-run does what is left. A file of a published release is never replaced: people have downloaded it.
import { environment } from "../lib/environment.mjs";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { githubApi } from "../lib/github.mjs";
import { filesBelow } from "../lib/files-below.mjs";
import { ask, httpError } from "../lib/http.mjs";
import { addSummary, cell, closeGroup, complain, openGroup, plain, say, setOutput } from "../lib/log.mjs";
import { readPlan } from "../lib/plan.mjs";
import { notesFile, releaseFolder } from "../lib/release-files.mjs";
import { isPassing, pause, repeat } from "../lib/repeat.mjs";

const UPLOAD_ATTEMPTS = 4;
const UPLOAD_SECONDS = 1800;
/** GitHub's limit of a release's notes, in characters. */
const LONGEST_NOTES = 125_000;
/** GitHub renames other files; then checksums.txt would name files that are not there. */
const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9._+-]*(?<!\.)$/;

const { TARGET: target, SHA: sha = "", PRERELEASE: prerelease = "", UPLOADS_URL: uploadsUrl = "" } = environment;
const { GITHUB_API_URL: apiUrl, GITHUB_REPOSITORY: repository, GITHUB_REF_NAME: tag, GH_TOKEN: token } = environment;
const { checksums, notes: hasNotes } = readPlan().publish[target];
const folder = releaseFolder();
const github = githubApi(apiUrl, token);
const releases = `/repos/${repository}/releases`;

/** What the release is to hold: names, sizes, digests, and how to read each. */
function readFiles() {
  const files = existsSync(folder) ? filesBelow(folder) : [];
  const assets = new Map();
  const add = (name, read) => {
    if (!FILE_NAME.test(name))
      throw new Error(`GitHub would rename the file ${name}. Use letters, digits and . _ + - in its name.`);
    if (assets.has(name))
      throw new Error(`Two files are named ${name}. A release has no folders, so one of them needs another name.`);
    const content = read();
    assets.set(name, {
      name,
      read,
      size: content.length,
      digest: `sha256:${createHash("sha256").update(content).digest("hex")}`,
    });
  };
  for (const file of files) add(file.split("/").at(-1), () => readFileSync(`${folder}/${file}`));
  if (checksums) {
    const lines = [...assets.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, digest }) => `${digest.slice(7)}  ${name}\n`);
    if (lines.length === 0)
      throw new Error(
        "There is no file to make checksums of. Name the release's files in the config, or leave the checksums out.",
      );
    add("checksums.txt", () => Buffer.from(lines.join("")));
  }
  return [...assets.values()];
}

function readNotes() {
  const notes = hasNotes ? readFileSync(notesFile(), "utf8") : "";
  if (notes.length <= LONGEST_NOTES) return notes;
  const end = "\n\n… (shortened: GitHub takes no longer notes)";
  return `${notes.slice(0, LONGEST_NOTES - end.length).replace(/[\ud800-\udbff]$/, "")}${end}`;
}

/** Publishing a release whose tag is gone would create the tag, at whatever commit is newest then. */
async function checkTag() {
  let object;
  try {
    ({ object } = await github.get(
      `/repos/${repository}/git/ref/tags/${tag.split("/").map(encodeURIComponent).join("/")}`,
    ));
    if (object.type === "tag") ({ object } = await github.get(`/repos/${repository}/git/tags/${object.sha}`));
  } catch (error) {
    if (error.status !== 404) throw error;
    throw new Error(`There is no tag ${tag}. Push it first; a release without it would create it somewhere.`);
  }
  if (sha !== "" && object.sha !== sha)
    throw new Error(
      `The tag ${tag} points to ${object.sha} now, and not to ${sha}, which was tested. Tags do not move: release under another one.`,
    );
}

/** The release of this tag, drafts included. */
async function findRelease() {
  const found = (await github.all(releases)).filter((release) => release.tag_name === tag);
  if (found.length > 1)
    throw new Error(
      `There are ${found.length} releases of ${tag}: ${found.map((one) => one.html_url).join(", ")}. Delete all but one, then re-run.`,
    );
  return found[0];
}

const createDraft = (content) =>
  repeat(() => github.post(releases, { tag_name: tag, draft: true, ...content }), findRelease);

const assetsOf = (release) => github.all(`${releases}/${release.id}/assets`);

/** GitHub has digests of files since June 2025. `bySize`: whether the size will do where there is none. */
const isSame = (there, asset, bySize) =>
  there.state === "uploaded" && there.size === asset.size && (there.digest ? there.digest === asset.digest : bySize);

async function send(release, asset) {
  const address = uploadsUrl === "" ? release.upload_url.replace(/\{.*$/, "") : uploadsUrl.replace("{id}", release.id);
  const headers = {
    accept: "application/vnd.github+json",
    "content-type": "application/octet-stream",
    authorization: `Bearer ${token}`,
  };
  const answer = await ask(`${address}?name=${encodeURIComponent(asset.name)}`, {
    method: "POST",
    headers,
    body: asset.read(),
    seconds: UPLOAD_SECONDS,
  });
  if (answer.status !== 201)
    throw httpError(
      `GitHub answered ${answer.status} to ${asset.name}: ${plain(answer.text).slice(0, 300)}`,
      answer.status,
    );
}

/** What is left of an upload that broke off (an asset in the state "starter") is in the way of the next one. */
async function upload(release, asset) {
  for (let attempt = 1; ; attempt += 1) {
    let problem;
    try {
      await send(release, asset);
    } catch (error) {
      problem = error;
      if (!isPassing(error) && error.status !== 422) throw error;
      await pause(attempt);
    }
    const there = (await assetsOf(release)).find(({ name }) => name === asset.name);
    if (there && isSame(there, asset, true)) return;
    if (there) await github.remove(`${releases}/assets/${there.id}`);
    if (attempt === UPLOAD_ATTEMPTS) throw problem ?? new Error(`${asset.name} does not arrive at GitHub as it is.`);
  }
}

/** Uploads what is missing; gives the names of what was sent. */
async function complete(release, assets) {
  const present = new Map((await assetsOf(release)).map((asset) => [asset.name, asset]));
  // Without a digest a draft's file is sent again, which harms nobody.
  const missing = assets.filter(
    (asset) => !present.has(asset.name) || !isSame(present.get(asset.name), asset, !release.draft),
  );
  const changed = missing.filter(({ name }) => !release.draft && present.get(name)?.state === "uploaded");
  if (changed.length > 0)
    throw new Error(
      `The release ${tag} is published, with other contents of ${changed.map(({ name }) => name).join(", ")}. Nothing is replaced that people may have downloaded: release under another tag.`,
    );
  for (const asset of missing) {
    const broken = present.get(asset.name);
    if (broken) await github.remove(`${releases}/assets/${broken.id}`);
    await upload(release, asset);
    say(`Uploaded ${asset.name}, ${asset.size} bytes, ${asset.digest}`);
  }
  return new Set(missing.map(({ name }) => name));
}

try {
  const assets = readFiles();
  const isPrerelease = prerelease === "true";
  const content = { name: tag, body: readNotes(), prerelease: isPrerelease };
  openGroup(`Release ${tag}`);
  await checkTag();
  let release = (await findRelease()) ?? (await createDraft(content));
  say(release.draft ? `Draft ${release.id}` : `The release is published already: ${release.html_url}`);
  const sent = await complete(release, assets);
  // A prerelease can never be the latest release: GitHub refuses both together.
  if (release.draft)
    release = await github.patch(`${releases}/${release.id}`, {
      ...content,
      tag_name: tag,
      draft: false,
      make_latest: isPrerelease ? "false" : "legacy",
    });
  say(`Published: ${release.html_url}`);
  closeGroup();
  setOutput("release-id", release.id);
  setOutput("url", release.html_url);
  setOutput("uploaded", sent.size);
  setOutput("kept", assets.length - sent.size);
  addSummary(
    `## Release ${cell(tag)}\n\n${plain(release.html_url)}\n\n| File | Bytes | SHA-256 | |\n| --- | --- | --- | --- |\n${assets.map(({ name, size, digest }) => `| ${cell(name)} | ${size} | ${digest.slice(7)} | ${sent.has(name) ? "uploaded" : "was there"} |`).join("\n")}\n`,
  );
} catch (error) {
  closeGroup();
  complain(`${error.message} Once that is mended, re-run the failed jobs: what is done already stays.`);
  addSummary(`❌ The release ${cell(tag)} is not complete: ${cell(error.message)}`);
  process.exitCode = 1;
}
