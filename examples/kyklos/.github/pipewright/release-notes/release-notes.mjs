// Writes the notes and the changelog of a release from the commits since the release before: conventional commits by their
// kind, breaking changes first, everything else under Other. What commits say is shown and never obeyed: their words make
// no mention, no markup and no link but to issues of this repository.
//
// A release never waits for its notes: where they cannot be made, a template is written, and the step ends well.
//
// The folder is a checkout with the whole history and its tags.
import { environment } from "../lib/environment.mjs";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { grouped, readCommit, withoutReverted } from "../lib/conventional.mjs";
import { say, setOutput, warn } from "../lib/log.mjs";
import { codeSpan, prose, proseWithIssues } from "../lib/markdown.mjs";
import { readPlan } from "../lib/plan.mjs";
import { changelogFile, notesFile } from "../lib/release-files.mjs";
import { compareVersions, versionOf } from "../lib/semver.mjs";

/** GitHub takes 125,000 characters as the text of a release. */
const LONGEST_NOTES = 100_000;
const { GITHUB_REF_NAME: tag = "", GITHUB_REPOSITORY: repository, GITHUB_SERVER_URL: server } = environment;
/** Which tags are releases, such as v* or chart-*. */
const glob = readPlan().release?.tags ?? "v*";
const address = `${server}/${repository}`;

const git = (...words) =>
  execFileSync("git", ["--no-pager", ...words], {
    encoding: "utf8",
    maxBuffer: 256_000_000,
    stdio: ["ignore", "pipe", "pipe"],
  });
const reference = (name) => `refs/tags/${name}`;
/** A tag as part of an address, in which parentheses would end a Markdown link. */
const encoded = (name) => encodeURIComponent(name).replace(/[()]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
const compareAddress = (previous) =>
  previous === "" ? `${address}/commits/${encoded(tag)}` : `${address}/compare/${encoded(previous)}...${encoded(tag)}`;

function checkTag(name) {
  try {
    git("check-ref-format", reference(name));
    git("rev-parse", "--verify", "--quiet", `${reference(name)}^{commit}`);
  } catch {
    throw new Error(`there is no tag ${name} here. Check out with fetch-depth: 0 and fetch-tags`);
  }
}

/** The release that users had before: by version, not by date, since an older line may have been mended later. */
function findPrevious() {
  const prefix = glob.split(/[*?[]/)[0];
  const read = (name) => versionOf(name, prefix) ?? versionOf(name, `${prefix}v`);
  const own = read(tag);
  const reachable = git(
    "for-each-ref",
    `--merged=${reference(tag)}`,
    "--format=%(refname:strip=2)",
    `refs/tags/${glob}`,
  ).split("\n");
  if (!own) throw new Error(`${tag} names no version of the pattern ${glob}, so the release before it is unknown`);
  const versions = reachable
    .map((name) => ({ name, version: read(name) }))
    .filter(({ name, version }) => version && name !== tag && compareVersions(version, own) < 0);
  const fit = versions.filter(({ version }) => own.prerelease.length > 0 || version.prerelease.length === 0);
  return fit.sort((a, b) => compareVersions(b.version, a.version))[0]?.name ?? "";
}

function readCommits(previous) {
  if (git("rev-parse", "--is-shallow-repository").trim() === "true")
    throw new Error("the checkout does not have the whole history. Check out with fetch-depth: 0");
  const range = previous === "" ? [reference(tag)] : [reference(tag), `^${reference(previous)}`];
  // With -z the fields and commits are all parted by NUL, which no message can hold.
  const fields = git(
    "-c",
    "log.showSignature=false",
    "log",
    "-z",
    "--no-merges",
    "--no-color",
    "--format=%H%x00%aN%x00%B",
    ...range,
    "--",
  ).split("\0");
  const commits = [];
  for (let at = 0; at + 2 < fields.length; at += 3)
    commits.push({ sha: fields[at].trim(), author: fields[at + 1], ...readCommit(fields[at + 2].trim()) });
  return withoutReverted(commits);
}

const commitLink = ({ sha }) => `[${codeSpan(sha.slice(0, 7))}](${address}/commit/${sha})`;
const scoped = ({ scope }) => (scope === undefined ? "" : `**${prose(scope, 60)}:** `);

function line(commit, withAuthor) {
  const named = proseWithIssues(commit.subject, address);
  const issues = [...new Set(commit.issues)]
    .filter((number) => !named.includes(`/issues/${number})`))
    .slice(0, 10)
    .map((number) => `[#${number}](${address}/issues/${number})`);
  return `- ${scoped(commit)}${named} (${commitLink(commit)})${issues.length > 0 ? `, ${issues.join(", ")}` : ""}${withAuthor ? ` by ${prose(commit.author, 80)}` : ""}`;
}

function contributors(commits) {
  const names = new Map();
  for (const { author, coAuthors } of commits)
    for (const name of [author, ...coAuthors])
      if (!/\[bot\]$/i.test(name) && name.trim() !== "")
        names.set(name.toLowerCase(), names.get(name.toLowerCase()) ?? name);
  return [...names.values()].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
}

function breakingLines(commits) {
  const lines = commits.flatMap((commit) =>
    commit.breaking.map((text) => `- ${scoped(commit)}${proseWithIssues(text, address, 1000)} (${commitLink(commit)})`),
  );
  return lines.length > 0 ? ["## ⚠ Breaking changes", "", ...lines, ""] : [];
}

const section = ({ title, commits }, withAuthor) => [
  `## ${title}`,
  "",
  ...commits.map((commit) => line(commit, withAuthor)),
  "",
];

function notes(commits, previous) {
  const groups = grouped(commits);
  const inner = groups.filter((group) => !group.notes).reduce((count, group) => count + group.commits.length, 0);
  const people = contributors(commits).map((name) => prose(name, 80));
  return [
    ...breakingLines(commits),
    ...groups.filter((group) => group.notes).flatMap((group) => section(group, false)),
    ...(commits.length === 0 ? ["Nothing has changed in the code.", ""] : []),
    ...(inner > 0 ? [`And ${inner} ${inner === 1 ? "change" : "changes"} to documentation, tests and tools.`, ""] : []),
    ...(people.length > 0 ? ["## Contributors", "", people.join(", "), ""] : []),
    `[All changes${previous === "" ? "" : ` since ${prose(previous)}`}](${compareAddress(previous)})`,
  ];
}

function changelog(commits, previous) {
  const date = git("log", "-1", "--format=%cs", reference(tag), "--").trim();
  return [
    `# ${prose(tag)} (${date})`,
    "",
    `[All changes](${compareAddress(previous)})`,
    "",
    ...breakingLines(commits),
    ...grouped(commits).flatMap((group) => section(group, true)),
  ];
}

/** What a person fills in, where nothing could be read. */
function template() {
  return [
    "<!-- The notes could not be made from the commits. Fill this in. -->",
    "",
    "## ⚠ Breaking changes",
    "",
    "- None known.",
    "",
    "## Features",
    "",
    "- ",
    "",
    "## Fixes",
    "",
    "- ",
    "",
    `[All changes](${compareAddress("")})`,
  ];
}

/** Whole lines only: half a link would swallow what follows. */
function cut(lines) {
  let length = 0;
  const shown = lines.filter((text) => (length += text.length + 1) <= LONGEST_NOTES);
  return shown.length === lines.length
    ? lines
    : [...shown, "", "There are more changes than fit here.", "", lines.at(-1)];
}

function write(file, lines) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${lines.join("\n").trimEnd()}\n`);
}

try {
  checkTag(tag);
  const previous = findPrevious();
  const commits = readCommits(previous);
  const [made, whole] = [cut(notes(commits, previous)), changelog(commits, previous)];
  write(notesFile(), made);
  write(changelogFile(tag), whole);
  say(`${tag}: ${commits.length} commits since ${previous || "the beginning"}`);
  setOutput("fallback", false);
  setOutput("previous-tag", previous);
  setOutput("commits", commits.length);
  setOutput("breaking", commits.filter(({ breaking }) => breaking.length > 0).length);
} catch (error) {
  const reason = String(error.stderr ?? "").trim() || error.message;
  warn(
    `The release notes could not be made from the commits: ${reason}. A template stands in for them; fill it in on the release's page.`,
  );
  setOutput("fallback", true);
  try {
    write(notesFile(), template());
    write(changelogFile(tag), template());
  } catch (problem) {
    warn(`The template could not be written either: ${problem.message}`);
  }
}
