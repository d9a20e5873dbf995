/**
 * What happens in a repository, with the payloads' fields that workflows read (docs.github.com, "Events that trigger
 * workflows" and "Webhook events and payloads").
 */
import type { Json, JsonObject } from "./json.ts";

export interface RepositoryInfo {
  readonly owner: string;
  readonly name: string;
  readonly defaultBranch: string;
  readonly private: boolean;
}

export const fullName = (repository: RepositoryInfo): string => `${repository.owner}/${repository.name}`;

export type EventName = "push" | "pull_request" | "merge_group" | "workflow_run" | "schedule" | "workflow_dispatch";

/** An event as GitHub hands it to the workflows that it triggers. */
export interface GitHubEvent {
  readonly name: EventName;
  /** The activity type, such as `opened` or `completed`. */
  readonly action?: string;
  readonly payload: JsonObject;
  /** `github.ref` and `github.sha` of the runs. */
  readonly ref: string;
  readonly sha: string;
  /** `github.head_ref` and `github.base_ref`; only pull requests have them. */
  readonly headRef: string;
  readonly baseRef: string;
  /** What the runs of this event report as head_branch, head_sha and head_repository. */
  readonly headBranch: string;
  readonly headSha: string;
  readonly headRepository: string;
  /** Whether the runs get a read-only token and no secrets. */
  readonly fromFork: boolean;
  readonly pullRequests: readonly JsonObject[];
  readonly actor: string;
  /** How many workflow_run events led here; GitHub follows three. */
  readonly depth: number;
  /** schedule: the line of cron that is due. */
  readonly cron?: string;
  /** workflow_dispatch: the file that is dispatched. */
  readonly workflowPath?: string;
}

export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly body?: string;
  readonly base: string;
  readonly baseSha: string;
  readonly headRef: string;
  readonly headSha: string;
  /** `owner/name` of the repository that holds the head. */
  readonly headRepository: string;
  readonly mergeSha: string;
}

const plain = { headRef: "", baseRef: "", fromFork: false, pullRequests: [], depth: 0 } as const;

export function repositoryPayload(repository: RepositoryInfo): JsonObject {
  return {
    id: 1,
    name: repository.name,
    full_name: fullName(repository),
    private: repository.private,
    visibility: repository.private ? "private" : "public",
    default_branch: repository.defaultBranch,
    html_url: `https://github.com/${fullName(repository)}`,
    owner: { login: repository.owner, type: "User" },
    fork: false,
  };
}

/** A push to a branch, or of a tag: `ref` is the full ref. */
export function pushEvent(
  repository: RepositoryInfo,
  ref: string,
  sha: string,
  actor: string,
  before = "0".repeat(40),
): GitHubEvent {
  const short = ref.replace(/^refs\/(heads|tags)\//, "");
  const payload = {
    ref,
    before,
    after: sha,
    deleted: false,
    created: /^0+$/.test(before),
    forced: false,
    repository: repositoryPayload(repository),
    head_commit: { id: sha },
    pusher: { name: actor },
    sender: { login: actor },
  };
  return {
    ...plain,
    name: "push",
    payload,
    ref,
    sha,
    headBranch: short,
    headSha: sha,
    headRepository: fullName(repository),
    actor,
  };
}

/**
 * A pull request's `opened`, `synchronize` or the like. `github.sha` is the merge commit.
 *
 * @param now the pull request as it is when somebody looks: what GitHub lists beside a run is found by its branch, and has
 *   another head than the run when there are newer commits (REST API, "Check suites")
 */
export function pullRequestEvent(
  repository: RepositoryInfo,
  pull: PullRequest,
  action: string,
  actor: string,
  now: () => PullRequest = () => pull,
): GitHubEvent {
  const fromFork = pull.headRepository !== fullName(repository);
  const payload = {
    action,
    number: pull.number,
    pull_request: pullRequestPayload(repository, pull),
    repository: repositoryPayload(repository),
    sender: { login: actor },
  };
  return {
    name: "pull_request",
    action,
    payload,
    ref: `refs/pull/${pull.number}/merge`,
    sha: pull.mergeSha,
    headRef: pull.headRef,
    baseRef: pull.base,
    headBranch: pull.headRef,
    headSha: pull.headSha,
    headRepository: pull.headRepository,
    fromFork,
    // GitHub leaves the list empty for runs from forks.
    get pullRequests() {
      return fromFork ? [] : [runPullRequest(now())];
    },
    actor,
    depth: 0,
  };
}

function pullRequestPayload(repository: RepositoryInfo, pull: PullRequest): JsonObject {
  const [owner = "", name = ""] = pull.headRepository.split("/");
  return {
    number: pull.number,
    title: pull.title,
    body: pull.body ?? null,
    state: "open",
    draft: false,
    merge_commit_sha: pull.mergeSha,
    html_url: `https://github.com/${fullName(repository)}/pull/${pull.number}`,
    user: { login: owner },
    head: {
      ref: pull.headRef,
      sha: pull.headSha,
      label: `${owner}:${pull.headRef}`,
      repo: {
        name,
        full_name: pull.headRepository,
        fork: pull.headRepository !== fullName(repository),
        owner: { login: owner },
      },
    },
    base: { ref: pull.base, sha: pull.baseSha, repo: repositoryPayload(repository) },
    labels: [],
  };
}

/** A pull request as `workflow_run.pull_requests` lists it. */
function runPullRequest(pull: PullRequest): JsonObject {
  return {
    id: 1000 + pull.number,
    number: pull.number,
    head: { ref: pull.headRef, sha: pull.headSha, repo: { id: 1 } },
    base: { ref: pull.base, sha: pull.baseSha, repo: { id: 1 } },
  };
}

/** A merge queue asks for the checks of a group of commits. */
export function mergeGroupEvent(
  repository: RepositoryInfo,
  base: string,
  baseSha: string,
  headRef: string,
  headSha: string,
): GitHubEvent {
  const payload = {
    action: "checks_requested",
    merge_group: { head_sha: headSha, head_ref: headRef, base_sha: baseSha, base_ref: `refs/heads/${base}` },
    repository: repositoryPayload(repository),
    sender: { login: "github-merge-queue[bot]" },
  };
  const branch = headRef.replace("refs/heads/", "");
  return {
    ...plain,
    name: "merge_group",
    action: "checks_requested",
    payload,
    ref: headRef,
    sha: headSha,
    headBranch: branch,
    headSha,
    headRepository: fullName(repository),
    actor: "github-merge-queue[bot]",
  };
}

/** The clock strikes. Schedules run on the default branch. */
export function scheduleEvent(repository: RepositoryInfo, cron: string, tip: string): GitHubEvent {
  const branch = repository.defaultBranch;
  const payload = { schedule: cron, repository: repositoryPayload(repository) };
  return {
    ...plain,
    name: "schedule",
    payload,
    ref: `refs/heads/${branch}`,
    sha: tip,
    headBranch: branch,
    headSha: tip,
    headRepository: fullName(repository),
    actor: repository.owner,
    cron,
  };
}

/** Somebody presses "Run workflow", or the API does. */
export function dispatchEvent(
  repository: RepositoryInfo,
  workflowPath: string,
  ref: string,
  sha: string,
  inputs: JsonObject,
  actor: string,
): GitHubEvent {
  const payload = {
    ref,
    workflow: workflowPath,
    inputs,
    repository: repositoryPayload(repository),
    sender: { login: actor },
  };
  return {
    ...plain,
    name: "workflow_dispatch",
    payload,
    ref,
    sha,
    headBranch: ref.replace(/^refs\/(heads|tags)\//, ""),
    headSha: sha,
    headRepository: fullName(repository),
    actor,
    workflowPath,
  };
}

/** A run was requested, began or completed. Token and secrets are those of the default branch, whoever caused it. */
export function workflowRunEvent(
  repository: RepositoryInfo,
  action: string,
  run: JsonObject,
  tip: string,
  depth: number,
  actor: string,
): GitHubEvent {
  const branch = repository.defaultBranch;
  const workflow: Json = { id: run["workflow_id"] ?? 0, name: run["name"] ?? "", path: run["path"] ?? "" };
  const payload = {
    action,
    workflow_run: run,
    workflow,
    repository: repositoryPayload(repository),
    sender: { login: actor },
  };
  return {
    ...plain,
    name: "workflow_run",
    action,
    payload,
    ref: `refs/heads/${branch}`,
    sha: tip,
    headBranch: branch,
    headSha: tip,
    headRepository: fullName(repository),
    actor,
    depth,
  };
}
