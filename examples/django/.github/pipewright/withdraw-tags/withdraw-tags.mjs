// Takes back the tags that the build of one commit gave, once its required tests have failed: nobody shall find an image by
// them that did not pass. A version whose tags all go is deleted with what only it refers to; one that others use keeps its
// digest and its other tags. A tag that has moved to another image meanwhile is not this commit's any more.
//
// The step's environment holds what the registry is asked with: REGISTRY_USERNAME and REGISTRY_PASSWORD, or Amazon's
// variables.
import { environment } from "../lib/environment.mjs";
import { carryOut } from "../lib/carry-out.mjs";
import { decide, onlyTheseTags, withoutAge } from "../lib/decide.mjs";
import { addSummary, cell, complain, say, setOutput } from "../lib/log.mjs";
import { packageOf } from "../lib/packages.mjs";
import { readPlan } from "../lib/plan.mjs";
import { matchesAny } from "../lib/tags.mjs";
import { openPackage } from "../lib/versions.mjs";

const plan = readPlan();
const { released } = plan.packages;
const { TAG: tag, DIGESTS: digests = "" } = environment;
const dryRun = environment.DRY_RUN === "true";
const total = { withdrawn: 0, kept: 0, failed: 0 };
const rows = [];

function report(name, tag, outcome, text) {
  total[outcome] += 1;
  rows.push(`| ${cell(name)} | ${cell(tag)} | ${cell(text)} |`);
  if (outcome === "failed")
    complain(`${name}:${tag} could not be taken back: ${text}. Nobody should use it: its tests have failed.`);
  else say(`${name}:${tag}: ${text}`);
}

/** Takes one tag from a version that stays, if it is still there. */
async function takeAway(opened, name, version, { tag, digest }) {
  if (!(await opened.tagsNow(version)).includes(tag))
    return report(name, tag, "kept", `it has moved from ${digest} to another image meanwhile`);
  const left = await opened.removeTag(version, tag);
  return report(name, tag, "withdrawn", left ?? "taken away; others use the image itself");
}

async function withdraw(name, wanted) {
  const [first] = wanted;
  const opened = openPackage(first, plan.packages);
  const { versions, manifests } = await opened.list();
  const holderOf = ({ tag }) => versions.find(({ tags }) => tags.includes(tag));
  const due = wanted.filter((image) => {
    const version = holderOf(image);
    if (matchesAny(released, image.tag)) report(name, image.tag, "kept", "it is protected");
    else if (!version) report(name, image.tag, "withdrawn", "it is not there (any more)");
    else if (version.digest !== image.digest)
      report(name, image.tag, "kept", `it belongs to ${version.digest} and not to ${image.digest}`);
    else return true;
    return false;
  });
  const policy = onlyTheseTags(
    due.map(({ tag }) => tag),
    released,
    "withdrawn",
  );
  const decisions = decide(withoutAge(versions), manifests, policy, Date.now(), { active: false, commits: [] });
  const { gone } = await carryOut(
    opened,
    decisions.filter(({ action }) => action === "delete"),
    { name, host: first.host, dryRun, now: Date.now() },
  );
  for (const image of due) {
    const version = holderOf(image);
    try {
      if (dryRun)
        report(
          name,
          image.tag,
          "kept",
          gone.has(version.digest) ? "it would be deleted with its image" : "it would be taken away",
        );
      else if (gone.has(version.digest)) report(name, image.tag, "withdrawn", "deleted with its image");
      else await takeAway(opened, name, version, image);
    } catch (error) {
      report(name, image.tag, "failed", error.message);
    }
  }
}

/** The tag of each image that was built, as `app=sha256:…` names them. */
const images = digests.split("\n").flatMap((line) => {
  const [build, digest] = line.split("=");
  return build in plan.builds ? [{ ...packageOf(plan.builds[build].image), tag, digest }] : [];
});

const packages = new Map();
for (const image of images) {
  const name = `${image.host}/${image.repository}`;
  packages.set(name, [...(packages.get(name) ?? []), image]);
}
for (const [name, wanted] of packages) {
  try {
    await withdraw(name, wanted);
  } catch (error) {
    for (const { tag } of wanted) report(name, tag, "failed", error.message);
  }
}

addSummary(`## Tags taken back

The required tests of this commit have failed${dryRun ? "; **this is a dry run**" : ""}.

| Image | Tag | What became of it |
|---|---|---|
${rows.join("\n")}
`);
setOutput("withdrawn", total.withdrawn);
setOutput("kept", total.kept);
setOutput("failed", total.failed);
if (total.failed > 0) process.exitCode = 1;
