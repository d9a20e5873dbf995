/** Asks for the place in a concurrency group that `concurrency:` of a run, of a called workflow or of a job names. */
import type { Entry } from "./concurrency.ts";
import { interpolate, interpolateString, type Scope, truthy } from "./expressions.ts";
import { isObject, type Json, type JsonObject, PlayerError } from "./json.ts";
import type { Graph } from "./play-graph.ts";

export type Admitted =
  | { readonly kind: "evicted" }
  | { readonly kind: "deadlock" }
  | {
      readonly kind: "running";
      /** What is held now: the groups of the callers, and this one. */
      readonly entries: readonly Entry[];
      release(): void;
    };

/** Waits for the place; without `concurrency:` there is nothing to wait for. `cancel` ends what holds the place. */
export async function admit(
  graph: Graph,
  concurrency: Json | undefined,
  scope: Scope,
  of: "run" | "job",
  abandon: AbortSignal,
  cancel: () => void,
): Promise<Admitted> {
  if (concurrency === undefined || concurrency === null)
    return { kind: "running", entries: graph.holds, release: () => undefined };
  const { path } = graph.workflow;
  const settings: JsonObject = isObject(concurrency) ? concurrency : { group: concurrency };
  for (const key of Object.keys(settings))
    if (!["group", "cancel-in-progress", "queue"].includes(key))
      throw new PlayerError(`${path}: GitHub knows no \`concurrency.${key}\`.`);
  const group = interpolateString(settings["group"], scope);
  if (group === "") throw new PlayerError(`${path}: the concurrency group is empty.`);
  const cancelInProgress = truthy(interpolate(settings["cancel-in-progress"] ?? false, scope));
  const queueMax = settings["queue"] === "max";
  if (queueMax && cancelInProgress)
    throw new PlayerError(`${path}: GitHub refuses \`queue: max\` with cancel-in-progress.`);
  const entry: Entry = { run: graph.play.run.id, of, inside: graph.holds, group, cancelInProgress, queueMax, cancel };
  const admission = await graph.play.groups.request(entry, abandon);
  return admission.kind === "running"
    ? { kind: "running", entries: [...graph.holds, entry], release: () => admission.release() }
    : admission;
}
