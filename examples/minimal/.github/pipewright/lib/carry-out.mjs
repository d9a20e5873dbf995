// Carries out what was decided of a package's versions, and says of every version why it goes or stays.
import { short } from "./decide.mjs";
import { closeGroup, complain, openGroup, say } from "./log.mjs";

/** Hosts that have said that they delete nothing: nobody asks them again. */
const refusing = new Set();

/**
 * Deletes in the order of the decisions, and prints one line a version. What something that stays refers to, and what has
 * changed since it was listed, stays as well.
 *
 * Returns `gone`, the digests that were deleted, or would have been in a dry run, and how many deletes `failed`. A registry
 * that deletes nothing at all has failed once.
 */
export async function carryOut(opened, decisions, { name, host, dryRun, now }) {
  const kept = new Set();
  const gone = new Set();
  let failed = 0;
  openGroup(`${name}: ${decisions.length} versions${dryRun ? " (dry run)" : ""}`);
  for (const decision of decisions) {
    const { version, action } = decision;
    let { reason } = decision;
    let word = action;
    if (action === "delete" && !dryRun) {
      try {
        const refusal = refusing.has(host)
          ? "this registry does not delete"
          : await removeUnchanged(opened, decision, kept);
        if (refusal) [word, reason] = ["keep", refusal];
      } catch (error) {
        [word, reason] = ["FAILED", error.message];
        failed += 1;
        if (error.refuses) refusing.add(host);
        complain(
          error.refuses
            ? `${host}: ${error.message}`
            : `${name} ${version.tags.join(" ")} ${version.digest} could not be deleted: ${error.message}`,
        );
      }
    }
    (word === "delete" ? gone : kept).add(version.digest);
    const age = version.time > 0 ? `${Math.floor((now - version.time) / 3_600_000)} h` : "age unknown";
    say(`${word.padEnd(6)} ${version.tags.join(" ") || "(no tag)"} | ${version.digest} | ${age} | ${reason}`);
  }
  closeGroup();
  return { gone, failed };
}

/** Deletes one version, unless something changed since it was listed. Says why not, or nothing when it is gone. */
async function removeUnchanged(opened, { version, after }, kept) {
  const holder = after.find((digest) => kept.has(digest));
  if (holder) return `${short(holder)} needs it and could not be deleted`;
  if (version.tags.length > 0) {
    const tags = await opened.tagsNow(version);
    if (tags.some((tag) => !version.tags.includes(tag))) return "it has got a new tag meanwhile";
  }
  return opened.remove(version);
}
