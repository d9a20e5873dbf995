/**
 * What each program hands on where everything goes well: the table by which `jobs-of-run.ts` knows, without running a
 * program, which jobs come after it. Nothing has been built before, everything that can be published has changed, and the
 * commit of a release has been built and tested on main.
 */
import type { PipelinePart } from "../../src/pipeline/plan-file/schema.ts";
import { branchTag, commitTag, expandTag, isLongLived, shortSha } from "../../templates/lib/tags.mjs";
import { fullName, type GitHubEvent, type RepositoryInfo } from "../player/events.ts";
import { type Json, type JsonObject, isObject, objectAt, PlayerError } from "../player/json.ts";

export interface Using {
  readonly repository: RepositoryInfo;
  readonly event: GitHubEvent;
  /** This pipeline's part of plan.json. */
  readonly plan: PipelinePart;
  readonly inputs: Readonly<Record<string, string>>;
  /** Whether a pull request of the pushed branch is open. */
  readonly pullRequestOpen: boolean;
}

type Outputs = Readonly<Record<string, string>>;
type ClassOfEvent = PipelinePart["consumers"][string]["events"][number];

const DIGEST = `sha256:${"d".repeat(64)}`;
const VERSION = "1.2.3";
const NONE = (): Outputs => ({});

/** What a program is asked of here. One that nothing asks hands nothing on. */
const OUTPUTS: Readonly<Record<string, (using: Using) => Outputs>> = {
  "plan-build": decided,
  "decide-version": () => ({ version: VERSION, prerelease: "false", major: "false", channel: "latest" }),
  "find-changes": ({ plan }) => ({
    changed: JSON.stringify(Object.fromEntries(Object.keys(plan.builds).map((key) => [key, true]))),
    published: "",
  }),
  "prepare-build": prepared,
  "prepare-base": () => ({ tag: "base" }),
  "export-image": () => ({ digest: DIGEST, unpushed: "" }),
  "publish-image": published,
  "take-image": () => ({ source: "registry" }),
  "resolve-image": resolved,
  "read-verdicts": ({ plan }) => ({
    passed: JSON.stringify(
      (plan.release?.tests ?? []).flatMap(({ name, context }) => (context === null ? [] : [name])),
    ),
  }),
  "check-coverage": () => ({ percent: "90", delta: "0", alert: "false" }),
  metrics: () => ({ told: "true", regressions: "0", warnings: "0" }),
  "check-sizes": NONE,
  "clean-run": NONE,
  cleanup: NONE,
  "collect-diagnostics": NONE,
  comment: NONE,
  "confirm-image": () => ({ reference: `image@${DIGEST}` }),
  "copy-image": NONE,
  flakes: NONE,
  "github-release": NONE,
  "name-place": () => ({ name: "place" }),
  "open-pull-request": NONE,
  "prune-caches": NONE,
  "publish-maven": NONE,
  "publish-npm": NONE,
  "release-notes": NONE,
  "run-with-retries": NONE,
  "sign-image": NONE,
  "start-container": NONE,
  "withdraw-tags": NONE,
};

/** Throws for a program that something may ask, its step having an id, and of which this table does not know what it says. */
export function handedOn(program: string, id: string | undefined, using: Using): Outputs {
  const outputs = OUTPUTS[program];
  if (!outputs && id !== undefined)
    throw new PlayerError(`What ${program} hands on is not known: add it to test/support/handed-on.ts.`);
  return outputs?.(using) ?? {};
}

const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");

/** The class of a run that its event starts, and the tag that it gives. */
function classAndTag({ event, plan, inputs }: Using): { class: ClassOfEvent; tag: string } {
  const rules = plan.tags;
  const { patterns } = rules;
  const sha = shortSha(event.headSha, rules);
  if (inputs["nightly"] === "true" || event.name === "schedule")
    return { class: "nightly", tag: expandTag(patterns["nightly"] ?? "", { date: "2026-01-01" }) };
  switch (event.name) {
    case "pull_request":
      return {
        class: "pullRequest",
        tag: expandTag(patterns["pullRequest"] ?? "", { number: String(event.payload["number"]), sha }),
      };
    case "merge_group":
      return { class: "queue", tag: expandTag(patterns["queue"] ?? "", { sha }) };
    case "push":
      if (event.ref.startsWith("refs/tags/"))
        return { class: "release", tag: expandTag(patterns["staging"] ?? "", { sha, platform: "release" }) };
      if (!isLongLived(event.headBranch, rules))
        return { class: "feature", tag: branchTag(event.headBranch, event.headSha, rules) };
      return {
        class: event.headBranch === rules.main ? "main" : "integration",
        tag: commitTag(event.headBranch, event.headSha, rules),
      };
    default:
      throw new PlayerError(`No build is planned for the event ${event.name}.`);
  }
}

function decided(using: Using): Outputs {
  const { event, plan, repository, inputs } = using;
  const { class: classOfEvent, tag } = classAndTag(using);
  const pull = classOfEvent === "pullRequest";
  const push = !pull || (event.headRepository === fullName(repository) && plan.pullRequests !== "artifact");
  const covered = classOfEvent === "feature" && (inputs["gh-token"] ?? "") !== "" && using.pullRequestOpen;
  return {
    class: classOfEvent,
    tag,
    sha: event.headSha,
    version: VERSION,
    push: String(push),
    covered: String(covered),
    prerelease: "false",
    "release-tags": "v1.2.3 1.2 1",
    plan: JSON.stringify({ class: classOfEvent, tag, sha: event.headSha, version: VERSION, push }),
  };
}

/** What an earlier step or job has decided, as it was handed on to this one. */
function planned({ inputs }: Using): { class: ClassOfEvent; push: boolean; sha: string } {
  return JSON.parse(inputs["plan"] ?? "") as { class: ClassOfEvent; push: boolean; sha: string };
}

/** The images of a group that a run of this class builds. */
function imagesOf({ plan, inputs }: Using, classOfEvent: ClassOfEvent) {
  return Object.entries(plan.builds).flatMap(([key, build]) => {
    if (build.kind !== "image" || (build.bake?.group ?? key) !== inputs["group"]) return [];
    const entries = build.entries[classOfEvent];
    return entries ? [{ key, build, entries }] : [];
  });
}

function prepared(using: Using): Outputs {
  const run = planned(using);
  const images = imagesOf(using, run.class);
  const [first] = images;
  const entryName = using.inputs["entry"];
  const entry = first?.entries.find(({ name }, index) => (entryName ? name === entryName : index === 0));
  if (!first || !entry) return {};
  const alone = first.entries.length === 1;
  const saves = first.entries[0] === entry && run.class !== "nightly" && run.class !== "release";
  const saved = saves ? images.filter(({ build }) => !run.push || build.fallback) : [];
  return {
    alone: String(alone),
    missing: "true",
    push: String(run.push),
    save: String(saved.length > 0),
    saved: saved.map(({ key }) => key).join(" "),
    scan: String(alone || (!run.push && saved.length > 0)),
    platforms: entry.platforms.join(" "),
    staging: "staging",
  };
}

function published(using: Using): Outputs {
  const { class: classOfEvent, sha } = planned(using);
  const images = imagesOf(using, classOfEvent).map(({ key }) => [key, { digest: DIGEST, commit: sha, created: "" }]);
  return { digest: DIGEST, commit: sha, created: "", images: JSON.stringify(Object.fromEntries(images)) };
}

/** The class of what a finished run has built. */
function classOfRun(run: JsonObject, rules: PipelinePart["tags"]): ClassOfEvent {
  const branch = textOf(run["head_branch"]);
  switch (run["event"]) {
    case "pull_request":
      return "pullRequest";
    case "merge_group":
      return "queue";
    case "schedule":
      return "nightly";
    case "push":
      if (branch === rules.main) return "main";
      return isLongLived(branch, rules) ? "integration" : "feature";
    default:
      throw new PlayerError(`Nobody tests what the event ${String(run["event"])} builds.`);
  }
}

function resolved(using: Using): Outputs {
  const { event, plan, repository, inputs } = using;
  const run = objectAt(event.payload["workflow_run"], "workflow_run");
  const classOfEvent = classOfRun(run, plan.tags);
  const trusted = objectAt(run["head_repository"], "head_repository")["full_name"] === fullName(repository);
  const consumer = inputs["consumer"] ?? "";
  const keys = (plan.groups[consumer] ?? [consumer]).filter((key) => {
    const one = plan.consumers[key];
    if (!one) throw new PlayerError(`The plan has no consumer ${key}.`);
    const { forks, events } = one;
    return (trusted || forks) && events.includes(classOfEvent) && !isTestedElsewhere(events, classOfEvent, run, plan);
  });
  const builds = new Set(keys.flatMap((key) => plan.consumers[key]?.builds ?? []));
  const images = [...builds].filter((key) => plan.builds[key]?.kind === "image");
  const sha = textOf(run["head_sha"]);
  return {
    ready: String(keys.length > 0),
    skip: String(keys.length === 0),
    reason: "",
    sha,
    trusted: String(trusted),
    class: classOfEvent,
    tag: "tag",
    "pull-request": "",
    consumers: JSON.stringify(keys),
    images: JSON.stringify(
      Object.fromEntries(images.map((key) => [key, { digest: trusted ? DIGEST : "", commit: sha }])),
    ),
  };
}

/** By the run of the branch's pull request. */
function isTestedElsewhere(
  events: readonly ClassOfEvent[],
  classOfEvent: ClassOfEvent,
  run: JsonObject,
  { pullRequests, tags }: PipelinePart,
): boolean {
  const listed = Array.isArray(run["pull_requests"]) ? run["pull_requests"] : [];
  const intoLongLived = listed.some(
    (pull) => isObject(pull) && isLongLived(textOf(objectAt(pull["base"], "base")["ref"]), tags),
  );
  return classOfEvent === "feature" && pullRequests !== null && events.includes("pullRequest") && intoLongLived;
}
