/**
 * What each kind of run builds, tests and publishes, and which of its jobs stand in workflows that it calls. What waits for
 * what is told by the stages. Pure.
 */
import { type BuildGroup, groupKeyOf, groupsOf, type ImageGroup } from "./build-groups.ts";
import type {
  Build,
  Consumer,
  EventClass,
  FilesBuild,
  ImageBuild,
  Pipeline,
  PublishTarget,
  ScannedImage,
} from "./types.ts";

/** The runs that build: of the code's events, of the night, and of a release. */
export type RunKind = "build" | "nightly" | "release";

/** One kind of run, or several that share a workflow. */
export type Runs = RunKind | readonly RunKind[];

/** One kind, or several, as a list. */
export const kindsOf = (runs: Runs): readonly RunKind[] => (typeof runs === "string" ? [runs] : runs);

/** The classes of event that a run of each kind may be for. */
export const CLASSES_OF: Readonly<Record<RunKind, readonly EventClass[]>> = {
  build: ["pullRequest", "feature", "integration", "main", "queue", "manual"],
  nightly: ["nightly"],
  release: ["release"],
};

/** What people take: the files of these runs are attested where the config asks. */
export const ATTESTED: readonly EventClass[] = ["main", "release"];
export const attestsFiles = (build: Build, run: RunKind): build is FilesBuild =>
  build.kind === "files" && build.attest && ATTESTED.some((event) => CLASSES_OF[run].includes(event));

/** The job that builds: the targets of a bake file share one. */
export const groupJobId = ({ key }: Pick<BuildGroup, "key">): string => `build-${key}`;
export const buildJobId = (build: Build): string => groupJobId({ key: groupKeyOf(build) });
export const publishJobId = (build: ImageBuild): string => `publish-${groupKeyOf(build)}`;
export const attestJobId = (build: Build): string => `attest-${build.key}`;
export const testJobId = (consumer: string): string => `test-${consumer}`;
export const verdictJobId = (consumer: string): string => `verdict-${consumer}`;
export const commentJobId = (consumer: string): string => `comment-${consumer}`;
export const deliverJobId = (target: string): string => `deliver-${target}`;
export const releaseJobId = (build: ImageBuild): string => `release-${build.key}`;
export const approveJobId = (environment: string): string =>
  `approve-${environment.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;

/** The one job for all verdicts of a run. */
export const GATE_JOB = "gate";

/** The one job that scans beside the tests. */
export const SCAN_JOB = "scan";

/** What a run builds: outside of the one-run topology a release builds images alone, as nobody takes its files. */
export const buildsIn = (pipeline: Pipeline, runs: Runs): Build[] =>
  pipeline.builds.filter((build) => kindsOf(runs).some((run) => isBuiltIn(pipeline, build, run)));

const isBuiltIn = (pipeline: Pipeline, build: Build, run: RunKind): boolean =>
  build.kind === "image"
    ? CLASSES_OF[run].some((event) => build.entries[event] !== undefined)
    : run !== "release" || pipeline.topology === "workflow_call";

export const imagesIn = (pipeline: Pipeline, runs: Runs): ImageBuild[] => buildsIn(pipeline, runs).filter(isImage);

/** The images that are scanned beside the tests, and not by the job that builds. */
export const scannedApart = (pipeline: Pipeline, runs: Runs): ScannedImage[] =>
  imagesIn(pipeline, runs).flatMap((build) => (build.scan && build.scan.apart ? [{ ...build, scan: build.scan }] : []));

/** The classes of event that a run of these kinds can be, in this pipeline. */
export const classesIn = (pipeline: Pipeline, runs: Runs): EventClass[] =>
  pipeline.events.filter((event) => kindsOf(runs).some((run) => CLASSES_OF[run].includes(event)));

/**
 * What a run builds where that is one job: then that job decides as well what is built, and a pull request needs no other.
 * Nothing where there are several, or where some class of event does not build it.
 */
export function soleGroup(pipeline: Pipeline, runs: Runs): BuildGroup | undefined {
  const [only, ...others] = groupsOf(buildsIn(pipeline, runs));
  if (only === undefined || others.length > 0) return undefined;
  const isBuilt = (event: EventClass): boolean => only.kind === "files" || entriesOf(only, event).length > 0;
  return classesIn(pipeline, runs).every(isBuilt) ? only : undefined;
}

/** The job that calls the workflow with everything that is built. */
export const BUILDS_JOB = "build";

/** The job that calls the one with the files, where these are apart. */
export const FILES_JOB = "build-files";

/** What a workflow that is called builds: all, or with many builds images and files apart. */
export type BuildsPart = "all" | "images" | "files";

/** So many jobs that build at most stand in one workflow. */
const MOST_IN_ONE = 2;

/** The workflows that are called to build; none where a run builds by itself. */
export function buildsParts(pipeline: Pipeline): BuildsPart[] {
  if (!callsBuilds(pipeline)) return [];
  const groups = groupsOf(buildsIn(pipeline, runsThatBuild(pipeline)));
  const mixed = groups.some(({ kind }) => kind === "image") && groups.some(({ kind }) => kind === "files");
  // Where the tests are other runs, one job must see all that was built.
  const apart = mixed && groups.length > MOST_IN_ONE && pipeline.topology === "workflow_call";
  return apart ? ["images", "files"] : ["all"];
}

export const buildsJobId = (part: BuildsPart): string => (part === "files" ? FILES_JOB : BUILDS_JOB);

/** Whether a build is of that part. */
export const isIn = (part: BuildsPart, { kind }: { kind: "image" | "files" }): boolean =>
  part === "all" || (part === "files") === (kind === "files");

/** The kinds of run that build something. */
export const runsThatBuild = (pipeline: Pipeline): RunKind[] =>
  runKindsOf(pipeline).filter((run) => buildsIn(pipeline, run).length > 0);

const RUN_KINDS: readonly RunKind[] = ["build", "nightly", "release"];

/** The kinds of run that the pipeline has. */
const runKindsOf = ({ nightly, release }: Pipeline): RunKind[] =>
  RUN_KINDS.filter((run) => run === "build" || (run === "nightly" ? nightly : release) !== false);

/**
 * Whether what is built stands in a workflow of its own, which each kind of run calls: so that it stands once, and no
 * workflow gets too long to be read. A run of one kind that builds one thing does so itself.
 */
export function callsBuilds(pipeline: Pipeline): boolean {
  const runs = runsThatBuild(pipeline);
  const sole = runs.length === 1 ? soleGroup(pipeline, runs) : undefined;
  const isShort = sole !== undefined && (sole.kind === "files" || sole.builds.length === 1);
  return runs.length > 0 && !isShort;
}

/** Whether a run decides nothing but what it builds: no version, nothing that is published or asked for. */
const plansNothingElse = (pipeline: Pipeline, run: RunKind): boolean =>
  pipeline.version === undefined && targetsIn(pipeline, run).length === 0 && approvalsIn(pipeline, run).length === 0;

/** Whether the job that builds decides as well what it builds, in the workflow that is called. */
export const plansInCall = (pipeline: Pipeline): boolean => {
  const runs = runsThatBuild(pipeline);
  return soleGroup(pipeline, runs) !== undefined && runs.every((run) => plansNothingElse(pipeline, run));
};

/** The job that decides what a run builds. */
export function planJobId(pipeline: Pipeline, run: RunKind): string {
  if (callsBuilds(pipeline)) return buildsIn(pipeline, run).length > 0 && plansInCall(pipeline) ? BUILDS_JOB : "plan";
  const sole = soleGroup(pipeline, run);
  return sole ? groupJobId(sole) : "plan";
}

/** The jobs that build a group for a class of event. */
export const entriesOf = (group: ImageGroup, event: EventClass) =>
  group.builds.find((build) => build.entries[event])?.entries[event] ?? [];

/** Whether some run of this kind has several jobs for a group, whose platforms another one must make one image of. */
export const merges = (pipeline: Pipeline, runs: Runs, group: BuildGroup): boolean =>
  group.kind === "image" && classesIn(pipeline, runs).some((event) => entriesOf(group, event).length > 1);

/** Whether some run of this kind has one job for a group, which then publishes what it has built. */
export const publishesAlone = (pipeline: Pipeline, runs: Runs, group: BuildGroup): boolean =>
  group.kind === "image" && classesIn(pipeline, runs).some((event) => entriesOf(group, event).length === 1);

/**
 * The consumers that a run calls; none where they follow it by themselves. A release asks for those that must have passed,
 * and for those that exist for releases.
 */
export function calledIn(pipeline: Pipeline, run: RunKind): Consumer[] {
  if (pipeline.topology !== "workflow_call") return [];
  const tested = (consumer: Consumer): boolean =>
    run === "release"
      ? consumer.required || consumer.events.includes("release")
      : consumer.events.some((event) => CLASSES_OF[run].includes(event));
  return pipeline.consumers.filter(tested);
}

/** So many consumers at most stand in the build's own workflow: with more it gets too long to be read. */
const MOST_INLINE = 1;

/**
 * Whether a consumer is a workflow of its own in a run that calls it: where people may start it by hand, where several
 * kinds of run test with it, and where there are many. Else its tests are a job of the run.
 */
export const isCalled = (pipeline: Pipeline, consumer: Consumer): boolean =>
  consumer.dispatch ||
  pipeline.consumers.length > MOST_INLINE ||
  runKindsOf(pipeline).filter((run) => calledIn(pipeline, run).includes(consumer)).length > 1;

/** Whether a consumer comments on pull requests: a matrix would say several things of one code. */
export const comments = (consumer: Consumer): boolean =>
  consumer.coverage?.comment === true && consumer.matrix === undefined;

/** The builds that a consumer takes; one that builds for itself takes none. */
export const takenBy = (consumer: Consumer): readonly Build[] => (consumer.source === "build" ? [] : consumer.builds);

/** The consumers whose verdict everything that publishes waits for. */
export const requiredIn = (pipeline: Pipeline, run: RunKind): Consumer[] =>
  calledIn(pipeline, run).filter((consumer) => consumer.required && consumer.failure !== "soft");

/** The events of a target that a run of this kind can be. */
export const publishedIn = (target: PublishTarget, run: RunKind): EventClass[] =>
  target.on.filter((event) => CLASSES_OF[run].includes(event));

/** What a run publishes; only where it also sees the tests. */
export const targetsIn = (pipeline: Pipeline, run: RunKind): PublishTarget[] =>
  pipeline.topology === "workflow_call" ? pipeline.publish.filter((target) => publishedIn(target, run).length > 0) : [];

/** The builds that a target publishes. */
export function buildsOfTarget(target: PublishTarget): Build[] {
  switch (target.kind) {
    case "images":
      return target.images.map(({ build }) => build);
    case "npm":
    case "maven":
      return [target.from];
    case "githubRelease":
      return [...target.files, ...target.sboms];
    case "deploy":
      return [...target.images];
  }
}

/** Whether the run itself moves `latest` and its like once the tests have passed. */
export const promotesIn = (pipeline: Pipeline, run: RunKind): boolean =>
  pipeline.topology === "workflow_call" &&
  pipeline.moveTags === "after-tests" &&
  pipeline.channels.some(({ of }) => (run === "nightly" ? of === "nightly" : run === "build" && of !== "nightly"));

/** The environments whose reviewers a run asks only for major releases: each by a job of its own. */
export function approvalsIn(pipeline: Pipeline, run: RunKind): string[] {
  if (run !== "release" || !pipeline.release || pipeline.topology !== "workflow_call") return [];
  const environments = [pipeline.release.environment, ...targetsIn(pipeline, run).map((target) => target.environment)];
  return [...new Set(environments.flatMap((environment) => (environment?.when === "major" ? [environment.name] : [])))];
}

/** The jobs after which a build can be taken. */
export function takenAfter(pipeline: Pipeline, run: RunKind, build: Build): string[] {
  const part = buildsParts(pipeline).find((one) => isIn(one, build));
  return part === undefined ? builtAfter(pipeline, run, build) : [buildsJobId(part)];
}

/** The same inside the workflow that builds. */
export function builtAfter(pipeline: Pipeline, run: Runs, build: Build): string[] {
  const group = groupsOf(buildsIn(pipeline, run)).find(({ key }) => key === groupKeyOf(build));
  const isMerged = build.kind === "image" && group !== undefined && merges(pipeline, run, group);
  return [buildJobId(build), ...(isMerged ? [publishJobId(build)] : [])];
}

/** Whether the builds of a run have a gate of their own: where the tests are other runs, and several jobs build. */
export const hasReady = (pipeline: Pipeline, run: RunKind): boolean =>
  pipeline.topology === "workflow_run" && soleGroup(pipeline, run) === undefined;

/** Whether runs have a verdict of their own: where they see the tests. */
export const hasGate = ({ topology }: Pipeline): boolean => topology === "workflow_call";

export const isImage = (build: Build): build is ImageBuild => build.kind === "image";
