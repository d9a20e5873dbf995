/** Commit statuses and check runs. */
import type { Json, JsonObject } from "../json.ts";
import { type Run, timestamp } from "../runs.ts";
import type { Route } from "./api-server.ts";

export interface CommitStatus {
  readonly id: number;
  readonly sha: string;
  readonly context: string;
  readonly state: string;
  readonly description: string;
  readonly targetUrl: string;
  /** The job that posted it. */
  readonly who: string;
  readonly at: Date;
}

export interface StatusState {
  readonly statuses: CommitStatus[];
  readonly runs: readonly Run[];
  now(): Date;
  /** Whether the repository has that commit. */
  commit(ref: string): Promise<string | undefined>;
}

/** GitHub's limit for a description. */
const LONGEST_DESCRIPTION = 140;

export function statusRoutes(state: StatusState): Route[] {
  return [
    {
      method: "POST",
      path: "/repos/:owner/:repo/statuses/:sha",
      permission: ["statuses", "write"],
      async handle({ path, body, who }) {
        const sha = path["sha"] ?? "";
        const { state: verdict, context, description, target_url: target } = body;
        if ((await state.commit(sha)) !== sha)
          return { status: 422, body: { message: `No commit found for SHA: ${sha}` } };
        if (!["error", "failure", "pending", "success"].includes(String(verdict)))
          return { status: 422, body: { message: "Validation Failed: state" } };
        if (String(description ?? "").length > LONGEST_DESCRIPTION)
          return {
            status: 422,
            body: { message: "Validation Failed: description is too long (maximum is 140 characters)" },
          };
        const status = {
          id: state.statuses.length + 1,
          sha,
          context: String(context ?? "default"),
          state: String(verdict),
          description: String(description ?? ""),
          targetUrl: String(target ?? ""),
          who,
          at: state.now(),
        };
        state.statuses.push(status);
        return { status: 201, body: toJson(status) };
      },
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/commits/:ref/statuses",
      permission: ["statuses", "read"],
      async handle({ path }) {
        const sha = await state.commit(path["ref"] ?? "");
        return {
          status: 200,
          items: state.statuses
            .filter((status) => status.sha === sha)
            .reverse()
            .map(toJson),
        };
      },
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/commits/:ref/status",
      permission: ["statuses", "read"],
      async handle({ path }) {
        const sha = (await state.commit(path["ref"] ?? "")) ?? "";
        const latest = latestStatuses(state.statuses, sha);
        const states = latest.map((status) => status.state);
        const combined = states.some((each) => each === "failure" || each === "error")
          ? "failure"
          : states.length === 0 || states.includes("pending")
            ? "pending"
            : "success";
        return {
          status: 200,
          body: { state: combined, sha, total_count: latest.length, statuses: latest.map(toJson) },
        };
      },
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/commits/:ref/check-runs",
      permission: ["checks", "read"],
      async handle({ path }) {
        const sha = await state.commit(path["ref"] ?? "");
        const jobs = state.runs.filter((run) => run.event.headSha === sha).flatMap((run) => run.jobs);
        const items: Json[] = jobs.map((job) => ({
          id: job.id,
          name: job.name,
          status: job.status,
          conclusion: job.result ?? null,
          head_sha: sha ?? "",
          app: { slug: "github-actions" },
          started_at: job.startedAt ? timestamp(job.startedAt) : null,
          completed_at: job.completedAt ? timestamp(job.completedAt) : null,
        }));
        return { status: 200, items, wrap: "check_runs" };
      },
    },
  ];
}

/** The newest status of each context. */
export function latestStatuses(statuses: readonly CommitStatus[], sha: string): CommitStatus[] {
  const latest = new Map<string, CommitStatus>();
  for (const status of statuses) if (status.sha === sha) latest.set(status.context, status);
  return [...latest.values()];
}

const toJson = (status: CommitStatus): JsonObject => ({
  id: status.id,
  state: status.state,
  context: status.context,
  description: status.description,
  target_url: status.targetUrl === "" ? null : status.targetUrl,
  created_at: timestamp(status.at),
  updated_at: timestamp(status.at),
  creator: { login: "github-actions[bot]" },
});
