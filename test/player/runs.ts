/** What was played: runs, their jobs and their steps, as data that a test can ask about and the fake API can serve. */
import type { Artifact } from "./artifacts.ts";
import type { GitHubEvent } from "./events.ts";
import type { JsonObject } from "./json.ts";
import type { TokenPermissions } from "./permissions.ts";

export type Result = "success" | "failure" | "cancelled" | "skipped";

export interface StepRun {
  readonly name: string;
  readonly id: string | undefined;
  /** The result before `continue-on-error`, and after it. */
  outcome: Result;
  conclusion: Result;
  /** The log as GitHub shows it: secrets masked. */
  readonly log: string[];
  /** The names of the secrets, GITHUB_TOKEN among them, that the step's environment or inputs held. */
  readonly secrets: string[];
}

/** One combination of a job that calls a reusable workflow. */
export interface Caller {
  /** The job's key in `jobs:`. */
  readonly key: string;
  /** Which combination of its matrix, from 0. */
  readonly leg: number;
}

/** A called workflow that has been played: what `needs` of its caller saw. */
export interface CallRun {
  readonly key: string;
  /** Who called the caller, outermost first. */
  readonly callers: readonly Caller[];
  readonly leg: number;
  readonly path: string;
  readonly result: Result;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface JobRun {
  readonly id: number;
  /** The key in `jobs:` of the file that holds the job. */
  readonly key: string;
  /** The calls that led to that file, outermost first; empty for a job of the run's own workflow. */
  readonly callers: readonly Caller[];
  /** What GitHub shows: for a called workflow's job `caller / job`. */
  readonly name: string;
  readonly matrix: JsonObject;
  /** The evaluated `runs-on`, as text. */
  runsOn: string;
  /** `waiting`: for an environment's reviewers. */
  status: "queued" | "waiting" | "in_progress" | "completed";
  result: Result | undefined;
  outputs: Record<string, string>;
  readonly steps: StepRun[];
  /** `error: …`, `warning: …`: what the run's page shows. */
  readonly annotations: string[];
  permissions: TokenPermissions;
  token: string;
  summary: string;
  startedAt: Date | undefined;
  completedAt: Date | undefined;
}

/** An attempt before the newest one. */
export interface EarlierAttempt {
  readonly number: number;
  readonly conclusion: Run["conclusion"];
  readonly jobs: readonly JobRun[];
}

export interface Run {
  readonly id: number;
  readonly number: number;
  attempt: number;
  readonly workflowName: string;
  readonly workflowPath: string;
  readonly title: string;
  readonly event: GitHubEvent;
  readonly inputs: JsonObject;
  status: "queued" | "pending" | "in_progress" | "completed";
  conclusion: Result | "startup_failure" | undefined;
  /** Why GitHub refused to start it: its conclusion is then `startup_failure`, and it has no jobs. */
  problems: readonly string[];
  cancelled: boolean;
  readonly createdAt: Date;
  updatedAt: Date;
  readonly earlier: EarlierAttempt[];
  /** The jobs of the newest attempt. */
  jobs: JobRun[];
  /** The reusable workflows that the newest attempt has called. */
  calls: CallRun[];
  readonly artifacts: Artifact[];
}

/** The run as GitHub's API and the workflow_run event describe it. */
export function runPayload(run: Run, repository: string): JsonObject {
  const { event } = run;
  const [owner = "", name = ""] = event.headRepository.split("/");
  return {
    id: run.id,
    name: run.workflowName,
    display_title: run.title,
    run_number: run.number,
    run_attempt: run.attempt,
    path: run.workflowPath,
    workflow_id: workflowId(run.workflowPath),
    event: event.name,
    status: run.status,
    conclusion: run.conclusion ?? null,
    head_branch: event.headBranch,
    head_sha: event.headSha,
    head_repository: {
      name,
      full_name: event.headRepository,
      fork: event.headRepository !== repository,
      owner: { login: owner },
    },
    head_commit: { id: event.headSha },
    repository: { full_name: repository },
    referenced_workflows: [...new Set(run.calls.map((call) => call.path))].map((path) => ({
      path: `${repository}/${path}@${event.ref}`,
      sha: event.sha,
      ref: event.ref,
    })),
    pull_requests: [...event.pullRequests],
    actor: { login: event.actor },
    triggering_actor: { login: event.actor },
    created_at: timestamp(run.createdAt),
    run_started_at: timestamp(run.createdAt),
    updated_at: timestamp(run.updatedAt),
    html_url: `https://github.com/${repository}/actions/runs/${run.id}`,
  };
}

/** A number that stays the same for a file, as GitHub's ids of workflows do. */
export const workflowId = (path: string): number =>
  [...path].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 1_000_000_007, 7);

/** GitHub's API has no fractions of seconds. */
export const timestamp = (date: Date): string => date.toISOString().replace(/\.\d+Z$/, "Z");

/** The one job of that key, or of that expanded name. */
export function jobOf(run: Run, name: string): JobRun {
  const found = run.jobs.find((job) => job.name === name) ?? run.jobs.find((job) => job.key === name);
  if (!found)
    throw new Error(
      `Run ${run.id} of ${run.workflowName} has no job ${name}, but ${run.jobs.map((job) => job.name).join(", ")}.`,
    );
  return found;
}

export const logOf = (job: JobRun): string =>
  job.steps.flatMap((step) => [`# ${step.name}: ${step.conclusion}`, ...step.log]).join("\n");
