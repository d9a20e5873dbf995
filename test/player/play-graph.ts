/** Plays the jobs of one workflow of a run, its own or one that it calls: who needs whom, and whose `if:` holds. */
import type { Entry } from "./concurrency.ts";
import { ExpressionProblem, holds, interpolate, type StatusFunctions, truthy } from "./expressions.ts";
import { githubContext } from "./github-context.ts";
import type { JsonObject } from "./json.ts";
import { EmptyMatrix, expandMatrix } from "./matrix.ts";
import type { TokenPermissions } from "./permissions.ts";
import { playCombinations } from "./play-combinations.ts";
import type { RunPlay } from "./play-run.ts";
import { CallRefused } from "./reusable.ts";
import type { Caller, JobRun, Result } from "./runs.ts";
import type { JobDefinition, WorkflowFile } from "./workflow-file.ts";

export interface JobOutcome {
  readonly result: Result;
  readonly outputs: Readonly<Record<string, string>>;
}

/** What of a workflow is being played right now. */
export interface Leg {
  /** Ends it because its run, or the workflow that holds it, is cancelled. */
  cancel(): void;
}

export interface Secrets {
  readonly values: Readonly<Record<string, string>>;
  /** Which secrets of environments its jobs may see: a called workflow those that it declares, unless it inherits. */
  readonly ofEnvironments: "all" | readonly string[];
}

export interface Graph {
  readonly play: RunPlay;
  readonly workflow: WorkflowFile;
  readonly inputs: JsonObject;
  readonly secrets: Secrets;
  /** What the caller was granted; undefined for the run's own workflow. */
  readonly granted: TokenPermissions | undefined;
  readonly callers: readonly Caller[];
  /** What stands before the names of its jobs: `caller / `. */
  readonly prefix: string;
  /** The concurrency groups that the run and the calls hold. */
  holds: readonly Entry[];
  /** The results of everything that the caller needs, at any distance. */
  ancestors(): readonly (Result | undefined)[];
  readonly outcomes: Map<string, JobOutcome>;
  readonly legs: Set<Leg>;
  cancelled: boolean;
}

/** What of a graph says how its jobs stand. */
export type Standing = Pick<Graph, "workflow" | "ancestors" | "outcomes" | "cancelled">;

/** Plays all jobs; afterwards `outcomes` holds the result of each. */
export async function playGraph(graph: Graph): Promise<void> {
  const played = new Map<string, Promise<void>>();
  for (const definition of graph.workflow.jobs.values()) {
    const kept = keptOutcome(graph, definition);
    if (kept) graph.outcomes.set(definition.id, kept);
    // GitHub's order of starting is not the file's: nothing may depend on it, and so a job begins a turn later.
    played.set(
      definition.id,
      kept
        ? Promise.resolve()
        : new Promise((resolve) => setImmediate(resolve)).then(() => playDefinition(graph, definition, played)),
    );
  }
  await Promise.all(played.values());
}

/** Cancels what is being played, but for jobs whose `if:` holds in a cancelled run: GitHub leaves those running. */
export function cancelGraph(graph: Graph): void {
  graph.cancelled = true;
  for (const leg of graph.legs) leg.cancel();
}

/** The result of all jobs together: a run's conclusion, and what `needs` of a caller sees. */
export function resultOf(graph: Pick<Standing, "outcomes">): Result {
  const results = [...graph.outcomes.values()].map((outcome) => outcome.result);
  if (results.includes("failure")) return "failure";
  if (results.includes("cancelled")) return "cancelled";
  return results.every((result) => result === "skipped") ? "skipped" : "success";
}

export const sameCallers = (left: readonly Caller[], right: readonly Caller[]): boolean =>
  left.length === right.length &&
  left.every((caller, index) => caller.key === right[index]?.key && caller.leg === right[index]?.leg);

function keptOutcome(graph: Graph, definition: JobDefinition): JobOutcome | undefined {
  const { kept } = graph.play;
  const own = (each: { readonly key: string; readonly callers: readonly Caller[] }): boolean =>
    each.key === definition.id && sameCallers(each.callers, graph.callers);
  const legs: JobOutcome[] = [
    ...kept.calls.filter(own),
    ...kept.jobs.filter(own).map((job) => ({ result: job.result ?? "cancelled", outputs: job.outputs })),
  ];
  return legs.length === 0 ? undefined : merged(legs, false);
}

/** The outcome of a job from those of its combinations; the last one that sets an output wins. */
export function merged(legs: readonly JobOutcome[], continueOnError: boolean): JobOutcome {
  const results = legs.map((leg) => leg.result);
  const order: Result[] = continueOnError ? ["cancelled"] : ["failure", "cancelled"];
  const result =
    order.find((candidate) => results.includes(candidate)) ??
    (results.every((each) => each === "skipped") ? "skipped" : "success");
  const outputs: Record<string, string> = {};
  for (const leg of legs)
    for (const [name, value] of Object.entries(leg.outputs))
      if (value !== "" || !(name in outputs)) outputs[name] = value;
  return { result, outputs };
}

async function playDefinition(
  graph: Graph,
  definition: JobDefinition,
  played: ReadonlyMap<string, Promise<void>>,
): Promise<void> {
  await Promise.all(definition.needs.map((need) => played.get(need)));
  const { host, run } = graph.play;
  const contexts: JsonObject = {
    github: githubContext(host, run),
    needs: needsContext(graph, definition),
    inputs: graph.inputs,
    vars: { ...host.variables },
  };
  const alone = (result: Result): JobRun => {
    const job = record(graph, definition, graph.prefix + (definition.name ?? definition.id), {});
    job.result = result;
    graph.outcomes.set(definition.id, { result, outputs: {} });
    return job;
  };
  try {
    if (!holds(definition.if, { contexts, status: statusOf(graph, definition) })) {
      alone("skipped");
      return;
    }
    const combinations = expandMatrix(interpolate(definition.strategy["matrix"] ?? null, { contexts }));
    const outcomes = await playCombinations(graph, definition, combinations, contexts);
    graph.outcomes.set(definition.id, merged(outcomes, truthy(interpolate(definition.continueOnError, { contexts }))));
  } catch (error) {
    if (!(error instanceof ExpressionProblem) && !(error instanceof EmptyMatrix) && !(error instanceof CallRefused))
      throw error;
    alone("failure").annotations.push(`error: ${error.message}`);
  }
}

/**
 * `success()` and its like at a job's level look at everything that the job needs, directly or through other jobs. No
 * source says whether that goes on through the caller's needs. Users report skipped jobs in called workflows of several
 * jobs (actions/runner, issue 2205), so here it does: a called workflow's job that relies on it is skipped.
 */
export function statusOf(graph: Standing, definition: JobDefinition): StatusFunctions {
  const results = ancestorsOf(graph, definition);
  const beyond = definition.needs.length > 0 ? graph.ancestors() : [];
  return {
    success: () => !graph.cancelled && [...results, ...beyond].every((result) => result === "success"),
    failure: () => results.includes("failure"),
    cancelled: () => graph.cancelled,
  };
}

/** The results of what a job needs, at any distance. */
export function ancestorsOf(
  graph: Pick<Standing, "workflow" | "outcomes">,
  definition: JobDefinition,
): (Result | undefined)[] {
  const found = new Set<string>();
  const visit = (job: JobDefinition | undefined): void => {
    for (const need of job?.needs ?? []) {
      if (found.has(need)) continue;
      found.add(need);
      visit(graph.workflow.jobs.get(need));
    }
  };
  visit(definition);
  return [...found].map((key) => graph.outcomes.get(key)?.result);
}

export function needsContext(graph: Pick<Standing, "outcomes">, definition: JobDefinition): JsonObject {
  return Object.fromEntries(
    definition.needs.map((need) => {
      const outcome = graph.outcomes.get(need);
      return [need, { result: outcome?.result ?? "skipped", outputs: { ...outcome?.outputs } }];
    }),
  );
}

/** Adds a job to the run, as its page and the checks of the commit show it. */
export function record(graph: Graph, definition: JobDefinition, name: string, matrix: JsonObject): JobRun {
  const job: JobRun = {
    id: graph.play.nextId(),
    key: definition.id,
    callers: graph.callers,
    name,
    matrix,
    runsOn: "",
    status: "completed",
    result: undefined,
    outputs: {},
    steps: [],
    annotations: [],
    permissions: {},
    token: "",
    summary: "",
    startedAt: undefined,
    completedAt: undefined,
  };
  graph.play.run.jobs.push(job);
  return job;
}
