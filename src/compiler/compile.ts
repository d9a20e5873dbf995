/** The plan becomes files. Pure: the same plan gives the same bytes. */
import { isCalled } from "../pipeline/runs.ts";
import type { Consumer, Pipeline, WorkflowKind } from "../pipeline/types.ts";
import type { Workflow } from "../workflow/model.ts";
import { printWorkflow } from "../workflow/print.ts";
import { sharing } from "./consumer-trigger.ts";
import { actionlintFile, type UnknownForms, unknownForms } from "./actionlint.ts";
import { jobMap } from "./job-map.ts";
import { placePrograms } from "./place-programs.ts";
import { type EmittedFile, programFiles } from "./program-files.ts";
import { tidy } from "./tidy.ts";
import { basesWorkflow } from "./workflows/bases.ts";
import { buildWorkflow } from "./workflows/build.ts";
import { buildsWorkflow, filesWorkflow } from "./workflows/builds.ts";
import { calledConsumerWorkflow } from "./workflows/called-consumer.ts";
import { checkWorkflow } from "./workflows/check.ts";
import { cleanupWorkflow } from "./workflows/cleanup.ts";
import { consumerWorkflow } from "./workflows/consumer.ts";
import { flakesWorkflow } from "./workflows/flakes.ts";
import { metricsWorkflow } from "./workflows/metrics.ts";
import { nightlyWorkflow } from "./workflows/nightly.ts";
import { promoteWorkflow } from "./workflows/promote.ts";
import { releaseWorkflow } from "./workflows/release.ts";
import { scanWorkflow } from "./workflows/scan.ts";
import { selfBuildingConsumerWorkflow } from "./workflows/self-building-consumer.ts";
import { warmUpWorkflow } from "./workflows/warm-up.ts";

export interface GeneratedFile {
  /** Relative to the repository's root, with forward slashes. */
  path: string;
  /** The file's text without the header that marks it as generated. */
  body: string;
}

/** One line a kind of workflow. */
const KINDS: Readonly<Record<WorkflowKind, (pipeline: Pipeline, name: string) => Workflow>> = {
  build: buildWorkflow,
  builds: buildsWorkflow,
  files: filesWorkflow,
  scan: scanWorkflow,
  nightly: nightlyWorkflow,
  promote: promoteWorkflow,
  release: releaseWorkflow,
  cleanup: cleanupWorkflow,
  metrics: metricsWorkflow,
  check: checkWorkflow,
  warmUp: warmUpWorkflow,
  flakes: flakesWorkflow,
  bases: basesWorkflow,
};

/** Called by the build, following it, or, where it takes nothing of it, on the code's own events. */
function consumerKind(
  { topology }: Pipeline,
  { source, builds }: Consumer,
): (pipeline: Pipeline, consumer: Consumer) => Workflow {
  if (topology === "workflow_call") return calledConsumerWorkflow;
  return source === "build" || builds.length === 0 ? selfBuildingConsumerWorkflow : consumerWorkflow;
}

export interface WorkflowFile {
  path: string;
  workflow: Workflow;
}

/** The workflow models by path, for whoever wants to look at them rather than at their text. */
export function compileWorkflows(pipeline: Pipeline): WorkflowFile[] {
  return workflowsOf(pipeline).map(({ path, workflow }) => ({ path, workflow: placePrograms(pipeline, workflow) }));
}

/** Files, documentation and settings ask for the same workflows. */
const compiled = new WeakMap<Pipeline, WorkflowFile[]>();

function workflowsOf(pipeline: Pipeline): WorkflowFile[] {
  const known = compiled.get(pipeline) ?? makeWorkflows(pipeline);
  compiled.set(pipeline, known);
  return known;
}

function makeWorkflows(pipeline: Pipeline): WorkflowFile[] {
  const own = (Object.keys(KINDS) as WorkflowKind[]).flatMap((kind) => {
    const file = pipeline.workflows[kind];
    return file ? [{ path: file.path, workflow: KINDS[kind](pipeline, file.name) }] : [];
  });
  const files = pipeline.consumers.filter((consumer) =>
    pipeline.topology === "workflow_run" ? sharing(pipeline, consumer)[0] === consumer : isCalled(pipeline, consumer),
  );
  const consumers = files.map((consumer) => ({
    path: consumer.path,
    workflow: consumerKind(pipeline, consumer)(pipeline, consumer),
  }));
  return [...own, ...consumers].map(({ path, workflow }) => ({ path, workflow: tidy(workflow) }));
}

/** Every file that the plans ask for. Pipelines that share a repository share its programs. */
export function compileFiles(pipelines: readonly Pipeline[]): EmittedFile[] {
  const written = pipelines.map((pipeline) => ({ pipeline, files: workflowsOf(pipeline) }));
  const placed = written.flatMap(({ pipeline, files }) =>
    files.map(({ path, workflow }) => ({
      path,
      body: () => `${jobMap(workflow)}${printWorkflow(placePrograms(pipeline, workflow))}`,
    })),
  );
  const programs = programFiles(
    pipelines,
    written.flatMap(({ files }) => files.map(({ workflow }) => workflow)),
  );
  return [
    ...placed,
    ...programs,
    ...actionlintFile(
      unknownForms(written.flatMap(({ pipeline, files }) => files.map((file) => ({ pipeline, ...file })))),
    ),
  ];
}

/** What the emitted workflows say that actionlint does not know. */
export const unknownFormsOf = (pipelines: readonly Pipeline[]): UnknownForms[] =>
  unknownForms(pipelines.flatMap((pipeline) => workflowsOf(pipeline).map((file) => ({ pipeline, ...file }))));

/** Every file that the plan asks for, in the order of their paths. The plan must have no problems. */
export function compile(pipeline: Pipeline): GeneratedFile[] {
  return compileFiles([pipeline])
    .map(({ path, body }) => ({ path, body: body() }))
    .sort((left, right) => (left.path < right.path ? -1 : 1));
}
