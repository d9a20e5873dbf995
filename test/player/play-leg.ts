/** Plays one job with steps: its concurrency group, its environment, its machine, its token. */
import { admit } from "./admission.ts";
import { type Deployment, environmentOf } from "./environments.ts";
import { interpolate, interpolateString } from "./expressions.ts";
import { githubContext } from "./github-context.ts";
import { type Json, type JsonObject, onlyKeys } from "./json.ts";
import { declaredPermissions, readOnly } from "./permissions.ts";
import type { Graph } from "./play-graph.ts";
import { playJob } from "./play-job.ts";
import type { JobRun, Result } from "./runs.ts";
import type { JobDefinition } from "./workflow-file.ts";

export interface JobLeg {
  readonly definition: JobDefinition;
  readonly job: JobRun;
  readonly abort: AbortController;
  readonly contexts: JsonObject;
}

/** Where a job deploys to: `url` is an expression that reads its steps. */
interface Target {
  readonly deployment: Deployment;
  readonly url: Json;
}

export async function playLeg(graph: Graph, leg: JobLeg): Promise<void> {
  const { definition, job, abort } = leg;
  const admitted = await admit(graph, definition.concurrency, { contexts: leg.contexts }, "job", abort.signal, () =>
    abort.abort(),
  );
  if (admitted.kind !== "running") {
    if (admitted.kind === "deadlock")
      job.annotations.push(
        "error: Canceling since a deadlock for concurrency group was detected between 'top level workflow' and the job.",
      );
    finish(graph, job, "cancelled");
    return;
  }
  try {
    const target = await enter(graph, leg);
    if (target === "refused") return;
    await onMachine(graph, leg, target);
    if (target)
      target.deployment.state =
        job.result === "success" ? "success" : job.result === "cancelled" ? "cancelled" : "failure";
  } finally {
    admitted.release();
  }
}

/** Asks the reviewers of the job's environment, if it has any. A job that is refused is finished. */
async function enter(graph: Graph, leg: JobLeg): Promise<Target | "refused" | undefined> {
  const { definition, job, abort } = leg;
  const { host, run, reviews } = graph.play;
  const declared = definition.environment;
  if (declared === undefined || declared === null) return undefined;
  const mapping = typeof declared === "object" && !Array.isArray(declared) ? declared : undefined;
  if (mapping) onlyKeys(mapping, ["name", "url"], `${graph.workflow.path}: jobs.${definition.id}.environment`);
  const found = environmentOf(
    mapping
      ? { name: interpolate(mapping["name"] ?? "", { contexts: leg.contexts }), url: mapping["url"] ?? "" }
      : interpolate(declared, { contexts: leg.contexts }),
  );
  if (!found) return undefined;
  const { name, url } = found;
  const environment = host.environments?.[name];
  const branch = run.event.ref.replace(/^refs\/(heads|tags|pull)\//, "");
  if (environment?.branches && !environment.branches.includes(branch)) {
    job.annotations.push(
      `error: Branch "${branch}" is not allowed to deploy to ${name} due to environment protection rules.`,
    );
    finish(graph, job, "failure");
    return "refused";
  }
  const deployment = reviews.deploy({
    environment: name,
    run: run.id,
    job: job.name,
    sha: run.event.sha,
    ref: run.event.ref,
    createdAt: host.now(),
  });
  if (!environment?.reviewers) return { deployment, url };
  deployment.state = "waiting";
  job.status = "waiting";
  host.changed(run);
  const verdict = await reviews.ask({ run, job, environment: name }, abort.signal);
  if (verdict === "approved") {
    deployment.state = "in_progress";
    job.status = "queued";
    return { deployment, url };
  }
  deployment.state = verdict === "rejected" ? "failure" : "cancelled";
  if (verdict === "rejected") job.annotations.push(`error: The deployment to ${name} was rejected.`);
  finish(graph, job, verdict === "rejected" ? "failure" : "cancelled");
  return "refused";
}

async function onMachine(graph: Graph, leg: JobLeg, target: Target | undefined): Promise<void> {
  const { play, workflow } = graph;
  const { host, run } = play;
  const { definition, job, abort } = leg;
  const release = await play.runners.take(abort.signal);
  try {
    await host.beforeJob?.(run, job, definition);
    if (abort.signal.aborted) {
      finish(graph, job, "cancelled");
      return;
    }
    const declared = declaredPermissions(workflow.permissions, definition.permissions, graph.granted);
    job.permissions = run.event.fromFork ? readOnly(declared) : declared;
    job.token = `ghs_${run.id}x${run.attempt}x${job.id}${"0".repeat(24)}`;
    host.issueToken(job.token, job.permissions, job, run);
    job.runsOn = JSON.stringify(interpolate(definition.runsOn, { contexts: leg.contexts }));
    job.status = "in_progress";
    job.startedAt = host.now();
    host.changed(run);
    const environment = target && host.environments?.[target.deployment.environment];
    const contexts = {
      ...leg.contexts,
      github: githubContext(host, run, job),
      vars: { ...host.variables, ...environment?.variables },
    };
    const secrets = { ...graph.secrets.values, ...visibleSecrets(graph, environment?.secrets ?? {}) };
    const scope = await playJob({
      host,
      run,
      runs: play.runs,
      workflow,
      definition,
      job,
      contexts,
      secrets,
      cancelled: abort.signal,
    });
    if (target) target.deployment.url = interpolateString(target.url, scope);
    finish(graph, job, job.result ?? "failure");
  } finally {
    await host.afterJob?.(run, job);
    release();
  }
}

/** A pull request from a fork gets none; a called workflow gets those that it declares or inherits. */
function visibleSecrets(graph: Graph, secrets: Readonly<Record<string, string>>): Record<string, string> {
  if (graph.play.run.event.fromFork) return {};
  const { ofEnvironments } = graph.secrets;
  return Object.fromEntries(
    Object.entries(secrets).filter(([name]) => ofEnvironments === "all" || ofEnvironments.includes(name)),
  );
}

function finish(graph: Graph, job: JobRun, result: Result): void {
  const { host, run } = graph.play;
  job.result = result;
  job.status = "completed";
  job.completedAt = host.now();
  run.updatedAt = host.now();
  host.changed(run);
}
