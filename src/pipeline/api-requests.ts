/**
 * How many requests one push makes of GitHub's API, of the 1,000 an hour that a repository's `GITHUB_TOKEN` has. An
 * estimate from above of what the emitted programs ask when nothing has to be tried again: registries are no part of
 * it (but for the package API, by which GHCR is cleaned up), nor is what tests and actions of one's own ask.
 */
import { LIMITS, nearOf } from "../workflow/limits.ts";
import { buildsOfTarget, imagesIn, promotesIn, targetsIn } from "./runs.ts";
import type { Channel, Consumer, FilesBuild, ImageBuild, Pipeline, PublishTarget } from "./types.ts";

/** The requests of one run of a program, or of an action that reaches into another run. */
export const REQUESTS = {
  /** actions/download-artifact with `run-id`: the list, and the address of the archive. */
  "artifact of another run": 2,
  /** The record of the build's run: the list, and the archive. A pull request that GitHub does not name is none of a push. */
  "resolve-image": 2,
  /** That a consumer is pending, and its result; with the list of statuses, where a run was cancelled. */
  "report-status": 3,
  /** What the registry gives is no artifact. */
  "take-image": 0,
  /** The tip of the branch: whether the image is still the newest. */
  "copy-image": 1,
  /** The newest runs, and the jobs of the last one. */
  "find-changes": 2,
  /** A tag of an image: the branch's tip, before and after. */
  promote: 2,
  /** Beside its packages: the commit's message. */
  "clean-run": 1,
} as const;

/** The verdicts on a commit: a page of statuses, one of check runs. Programs remember them. */
const OF_VERDICTS = 2;
/** Those of the last two nights, where a tag follows them. */
const NIGHTS = 2;
/** A package that is cleaned up: its owner's kind, a page of versions. */
const OF_A_PACKAGE = 2;
/** A version that goes: what it is called now, and its removal. */
const OF_A_VERSION = 2;

export interface RequestRow {
  /** Who asks. */
  of: string;
  requests: number;
}

/** What a push to the main branch asks, by who asks; nobody who asks nothing. */
export function requestsOfPush(pipeline: Pipeline): RequestRow[] {
  return (pipeline.topology === "workflow_call" ? ofOneRun(pipeline) : ofManyRuns(pipeline)).filter(
    ({ requests }) => requests > 0,
  );
}

export const sumOf = (rows: readonly RequestRow[]): number => rows.reduce((sum, { requests }) => sum + requests, 0);

/** A sentence where a push comes near to what a repository has in an hour; its pipelines share it. */
export function requestWarning(pipelines: readonly Pipeline[]): string | undefined {
  const requests = sumOf(pipelines.flatMap(requestsOfPush));
  const { value } = LIMITS.apiRequests;
  if (requests < nearOf(LIMITS.apiRequests)) return undefined;
  return `One push asks GitHub's API about ${requests} times, and GITHUB_TOKEN has ${value} requests an hour in a repository: a second push in that hour may be refused. Let one consumer run several tests, by \`steps\` or a \`matrix\`, or set \`topology: "workflow_call"\`, which posts no statuses.`;
}

/** Every consumer is a run of its own, or shares one, and posts a status; after each run the tags may move. */
function ofManyRuns(pipeline: Pipeline): RequestRow[] {
  const following = pipeline.consumers.filter(
    ({ source, builds, events }) => source === "registry" && builds.length > 0 && events.includes("main"),
  );
  const { promote } = pipeline.workflows;
  const workflows = [...new Set(following.map(({ workflow }) => workflow))];
  const ends = 1 + workflows.length;
  return [
    ...workflows.map((name) => ({ of: name, requests: ofWorkflow(following.filter((one) => one.workflow === name)) })),
    ...(promote ? [{ of: promote.name, requests: ends * ofPromotion(pipeline, pipeline.channels) }] : []),
  ];
}

function ofPromotion({ builds }: Pipeline, channels: readonly Channel[]): number {
  const images = builds.filter(({ kind }) => kind === "image").length;
  if (images === 0) return 0;
  const branches = channels.filter(({ of }) => of !== "nightly");
  const commits = new Set(branches.map(({ of }) => of)).size + (branches.length < channels.length ? NIGHTS : 0);
  return branches.length * images * REQUESTS.promote + commits * OF_VERDICTS;
}

/** The record of the build is read once, whoever shares the workflow. */
const ofWorkflow = (consumers: readonly Consumer[]): number =>
  REQUESTS["resolve-image"] + consumers.reduce((sum, consumer) => sum + ofConsumer(consumer), 0);

function ofConsumer(consumer: Consumer): number {
  const files = consumer.builds.filter((build): build is FilesBuild => build.kind === "files").length;
  const jobs = Object.values(consumer.matrix ?? {}).reduce((product, values) => product * values.length, 1);
  return REQUESTS["artifact of another run"] * files * jobs + REQUESTS["report-status"];
}

/** Consumers are jobs of the run: their checks cost nothing, and artifacts are those of the run itself. */
function ofOneRun(pipeline: Pipeline): RequestRow[] {
  const { build } = pipeline.workflows;
  if (!build) return [];
  const targets = targetsIn(pipeline, "build").filter(({ on }) => on.includes("main"));
  const main = pipeline.channels.filter(({ of }) => of === pipeline.branches.main);
  return [
    {
      of: build.name,
      requests:
        (targets.some(comparesFiles) ? REQUESTS["find-changes"] : 0) +
        targets.filter(({ kind }) => kind === "images").length * REQUESTS["copy-image"] +
        (promotesIn(pipeline, "build") ? ofPromotion(pipeline, main) : 0) +
        ofCleaning(pipeline),
    },
  ];
}

/** Only what has changed is published again. */
const comparesFiles = (target: PublishTarget): boolean =>
  (target.kind === "npm" || target.kind === "maven") &&
  buildsOfTarget(target).some((build) => build.kind === "files" && build.inputs !== undefined);

function ofCleaning(pipeline: Pipeline): number {
  const { retention } = pipeline;
  const images = imagesIn(pipeline, "build").filter(({ entries }) => entries.main !== undefined);
  if (!retention || !retention.afterRun || images.length === 0) return 0;
  const byGitHub = pipeline.registry?.cleanup === "packages";
  return REQUESTS["clean-run"] + (byGitHub ? images.reduce((sum, image) => sum + ofPackage(image), 0) : 0);
}

/** What a run leaves behind at most: an image a platform, and the index over them. */
function ofPackage({ entries }: ImageBuild): number {
  const versions = 1 + (entries.main ?? []).reduce((sum, { platforms }) => sum + platforms.length, 0);
  return OF_A_PACKAGE + versions * OF_A_VERSION;
}
