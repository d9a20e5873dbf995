// The record of what was built, which the consumers of this repository's own runs read. Where several jobs have built, it is
// a gate as well: it fails unless all of them did their work.
import { writeFileSync } from "node:fs";
import { isCommit, isDigest } from "../lib/digests.mjs";
import { environment } from "../lib/environment.mjs";
import { addSummary, closeGroup, code, fail, openGroup, require } from "../lib/log.mjs";
import { refuseFailures } from "../lib/needs.mjs";
import { readPlan } from "../lib/plan.mjs";

const { NEEDS: needed, IMAGES: known = "{}", PLAN: text, RUNNER_TEMP: temp } = environment;
const needs = needed ? JSON.parse(needed) : undefined;
if (needs) refuseFailures(needs);
require({ plan: text });
const run = JSON.parse(text);

/** What the jobs hand on, each of its own images; nothing where an image could not be pushed. */
const images = Object.assign(
  {},
  JSON.parse(known),
  ...Object.values(needs ?? {}).map(({ outputs }) => JSON.parse(outputs?.images || "{}")),
);

const builds = Object.fromEntries(
  Object.entries(readPlan().builds).flatMap(([key, build]) => {
    if (build.kind === "files")
      return run.class === "release" ? [] : [[key, { kind: "files", artifact: build.artifact }]];
    return build.entries[run.class] ? [[key, imageRecord(key, build)]] : [];
  }),
);

function imageRecord(key, { image }) {
  const { digest = "", commit = "" } = images[key] ?? {};
  if ((digest !== "" && !isDigest(digest)) || (commit !== "" && !isCommit(commit)) || (digest !== "" && commit === ""))
    fail(`The build ${key} has an unusable digest or commit.`, [`Digest: ${digest}`, `Commit: ${commit}`]);
  return { kind: "image", image, digest, sourceCommit: commit || run.sha };
}

const record = { version: 1, class: run.class, tag: run.tag, commit: run.sha, builds };
openGroup("Record");
console.log(JSON.stringify(record, null, 2));
closeGroup();
writeFileSync(`${temp}/build-record.json`, JSON.stringify(record, null, 2));
addSummary("\n| Build | Result |\n| --- | --- |");
for (const [key, build] of Object.entries(builds)) addSummary(`| ${code(key)} | ${code(whatIs(build))} |`);

function whatIs({ kind, artifact, image, digest }) {
  if (kind === "files") return `artifact ${artifact}`;
  return digest === "" ? "artifact only" : `${image}@${digest}`;
}
