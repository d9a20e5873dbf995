/** The attempts of a run, their jobs, and what the jobs have printed. */
import type { JsonObject } from "../json.ts";
import { type JobRun, logOf, type Run, runPayload, timestamp } from "../runs.ts";
import { NOT_FOUND, type Route } from "./api-server.ts";

/** `find` gives the run of an id in a path. */
export function attemptRoutes(find: (id: string | undefined) => Run | undefined, repository: string): Route[] {
  const read = ["actions", "read"] as const;
  const attemptOf = (
    run: Run,
    number: number,
  ): { conclusion: Run["conclusion"]; jobs: readonly JobRun[] } | undefined =>
    number === run.attempt ? run : run.earlier.find((attempt) => attempt.number === number);
  return [
    {
      method: "GET",
      path: "/repos/:owner/:repo/actions/runs/:id/attempts/:attempt",
      permission: read,
      handle({ path }) {
        const run = find(path["id"]);
        const attempt = run && attemptOf(run, Number(path["attempt"]));
        if (!run || !attempt) return NOT_FOUND;
        return {
          status: 200,
          body:
            attempt === run
              ? runPayload(run, repository)
              : {
                  ...runPayload(run, repository),
                  run_attempt: Number(path["attempt"]),
                  status: "completed",
                  conclusion: attempt.conclusion ?? null,
                },
        };
      },
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/actions/runs/:id/attempts/:attempt/jobs",
      permission: read,
      handle({ path }) {
        const run = find(path["id"]);
        const attempt = run && attemptOf(run, Number(path["attempt"]));
        return run && attempt
          ? { status: 200, items: attempt.jobs.map((job) => jobJson(run, job, Number(path["attempt"]))), wrap: "jobs" }
          : NOT_FOUND;
      },
    },
  ];
}

export const logRoutes = (runs: readonly Run[]): Route[] => [
  {
    method: "GET",
    path: "/repos/:owner/:repo/actions/jobs/:id/logs",
    permission: ["actions", "read"],
    handle({ path }) {
      const job = runs.flatMap((run) => run.jobs).find((candidate) => String(candidate.id) === path["id"]);
      return job ? { status: 200, bytes: Buffer.from(`${logOf(job)}\n`) } : NOT_FOUND;
    },
  },
];

/** A job as the API lists it. */
export function jobJson(run: Run, job: JobRun, attempt: number): JsonObject {
  return {
    id: job.id,
    run_id: run.id,
    run_attempt: attempt,
    name: job.name,
    workflow_name: run.workflowName,
    head_sha: run.event.headSha,
    status: job.status,
    conclusion: job.status === "completed" ? (job.result ?? null) : null,
    created_at: timestamp(run.createdAt),
    started_at: job.startedAt ? timestamp(job.startedAt) : null,
    completed_at: job.completedAt ? timestamp(job.completedAt) : null,
    html_url: `https://github.com/${run.event.headRepository}/actions/runs/${run.id}/job/${job.id}`,
    steps: job.steps.map((step, index) => ({
      name: step.name,
      number: index + 1,
      status: "completed",
      conclusion: step.conclusion,
    })),
  };
}
