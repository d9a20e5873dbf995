/** The whole plan as plain data, for `explain-config`. Pure. */
import {
  type RequiredCheck,
  requiredChecks,
  retentionOfTag,
  tagExamples,
  type TagRow,
  triggersInWords,
  type WorkflowRow,
} from "../pipeline/describe.ts";
import { type RequestRow, requestsOfPush, sumOf } from "../pipeline/api-requests.ts";
import { buildsParts, type RunKind } from "../pipeline/runs.ts";
import { calledBuildStages, precedingStages, type Stage, type StageKind, stagesOf } from "../pipeline/stages.ts";
import type { Build, ConsumerArtifact, EventClass, Pipeline, TransientClass } from "../pipeline/types.ts";
import { LIMITS } from "../workflow/limits.ts";

export interface ExplainedRun {
  run: RunKind | "builds" | "files";
  workflow: string;
  stages: { job: string; kind: StageKind; needs: readonly string[] }[];
}

export interface Explanation {
  project: string;
  builds: { name: string; gives: string; on: { event: EventClass; platforms: readonly string[] }[] }[];
  workflows: WorkflowRow[];
  /** For each event, the tags that its images get and the consumers that test them. */
  events: { event: EventClass; tags: readonly string[]; consumers: string[] }[];
  tags: (TagRow & { kept: string })[];
  artifacts: { name: string; of: string; kept: string }[];
  statuses: RequiredCheck[];
  /** The jobs of each run that builds, and of what these call to build, those before others first, with what each waits for. */
  runs: ExplainedRun[];
  /** The requests that a push to the main branch makes of GitHub's API, at most, and who makes them. */
  apiRequests: { ofPush: number; anHour: number; by: readonly RequestRow[] };
}

const CLASS_OF_EVENT: Readonly<Record<EventClass, TransientClass | "release">> = {
  pullRequest: "pullRequest",
  feature: "branch",
  integration: "commit",
  main: "commit",
  queue: "queue",
  nightly: "nightly",
  manual: "manual",
  release: "release",
};

export function explain(pipeline: Pipeline): Explanation {
  const rows = tagExamples(pipeline);
  const requests = requestsOfPush(pipeline);
  const hasImages = pipeline.builds.some((build) => build.kind === "image");
  return {
    project: pipeline.project,
    builds: pipeline.builds.map((build) => ({
      name: build.key,
      gives: build.kind === "image" ? build.image : build.artifact,
      on: builtOn(pipeline, build),
    })),
    workflows: triggersInWords(pipeline),
    events: pipeline.events.map((event) => ({
      event,
      tags: hasImages ? (rows.find((row) => row.class === CLASS_OF_EVENT[event])?.patterns ?? []) : [],
      consumers: pipeline.consumers
        .filter((consumer) => consumer.events.includes(event))
        .map((consumer) => consumer.name),
    })),
    tags: hasImages ? rows.map((row) => ({ ...row, kept: retentionOfTag(pipeline, row) })) : [],
    artifacts: artifactsOf(pipeline),
    statuses: requiredChecks(pipeline),
    apiRequests: { ofPush: sumOf(requests), anHour: LIMITS.apiRequests.value, by: requests },
    runs: [
      ...RUNS.flatMap((run) => explainedRun(pipeline, run, () => stagesOf(pipeline, run))),
      ...buildsParts(pipeline).flatMap((part) =>
        explainedRun(pipeline, part === "files" ? "files" : "builds", () => calledBuildStages(pipeline, part)),
      ),
    ],
  };
}

const RUNS: readonly RunKind[] = ["build", "nightly", "release"];

function explainedRun(pipeline: Pipeline, run: ExplainedRun["run"], stagesOfRun: () => Stage[]): ExplainedRun[] {
  const workflow = pipeline.workflows[run];
  if (!workflow) return [];
  const stages = stagesOfRun();
  return [
    {
      run,
      workflow: workflow.name,
      stages: stages.map(({ id, kind, needs }) => ({ job: id, kind, needs: directly(stages, needs) })),
    },
  ];
}

/** What a job waits for, without what one of these waits for itself. */
const directly = (stages: readonly Stage[], needs: readonly string[]): string[] =>
  needs.filter((need) => !needs.some((other) => precedingStages(stages, other).has(need)));

function builtOn(pipeline: Pipeline, build: Build): { event: EventClass; platforms: readonly string[] }[] {
  if (build.kind === "files") return pipeline.events.map((event) => ({ event, platforms: [] }));
  return pipeline.events.map((event) => ({
    event,
    platforms: (build.entries[event] ?? []).flatMap((entry) => entry.platforms),
  }));
}

function artifactsOf(pipeline: Pipeline): Explanation["artifacts"] {
  const days = (count: number): string => (count === 1 ? "1 day" : `${count} days`);
  const keptBy = ({ success, failure }: ConsumerArtifact["keepDays"]): string =>
    success === failure ? days(success) : `${days(success)} after success, ${days(failure)} after failure`;
  return [
    ...pipeline.builds.flatMap((build) =>
      build.kind === "files" ? [{ name: build.artifact, of: build.key, kept: days(build.keepDays) }] : [],
    ),
    ...pipeline.consumers.flatMap((consumer) =>
      consumer.artifacts.map((artifact) => ({
        name: artifact.name,
        of: consumer.name,
        kept: keptBy(artifact.keepDays),
      })),
    ),
  ];
}
