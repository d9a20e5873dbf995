/** Runs, jobs, artifacts and dispatches. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { zip } from "../../support/zip.ts";
import type { Artifact } from "../artifacts.ts";
import { isExpired } from "../artifacts.ts";
import { listFiles } from "../glob.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { Player } from "../player.ts";
import { type Run, runPayload, timestamp, workflowId } from "../runs.ts";
import { DispatchRefused } from "../triggers.ts";
import { NOT_FOUND, type Route } from "./api-server.ts";
import { attemptRoutes, jobJson } from "./attempts-api.ts";

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
    {
      method: "GET",
      path: "/repos/:owner/:repo/actions/runs",
      permission: read,
      handle: ({ query }) => ({ status: 200, items: list(state.player.runs, query), wrap: "workflow_runs" }),
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/actions/workflows/:workflow/runs",
      permission: read,
      handle({ path, query }) {
        const runs = state.player.runs.filter(
          (run) =>
            run.workflowPath.endsWith(`/${path["workflow"] ?? ""}`) ||
            String(workflowId(run.workflowPath)) === path["workflow"],
        );
        return { status: 200, items: list(runs, query), wrap: "workflow_runs" };
      },
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/actions/workflows",
      permission: read,
      handle() {
        const known = new Map(state.player.runs.map((run) => [run.workflowPath, run.workflowName]));
        return {
          status: 200,
          items: [...known].map(([path, name]) => ({ id: workflowId(path), path, name, state: "active" })),
          wrap: "workflows",
        };
      },
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/actions/runs/:id",
      permission: read,
      handle({ path }) {
        const run = find(path["id"]);
        return run ? { status: 200, body: runPayload(run, state.repository) } : NOT_FOUND;
      },
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/actions/runs/:id/jobs",
      permission: read,
      handle({ path }) {
        const run = find(path["id"]);
        return run
          ? { status: 200, items: run.jobs.map((job) => jobJson(run, job, run.attempt)), wrap: "jobs" }
          : NOT_FOUND;
      },
    },
    ...attemptRoutes(find, state.repository),
    {
      method: "GET",
      path: "/repos/:owner/:repo/actions/runs/:id/artifacts",
      permission: read,
      handle: ({ path, query }) => ({
        status: 200,
        items: (find(path["id"])?.artifacts ?? [])
          .filter((artifact) => !query.has("name") || artifact.name === query.get("name"))
          .map(artifactJson),
        wrap: "artifacts",
      }),
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/actions/artifacts",
      permission: read,
      handle: ({ query }) => ({
        status: 200,
        items: state.player.runs
          .flatMap((run) => run.artifacts)
          .filter((artifact) => !query.has("name") || artifact.name === query.get("name"))
          .reverse()
          .map(artifactJson),
        wrap: "artifacts",
      }),
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/actions/artifacts/:id/zip",
      permission: read,
      handle({ path }) {
        const artifact = state.player.runs
          .flatMap((run) => run.artifacts)
          .find((candidate) => String(candidate.id) === path["id"]);
        if (!artifact) return NOT_FOUND;
        if (isExpired(artifact, state.now())) return { status: 410, body: { message: "Artifact has expired" } };
        return {
          status: 200,
          bytes: zip(
            listFiles(artifact.folder).map((file) => ({
              name: relative(artifact.folder, file),
              content: readFileSync(file),
            })),
          ),
        };
      },
    },
    {
      method: "DELETE",
      path: "/repos/:owner/:repo/actions/artifacts/:id",
      permission: ["actions", "write"],
      handle({ path }) {
        for (const { artifacts } of state.player.runs) {
          const index = artifacts.findIndex((artifact) => String(artifact.id) === path["id"]);
          if (index === -1) continue;
          artifacts.splice(index, 1);
          return { status: 204 };
        }
        return NOT_FOUND;
      },
    },
    {
      method: "POST",
      path: "/repos/:owner/:repo/actions/runs/:id/cancel",
      permission: ["actions", "write"],
      handle({ path }) {
        const run = find(path["id"]);
        if (!run) return NOT_FOUND;
        if (run.status === "completed")
          return { status: 409, body: { message: "Cannot cancel a workflow run that is completed." } };
        state.player.cancel(run);
        return { status: 202, body: {} };
      },
    },
    ...(["rerun", "rerun-failed-jobs"] as const).map((verb): Route => ({
      method: "POST",
      path: `/repos/:owner/:repo/actions/runs/:id/${verb}`,
      permission: ["actions", "write"],
      async handle({ path }) {
        const run = find(path["id"]);
        if (!run) return NOT_FOUND;
        if (run.status !== "completed")
          return { status: 403, body: { message: "The workflow run is already running" } };
        await state.player.rerun(run, verb === "rerun" ? "all" : "failed");
        return { status: 201, body: {} };
      },
    })),
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
  const fields: [string, string][] = [
    ["event", run.event.name],
    ["branch", run.event.headBranch],
    ["head_sha", run.event.headSha],
    ["actor", run.event.actor],
  ];
  if (fields.some(([name, value]) => query.has(name) && query.get(name) !== value)) return false;
  const since = /^>=?(.+)$/.exec(query.get("created") ?? "")?.[1];
  return since === undefined || run.createdAt.getTime() >= Date.parse(since);
}
