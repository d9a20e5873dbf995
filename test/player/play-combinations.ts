/** Plays the combinations of one job's matrix, or its one combination: side by side, with fail-fast and max-parallel. */
import { holds, interpolate, interpolateString, type Scope, type StatusFunctions, truthy } from "./expressions.ts";
import type { JsonObject } from "./json.ts";
import { combinationName } from "./matrix.ts";
import { type CallLeg, playCall } from "./play-call.ts";
import { type Graph, type JobOutcome, type Leg, record, statusOf } from "./play-graph.ts";
import { playLeg } from "./play-leg.ts";
import type { JobDefinition } from "./workflow-file.ts";

/** One combination on its way. */
interface Combination extends Leg {
  outcome: JobOutcome | undefined;
  /** Ends it whatever its `if:` says: another combination has failed. */
  abort(): void;
  play(): Promise<JobOutcome>;
}

/** The outcomes in the order of the combinations. */
export async function playCombinations(
  graph: Graph,
  definition: JobDefinition,
  combinations: readonly JsonObject[],
  contexts: JsonObject,
): Promise<JobOutcome[]> {
  const failFast =
    definition.strategy["fail-fast"] === undefined
      ? true
      : truthy(interpolate(definition.strategy["fail-fast"], { contexts }));
  const parallel = Number(interpolate(definition.strategy["max-parallel"] ?? combinations.length, { contexts }));
  const cancelled: StatusFunctions = { ...statusOf(graph, definition), success: () => false, cancelled: () => true };
  const survives = (): boolean => definition.if !== undefined && holds(definition.if, { contexts, status: cancelled });
  const legs = combinations.map((combination, index): Combination => {
    const strategy = {
      "fail-fast": failFast,
      "job-index": index,
      "job-total": combinations.length,
      "max-parallel": parallel,
    };
    const own = { ...contexts, strategy, matrix: definition.strategy["matrix"] === undefined ? null : combination };
    const scope: Scope = { contexts: own };
    const expanded = definition.name === undefined ? undefined : interpolateString(definition.name, scope);
    const name =
      graph.prefix +
      combinationName(
        expanded ?? definition.id,
        combination,
        definition.name?.includes("${{") === true ? expanded : undefined,
      );
    return definition.call
      ? callOf(graph, { definition, call: definition.call, name, index, combination, contexts: own }, survives)
      : jobOf(graph, definition, name, combination, own, survives);
  });
  const waiting = [...legs];
  const work = async (): Promise<void> => {
    for (let leg = waiting.shift(); leg; leg = waiting.shift()) {
      graph.legs.add(leg);
      if (graph.cancelled) leg.cancel();
      leg.outcome = await leg.play();
      graph.legs.delete(leg);
      if (failFast && leg.outcome.result === "failure")
        for (const other of legs) if (other.outcome === undefined) other.abort();
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(parallel, legs.length)) }, work));
  return legs.flatMap((leg) => (leg.outcome ? [leg.outcome] : []));
}

function jobOf(
  graph: Graph,
  definition: JobDefinition,
  name: string,
  combination: JsonObject,
  contexts: JsonObject,
  survives: () => boolean,
): Combination {
  const controller = new AbortController();
  const job = record(graph, definition, name, combination);
  job.status = "queued";
  return {
    outcome: undefined,
    abort: () => controller.abort(),
    cancel() {
      if (!survives()) controller.abort();
    },
    async play() {
      await playLeg(graph, { definition, job, abort: controller, contexts });
      return { result: job.result ?? "cancelled", outputs: job.outputs };
    },
  };
}

/** A cancellation goes on to the called workflow's jobs, each of which asks its own `if:`. */
function callOf(graph: Graph, leg: Omit<CallLeg, "waits" | "called">, survives: () => boolean): Combination {
  const controller = new AbortController();
  const call: CallLeg = { ...leg, waits: controller, called: undefined };
  return {
    outcome: undefined,
    abort() {
      controller.abort();
      call.called?.cancel();
    },
    cancel() {
      if (call.called) call.called.cancel();
      else if (!survives()) controller.abort();
    },
    play: () => playCall(graph, call),
  };
}
