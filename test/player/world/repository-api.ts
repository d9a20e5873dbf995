/** The repository itself: branches, commits and pull requests. */
import { fullName, type PullRequest, pullRequestEvent, type RepositoryInfo, repositoryPayload } from "../events.ts";
import type { Json } from "../json.ts";
import { timestamp } from "../runs.ts";
import type { Route } from "./api-server.ts";
import type { Git } from "./git.ts";

export interface RepositoryState {
  readonly repository: RepositoryInfo;
  readonly git: Git;
  /** The open pull requests. */
  readonly pulls: Map<number, PullRequest>;
  /** When a commit was made, as old as the world has made it since. */
  committedAt(sha: string): Promise<Date>;
}

const NOT_FOUND = { status: 404, body: { message: "Not Found" } };

export function repositoryRoutes(state: RepositoryState): Route[] {
  const { repository, git, pulls } = state;
  const pullJson = (pull: PullRequest): Json => pullRequestEvent(repository, pull, "opened", "").payload["pull_request"] ?? null;
  const commitOf = (ref: string): Promise<string | undefined> => git.ref(ref).then((sha) => sha ?? git.ref(`refs/heads/${ref}`));
  return [
    { method: "GET", path: "/repos/:owner/:repo", permission: undefined, handle: () => ({ status: 200, body: repositoryPayload(repository) }) },
    { method: "GET", path: "/users/:owner", permission: undefined, handle: ({ path }) => ({ status: 200, body: { login: path["owner"] ?? "", type: "User" } }) },
    {
      method: "GET",
      path: "/repos/:owner/:repo/branches/:branch*",
      permission: ["contents", "read"],
      async handle({ path }) {
        const sha = await git.ref(`refs/heads/${path["branch"] ?? ""}`);
        return sha ? { status: 200, body: { name: path["branch"] ?? "", commit: { sha } } } : NOT_FOUND;
      },
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/git/ref/:ref*",
      permission: ["contents", "read"],
      async handle({ path }) {
        const sha = await git.ref(`refs/${path["ref"] ?? ""}`);
        return sha ? { status: 200, body: { ref: `refs/${path["ref"] ?? ""}`, object: { type: "commit", sha } } } : NOT_FOUND;
      },
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/commits/:ref",
      permission: ["contents", "read"],
      async handle({ path }) {
        const sha = await commitOf(path["ref"] ?? "");
        if (sha) return { status: 200, body: { sha, commit: { message: "", committer: { date: timestamp(await state.committedAt(sha)) } } } };
        return { status: 422, body: { message: `No commit found for SHA: ${path["ref"] ?? ""}` } };
      },
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/pulls",
      permission: ["pull-requests", "read"],
      handle({ query }) {
        const head = query.get("head");
        const base = query.get("base");
        const open = query.get("state") === "closed" ? [] : [...pulls.values()];
        const found = open.filter((pull) => (head === null || `${pull.headRepository.split("/")[0] ?? ""}:${pull.headRef}` === head) && (base === null || pull.base === base));
        return { status: 200, items: found.map(pullJson) };
      },
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/pulls/:number",
      permission: ["pull-requests", "read"],
      handle({ path }) {
        const pull = pulls.get(Number(path["number"]));
        return pull ? { status: 200, body: pullJson(pull) } : NOT_FOUND;
      },
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/commits/:sha/pulls",
      permission: ["pull-requests", "read"],
      handle: ({ path }) => ({ status: 200, items: [...pulls.values()].filter((pull) => pull.headSha === path["sha"] && pull.headRepository === fullName(repository)).map(pullJson) }),
    },
  ];
}
