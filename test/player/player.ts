/**
 * Plays GitHub: takes events, starts the runs that they cause, and lets finished runs cause others. Time is real, jobs
 * run side by side, and every script runs under a real shell; only the machines and the actions are stand-ins.
 */
import { type ConcurrencyGroups, concurrencyGroups } from "./concurrency.ts";
import { dispatchEvent, fullName, type GitHubEvent, workflowRunEvent } from "./events.ts";
import type { Host } from "./host.ts";
import { type JsonObject, PlayerError } from "./json.ts";
import { type RunControl, startRun } from "./play-run.ts";
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
  /** Waits until nothing runs or waits any more. Throws what stopped the play. */
  settle(): Promise<void>;
}

export function createPlayer(host: Host): Player {
  const runs: Run[] = [];
  const groups = concurrencyGroups();
  const runners = createRunners(host.runners);
  const active = new Set<Promise<void>>();
  const controls = new Map<Run, RunControl>();
  const files = new Map<Run, WorkflowFile>();
  const numbers = new Map<string, number>();
  let lastId = 1000;
  let stopped: unknown;

  const engine = { host, runs, groups, runners, nextId: () => (lastId += 1) };

  const start = (run: Run, workflow: WorkflowFile, kept: Run["jobs"] = []): void => {
    const control = startRun(engine, run, workflow, kept);
    controls.set(run, control);
    const whole = control.done
      .then(() => follow(run, "completed"))
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
    const run: Run = {
      id: engine.nextId(),
      number,
      attempt: 1,
      workflowName: workflow.name,
      workflowPath: workflow.path,
      event,
      inputs,
      status: "queued",
      conclusion: undefined,
      cancelled: false,
      createdAt: now,
      updatedAt: now,
      jobs: [],
      artifacts: [],
    };
    runs.push(run);
    files.set(run, workflow);
    host.changed(run);
    return run;
  };

  /** The workflow_run event of a run. Its workflows are those of the default branch, and so are its ref and commit. */
  const follow = async (run: Run, action: "requested" | "completed"): Promise<void> => {
    const tip = await host.tip(host.repository.defaultBranch);
    await happen(workflowRunEvent(host.repository, action, runPayload(run, fullName(host.repository)), tip, run.event.depth + 1, run.event.actor));
  };

  const happen = async (event: GitHubEvent): Promise<Run[]> => {
    const workflows = (await host.workflowsAt(event.sha)).filter((workflow) => triggers(workflow, event));
    const started = workflows.map((workflow) => ({ workflow, run: create(workflow, event, {}) }));
    for (const { run, workflow } of started) {
      start(run, workflow);
      await follow(run, "requested");
    }
    return started.map(({ run }) => run);
  };

  return {
    runs,
    groups,
    happen,
    async dispatch(file, ref, inputs = {}, actor = host.repository.owner) {
      const sha = await host.tip(ref);
      const path = `.github/workflows/${file}`;
      const workflow = (await host.workflowsAt(sha)).find((candidate) => candidate.path === path);
      if (!workflow || !("workflow_dispatch" in workflow.on)) throw new DispatchRefused(`Workflow ${file} does not have 'workflow_dispatch' trigger`);
      const values = dispatchInputs(workflow, inputs);
      const event = dispatchEvent(host.repository, path, ref.startsWith("refs/") ? ref : `refs/heads/${ref}`, sha, values, actor);
      const run = create(workflow, event, values);
      start(run, workflow);
      return run;
    },
    cancel(run) {
      controls.get(run)?.cancel();
    },
    async rerun(run, which) {
      const workflow = files.get(run);
      if (!workflow || run.status !== "completed") throw new PlayerError(`Run ${run.id} has not completed: GitHub does not run it again yet.`);
      const failed = new Set(run.jobs.filter((job) => job.result !== "success" && job.result !== "skipped").map((job) => job.key));
      for (const definition of workflow.jobs.values()) if (definition.needs.some((need) => failed.has(need))) failed.add(definition.id);
      const kept = which === "all" ? [] : run.jobs.filter((job) => !failed.has(job.key));
      run.attempt += 1;
      run.status = "queued";
      run.conclusion = undefined;
      run.cancelled = false;
      host.changed(run);
      start(run, workflow, kept);
      await Promise.resolve();
    },
    async settle() {
      while (active.size > 0) await Promise.all(active);
      if (stopped !== undefined) throw stopped;
    },
  };
}
