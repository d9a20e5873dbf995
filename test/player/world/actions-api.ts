/** Runs, jobs, artifacts and dispatches. */
import type { Artifact } from "../artifacts.ts";
import { isExpired } from "../artifacts.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { Player } from "../player.ts";
import { type Run, runPayload, timestamp, workflowId } from "../runs.ts";
import { DispatchRefused } from "../triggers.ts";
import type { Route } from "./api-server.ts";

export interface ActionsState {
  readonly repository: string;
  readonly player: Player;
  now(): Date;
}

export function actionsRoutes(state: ActionsState): Route[] {
  const find = (id: string | undefined): Run | undefined => state.player.runs.find((run) => String(run.id) === id);
  const list = (runs: readonly Run[], query: URLSearchParams): Json[] =>
    [...runs]
      .reverse()
      .filter((run) => matchesQuery(run, query))
      .map((run) => runPayload(run, state.repository));
  const artifactJson = (artifact: Artifact): JsonObject => ({
    id: artifact.id,
    name: artifact.name,
    size_in_bytes: artifact.size,
    expired: isExpired(artifact, state.now()),
    created_at: timestamp(artifact.createdAt),
    expires_at: timestamp(artifact.expiresAt),
    workflow_run: { id: artifact.run },
  });
  const read = ["actions", "read"] as const;
  return [
    { method: "GET", path: "/repos/:owner/:repo/actions/runs", permission: read, handle: ({ query }) => ({ status: 200, items: list(state.player.runs, query), wrap: "workflow_runs" }) },
    {
      method: "GET",
      path: "/repos/:owner/:repo/actions/workflows/:workflow/runs",
      permission: read,
      handle({ path, query }) {
        const runs = state.player.runs.filter((run) => run.workflowPath.endsWith(`/${path["workflow"] ?? ""}`) || String(workflowId(run.workflowPath)) === path["workflow"]);
        return { status: 200, items: list(runs, query), wrap: "workflow_runs" };
      },
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/actions/workflows",
      permission: read,
      handle() {
        const known = new Map(state.player.runs.map((run) => [run.workflowPath, run.workflowName]));
        return { status: 200, items: [...known].map(([path, name]) => ({ id: workflowId(path), path, name, state: "active" })), wrap: "workflows" };
      },
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/actions/runs/:id",
      permission: read,
      handle({ path }) {
        const run = find(path["id"]);
        return run ? { status: 200, body: runPayload(run, state.repository) } : { status: 404, body: { message: "Not Found" } };
      },
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/actions/runs/:id/jobs",
      permission: read,
      handle({ path }) {
        const run = find(path["id"]);
        return run ? { status: 200, items: run.jobs.map((job) => jobJson(run, job)), wrap: "jobs" } : { status: 404, body: { message: "Not Found" } };
      },
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/actions/runs/:id/artifacts",
      permission: read,
      handle: ({ path, query }) => ({ status: 200, items: (find(path["id"])?.artifacts ?? []).filter((artifact) => !query.has("name") || artifact.name === query.get("name")).map(artifactJson), wrap: "artifacts" }),
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/actions/artifacts",
      permission: read,
      handle: ({ query }) => ({ status: 200, items: state.player.runs.flatMap((run) => run.artifacts).filter((artifact) => !query.has("name") || artifact.name === query.get("name")).reverse().map(artifactJson), wrap: "artifacts" }),
    },
    {
      method: "POST",
      path: "/repos/:owner/:repo/actions/workflows/:workflow/dispatches",
      permission: ["actions", "write"],
      async handle({ path, body }) {
        try {
          const inputs = isObject(body["inputs"]) ? body["inputs"] : {};
          await state.player.dispatch(path["workflow"] ?? "", String(body["ref"]), inputs, "github-actions[bot]");
          return { status: 204 };
        } catch (error) {
          if (error instanceof DispatchRefused) return { status: 422, body: { message: error.message } };
          throw error;
        }
      },
    },
  ];
}

function matchesQuery(run: Run, query: URLSearchParams): boolean {
  const status = query.get("status");
  if (status !== null && run.status !== status && run.conclusion !== status) return false;
  const fields: [string, string][] = [["event", run.event.name], ["branch", run.event.headBranch], ["head_sha", run.event.headSha], ["actor", run.event.actor]];
  if (fields.some(([name, value]) => query.has(name) && query.get(name) !== value)) return false;
  const since = /^>=?(.+)$/.exec(query.get("created") ?? "")?.[1];
  return since === undefined || run.createdAt.getTime() >= Date.parse(since);
}

function jobJson(run: Run, job: Run["jobs"][number]): JsonObject {
  return {
    id: job.id,
    run_id: run.id,
    run_attempt: run.attempt,
    name: job.name,
    workflow_name: run.workflowName,
    head_sha: run.event.headSha,
    status: job.status,
    conclusion: job.status === "completed" ? (job.result ?? null) : null,
    created_at: timestamp(run.createdAt),
    started_at: job.startedAt ? timestamp(job.startedAt) : null,
    completed_at: job.completedAt ? timestamp(job.completedAt) : null,
    steps: job.steps.map((step, index) => ({ name: step.name, number: index + 1, status: "completed", conclusion: step.conclusion })),
  };
}
