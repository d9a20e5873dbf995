/**
 * The stages of one run and what each waits for: the graph that the compiler writes as `needs`, and in which the
 * invariants prove that nothing is deleted before everybody who needs it has had it. Pure.
 */
import { type BuildGroup, groupsOf, type ImageGroup } from "./build-groups.ts";
import {
  type BuildsPart,
  GATE_JOB,
  type RunKind,
  type Runs,
  approvalsIn,
  approveJobId,
  attestJobId,
  attestsFiles,
  buildsIn,
  buildsJobId,
  buildsOfTarget,
  buildsParts,
  builtAfter,
  calledIn,
  callsBuilds,
  classesIn,
  commentJobId,
  comments,
  deliverJobId,
  groupJobId,
  hasGate,
  hasReady,
  isImage,
  isIn,
  kindsOf,
  merges,
  planJobId,
  plansInCall,
  promotesIn,
  releaseJobId,
  runsThatBuild,
  SCAN_JOB,
  scannedApart,
  soleGroup,
  takenAfter,
  takenBy,
  targetsIn,
  testJobId,
  verdictJobId,
} from "./runs.ts";
import type { Build, Consumer, ImageBuild, Pipeline, PublishTarget } from "./types.ts";

/** What a stage is about. */
export type StageSubject =
  | { kind: "ready" }
  | { kind: "plan" | "scan" | "verdicts" | "gate" | "promote" | "published" | "withdraw" | "clean" }
  /** Everything that is built, by a workflow that several kinds of run call. */
  | { kind: "builds"; part: BuildsPart }
  | { kind: "build"; group: BuildGroup }
  /** Makes one image of what several jobs have built. */
  | { kind: "publish"; group: ImageGroup }
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

const stage = (id: string, subject: StageSubject, needs: readonly string[], images?: Stage["images"]): Stage => ({
  ...subject,
  id,
  needs: [...new Set(needs)].filter((need) => need !== id),
  images,
});

/**
 * Whether the tests need not wait for the job that plans, where this builds as well: they take nothing of it, run for
 * every event, and what they do depends on none.
 */
export const startsAtOnce = (pipeline: Pipeline, run: RunKind, consumer: Consumer): boolean =>
  run === "build" &&
  planJobId(pipeline, run) !== "plan" &&
  pipeline.forks !== "ignore" &&
  consumer.builds.length === 0 &&
  consumer.deployment === undefined &&
  consumer.coverage === undefined &&
  consumer.caches.length === 0 &&
  !consumer.setup?.cache &&
  // A branch that a pull request covers is not tested twice, which the plan finds out.
  classesIn(pipeline, run).every((event) => event !== "feature" && consumer.events.includes(event));

/** Every stage of a run, those before others first. */
export function stagesOf(pipeline: Pipeline, run: RunKind): Stage[] {
  const builds = buildsIn(pipeline, run);
  const plan = planJobId(pipeline, run);
  const takenFrom = (taken: readonly Build[]): string[] => taken.flatMap((build) => takenAfter(pipeline, run, build));
  const called = callsBuilds(pipeline);
  const built = called
    ? buildsParts(pipeline)
        .filter((part) => buildsIn(pipeline, run).some((build) => isIn(part, build)))
        .map((part) =>
          stage(buildsJobId(part), { kind: "builds", part }, [plan], part === "files" ? undefined : "reads"),
        )
    : buildStages(pipeline, run, [plan]);
  const ready =
    !called && hasReady(pipeline, run) ? [stage("ready", { kind: "ready" }, [plan, ...built.map(({ id }) => id)])] : [];
  const apart = scannedApart(pipeline, run);
  const scan = apart.length > 0 ? [stage(SCAN_JOB, { kind: "scan" }, [plan, ...takenFrom(apart)], "reads")] : [];
  const tested = calledIn(pipeline, run);
  const verdicts =
    run === "release" && tested.length > 0
      ? [stage("verdicts", { kind: "verdicts" }, [plan, ...takenFrom(builds.filter(isImage))])]
      : [];
  const early = verdicts.map(({ id }) => id);
  const tests = tested.flatMap((consumer) => {
    const before = consumer.after.filter((key) => tested.some((other) => other.key === key));
    const taken = takenBy(consumer).filter((build) => builds.includes(build));
    return [
      stage(
        testJobId(consumer.key),
        { kind: "test", consumer },
        [
          ...(startsAtOnce(pipeline, run, consumer) ? [] : [plan]),
          ...early,
          ...takenFrom(taken),
          ...before.map(testJobId),
        ],
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
          ...[...built, ...scan].map(({ id }) => id),
          ...tested.map(({ key }) => testJobId(key)),
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
            [...passed, ...takenFrom(images), ...readersOf([...built, ...scan, ...tests])],
            "deletes",
          ),
        ]
      : [];
  const before = [
    ...(plan === "plan" ? [stage("plan", { kind: "plan" }, [])] : []),
    ...built,
    ...ready,
    ...scan,
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

const readersOf = (stages: readonly Stage[]): string[] =>
  stages.filter(({ images }) => images === "reads").map(({ id }) => id);

/** The stages of a workflow that builds for whoever calls it. */
export function calledBuildStages(pipeline: Pipeline, part: BuildsPart): Stage[] {
  const runs = runsThatBuild(pipeline);
  const sole = plansInCall(pipeline) ? soleGroup(pipeline, runs) : undefined;
  const built = buildStages(pipeline, runs, sole ? [groupJobId(sole)] : [], part);
  const ready = runs.some((run) => hasReady(pipeline, run));
  return [
    ...built,
    ...(ready
      ? [
          stage(
            "ready",
            { kind: "ready" },
            built.map(({ id }) => id),
          ),
        ]
      : []),
  ];
}

/** @param planned the job that decides what is built; none where another workflow has it */
function buildStages(pipeline: Pipeline, runs: Runs, planned: readonly string[], part: BuildsPart = "all"): Stage[] {
  const groups = groupsOf(buildsIn(pipeline, runs)).filter((group) => isIn(part, group));
  return groups.flatMap((group) => {
    const id = groupJobId(group);
    const build = stage(id, { kind: "build", group }, planned);
    if (group.kind === "files") {
      const isAttested = kindsOf(runs).some((run) => attestsFiles(group.build, run));
      return [
        build,
        ...(isAttested
          ? [stage(attestJobId(group.build), { kind: "attest", build: group.build }, [...planned, id])]
          : []),
      ];
    }
    const publish = merges(pipeline, runs, group)
      ? [stage(`publish-${group.key}`, { kind: "publish", group }, [...planned, id], "reads")]
      : [];
    const attested = group.builds.filter((one) => one.attest || one.sign);
    return [
      build,
      ...publish,
      ...attested.map((one) =>
        stage(
          attestJobId(one),
          { kind: "attest", build: one },
          [...planned, ...builtAfter(pipeline, runs, one)],
          "reads",
        ),
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
