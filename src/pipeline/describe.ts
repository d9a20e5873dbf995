/** The plan in words and rows, for the compiled docs and for `explain-config`. */
import { checkOfBuild, gateCheck } from "./build-checks.ts";
import { CONFIG_CHECK } from "./check-names.ts";
import { calledIn, hasGate, isCalled, runsThatBuild, takenBy } from "./runs.ts";
import { branchTag, expandTag } from "../../templates/lib/tags.mjs";
import type { Consumer, EventClass, Pipeline, TransientClass, WorkflowKind } from "./types.ts";

const SAMPLE_COMMIT = "abc1234def5678901234567890123456789abcde";

export interface WorkflowRow {
  name: string;
  path: string;
  kind: WorkflowKind | "consumer";
  on: string[];
}

/** Text as code in Markdown, whatever backticks it holds (CommonMark, "Code spans"). */
export function code(text: string): string {
  const runs = new Set((text.match(/`+/g) ?? []).map((run) => run.length));
  let length = 1;
  while (runs.has(length)) length++;
  const fence = "`".repeat(length);
  const padding = /^`|`$/.test(text) ? " " : "";
  return fence + padding + text + padding + fence;
}

const list = (texts: readonly string[]): string => texts.map(code).join(", ");

/** What every workflow runs on, as sentences' parts. */
export function triggersInWords(pipeline: Pipeline): WorkflowRow[] {
  const { branches } = pipeline;
  const longLived = [branches.main, ...branches.integration];
  const ofCode = [
    `pushes to ${list([...longLived, ...branches.feature])}`,
    ...(pipeline.pullRequests ? [`pull requests into ${list(longLived)}`] : []),
    ...(pipeline.mergeQueue ? ["the merge queue"] : []),
  ];
  const byHand = "by hand";
  const calledByRuns = [
    `a call of ${list(runsThatBuild(pipeline).flatMap((run) => pipeline.workflows[run]?.name ?? []))}`,
  ];
  const on: Readonly<Record<WorkflowKind, string[]>> = {
    build: [...ofCode, byHand],
    builds: calledByRuns,
    files: calledByRuns,
    scan: calledByRuns,
    nightly: [`schedule \`${pipeline.nightly ? pipeline.nightly.schedule : ""}\``, byHand],
    promote: ["the end of every build and test", "once a day", byHand],
    release: [`tags \`${pipeline.release ? pipeline.release.tags : ""}\``],
    cleanup: [`schedule \`${pipeline.retention ? pipeline.retention.schedule : ""}\``, byHand],
    metrics: [`schedule \`${pipeline.metrics ? pipeline.metrics.schedule : ""}\``, byHand],
    check: [
      `pushes to ${list(longLived)}`,
      `pull requests into ${list(longLived)}`,
      ...(pipeline.mergeQueue ? ["the merge queue"] : []),
      byHand,
    ],
    warmUp: [`schedule \`${pipeline.warmUp ? pipeline.warmUp.schedule : ""}\``, byHand],
    flakes: [`schedule \`${pipeline.flakes ? pipeline.flakes.schedule : ""}\``, byHand],
    bases: [...new Set(pipeline.bases.map(({ schedule }) => `schedule \`${schedule}\``)), byHand],
  };
  const own = (Object.keys(on) as WorkflowKind[]).flatMap((kind): WorkflowRow[] => {
    const file = pipeline.workflows[kind];
    return file ? [{ ...file, kind, on: on[kind] }] : [];
  });
  const consumers = consumerWorkflows(pipeline).map(([first, ...others]): WorkflowRow => {
    const all = [first, ...others];
    const starts = [
      pipeline.workflows.build?.name,
      all.some(({ events }) => events.includes("nightly")) ? pipeline.workflows.nightly?.name : undefined,
      calledIn(pipeline, "release").includes(first) ? pipeline.workflows.release?.name : undefined,
    ].filter((name) => name !== undefined);
    return {
      name: first.workflow,
      path: first.path,
      kind: "consumer",
      on: startedBy(pipeline, all, starts, ofCode),
    };
  });
  return [...own, ...consumers];
}

/** The consumers by the workflow that they are: those of a group share one, and some are a job of the build's. */
function consumerWorkflows(pipeline: Pipeline): [Consumer, ...Consumer[]][] {
  const alone = pipeline.consumers.filter((consumer) => !hasGate(pipeline) || isCalled(pipeline, consumer));
  return alone.flatMap((consumer): [Consumer, ...Consumer[]][] => {
    const sharing = alone.filter(({ group }) => group !== undefined && group === consumer.group);
    if (sharing.length === 0) return [[consumer]];
    return sharing[0] === consumer ? [[consumer, ...sharing.slice(1)]] : [];
  });
}

/** Called by a run that builds, following it, or, where it takes nothing of it, on the code's own events. */
function startedBy(
  pipeline: Pipeline,
  consumers: readonly Consumer[],
  starts: readonly string[],
  ofCode: readonly string[],
): string[] {
  const takesImages = consumers.some((consumer) => takenBy(consumer).some((build) => build.kind === "image"));
  const byHand = consumers.some(({ dispatch }) => dispatch)
    ? [takesImages ? "by hand, with an image tag" : "by hand"]
    : [];
  const events = pipeline.events.filter((event) => consumers.some((consumer) => consumer.events.includes(event)));
  if (pipeline.topology === "workflow_call") return [`a call of ${list(starts)}, for ${events.join(", ")}`, ...byHand];
  if (consumers.every(checksCode)) return [...ofCode, ...byHand];
  return [`the end of ${list(starts)}, for ${events.join(", ")}`, ...byHand];
}

/** Where consumers follow the build, those that take nothing of it run beside it. */
const checksCode = (consumer: Consumer): boolean => takenBy(consumer).length === 0;

export interface TagRow {
  event: string;
  class: TransientClass | "channel" | "release";
  patterns: string[];
  examples: string[];
  moves: boolean;
}

/** One row a kind of tag that this pipeline makes. */
export function tagExamples(pipeline: Pipeline): TagRow[] {
  const { tags, rules, channels, branches } = pipeline;
  const sha = SAMPLE_COMMIT.slice(0, tags.shaLength);
  const values = {
    sha,
    number: "123",
    date: "2026-02-04",
    run: "4242424242",
    version: "1.2.3",
    branch: branches.main,
    platform: "amd64",
  };
  const has = (event: EventClass): boolean => pipeline.events.includes(event);
  const row = (event: string, name: TransientClass, example: string): TagRow => ({
    event,
    class: name,
    patterns: [tags[name]],
    examples: [example],
    moves: false,
  });
  const moving = channels.map((channel) => channel.tag);
  return [
    ...(has("pullRequest") ? [row("pull request", "pullRequest", expandTag(tags.pullRequest, values))] : []),
    ...(has("feature")
      ? [row("push to a feature branch", "branch", branchTag("feature/dns-provider", SAMPLE_COMMIT, rules))]
      : []),
    row(`push to ${[branches.main, ...branches.integration].join(", ")}`, "commit", expandTag(tags.commit, values)),
    ...(has("queue") ? [row("merge queue", "queue", expandTag(tags.queue, values))] : []),
    ...(has("nightly") ? [row("nightly build", "nightly", expandTag(tags.nightly, values))] : []),
    row("run by hand", "manual", expandTag(tags.manual, values)),
    row("a build's own staging", "staging", expandTag(tags.staging, values)),
    ...(moving.length > 0
      ? [
          {
            event: channels.map((channel) => channel.of).join(", "),
            class: "channel" as const,
            patterns: moving,
            examples: moving,
            moves: true,
          },
        ]
      : []),
    ...(pipeline.release
      ? [
          {
            event: `tag ${pipeline.release.tags}`,
            class: "release" as const,
            patterns: [tags.release, "{major}.{minor}", "{major}"],
            examples: [expandTag(tags.release, values), "1.2", "1"],
            moves: true,
          },
        ]
      : []),
  ];
}

/** How long tags of a row are kept, in words. */
export function retentionOfTag(pipeline: Pipeline, row: TagRow): string {
  if (row.class === "channel" || row.class === "release" || !pipeline.retention) return "for ever";
  const hours = Math.max(pipeline.retention.hours[row.class], pipeline.retention.minimumAgeHours);
  return hours % 24 === 0 && hours > 48 ? `${hours / 24} days` : `${hours} hours`;
}

export interface RequiredCheck {
  name: string;
  from: string;
  kind: "check" | "commit status";
}

/**
 * Everything that a branch rule of GitHub can require of this pipeline: one check for the run and all its tests, or, where
 * the tests are runs of their own, what says that everything is built and the status of each.
 */
export function requiredChecks(pipeline: Pipeline): RequiredCheck[] {
  const { build, check } = pipeline.workflows;
  const tests = pipeline.consumers.filter(
    (consumer) => !pipeline.pullRequests || consumer.events.includes("pullRequest"),
  );
  const ofRun = (name: string): RequiredCheck[] => (build ? [{ name, from: build.name, kind: "check" }] : []);
  return [
    ...(hasGate(pipeline)
      ? [
          ...ofRun(gateCheck(pipeline, "build")),
          ...(pipeline.gates === "each" ? tests.flatMap(({ name }) => ofRun(name)) : []),
        ]
      : [
          ...ofRun(checkOfBuild(pipeline, "build", pipeline.pullRequests ? "pullRequest" : "main")),
          ...tests.map((consumer): RequiredCheck => ({
            name: consumer.name,
            from: consumer.workflow,
            kind: checksCode(consumer) ? "check" : "commit status",
          })),
        ]),
    ...(check ? [{ name: CONFIG_CHECK, from: check.name, kind: "check" as const }] : []),
  ];
}
