// Looks for an image made from the same inputs in the history of the checked-out commit.
import { spawnSync } from "node:child_process";
import { isCommit } from "./digests.mjs";
import { hasPlatforms, readImage } from "./images.mjs";
import { addSummary, code, warnOf } from "./log.mjs";
import { branchTag, commitTag, expandTag, shortSha } from "./tags.mjs";

/** How many commits of the history are asked for at most. */
const HISTORY = 50;

const git = (...words) => spawnSync("git", words, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });

/** Globs as git understands them; one that begins with `!` excludes. */
const pathspecs = (inputs) =>
  inputs.map((glob) => (glob.startsWith("!") ? `:(top,exclude,glob)${glob.slice(1)}` : `:(top,glob)${glob}`));

/**
 * As long as the inputs are those of the commit under test, older commits are asked for; the first whose inputs differ
 * ends the search.
 *
 * @param build its part of the plan; `needed` the platforms, `recipes` those that will do
 * @param origin `{ class, branch, number }` of this run
 * @returns `{ digest, commit }`, or undefined
 */
export async function findUnchanged({ build, needed, recipes, rules, origin }) {
  if (git("rev-parse", "--is-shallow-repository").stdout.trim() !== "false") {
    warnOf("The history is not complete, so no image of it is reused. Check out with fetch-depth: 0.", []);
    return undefined;
  }
  const commits = git("rev-list", "--first-parent", "--skip=1", `--max-count=${HISTORY}`, "HEAD").stdout;
  for (const older of commits.split("\n").filter(Boolean)) {
    if (git("diff", "--quiet", older, "HEAD", "--", ...pathspecs(build.inputs)).status !== 0) {
      console.log(`The inputs changed after ${older}.`);
      return undefined;
    }
    for (const tag of tagsOf(older, rules, origin)) {
      const image = await readImage(`${build.image}:${tag}`);
      if (image.state === "absent") continue;
      if (image.state === "unknown") {
        warnOf("The registry cannot be asked for an earlier image, so this one is built.", [
          `Image: ${build.image}:${tag}`,
        ]);
        return undefined;
      }
      if (!hasPlatforms(image, needed) || !recipes.includes(image.recipe)) {
        console.log(
          `${build.image}:${tag} is for ${image.platforms.join(",") || "no platform"}, made by the recipe ${image.recipe || "none"}: not what is needed.`,
        );
        continue;
      }
      const commit = isCommit(image.revision) ? image.revision : older;
      addSummary(
        `Nothing that ${code(build.image)} is made from changed since ${code(commit)}: ${code(tag)} is used again.`,
      );
      return { digest: image.digest, commit };
    }
  }
  console.log("No image of this history will do.");
  return undefined;
}

/** The branch's own images are for itself only; what main and the releases get comes from tested commits. */
function tagsOf(commit, rules, { class: kind, branch, number }) {
  const tags = [commitTag(rules.main, commit, rules)];
  if (kind === "pullRequest" && number !== undefined)
    tags.push(expandTag(rules.patterns.pullRequest, { number: String(number), sha: shortSha(commit, rules) }));
  if ((kind === "pullRequest" || kind === "feature") && branch) tags.push(branchTag(branch, commit, rules));
  if (kind === "integration") tags.push(commitTag(branch, commit, rules));
  return [...new Set(tags)];
}
