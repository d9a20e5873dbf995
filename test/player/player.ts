/**
 * Plays GitHub: takes events, starts the runs that they cause, and lets finished runs cause others. Time is real, jobs
 * run side by side, and every script runs under a real shell; only the machines and the actions are stand-ins.
 */
import { type ConcurrencyGroups, concurrencyGroups } from "./concurrency.ts";
import { dispatchEvent, fullName, type GitHubEvent, workflowRunEvent } from "./events.ts";
import type { Host } from "./host.ts";
import { type JsonObject, PlayerError } from "./json.ts";
import { createReviews, type Reviews } from "./environments.ts";
import { type RunControl, StartupFailure, startRun } from "./play-run.ts";
import { type Kept, keptJobs, NOTHING } from "./rerun.ts";
import { runTitle } from "./run-title.ts";
import { createRunners } from "./runners.ts";
import { type Run, runPayload } from "./runs.ts";
import { DispatchRefused, dispatchInputs, triggers } from "./triggers.ts";
import type { WorkflowFile } from "./workflow-file.ts";

export interface Player {
  /** Every run so far, oldest first. */
  readonly runs: readonly Run[];
  readonly groups: ConcurrencyGroups;
  /** Lets an event happen. Returns the runs that it starts, without waiting for them. */
  happen(event: GitHubEvent): Promise<Run[]>;
  /** "Run workflow", by file name. Throws `DispatchRefused` for what the API answers with 422. */
  dispatch(file: string, ref: string, inputs?: JsonObject, actor?: string): Promise<Run>;
  cancel(run: Run): void;
  /** Runs all jobs again, or those that failed and what hangs on them. */
  rerun(run: Run, which: "all" | "failed"): Promise<void>;
  /** Environments: who waits for reviewers, what was deployed. */
  readonly reviews: Reviews;
  /**
   * Waits until nothing runs any more, or all that is left waits for an environment's reviewers. Throws what stopped the
   * play, and a `StartupFailure` when GitHub would not have started a run.
   */
  settle(): Promise<void>;
}

/** How often `settle` looks, in milliseconds, and how often it must find nothing but jobs that wait for reviewers. */
const TURN = 25;
const QUIET = 10;

export function createPlayer(host: Host): Player {
  const runs: Run[] = [];
  const groups = concurrencyGroups();
  const runners = createRunners(host.runners);
  const active = new Set<Promise<void>>();
  const controls = new Map<Run, RunControl>();
  const files = new Map<Run, { workflow: WorkflowFile; all: readonly WorkflowFile[] }>();
  const reviews = createReviews();
  const numbers = new Map<string, number>();
  let lastId = 1000;
  let stopped: unknown;

  const engine = { host, runs, groups, runners, reviews, nextId: () => (lastId += 1) };

  const start = (run: Run, workflow: WorkflowFile, all: readonly WorkflowFile[], kept: Kept = NOTHING): void => {
    files.set(run, { workflow, all });
    const control = startRun(engine, run, workflow, all, kept);
    controls.set(run, control);
    const whole = control.done
      .then(() => follow(run, "completed"))
      .then(() => {
        if (run.problems.length > 0)
          throw new StartupFailure(`${run.workflowName} did not start:\n${run.problems.join("\n")}`);
      })
      .catch((error: unknown) => {
        stopped ??= error;
      })
      .finally(() => active.delete(whole));
    active.add(whole);
  };

  const create = (workflow: WorkflowFile, event: GitHubEvent, inputs: JsonObject): Run => {
    const number = (numbers.get(workflow.path) ?? 0) + 1;
    numbers.set(workflow.path, number);
    const now = host.now();
    const named = {
      id: engine.nextId(),
      number,
      attempt: 1,
      workflowName: workflow.name,
      workflowPath: workflow.path,
      event,
      inputs,
    };
    const run: Run = {
      ...named,
      title: runTitle(host, workflow, named),
      status: "queued",
      conclusion: undefined,
      cancelled: false,
      createdAt: now,
      updatedAt: now,
      problems: [],
      earlier: [],
      jobs: [],
      calls: [],
      artifacts: [],
    };
    runs.push(run);
    host.changed(run);
    return run;
  };

  /** The workflow_run event of a run. Its workflows are those of the default branch, and so are its ref and commit. */
  const follow = async (run: Run, action: "requested" | "completed"): Promise<void> => {
    const tip = await host.tip(host.repository.defaultBranch);
    await happen(
      workflowRunEvent(
        host.repository,
        action,
        runPayload(run, fullName(host.repository)),
        tip,
        run.event.depth + 1,
        run.event.actor,
      ),
    );
  };

  const happen = async (event: GitHubEvent): Promise<Run[]> => {
    const all = await host.workflowsAt(event.sha);
    const workflows = all.filter((workflow) => triggers(workflow, event));
    const started = workflows.map((workflow) => ({ workflow, run: create(workflow, event, {}) }));
    for (const { run, workflow } of started) {
      start(run, workflow, all);
      await follow(run, "requested");
    }
    return started.map(({ run }) => run);
  };

  return {
    runs,
    groups,
    reviews,
    happen,
    async dispatch(file, ref, inputs = {}, actor = host.repository.owner) {
      const sha = await host.tip(ref);
      const path = `.github/workflows/${file}`;
      const all = await host.workflowsAt(sha);
      const workflow = all.find((candidate) => candidate.path === path);
      if (!workflow || !("workflow_dispatch" in workflow.on))
        throw new DispatchRefused(`Workflow ${file} does not have 'workflow_dispatch' trigger`);
      const values = dispatchInputs(workflow, inputs);
      const event = dispatchEvent(
        host.repository,
        path,
        ref.startsWith("refs/") ? ref : `refs/heads/${ref}`,
        sha,
        values,
        actor,
      );
      const run = create(workflow, event, values);
      start(run, workflow, all);
      return run;
    },
    cancel(run) {
      controls.get(run)?.cancel();
    },
    async rerun(run, which) {
      const source = files.get(run);
      if (!source || run.status !== "completed")
        throw new PlayerError(`Run ${run.id} has not completed: GitHub does not run it again yet.`);
      const kept = which === "all" ? NOTHING : keptJobs(run, source.workflow, source.all);
      run.earlier.push({ number: run.attempt, conclusion: run.conclusion, jobs: [...run.jobs] });
      run.attempt += 1;
      run.status = "queued";
      run.conclusion = undefined;
      run.cancelled = false;
      host.changed(run);
      start(run, source.workflow, source.all, kept);
      await Promise.resolve();
    },
    async settle() {
      for (let quiet = 0; active.size > 0 && quiet < QUIET;) {
        await Promise.race([Promise.all(active), new Promise((resolve) => setTimeout(resolve, TURN))]);
        quiet =
          reviews.pending.length > 0 && !runs.some((run) => run.jobs.some((job) => job.status === "in_progress"))
            ? quiet + 1
            : 0;
      }
      const reason = stopped;
      // A run that did not start says so once: the play goes on without it.
      if (reason instanceof StartupFailure) stopped = undefined;
      if (reason !== undefined) throw reason;
    },
  };
}
