/**
 * The stages of one run and what each waits for: the graph that the compiler writes as `needs`, and in which the
 * invariants prove that nothing is deleted before everybody who needs it has had it. Pure.
 */
import { type BuildGroup, groupKeyOf, groupsOf } from "./build-groups.ts";
import type { Build, Consumer, EventClass, FilesBuild, ImageBuild, Pipeline, PublishTarget } from "./types.ts";

/** The runs that build: of the code's events, of the night, and of a release. */
export type RunKind = "build" | "nightly" | "release";

/** What a stage is about. */
export type StageSubject =
  | { kind: "plan" | "ready" | "verdicts" | "gate" | "promote" | "published" | "withdraw" | "clean" }
  | { kind: "build"; group: BuildGroup }
  /** Makes one image of what several jobs have built. */
  | { kind: "publish"; group: BuildGroup & { kind: "image" } }
  /** Signs, and says where something came from: images and files alike. */
  | { kind: "attest"; build: Build }
  | { kind: "test" | "verdict" | "comment"; consumer: Consumer }
  | { kind: "approve"; environment: string }
  | { kind: "release"; build: ImageBuild }
  | { kind: "deliver"; target: PublishTarget };

export type StageKind = StageSubject["kind"];

export type Stage = StageSubject & {
  /** The job's id. */
  id: string;
  needs: readonly string[];
  /** Whether it takes images of this run from the registry, or deletes them there. */
  images: "reads" | "deletes" | undefined;
};

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
export const buildJobId = (build: Build): string => `build-${groupKeyOf(build)}`;
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

/** What a run builds: outside of the one-run topology a release builds images alone, as nobody takes its files. */
export const buildsIn = (pipeline: Pipeline, run: RunKind): Build[] =>
  pipeline.builds.filter((build) =>
    build.kind === "image"
      ? CLASSES_OF[run].some((event) => build.entries[event] !== undefined)
      : run !== "release" || pipeline.topology === "workflow_call",
  );

export const imagesIn = (pipeline: Pipeline, run: RunKind): ImageBuild[] => buildsIn(pipeline, run).filter(isImage);

/** The classes of event that a run of this kind can be, in this pipeline. */
export const classesIn = (pipeline: Pipeline, run: RunKind): EventClass[] =>
  pipeline.events.filter((event) => CLASSES_OF[run].includes(event));

/**
 * What a run builds where that is one job: then that job decides as well what is built, and a pull request needs no other.
 * Nothing where there are several, or where some class of event does not build it.
 */
export function soleGroup(pipeline: Pipeline, run: RunKind): BuildGroup | undefined {
  const [only, ...others] = groupsOf(buildsIn(pipeline, run));
  if (only === undefined || others.length > 0) return undefined;
  const isBuilt = (event: EventClass): boolean => only.kind === "files" || entriesOf(only, event).length > 0;
  return classesIn(pipeline, run).every(isBuilt) ? only : undefined;
}

/** The job that decides what a run builds. */
export function planJobId(pipeline: Pipeline, run: RunKind): string {
  const sole = soleGroup(pipeline, run);
  return sole ? `build-${sole.key}` : "plan";
}

/** The jobs that build a group for a class of event. */
export const entriesOf = (group: BuildGroup & { kind: "image" }, event: EventClass) =>
  group.builds.find((build) => build.entries[event])?.entries[event] ?? [];

/** Whether some run of this kind has several jobs for a group, whose platforms another one must make one image of. */
export const merges = (pipeline: Pipeline, run: RunKind, group: BuildGroup): boolean =>
  group.kind === "image" && classesIn(pipeline, run).some((event) => entriesOf(group, event).length > 1);

/** Whether some run of this kind has one job for a group, which then publishes what it has built. */
export const publishesAlone = (pipeline: Pipeline, run: RunKind, group: BuildGroup): boolean =>
  group.kind === "image" && classesIn(pipeline, run).some((event) => entriesOf(group, event).length === 1);

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

const RUN_KINDS: readonly RunKind[] = ["build", "nightly", "release"];

/** So many consumers at most stand in the build's own workflow: with more it gets too long to be read. */
const MOST_INLINE = 3;

/**
 * Whether a consumer is a workflow of its own in a run that calls it: where people may start it by hand, where several
 * kinds of run test with it, and where there are many. Else its tests are a job of the run.
 */
export const isCalled = (pipeline: Pipeline, consumer: Consumer): boolean =>
  consumer.dispatch ||
  pipeline.consumers.length > MOST_INLINE ||
  RUN_KINDS.filter((run) => calledIn(pipeline, run).includes(consumer)).length > 1;

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
  const group = groupsOf(buildsIn(pipeline, run)).find(({ key }) => key === groupKeyOf(build));
  const isMerged = build.kind === "image" && group !== undefined && merges(pipeline, run, group);
  return [buildJobId(build), ...(isMerged ? [publishJobId(build)] : [])];
}

/** Whether the builds of a run have a gate of their own: where the tests are other runs, and several jobs build. */
export const hasReady = (pipeline: Pipeline, run: RunKind): boolean =>
  pipeline.topology === "workflow_run" && soleGroup(pipeline, run) === undefined;

/** Whether runs have a verdict of their own: where they see the tests. */
export const hasGate = ({ topology }: Pipeline): boolean => topology === "workflow_call";

/** Every stage of a run, those before others first. */
export function stagesOf(pipeline: Pipeline, run: RunKind): Stage[] {
  const builds = buildsIn(pipeline, run);
  const plan = planJobId(pipeline, run);
  const stage = (id: string, subject: StageSubject, needs: readonly string[], images?: Stage["images"]): Stage => ({
    ...subject,
    id,
    needs: [...new Set(needs)].filter((need) => need !== id),
    images,
  });
  const takenFrom = (taken: readonly Build[]): string[] => taken.flatMap((build) => takenAfter(pipeline, run, build));
  const built = buildStages(pipeline, run, stage);
  const ready = hasReady(pipeline, run)
    ? [stage("ready", { kind: "ready" }, [plan, ...built.map(({ id }) => id)])]
    : [];
  const called = calledIn(pipeline, run);
  const verdicts =
    run === "release" && called.length > 0
      ? [stage("verdicts", { kind: "verdicts" }, [plan, ...takenFrom(builds.filter(isImage))])]
      : [];
  const early = verdicts.map(({ id }) => id);
  const tests = called.flatMap((consumer) => {
    const before = consumer.after.filter((key) => called.some((other) => other.key === key));
    const taken = takenBy(consumer).filter((build) => builds.includes(build));
    return [
      stage(
        testJobId(consumer.key),
        { kind: "test", consumer },
        [plan, ...early, ...takenFrom(taken), ...before.map(testJobId)],
        takenBy(consumer).some(isImage) ? "reads" : undefined,
      ),
      ...(pipeline.gates === "each"
        ? [stage(verdictJobId(consumer.key), { kind: "verdict", consumer }, [plan, ...early, testJobId(consumer.key)])]
        : []),
      ...(run === "build" && pipeline.pullRequests !== false && comments(consumer)
        ? [stage(commentJobId(consumer.key), { kind: "comment", consumer }, [plan, testJobId(consumer.key)])]
        : []),
    ];
  });
  const gate = hasGate(pipeline)
    ? [
        stage(GATE_JOB, { kind: "gate" }, [
          plan,
          ...early,
          ...built.map(({ id }) => id),
          ...called.map(({ key }) => testJobId(key)),
        ]),
      ]
    : [];
  const passed = [plan, ...[...ready, ...gate].map(({ id }) => id)];
  const approvals = approvalsIn(pipeline, run).map((environment) =>
    stage(approveJobId(environment), { kind: "approve", environment }, passed),
  );
  const approvedBy = (environment: string | undefined): string[] =>
    approvals.filter(({ id }) => environment !== undefined && id === approveJobId(environment)).map(({ id }) => id);
  const released =
    run === "release" && pipeline.topology === "workflow_call"
      ? builds
          .filter(isImage)
          .map((build) =>
            stage(
              releaseJobId(build),
              { kind: "release", build },
              [
                ...passed,
                ...takenAfter(pipeline, run, build),
                ...approvedBy(pipeline.release ? pipeline.release.environment?.name : undefined),
              ],
              "reads",
            ),
          )
      : [];
  const promote = promotesIn(pipeline, run) ? [stage("promote", { kind: "promote" }, passed, "reads")] : [];
  const targets = targetsIn(pipeline, run);
  const delivered = targets.map((target) => {
    const after = target.after.filter((key) => targets.some((other) => other.key === key));
    const own = buildsOfTarget(target);
    const tagged = released.filter(({ id }) => own.some((build) => isImage(build) && id === releaseJobId(build)));
    return stage(
      deliverJobId(target.key),
      { kind: "deliver", target },
      [
        ...passed,
        ...takenFrom(own),
        ...tagged.map(({ id }) => id),
        ...approvedBy(target.environment?.name),
        ...after.map(deliverJobId),
      ],
      own.some(isImage) ? "reads" : undefined,
    );
  });
  const published =
    delivered.length > 0 ? [stage("published", { kind: "published" }, [plan, ...delivered.map(({ id }) => id)])] : [];
  const images = builds.filter(isImage);
  const withdraw =
    pipeline.failedTests === "withdraw" && run === "build" && images.length > 0
      ? [
          stage(
            "withdraw",
            { kind: "withdraw" },
            [...passed, ...takenFrom(images), ...readersOf([...built, ...tests])],
            "deletes",
          ),
        ]
      : [];
  const before = [
    ...(plan === "plan" ? [stage("plan", { kind: "plan" }, [])] : []),
    ...built,
    ...ready,
    ...verdicts,
    ...tests,
    ...gate,
    ...approvals,
    ...released,
    ...promote,
    ...delivered,
    ...published,
    ...withdraw,
  ];
  const cleans = pipeline.retention !== false && pipeline.retention.afterRun !== false && run === "build";
  return [
    ...before,
    ...(cleans && images.length > 0
      ? [
          stage(
            "clean",
            { kind: "clean" },
            before.map(({ id }) => id),
            "deletes",
          ),
        ]
      : []),
  ];
}

const isImage = (build: Build): build is ImageBuild => build.kind === "image";
const readersOf = (stages: readonly Stage[]): string[] =>
  stages.filter(({ images }) => images === "reads").map(({ id }) => id);

function buildStages(
  pipeline: Pipeline,
  run: RunKind,
  stage: (id: string, subject: StageSubject, needs: readonly string[], images?: Stage["images"]) => Stage,
): Stage[] {
  const plan = planJobId(pipeline, run);
  return groupsOf(buildsIn(pipeline, run)).flatMap((group) => {
    const id = `build-${group.key}`;
    const build = stage(id, { kind: "build", group }, [plan]);
    if (group.kind === "files")
      return [
        build,
        ...(attestsFiles(group.build, run)
          ? [stage(attestJobId(group.build), { kind: "attest", build: group.build }, [plan, id])]
          : []),
      ];
    const publish = merges(pipeline, run, group)
      ? [stage(`publish-${group.key}`, { kind: "publish", group }, [plan, id], "reads")]
      : [];
    const attested = group.builds.filter((one) => one.attest || one.sign);
    return [
      build,
      ...publish,
      ...attested.map((one) =>
        stage(attestJobId(one), { kind: "attest", build: one }, [plan, ...takenAfter(pipeline, run, one)], "reads"),
      ),
    ];
  });
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
