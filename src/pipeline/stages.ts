/**
 * The stages of one run and what each waits for: the graph that the compiler writes as `needs`, and in which the
 * invariants prove that nothing is deleted before everybody who needs it has had it. Pure.
 */
import { groupKeyOf } from "./images.ts";
import type { Build, Consumer, EventClass, FilesBuild, ImageBuild, Pipeline, PublishTarget } from "./types.ts";

/** The runs that build: of the code's events, of the night, and of a release. */
export type RunKind = "build" | "nightly" | "release";

export type StageKind =
  | "plan"
  | "build"
  | "publish"
  | "scan"
  | "attest"
  | "sign"
  | "ready"
  | "verdicts"
  | "test"
  | "verdict"
  | "comment"
  | "approve"
  | "promote"
  | "release"
  | "deliver"
  | "published"
  | "withdraw"
  | "clean";

export interface Stage {
  /** The job's id. */
  id: string;
  kind: StageKind;
  needs: readonly string[];
  /** Whether it takes images of this run from the registry, or deletes them there. */
  images: "reads" | "deletes" | undefined;
}

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
export const buildJobId = (build: Build): string => `build-${build.kind === "image" ? groupKeyOf(build) : build.key}`;
export const attestJobId = (build: Build): string => `attest-${build.key}`;
export const testJobId = (consumer: string): string => `test-${consumer}`;
export const verdictJobId = (consumer: string): string => `verdict-${consumer}`;
export const commentJobId = (consumer: string): string => `comment-${consumer}`;
export const deliverJobId = (target: string): string => `deliver-${target}`;
export const approveJobId = (environment: string): string =>
  `approve-${environment.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;

/** The job after which a build can be taken. */
const takenAfter = (build: Build): string => (build.kind === "image" ? `publish-${build.key}` : buildJobId(build));

/** What a run builds: outside of the one-run topology a release builds images alone, as nobody takes its files. */
export const buildsIn = (pipeline: Pipeline, run: RunKind): Build[] =>
  pipeline.builds.filter((build) =>
    build.kind === "image"
      ? CLASSES_OF[run].some((event) => build.entries[event] !== undefined)
      : run !== "release" || pipeline.topology === "workflow_call",
  );

export const imagesIn = (pipeline: Pipeline, run: RunKind): ImageBuild[] => buildsIn(pipeline, run).filter(isImage);

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

/** Every stage of a run, those before others first. */
export function stagesOf(pipeline: Pipeline, run: RunKind): Stage[] {
  const builds = buildsIn(pipeline, run);
  const stage = (id: string, kind: StageKind, needs: readonly string[], images?: Stage["images"]): Stage => ({
    id,
    kind,
    needs: [...new Set(needs)],
    images,
  });
  const built = buildStages(builds, run, stage);
  const ready = stage("ready", "ready", ["plan", ...built.map(({ id }) => id)]);
  const called = calledIn(pipeline, run);
  const verdicts =
    run === "release" && called.length > 0 ? [stage("verdicts", "verdicts", ["plan", ...takenFrom(builds)])] : [];
  const early = verdicts.map(({ id }) => id);
  const tests = called.flatMap((consumer) => {
    const before = consumer.after.filter((key) => called.some((other) => other.key === key));
    return [
      stage(
        testJobId(consumer.key),
        "test",
        [
          "plan",
          ...early,
          ...takenFrom(takenBy(consumer).filter((build) => builds.includes(build))),
          ...before.map(verdictJobId),
        ],
        takenBy(consumer).some(isImage) ? "reads" : undefined,
      ),
      stage(verdictJobId(consumer.key), "verdict", ["plan", ...early, testJobId(consumer.key)]),
      ...(run === "build" && pipeline.pullRequests !== false && comments(consumer)
        ? [stage(commentJobId(consumer.key), "comment", ["plan", testJobId(consumer.key)])]
        : []),
    ];
  });
  const passed = ["plan", "ready", ...requiredIn(pipeline, run).map(({ key }) => verdictJobId(key))];
  const approvals = approvalsIn(pipeline, run).map((environment) =>
    stage(approveJobId(environment), "approve", passed),
  );
  const approvedBy = (environment: string | undefined): string[] =>
    approvals.filter(({ id }) => environment !== undefined && id === approveJobId(environment)).map(({ id }) => id);
  const released =
    run === "release" && pipeline.topology === "workflow_call"
      ? builds
          .filter(isImage)
          .map((build) =>
            stage(
              `release-${build.key}`,
              "release",
              [
                ...passed,
                takenAfter(build),
                ...approvedBy(pipeline.release ? pipeline.release.environment?.name : undefined),
              ],
              "reads",
            ),
          )
      : [];
  const promote = promotesIn(pipeline, run) ? [stage("promote", "promote", [...passed], "reads")] : [];
  const targets = targetsIn(pipeline, run);
  const delivered = targets.map((target) => {
    const after = target.after.filter((key) => targets.some((other) => other.key === key));
    const tagged = released.filter(({ id }) => buildsOfTarget(target).some((build) => id === `release-${build.key}`));
    return stage(
      deliverJobId(target.key),
      "deliver",
      [
        ...passed,
        ...takenFrom(buildsOfTarget(target)),
        ...tagged.map(({ id }) => id),
        ...approvedBy(target.environment?.name),
        ...after.map(deliverJobId),
      ],
      buildsOfTarget(target).some(isImage) ? "reads" : undefined,
    );
  });
  const published =
    delivered.length > 0 ? [stage("published", "published", ["plan", ...delivered.map(({ id }) => id)])] : [];
  const withdraw =
    pipeline.failedTests === "withdraw" && run === "build" && builds.some(isImage)
      ? [
          stage(
            "withdraw",
            "withdraw",
            [...passed, ...takenFrom(builds.filter(isImage)), ...readersOf([...built, ...tests])],
            "deletes",
          ),
        ]
      : [];
  const before = [
    stage("plan", "plan", []),
    ...built,
    ready,
    ...verdicts,
    ...tests,
    ...approvals,
    ...released,
    ...promote,
    ...delivered,
    ...published,
    ...withdraw,
  ];
  const cleans =
    pipeline.retention !== false && pipeline.retention.afterRun !== false && run === "build" && builds.some(isImage);
  return [
    ...before,
    ...(cleans
      ? [
          stage(
            "clean",
            "clean",
            before.map(({ id }) => id),
            "deletes",
          ),
        ]
      : []),
  ];
}

const isImage = (build: Build): build is ImageBuild => build.kind === "image";
const takenFrom = (builds: readonly Build[]): string[] => builds.map(takenAfter);
const readersOf = (stages: readonly Stage[]): string[] =>
  stages.filter(({ images }) => images === "reads").map(({ id }) => id);

function buildStages(
  builds: readonly Build[],
  run: RunKind,
  stage: (id: string, kind: StageKind, needs: readonly string[], images?: Stage["images"]) => Stage,
): Stage[] {
  const jobs = [...new Set(builds.map(buildJobId))].map((id) => stage(id, "build", ["plan"]));
  const images = builds
    .filter(isImage)
    .flatMap((build) => [
      stage(`publish-${build.key}`, "publish", ["plan", buildJobId(build)]),
      ...(build.scan
        ? [stage(`scan-${build.key}`, "scan", ["plan", buildJobId(build), `publish-${build.key}`], "reads")]
        : []),
      ...(build.attest ? [stage(`attest-${build.key}`, "attest", ["plan", `publish-${build.key}`], "reads")] : []),
      ...(build.sign ? [stage(`sign-${build.key}`, "sign", ["plan", `publish-${build.key}`], "reads")] : []),
    ]);
  const files = builds
    .filter((build) => attestsFiles(build, run))
    .map((build) => stage(attestJobId(build), "attest", ["plan", buildJobId(build)]));
  return [...jobs, ...files, ...images];
}

/** Every stage that must have ended before this one starts, however far away. */
export function precedingStages(stages: readonly Stage[], id: string): Set<string> {
  const found = new Set<string>();
  const visit = (name: string): void => {
    for (const need of stages.find((stage) => stage.id === name)?.needs ?? []) {
      if (found.has(need)) continue;
      found.add(need);
      visit(need);
    }
  };
  visit(id);
  return found;
}
