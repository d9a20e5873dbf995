/** Plays one call of a reusable workflow: its jobs are jobs of the same run, with inputs and secrets of their own. */
import { admit } from "./admission.ts";
import { interpolate, interpolateString, type Scope } from "./expressions.ts";
import { isObject, type JsonObject, PlayerError } from "./json.ts";
import { declaredPermissions } from "./permissions.ts";
import {
  ancestorsOf,
  cancelGraph,
  type Graph,
  type JobOutcome,
  playGraph,
  record,
  resultOf,
  type Secrets,
} from "./play-graph.ts";
import { type CallInterface, callInputs, callInterface } from "./reusable.ts";
import type { CallDefinition, JobDefinition } from "./workflow-file.ts";

export interface CallLeg {
  readonly definition: JobDefinition;
  readonly call: CallDefinition;
  /** `caller (a)`: what stands before the names of the called jobs. */
  readonly name: string;
  readonly index: number;
  readonly combination: JsonObject;
  readonly contexts: JsonObject;
  /** Aborted when it is cancelled before its jobs have begun. */
  readonly waits: AbortController;
  /** The called workflow, once its jobs play. */
  called: { cancel(): void } | undefined;
}

export async function playCall(graph: Graph, leg: CallLeg): Promise<JobOutcome> {
  const { definition, call, waits } = leg;
  const { host, run, files } = graph.play;
  const workflow = files.find((file) => file.path === call.path);
  const declared = workflow && callInterface(workflow);
  if (!workflow || !declared) throw new PlayerError(`${call.path} cannot be called.`);

  const never = (annotation?: string): JobOutcome => {
    const job = record(graph, definition, leg.name, leg.combination);
    job.result = "cancelled";
    if (annotation !== undefined) job.annotations.push(annotation);
    return finished(graph, leg, { result: "cancelled", outputs: {} });
  };
  const deadlock = `error: Canceling since a deadlock for concurrency group was detected between 'top level workflow' and '${leg.name}'.`;
  if (waits.signal.aborted) return never();
  const scope: Scope = { contexts: leg.contexts };
  const ofJob = await admit(graph, definition.concurrency, scope, "job", waits.signal, () =>
    leg.called ? leg.called.cancel() : waits.abort(),
  );
  if (ofJob.kind !== "running") return never(ofJob.kind === "deadlock" ? deadlock : undefined);
  try {
    const vars = { ...host.variables };
    const given = interpolate(call.with, scope);
    const inputs = callInputs(declared, isObject(given) ? given : {}, (value) =>
      interpolate(value, { contexts: { github: leg.contexts["github"] ?? {}, vars } }),
    );
    const child: Graph = {
      play: graph.play,
      workflow,
      inputs,
      secrets: passedSecrets(graph, leg, declared),
      granted: declaredPermissions(graph.workflow.permissions, definition.permissions, graph.granted),
      callers: [...graph.callers, { key: definition.id, leg: leg.index }],
      prefix: `${leg.name} / `,
      holds: ofJob.entries,
      ancestors: () => [...graph.ancestors(), ...ancestorsOf(graph, definition)],
      outcomes: new Map(),
      legs: new Set(),
      cancelled: graph.cancelled,
    };
    const calledScope: Scope = { contexts: { github: leg.contexts["github"] ?? {}, inputs, vars } };
    const ofWorkflow = await admit(child, workflow.concurrency, calledScope, "job", waits.signal, () =>
      cancelGraph(child),
    );
    if (ofWorkflow.kind !== "running") return never(ofWorkflow.kind === "deadlock" ? deadlock : undefined);
    leg.called = { cancel: () => cancelGraph(child) };
    if (waits.signal.aborted) cancelGraph(child);
    try {
      child.holds = ofWorkflow.entries;
      await playGraph(child);
    } finally {
      ofWorkflow.release();
    }
    host.changed(run);
    return finished(graph, leg, { result: resultOf(child), outputs: outputsOf(child, declared, calledScope) });
  } finally {
    ofJob.release();
  }
}

function finished(graph: Graph, leg: CallLeg, outcome: JobOutcome): JobOutcome {
  graph.play.run.calls.push({
    key: leg.definition.id,
    callers: graph.callers,
    leg: leg.index,
    path: leg.call.path,
    ...outcome,
  });
  return outcome;
}

/** `inherit` hands on everything, a mapping only what it names. */
function passedSecrets(graph: Graph, leg: CallLeg, declared: CallInterface): Secrets {
  const { secrets } = leg.call;
  if (secrets === "inherit") return graph.secrets;
  const scope: Scope = { contexts: { ...leg.contexts, secrets: { ...graph.secrets.values } } };
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(secrets)) {
    if (typeof value === "string" && /secrets\.GITHUB_TOKEN|github\.token/.test(value))
      throw new PlayerError(
        `${graph.workflow.path}: jobs.${leg.definition.id}.secrets.${name}: the player hands on no token; a called workflow has its own.`,
      );
    values[name] = interpolateString(value, scope);
  }
  return { values, ofEnvironments: [...declared.secrets.keys()] };
}

/** The values of `on.workflow_call.outputs`, which read the called jobs. */
function outputsOf(child: Graph, declared: CallInterface, scope: Scope): Record<string, string> {
  const jobs = Object.fromEntries(
    [...child.outcomes].map(([key, outcome]) => [key, { result: outcome.result, outputs: { ...outcome.outputs } }]),
  );
  const contexts = { ...scope.contexts, jobs };
  return Object.fromEntries(
    [...declared.outputs].map(([name, value]) => [name, interpolateString(value, { contexts })]),
  );
}
