/**
 * The tag algorithm: which tag a build gets, and which class a tag belongs to.
 *
 * The algorithm itself is `templates/lib/tags.mjs`, which the programs on the runners import as well. Here the rules are
 * derived that it follows, all of them data: the plan file holds them.
 */
import {
  anyOf,
  CACHE_SUFFIX_LENGTH,
  expandTag,
  isDockerTag,
  sanitizeBranch,
  trimTag,
  type TagRules as RunnerRules,
} from "../../templates/lib/tags.mjs";
import type { Config } from "../config/schema.ts";
import { branchPattern, isBranchName } from "./branch-names.ts";
import {
  characterExpression,
  filterExpression,
  literalExpression,
  type Piece,
  readPattern,
} from "../workflow/filters.ts";

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

/** Lists hold alternatives: expressions, one of which matches. */
export interface TagRules extends RunnerRules {
  readonly branches: Pick<Config["branches"], "main" | "integration">;
  /** The tag patterns as configured. */
  readonly patterns: Omit<Config["tags"], "shaLength">;
  /** An anchored expression a class. A class without tags has one that matches nothing but an empty string. */
  readonly classes: Readonly<Record<TagClass, string>>;
  /** The same as alternatives, for the plan file. */
  readonly alternatives: Readonly<Record<TagClass, readonly string[]>>;
  /** Match a tag that nobody may give to a manual build. */
  readonly manualForbidden: readonly string[];
}

const SANITISED = "[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?";
const VERSION = "[0-9]+[.][0-9]+[.][0-9]+(-[0-9A-Za-z.-]+)?";

/**
 * What each placeholder may expand to. A commit has exactly the configured length: what merely looks like one, as a date of
 * eight digits does, is nobody's to delete. Tags of another length that was configured once are of no class, and stay.
 */
const valuesOf = (shaLength: number): Readonly<Record<TagPlaceholder, string>> => ({
  number: "[0-9]+",
  sha: `[0-9a-f]{${shaLength}}`,
  branch: SANITISED,
  date: "[0-9]{4}-[0-9]{2}-[0-9]{2}",
  run: "[0-9]+",
  version: VERSION,
  platform: "[a-z0-9][a-z0-9._-]*",
});

/** Attestations and signatures hang on their subject as `sha256-<digest>`; no build may give such a tag. */
const REFERRERS = "sha256(-.*)?";

/** The class of a tag; `undefined` for a tag of no class, which is kept for ever. */
export function classifyTag(tag: string, rules: Pick<TagRules, "classes">): TagClass | undefined {
  return TAG_CLASSES.find((name) => tag !== "" && new RegExp(rules.classes[name]).test(tag));
}

/**
 * Derives everything about tags from the configured patterns.
 *
 * @param channels the moving tag of each branch, and of `nightly`.
 */
export function tagRules(
  { shaLength, ...patterns }: Config["tags"],
  branches: Pick<Config["branches"], "main" | "integration">,
  channels: Readonly<Record<string, string>>,
): TagRules {
  const values = valuesOf(shaLength);
  const longLived = { ...values, branch: `(${longLivedExpressions(branches, 0).join("|")})` };
  // Nightly and manual builds are not shared by commit, so their staging tags hold `n` and the run instead.
  const staging = { ...values, sha: `(${values.sha}|n[0-9]+)` };
  const moving = Object.values(channels);
  const expressions: Record<TagClass, string[]> = {
    channel: moving.map(literalExpression),
    release: [expression(patterns.release, values), "[0-9]+([.][0-9]+)?"],
    pullRequest: [expression(patterns.pullRequest, values)],
    queue: [expression(patterns.queue, values)],
    nightly: [expression(patterns.nightly, values)],
    commit: [expression(patterns.commit, longLived)],
    manual: [expression(patterns.manual, values)],
    staging: [expression(patterns.staging, staging)],
    branch: [expression(patterns.branch, values)],
  };
  const all = (...left: TagClass[]) =>
    TAG_CLASSES.filter((name) => !left.includes(name)).flatMap((name) => expressions[name]);
  const byClass = <Value>(value: (name: TagClass) => Value) =>
    Object.fromEntries(TAG_CLASSES.map((name) => [name, value(name)])) as Record<TagClass, Value>;
  return {
    shaLength,
    patterns,
    branches,
    main: branches.main,
    integration: branches.integration.map((branch) => filterExpression(branchPattern(branch))),
    longLivedSlugs: longLivedExpressions(branches, CACHE_SUFFIX_LENGTH),
    classes: byClass((name) => anyOf(distinct(expressions[name]))),
    alternatives: byClass((name) => distinct(expressions[name])),
    reservedBranches: distinct([
      ...moving.map(literalExpression),
      ...[patterns.pullRequest, patterns.queue, patterns.nightly, patterns.manual].flatMap((pattern) =>
        beginnings(pattern, values),
      ),
      ...beginnings(patterns.commit, longLived),
      ...beginnings(patterns.staging, staging),
      ...beginnings(patterns.release, { ...values, version: "[0-9]+([.][0-9]+){0,2}" }),
      "[0-9]+([.][0-9]+)?",
      REFERRERS,
    ]),
    otherClasses: distinct([...all("branch"), REFERRERS]),
    manualForbidden: distinct([...all("manual"), REFERRERS]),
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
      sha: SAMPLES.sha.slice(0, rules.shaLength),
      branch: name === "commit" ? sanitizeBranch(rules.branches.main, 0) : SAMPLES.branch,
    });
    const read = classifyTag(sample, rules);
    if (!isDockerTag(sample)) {
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
  sha: "abc1234def5678901234567890123456789abcde",
  branch: "fix-login",
  date: "2026-02-04",
  run: "1234567890",
  version: "1.2.3",
  platform: "amd64",
} as const satisfies TagValues;

function isPlaceholder(key: string): key is TagPlaceholder {
  return TAG_PLACEHOLDERS.some((name) => name === key);
}

function expression(pattern: string, values: Readonly<Record<TagPlaceholder, string>>): string {
  return pattern
    .split(/(\{[a-z]+\})/)
    .map((part) => {
      const key = part.slice(1, -1);
      return part.startsWith("{") && isPlaceholder(key) ? values[key] : literalExpression(part);
    })
    .join("");
}

/** The pattern, and each part of it that ends before a placeholder: what a branch that leads to such a tag is called. */
function beginnings(pattern: string, values: Readonly<Record<TagPlaceholder, string>>): string[] {
  const cuts = [...pattern.matchAll(/\{[a-z]+\}/g)].map((match) => trimTag(pattern.slice(0, match.index)));
  return [...cuts, pattern].filter((part) => part !== "").map((part) => expression(part, values));
}

const longLivedExpressions = ({ main, integration }: TagRules["branches"], suffixLength: number): string[] =>
  distinct([main, ...integration].map((name) => branchExpression(name, suffixLength)));

/** A long-lived branch as it stands in a tag, of which so many characters are not the branch. */
function branchExpression(pattern: string, suffixLength: number): string {
  if (isBranchName(pattern)) return literalExpression(sanitizeBranch(pattern, suffixLength));
  const parts = (readPattern(pattern) ?? []).map(sanitizedPiece);
  // Dashes that follow each other are one.
  return parts.filter((part, index) => part !== "-" || parts[index - 1] !== "-").join("");
}

/** What a part of a branch may become that a pattern leaves open. */
const ANY_SANITISED = "[a-z0-9._-]*";

function sanitizedPiece(piece: Piece): string {
  if (piece.kind !== "character") return ANY_SANITISED;
  const characters = [...new Set(piece.of.map((one) => one.replace(/[A-Z]/, (letter) => letter.toLowerCase())))].sort();
  if (characters.every((one) => /[a-z0-9._]/.test(one))) return characterExpression(characters, piece.repeat);
  return characters.length === 1 && piece.repeat === "" ? "-" : ANY_SANITISED;
}

const distinct = (expressions: readonly string[]): string[] => [...new Set(expressions)];
