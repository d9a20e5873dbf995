/**
 * The tag algorithm: which tag a build gets, and which class a tag belongs to.
 *
 * The algorithm itself is `templates/lib/tags.mjs`, which the programs on the runners import as well. Here the rules are
 * derived that it follows. The expressions made here are also read by bash, so they use only what JavaScript and POSIX
 * extended expressions share.
 */
import type { Config } from "../config/schema.ts";

/** The kinds of tag, in the order in which a tag is tried against them. The first that matches is its class. */
export const TAG_CLASSES = [
  "channel",
  "release",
  "pullRequest",
  "queue",
  "nightly",
  "commit",
  "manual",
  "staging",
  "branch",
] as const;
export type TagClass = (typeof TAG_CLASSES)[number];

/** What a tag's placeholders stand for. */
export const TAG_PLACEHOLDERS = ["number", "sha", "branch", "date", "run", "version", "platform"] as const;
export type TagPlaceholder = (typeof TAG_PLACEHOLDERS)[number];
export type TagValues = Partial<Record<TagPlaceholder, string>>;

export interface TagRules {
  /** The tag patterns as configured, with the length of a commit in them. */
  readonly patterns: Config["tags"];
  readonly branches: Pick<Config["branches"], "main" | "integration">;
  /** An anchored expression a class. A class without tags has one that matches nothing but an empty string. */
  readonly classes: Readonly<Record<TagClass, string>>;
  /** Matches a sanitised branch that a reader would take for another class. */
  readonly reservedBranches: string;
  /** Matches a tag of any class but `branch`. */
  readonly otherClasses: string;
  /** Matches a tag that nobody may give to a manual build. */
  readonly manualForbidden: string;
}

/** A Docker tag, by the OCI distribution specification ("Pulling manifests": a reference as a tag). */
export const DOCKER_TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** The longest tag that the OCI distribution specification allows. */
export const TAG_LENGTH = 128;

/** So often a branch may get the prefix before the patterns are called unusable. One is enough with sensible patterns. */
const MOST_PREFIXES = 4;

const SANITISED = "[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?";
const VERSION = "[0-9]+[.][0-9]+[.][0-9]+(-[0-9A-Za-z.-]+)?";
const NOTHING = "^$";

/** What each placeholder may expand to. Commits of any length are accepted: the length may have been another once. */
const VALUES: Readonly<Record<TagPlaceholder, string>> = {
  number: "[0-9]+",
  sha: "[0-9a-f]{7,40}",
  branch: SANITISED,
  date: "[0-9]{4}-[0-9]{2}-[0-9]{2}",
  run: "[0-9]+",
  version: VERSION,
  platform: "[a-z0-9][a-z0-9._-]*",
};

/** Attestations and signatures hang on their subject as `sha256-<digest>`; no build may give such a tag. */
const REFERRERS = "sha256(-.*)?";

/**
 * Makes a branch name fit for a Docker tag: ASCII lower case, everything outside `[a-z0-9._-]` becomes `-`.
 *
 * @param suffixLength how many characters of the tag are not the branch.
 */
export function sanitizeBranch(name: string, suffixLength: number): string {
  const dashed = name
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/-+/g, "-");
  return trim(trim(dashed).slice(0, Math.max(0, TAG_LENGTH - suffixLength))) || "branch";
}

/** The tag of a push to a branch. It never reads as a tag of another class. */
export function branchTag(name: string, sha: string, rules: TagRules): string {
  const { patterns } = rules;
  const values = { sha: shortSha(sha, rules) };
  const suffixLength = expandTag(patterns.branch, { ...values, branch: "" }).length;
  const reserved = new RegExp(rules.reservedBranches);
  const other = new RegExp(rules.otherClasses);
  let branch = sanitizeBranch(name, suffixLength);
  for (let prefixes = 0; prefixes <= MOST_PREFIXES; prefixes++) {
    const tag = expandTag(patterns.branch, { ...values, branch });
    if (!reserved.test(branch) && !other.test(tag)) return tag;
    branch = sanitizeBranch(`branch-${branch}`, suffixLength);
  }
  throw new Error(
    `The tag pattern "${patterns.branch}" gives the branch ${JSON.stringify(name)} a tag that reads as another class, whatever the prefix.`,
  );
}

/** Replaces the placeholders of a tag pattern. A placeholder without a value is an error of the caller. */
export function expandTag(pattern: string, values: TagValues): string {
  return pattern.replace(/\{([a-z]+)\}/g, (placeholder, key: string) => {
    const value = isPlaceholder(key) ? values[key] : undefined;
    if (value === undefined)
      throw new Error(`The tag pattern "${pattern}" holds ${placeholder}, which has no value here.`);
    return value;
  });
}

/** The class of a tag; `undefined` for a tag of no class, which is kept for ever. */
export function classifyTag(tag: string, rules: Pick<TagRules, "classes">): TagClass | undefined {
  return TAG_CLASSES.find((name) => tag !== "" && new RegExp(rules.classes[name]).test(tag));
}

/** The first characters of a commit, as many as the configuration says. */
export function shortSha(sha: string, rules: Pick<TagRules, "patterns">): string {
  return sha.slice(0, rules.patterns.shaLength);
}

/**
 * Derives everything about tags from the configured patterns.
 *
 * @param channels the moving tag of each branch, and of `nightly`.
 */
export function tagRules(
  patterns: Config["tags"],
  branches: Pick<Config["branches"], "main" | "integration">,
  channels: Readonly<Record<string, string>>,
): TagRules {
  const longLived = { ...VALUES, branch: oneOf([branches.main, ...branches.integration].map(branchExpression)) };
  // Nightly and manual builds are not shared by commit, so their staging tags hold `n` and the run instead.
  const staging = { ...VALUES, sha: `(${VALUES.sha}|n[0-9]+)` };
  const moving = Object.values(channels);
  const expressions: Record<TagClass, string[]> = {
    channel: moving.map(literal),
    release: [expression(patterns.release, VALUES), "[0-9]+([.][0-9]+)?"],
    pullRequest: [expression(patterns.pullRequest, VALUES)],
    queue: [expression(patterns.queue, VALUES)],
    nightly: [expression(patterns.nightly, VALUES)],
    commit: [expression(patterns.commit, longLived)],
    manual: [expression(patterns.manual, VALUES)],
    staging: [expression(patterns.staging, staging)],
    branch: [expression(patterns.branch, VALUES)],
  };
  const all = (...left: TagClass[]) =>
    TAG_CLASSES.filter((name) => !left.includes(name)).flatMap((name) => expressions[name]);
  return {
    patterns,
    branches,
    classes: Object.fromEntries(TAG_CLASSES.map((name) => [name, anchored(expressions[name])])) as Record<
      TagClass,
      string
    >,
    reservedBranches: anchored([
      ...moving.map(literal),
      ...[patterns.pullRequest, patterns.queue, patterns.nightly, patterns.manual].flatMap((pattern) =>
        beginnings(pattern, VALUES),
      ),
      ...beginnings(patterns.commit, longLived),
      ...beginnings(patterns.staging, staging),
      ...beginnings(patterns.release, { ...VALUES, version: "[0-9]+([.][0-9]+){0,2}" }),
      "[0-9]+([.][0-9]+)?",
      REFERRERS,
    ]),
    otherClasses: anchored([...all("branch"), REFERRERS]),
    manualForbidden: anchored([...all("manual"), REFERRERS]),
  };
}

/** The environment that the runner's programs read the tag rules from. See `templates/lib/tags.sh`. */
export function tagEnvironment(rules: TagRules): Record<string, string> {
  const { patterns, branches, classes } = rules;
  return {
    SHA_LENGTH: String(patterns.shaLength),
    TAG_PULL_REQUEST: patterns.pullRequest,
    TAG_BRANCH: patterns.branch,
    TAG_COMMIT: patterns.commit,
    TAG_QUEUE: patterns.queue,
    TAG_NIGHTLY: patterns.nightly,
    TAG_MANUAL: patterns.manual,
    TAG_RELEASE: patterns.release,
    TAG_STAGING: patterns.staging,
    MAIN_BRANCH: branches.main,
    INTEGRATION_BRANCHES: branches.integration.join(" "),
    RESERVED_BRANCHES: rules.reservedBranches,
    OTHER_CLASSES: rules.otherClasses,
    MANUAL_FORBIDDEN: rules.manualForbidden,
    NIGHTLY_TAGS: classes.nightly,
  };
}

/**
 * Says where the patterns cannot work: a placeholder that the class does not know, one that it cannot do without, or
 * two classes whose tags cannot be told apart. Paths are relative to the configuration's `tags`.
 */
export function tagProblems(rules: TagRules): { path: [PatternName]; message: string }[] {
  const problems: { path: [PatternName]; message: string }[] = [];
  for (const name of PATTERN_NAMES) {
    const pattern = rules.patterns[name];
    const { needs, allows } = PLACEHOLDERS[name];
    const used = [...pattern.matchAll(/\{([^{}]*)\}/g)].map(([, key]) => key ?? "");
    const unknown = used.filter((key) => ![...needs, ...allows].some((known) => known === key));
    const missing = needs.filter((key) => !used.includes(key));
    const list = (keys: readonly string[]) => keys.map((key) => `{${key}}`).join(", ");
    if (unknown.length > 0) {
      problems.push({
        path: [name],
        message: `The tag pattern "${pattern}" holds ${list(unknown)}, which it cannot know. It may hold ${list([...needs, ...allows])}.`,
      });
      continue;
    }
    if (missing.length > 0) {
      problems.push({
        path: [name],
        message: `The tag pattern "${pattern}" lacks ${list(missing)}, without which two builds would get one tag.`,
      });
      continue;
    }
    const sample = expandTag(pattern, {
      ...SAMPLES,
      branch: name === "commit" ? sanitizeBranch(rules.branches.main, 0) : SAMPLES.branch,
    });
    const read = classifyTag(sample, rules);
    if (!DOCKER_TAG.test(sample)) {
      problems.push({
        path: [name],
        message: `The tag pattern "${pattern}" gives "${sample}", which is no Docker tag: letters, digits, "_", "." and "-", at most 128 characters, not beginning with "." or "-".`,
      });
    } else if (read !== name) {
      problems.push({
        path: [name],
        message: `The tag pattern "${pattern}" gives "${sample}", which reads as a tag of the class ${read ?? "none"}. Choose a pattern with a beginning of its own.`,
      });
    }
  }
  return problems;
}

type PatternName = Exclude<keyof Config["tags"], "shaLength">;
const PATTERN_NAMES = [
  "release",
  "pullRequest",
  "queue",
  "nightly",
  "commit",
  "manual",
  "staging",
  "branch",
] as const satisfies readonly PatternName[];

const PLACEHOLDERS: Readonly<
  Record<PatternName, { needs: readonly TagPlaceholder[]; allows: readonly TagPlaceholder[] }>
> = {
  release: { needs: ["version"], allows: [] },
  pullRequest: { needs: ["number", "sha"], allows: [] },
  queue: { needs: ["sha"], allows: [] },
  nightly: { needs: ["date"], allows: [] },
  commit: { needs: ["sha"], allows: ["branch"] },
  manual: { needs: ["run"], allows: [] },
  staging: { needs: ["sha", "platform"], allows: [] },
  branch: { needs: ["branch", "sha"], allows: [] },
};

const SAMPLES = {
  number: "12",
  sha: "abc1234",
  branch: "fix-login",
  date: "2026-02-04",
  run: "1234567890",
  version: "1.2.3",
  platform: "amd64",
} as const satisfies TagValues;

function isPlaceholder(key: string): key is TagPlaceholder {
  return TAG_PLACEHOLDERS.some((name) => name === key);
}

function trim(text: string): string {
  return text.replace(/^[.-]+/, "").replace(/[.-]+$/, "");
}

/** Text as an expression that matches just it. A class in brackets is the one way to quote that both dialects share. */
function literal(text: string): string {
  return text.replace(/[.+*?()|{}$[\]\\^]/g, (character) =>
    /[[\]\\^]/.test(character) ? `\\${character}` : `[${character}]`,
  );
}

function expression(pattern: string, values: Readonly<Record<TagPlaceholder, string>>): string {
  return pattern
    .split(/(\{[a-z]+\})/)
    .map((part) => {
      const key = part.slice(1, -1);
      return part.startsWith("{") && isPlaceholder(key) ? values[key] : literal(part);
    })
    .join("");
}

/** The pattern, and each part of it that ends before a placeholder: what a branch that leads to such a tag is called. */
function beginnings(pattern: string, values: Readonly<Record<TagPlaceholder, string>>): string[] {
  const cuts = [...pattern.matchAll(/\{[a-z]+\}/g)].map((match) => trim(pattern.slice(0, match.index)));
  return [...cuts, pattern].filter((part) => part !== "").map((part) => expression(part, values));
}

/** A long-lived branch as it stands in a tag; `*` in it stands for anything. */
function branchExpression(name: string): string {
  if (!name.includes("*")) return literal(sanitizeBranch(name, 0));
  return name
    .split(/\*+/)
    .map((part) => literal(part.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/[^a-z0-9._-]+/g, "-")))
    .join("[a-z0-9._-]*");
}

function oneOf(expressions: readonly string[]): string {
  return `(${[...new Set(expressions)].join("|")})`;
}

function anchored(expressions: readonly string[]): string {
  return expressions.length === 0 ? NOTHING : `^${oneOf(expressions)}$`;
}
