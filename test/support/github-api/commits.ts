/** "Commits", "Commit statuses", "Check runs" and "Branches" of GitHub's REST API. */
import { type Answer, type Route, notFound, ok, page, path, textOf } from "./route.ts";
import type { CommitStatus, GithubState } from "./state.ts";

const STATES = ["error", "failure", "pending", "success"];

/** The commit that a full or short SHA or a branch names. */
function resolve(state: GithubState, reference: string): string | undefined {
  const branch = state.branches[reference];
  if (branch) return branch;
  const known = [
    ...Object.keys(state.commits),
    ...Object.values(state.branches),
    ...state.pulls.map(({ head }) => head.sha),
  ];
  const matches = [...new Set(known)].filter((sha) => /^[0-9a-f]{4,40}$/.test(reference) && sha.startsWith(reference));
  return matches.length === 1 ? matches[0] : undefined;
}

const newestFirst = (state: GithubState, sha: string): CommitStatus[] =>
  state.statuses.filter((status) => status.sha === sha).toReversed();

/** Of each context the newest status counts: that is the combined status. */
function combined(state: GithubState, sha: string): CommitStatus[] {
  const newest = new Map<string, CommitStatus>();
  for (const status of state.statuses) if (status.sha === sha) newest.set(status.context, status);
  return [...newest.values()];
}

function summaryOf(statuses: readonly CommitStatus[]): string {
  if (statuses.some(({ state }) => state === "error" || state === "failure")) return "failure";
  return statuses.length > 0 && statuses.every(({ state }) => state === "success") ? "success" : "pending";
}

function branchAnswer(state: GithubState, name: string): Answer {
  const sha = state.branches[name];
  return sha ? ok({ name, commit: { sha } }) : notFound("Branch not found");
}

export const commitRoutes: readonly Route[] = [
  {
    method: "POST",
    path: path("/repos/{repository}/statuses/{sha}"),
    handle({ state, parameters: { repository, sha = "" }, body }) {
      if (repository !== state.repository) return notFound();
      const posted = textOf(body, "state");
      if (!STATES.includes(posted) || !/^[0-9a-f]{40}$/.test(sha))
        return { status: 422, body: { message: "Validation Failed" } };
      if (textOf(body, "description").length > 140)
        return { status: 422, body: { message: "description is too long (maximum is 140 characters)" } };
      const status: CommitStatus = {
        id: state.statuses.length + 1,
        sha,
        state: posted,
        context: textOf(body, "context") || "default",
        description: textOf(body, "description"),
        target_url: textOf(body, "target_url"),
        created_at: state.now().toISOString(),
      };
      state.statuses.push(status);
      return { status: 201, body: status };
    },
  },
  {
    method: "GET",
    path: path("/repos/{repository}/commits/{ref}/status"),
    handle({ state, parameters: { ref = "" }, url }) {
      const sha = resolve(state, ref) ?? ref;
      const statuses = combined(state, sha);
      return page(url, statuses, (list) => ({
        state: summaryOf(statuses),
        sha,
        total_count: statuses.length,
        statuses: list,
      }));
    },
  },
  {
    method: "GET",
    path: path("/repos/{repository}/commits/{ref}/statuses"),
    handle: ({ state, parameters: { ref = "" }, url }) => page(url, newestFirst(state, resolve(state, ref) ?? ref)),
  },
  {
    method: "GET",
    path: path("/repos/{repository}/commits/{ref}/check-runs"),
    handle({ state, parameters: { ref = "" }, url }) {
      const sha = resolve(state, ref) ?? ref;
      const name = url.searchParams.get("check_name");
      const found = state.checkRuns.filter((run) => run.head_sha === sha && (name === null || run.name === name));
      return page(url, found, (check_runs) => ({ total_count: found.length, check_runs }));
    },
  },
  {
    method: "GET",
    path: path("/repos/{repository}/commits/{*ref}"),
    handle({ state, parameters: { repository, ref = "" } }) {
      const sha = resolve(state, ref);
      if (repository !== state.repository) return notFound();
      if (!sha) return { status: 422, body: { message: `No commit found for SHA: ${ref}` } };
      const date = state.commits[sha] ?? "2026-01-01T00:00:00Z";
      return ok({ sha, commit: { author: { date }, committer: { date }, message: state.messages[sha] ?? "" } });
    },
  },
  {
    method: "GET",
    path: path("/repos/{repository}/branches/{*name}"),
    handle: ({ state, parameters: { name = "" } }) => branchAnswer(state, name),
  },
];
