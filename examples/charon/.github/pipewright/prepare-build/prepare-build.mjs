// Says what this job has to build. An image that an earlier commit with the same inputs has, or that another event of this
// commit has built, is not built again: this job holds the lock of the image and commit, so what is not there now is
// built by nobody else. For what is missing it writes a bake file.
import { bakeFile, writeBakeFile } from "../lib/bake.mjs";
import { environment } from "../lib/environment.mjs";
import { readEvent } from "../lib/event.mjs";
import { copyExactly, hasPlatforms, readImage } from "../lib/images.mjs";
import { addSummary, closeGroup, code, fail, openGroup, output, require, warnOf } from "../lib/log.mjs";
import { readPlan } from "../lib/plan.mjs";
import { cacheBranch, expandTag, isDockerTag } from "../lib/tags.mjs";
import { findUnchanged } from "../lib/unchanged.mjs";

const pipeline = readPlan();
const rules = pipeline.tags;
const { GROUP: group, ENTRY: entryName, PLAN: text, GITHUB_REPOSITORY: repository } = environment;
require({ group, plan: text });
const run = JSON.parse(text);
const values = {
  version: environment.VERSION ?? run.version,
  commit: run.sha,
  created: run.created,
  branch: run.branch,
  workflow: environment.GITHUB_WORKFLOW,
  run: environment.GITHUB_RUN_ID,
};

/** The images of this group that a run of this class builds, and the jobs that do it. */
const builds = Object.entries(pipeline.builds)
  .filter(([key, build]) => build.kind === "image" && (build.bake?.group ?? key) === group)
  .flatMap(([key, build]) => (build.entries[run.class] ? [{ key, build, entries: build.entries[run.class] }] : []));
const [first] = builds;
const entry =
  first && (entryName === undefined ? first.entries[0] : first.entries.find(({ name }) => name === entryName));

/**
 * Nothing here for a run of this class: a job of a matrix that other classes need. It hands nothing on: what the job that
 * ends last has said would take the place of the others' words, but GitHub skips what is empty.
 */
if (!entry) {
  console.log(`A run of the class ${run.class} builds nothing here.`);
  process.exit(0);
}

const alone = first.entries.length === 1;
const isFresh = run.class === "nightly";
/** What is promoted may come from an earlier commit with the same inputs, which carries this one's tag. */
const anyRevision = run.class === "release";
const cached = !isFresh && run.class !== "release";
/** Images of pull requests and feature branches carry no attestations, but one that does will do for them. */
const plain = run.class === "pullRequest" || run.class === "feature";
const own = ({ build }) => (build.attested && !plain ? `${build.recipe}-attested` : build.recipe);
const recipesOf = (one) =>
  one.build.attested && plain ? [one.build.recipe, `${one.build.recipe}-attested`] : [own(one)];

const staging = run.staging.replace("{platform}", entry.name);
if (!isDockerTag(staging))
  fail("The staging tag is no Docker tag. Correct tags.staging in the config.", [`Tag: ${staging}`]);

/** An image whose inputs have not changed since an earlier commit. */
async function unchangedOf(one) {
  if (!run.push || one.build.inputs === null || isFresh || anyRevision) return undefined;
  openGroup(`Unchanged since: ${one.key}`);
  const event = readEvent();
  const found = await findUnchanged({
    build: one.build,
    needed: one.entries.flatMap(({ platforms }) => platforms),
    recipes: recipesOf(one),
    rules,
    origin: {
      class: run.class,
      branch: environment.GITHUB_HEAD_REF || environment.GITHUB_REF_NAME,
      number: event.pull_request?.number,
    },
  });
  closeGroup();
  return found;
}

/** Whether an image of this commit is there, and now has this job's staging tag. */
async function isStaged(one) {
  if (!run.push) return false;
  openGroup(`Images of ${run.sha}: ${one.key}`);
  const found = await findStaged(one);
  closeGroup();
  return found;
}

async function findStaged(one) {
  const { image } = one.build;
  for (const tag of [staging, ...run.candidates]) {
    const there = await readImage(`${image}:${tag}`);
    if (there.state === "absent") {
      console.log(`${tag}: not there`);
    } else if (there.state === "unknown") {
      warnOf("The registry cannot be asked for an image of this commit, so it is built.", [
        `Image: ${image}:${tag}`,
        `Commit: ${run.sha}`,
      ]);
      return false;
    } else if (there.revision !== run.sha && !anyRevision) {
      console.log(`${tag}: made from ${there.revision || "an unknown commit"}`);
    } else if (!hasPlatforms(there, entry.platforms)) {
      console.log(`${tag}: for ${there.platforms.join(",") || "no platform"} only`);
    } else if (!recipesOf(one).includes(there.recipe)) {
      console.log(`${tag}: made by another recipe`);
    } else if (await copyExactly(`${image}:${staging}`, there.digest, `${image}@${there.digest}`)) {
      addSummary(`${code(tag)} is an image of ${code(run.sha)} already: nothing to build (${entry.name}).`);
      return true;
    } else {
      warnOf("An image of this commit is there but cannot be given its staging tag, so it is built again.", [
        `Image: ${image}:${tag}`,
        `Staging tag: ${staging}`,
      ]);
      return false;
    }
  }
  return false;
}

/** A branch writes its own cache; so does a pull request of this repository, where the config asks for it. */
const writesCache = ({ cache }) =>
  ["main", "integration", "feature"].includes(run.class) ||
  (cache === "registry-per-branch" && run.class === "pullRequest" && run.push);

const unchanged = {};
const missing = [];
for (const one of builds) {
  const found = await unchangedOf(one);
  if (found) unchanged[one.key] = found;
  else if (!(await isStaged(one))) missing.push(one);
}

/** One job saves an archive where nothing can be pushed, or where the config wants one for runs that cannot pull. */
const savesHere = first.entries[0] === entry && cached;
const saved = savesHere ? missing.filter(({ build }) => !run.push || build.fallback) : [];
if (missing.length > 0) {
  writeBakeFile(
    bakeFile(
      missing.map((one) => ({ ...one, staging, recipe: own(one) })),
      {
        platforms: entry.platforms,
        entry: entry.name,
        tag: run.tag,
        values,
        fresh: isFresh,
        cached,
        writesCache,
        attested: !plain,
        cacheBranch: run.cacheBranch,
        mainCacheBranch: cacheBranch(rules.main, rules),
        server: environment.GITHUB_SERVER_URL,
        repository,
      },
    ),
  );
}

openGroup("What is to do");
output("alone", alone);
output("missing", missing.length > 0);
output("push", run.push && missing.length > 0);
output("save", saved.length > 0);
output("saved", saved.map(({ key }) => key).join(" "));
// Scanned is what this job publishes, or what it saves where nothing can be pushed.
output("scan", alone || (!run.push && saved.length > 0));
output("platforms", entry.platforms.join(" "));
output("staging", staging);
// Of a matrix, a job that found nothing says nothing.
if (Object.keys(unchanged).length > 0) output("images", JSON.stringify(unchanged));
closeGroup();
