/** The plan becomes files. Pure: the same plan gives the same bytes. */
import type { Consumer, Pipeline, WorkflowKind } from "../pipeline/types.ts";
import type { Workflow } from "../workflow/model.ts";
import { printWorkflow, printYaml } from "../workflow/print.ts";
import { type ActionFile, shareSteps, type WorkflowFile } from "./share-steps.ts";
import { basesWorkflow } from "./workflows/bases.ts";
import { buildWorkflow } from "./workflows/build.ts";
import { calledConsumerWorkflow } from "./workflows/called-consumer.ts";
import { checkWorkflow } from "./workflows/check.ts";
import { cleanupWorkflow } from "./workflows/cleanup.ts";
import { consumerWorkflow } from "./workflows/consumer.ts";
import { flakesWorkflow } from "./workflows/flakes.ts";
import { metricsWorkflow } from "./workflows/metrics.ts";
import { nightlyWorkflow } from "./workflows/nightly.ts";
import { promoteWorkflow } from "./workflows/promote.ts";
import { releaseWorkflow } from "./workflows/release.ts";
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

/** The workflow models by path, for whoever wants to look at them rather than at their text. */
export const compileWorkflows = (pipeline: Pipeline): WorkflowFile[] => modelsOf([pipeline]).workflows;

/** The models of every file. Pipelines that share a repository share its actions. */
function modelsOf(pipelines: readonly Pipeline[]): { workflows: WorkflowFile[]; actions: ActionFile[] } {
  const inline = pipelines.filter(({ sharedSteps }) => sharedSteps === "inline").flatMap(workflowsOf);
  const composite = shareSteps(pipelines.filter(({ sharedSteps }) => sharedSteps === "composite").flatMap(workflowsOf));
  return { workflows: [...inline, ...composite.workflows], actions: composite.actions };
}

function workflowsOf(pipeline: Pipeline): WorkflowFile[] {
  const own = (Object.keys(KINDS) as WorkflowKind[]).flatMap((kind) => {
    const file = pipeline.workflows[kind];
    return file ? [{ path: file.path, workflow: KINDS[kind](pipeline, file.name) }] : [];
  });
  const consumers = pipeline.consumers.map((consumer) => ({
    path: consumer.path,
    workflow: consumerKind(pipeline, consumer)(pipeline, consumer),
  }));
  return [...own, ...consumers].map(({ path, workflow }) => ({ path, workflow: withRetryPolicy(pipeline, workflow) }));
}

/** One policy for what may fail for a moment, read by every program that tries again; none of them runs tests. */
function withRetryPolicy({ retry }: Pipeline, workflow: Workflow): Workflow {
  if (!retry) return workflow;
  const { jobs, ...head } = workflow;
  return {
    ...head,
    env: {
      RETRY_ATTEMPTS: retry.attempts,
      RETRY_DELAY: retry.delaySeconds,
      RETRY_GROWTH: retry.growth,
      RETRY_JITTER: retry.jitter,
    },
    jobs,
  };
}

/** Every file that the plans ask for, whose text is made when it is asked for. */
export function compileFiles(pipelines: readonly Pipeline[]): { path: string; body: () => string }[] {
  const { workflows, actions } = modelsOf(pipelines);
  return [
    ...workflows.map(({ path, workflow }) => ({ path, body: () => printWorkflow(workflow) })),
    ...actions.map(({ path, action }) => ({ path, body: () => printYaml(action) })),
  ];
}

/** Every file that the plan asks for, in the order of their paths. The plan must have no problems. */
export function compile(pipeline: Pipeline): GeneratedFile[] {
  return compileFiles([pipeline])
    .map(({ path, body }) => ({ path, body: body() }))
    .sort((left, right) => (left.path < right.path ? -1 : 1));
}
