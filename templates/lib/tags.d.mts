export type TagRules = {
  /**
   * how many characters of a commit stand in a tag
   */
  shaLength: number;
  /**
   * the main branch
   */
  main: string;
  /**
   * what the integration branches match, as GitHub's own filter does
   */
  integration: readonly string[];
  /**
   * what a long-lived branch is in the tag of its layers
   */
  longLivedSlugs: readonly string[];
  /**
   * by class: `pr-{number}-{sha}`
   */
  patterns: Readonly<Record<string, string>>;
  /**
   * what a sanitised branch may not read as
   */
  reservedBranches: readonly string[];
  /**
   * tags of any class but a branch's
   */
  otherClasses: readonly string[];
};
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
export declare const TAG_LENGTH = 128;
/** A Docker tag, by the OCI distribution specification ("Pulling manifests": a reference as a tag). */
export declare const DOCKER_TAG: RegExp;
/** @param {string} tag */
export declare const isDockerTag: (tag: string) => boolean;
/**
 * One expression of several alternatives, anchored at both ends; without any it matches nothing but an empty string.
 *
 * @param {readonly string[]} alternatives
 */
export declare const anyOf: (alternatives: readonly string[]) => string;
/**
 * @param {readonly string[]} alternatives
 * @param {string} text
 */
export declare const matchesAny: (alternatives: readonly string[], text: string) => boolean;
/**
 * Without what no tag may begin or end with.
 *
 * @param {string} text
 */
export declare const trimTag: (text: string) => string;
/**
 * Makes a branch name fit for a Docker tag: ASCII lower case, everything outside `[a-z0-9._-]` becomes `-`.
 *
 * @param {string} name
 * @param {number} suffixLength how many characters of the tag are not the branch
 */
export declare function sanitizeBranch(name: string, suffixLength: number): string;
/**
 * Replaces the placeholders of a tag pattern. One without a value is an error of the caller.
 *
 * @param {string} pattern
 * @param {Readonly<Record<string, string | undefined>>} values
 */
export declare function expandTag(pattern: string, values: Readonly<Record<string, string | undefined>>): string;
/**
 * The first characters of a commit, as many as the config says.
 *
 * @param {string} sha
 * @param {Pick<TagRules, "shaLength">} rules
 */
export declare const shortSha: (sha: string, rules: Pick<TagRules, "shaLength">) => string;
/**
 * The tag of a push to a branch. It never reads as a tag of another class.
 *
 * @param {string} name
 * @param {string} sha
 * @param {TagRules} rules
 */
export declare function branchTag(name: string, sha: string, rules: TagRules): string;
/**
 * The tag of a push to a long-lived branch.
 *
 * @param {string} branch
 * @param {string} sha
 * @param {TagRules} rules
 */
export declare const commitTag: (branch: string, sha: string, rules: TagRules) => string;
/**
 * Whether a branch's images are kept like main's.
 *
 * @param {string} branch
 * @param {Pick<TagRules, "main" | "integration">} rules
 */
export declare const isLongLived: (
  branch: string,
  { main, integration }: Pick<TagRules, "main" | "integration">,
) => boolean;
/** So many characters of a cache's tag are not the branch, at most. */
export declare const CACHE_SUFFIX_LENGTH = 48;
/**
 * The branch as it stands in the tags of its layers. No other branch reads as a long-lived one.
 *
 * @param {string} name
 * @param {TagRules} rules
 */
export declare function cacheBranch(name: string, rules: TagRules): string;
