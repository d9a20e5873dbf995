/** Plays one run: whether it starts, its concurrency group, and its conclusion. Its jobs are played by play-graph. */
import { admit } from "./admission.ts";
import type { ConcurrencyGroups } from "./concurrency.ts";
import type { Reviews } from "./environments.ts";
import type { Scope } from "./expressions.ts";
import { githubContext } from "./github-context.ts";
import type { Host } from "./host.ts";
import { cancelGraph, type Graph, playGraph, resultOf } from "./play-graph.ts";
import { startupProblems } from "./reusable.ts";
import type { Kept } from "./rerun.ts";
import type { Run } from "./runs.ts";
import type { Runners } from "./runners.ts";
import type { WorkflowFile } from "./workflow-file.ts";

export interface Engine {
  readonly host: Host;
  readonly runs: readonly Run[];
  readonly groups: ConcurrencyGroups;
  readonly runners: Runners;
  readonly reviews: Reviews;
  nextId(): number;
}

export interface RunPlay extends Engine {
  readonly run: Run;
  /** The workflow files of the run's commit: what its jobs may call. */
  readonly files: readonly WorkflowFile[];
  readonly kept: Kept;
}

export interface RunControl {
  cancel(): void;
  readonly done: Promise<void>;
}

/** A run that GitHub does not start: the workflow file, or one that it calls, is not valid. */
export class StartupFailure extends Error {
  override name = "StartupFailure";
}

/** Starts a run's newest attempt. What `kept` holds of an earlier attempt is not played again. */
export function startRun(
  engine: Engine,
  run: Run,
  workflow: WorkflowFile,
  files: readonly WorkflowFile[],
  kept: Kept,
): RunControl {
  const play: RunPlay = { ...engine, run, files, kept };
  const graph: Graph = {
    play,
    workflow,
    inputs: run.inputs,
    secrets: { values: run.event.fromFork ? {} : engine.host.secrets, ofEnvironments: "all" },
    granted: undefined,
    callers: [],
    prefix: "",
    holds: [],
    ancestors: () => [],
    outcomes: new Map(),
    legs: new Set(),
    cancelled: false,
  };
  const abandon = new AbortController();
  run.jobs = [...kept.jobs];
  run.calls = [...kept.calls];
  const cancel = (): void => {
    run.cancelled = true;
    cancelGraph(graph);
  };
  return {
    cancel() {
      if (run.status === "completed" || run.cancelled) return;
      cancel();
      abandon.abort();
    },
    done: playRun(play, graph, abandon.signal, cancel),
  };
}

async function playRun(play: RunPlay, graph: Graph, abandon: AbortSignal, cancel: () => void): Promise<void> {
  const { host, run, files } = play;
  const { workflow } = graph;
  run.problems = startupProblems(workflow, files);
  if (run.problems.length > 0) {
    conclude(play, "startup_failure");
    return;
  }
  const scope: Scope = {
    contexts: { github: githubContext(host, run), inputs: run.inputs, vars: { ...host.variables } },
  };
  const admitted = await admit(graph, workflow.concurrency, scope, "run", abandon, cancel);
  if (admitted.kind !== "running") {
    run.cancelled = true;
    conclude(play, "cancelled");
    return;
  }
  run.status = "in_progress";
  host.changed(run);
  try {
    graph.holds = admitted.entries;
    await playGraph(graph);
  } finally {
    admitted.release();
  }
  // No source says which of the two wins when a gate job fails in a cancelled run. Nothing emitted may depend on it.
  conclude(play, run.cancelled ? "cancelled" : resultOf(graph));
}

function conclude(play: RunPlay, conclusion: Run["conclusion"]): void {
  play.run.status = "completed";
  play.run.conclusion = conclusion;
  play.run.updatedAt = play.host.now();
  play.host.changed(play.run);
}
