// The tag algorithm: which tag a build gets, and which class a tag belongs to. The compiler imports it as well, so that
// there is one.
//
// @ts-check

/**
 * What the programs read of the plan: the patterns as they are configured, and alternatives of anchored expressions.
 *
 * @typedef {object} TagRules
 * @property {number} shaLength how many characters of a commit stand in a tag
 * @property {string} main the main branch
 * @property {readonly string[]} integration what the integration branches match, as GitHub's own filter does
 * @property {readonly string[]} longLivedSlugs what a long-lived branch is in the tag of its layers
 * @property {Readonly<Record<string, string>>} patterns by class: `pr-{number}-{sha}`
 * @property {readonly string[]} reservedBranches what a sanitised branch may not read as
 * @property {readonly string[]} otherClasses tags of any class but a branch's
 */

/** The longest tag that the OCI distribution specification allows. */
export const TAG_LENGTH = 128;

/** So often a branch may get the prefix before the patterns are called unusable. One is enough with sensible patterns. */
const MOST_PREFIXES = 4;

/** A Docker tag, by the OCI distribution specification ("Pulling manifests": a reference as a tag). */
export const DOCKER_TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** @param {string} tag */
export const isDockerTag = (tag) => DOCKER_TAG.test(tag);

/**
 * One expression of several alternatives, anchored at both ends; without any it matches nothing but an empty string.
 *
 * @param {readonly string[]} alternatives
 */
export const anyOf = (alternatives) => (alternatives.length === 0 ? "^$" : `^(${alternatives.join("|")})$`);

/**
 * @param {readonly string[]} alternatives
 * @param {string} text
 */
export const matchesAny = (alternatives, text) => new RegExp(anyOf(alternatives)).test(text);

/**
 * Without what no tag may begin or end with.
 *
 * @param {string} text
 */
export const trimTag = (text) => text.replace(/^[.-]+/, "").replace(/[.-]+$/, "");

/**
 * Makes a branch name fit for a Docker tag: ASCII lower case, everything outside `[a-z0-9._-]` becomes `-`.
 *
 * @param {string} name
 * @param {number} suffixLength how many characters of the tag are not the branch
 */
export function sanitizeBranch(name, suffixLength) {
  const dashed = name
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/-+/g, "-");
  return trimTag(trimTag(dashed).slice(0, Math.max(0, TAG_LENGTH - suffixLength))) || "branch";
}

/**
 * Replaces the placeholders of a tag pattern. One without a value is an error of the caller.
 *
 * @param {string} pattern
 * @param {Readonly<Record<string, string | undefined>>} values
 */
export function expandTag(pattern, values) {
  return pattern.replace(/\{([a-z]+)\}/g, (placeholder, key) => {
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    if (value === undefined)
      throw new Error(`The tag pattern "${pattern}" holds ${placeholder}, which has no value here.`);
    return value;
  });
}

/**
 * The first characters of a commit, as many as the config says.
 *
 * @param {string} sha
 * @param {Pick<TagRules, "shaLength">} rules
 */
export const shortSha = (sha, rules) => sha.slice(0, rules.shaLength);

/**
 * The tag of a push to a branch. It never reads as a tag of another class.
 *
 * @param {string} name
 * @param {string} sha
 * @param {TagRules} rules
 */
export function branchTag(name, sha, rules) {
  const pattern = rules.patterns.branch ?? "";
  const values = { sha: shortSha(sha, rules) };
  const suffixLength = expandTag(pattern, { ...values, branch: "" }).length;
  let branch = sanitizeBranch(name, suffixLength);
  for (let prefixes = 0; prefixes <= MOST_PREFIXES; prefixes++) {
    const tag = expandTag(pattern, { ...values, branch });
    if (!matchesAny(rules.reservedBranches, branch) && !matchesAny(rules.otherClasses, tag)) return tag;
    branch = sanitizeBranch(`branch-${branch}`, suffixLength);
  }
  throw new Error(
    `The tag pattern "${pattern}" gives the branch ${JSON.stringify(name)} a tag that reads as another class, whatever the prefix.`,
  );
}

/**
 * The tag of a push to a long-lived branch.
 *
 * @param {string} branch
 * @param {string} sha
 * @param {TagRules} rules
 */
export const commitTag = (branch, sha, rules) =>
  expandTag(rules.patterns.commit ?? "", { sha: shortSha(sha, rules), branch: sanitizeBranch(branch, 0) });

/**
 * Whether a branch's images are kept like main's.
 *
 * @param {string} branch
 * @param {Pick<TagRules, "main" | "integration">} rules
 */
export const isLongLived = (branch, { main, integration }) =>
  branch === main || (integration.length > 0 && matchesAny(integration, branch));

/** So many characters of a cache's tag are not the branch, at most. */
export const CACHE_SUFFIX_LENGTH = 48;

/**
 * The branch as it stands in the tags of its layers. No other branch reads as a long-lived one.
 *
 * @param {string} name
 * @param {TagRules} rules
 */
export function cacheBranch(name, rules) {
  const slug = sanitizeBranch(name, CACHE_SUFFIX_LENGTH);
  return !isLongLived(name, rules) && matchesAny(rules.longLivedSlugs, slug) ? `branch-${slug}` : slug;
}
