/** Pull requests (docs.github.com, "REST API endpoints for pull requests"). */
import { fullName, type PullRequest, pullRequestEvent, type RepositoryInfo } from "../events.ts";
import { type Json, stringAt } from "../json.ts";
import { type ApiAnswer, type ApiRequest, invalid, NOT_FOUND, type Route } from "./api-server.ts";
import type { Git } from "./git.ts";

export interface PullsState {
  readonly repository: RepositoryInfo;
  readonly git: Git;
  /** The open pull requests. */
  readonly pulls: Map<number, PullRequest>;
  /** The repository's setting "Allow GitHub Actions to create and approve pull requests". */
  readonly mayCreate: boolean;
  nextNumber(): number;
  /** Closed by the API. */
  close(number: number): void;
  /** A pull request was opened: an app's token starts workflows with it. */
  opened(request: ApiRequest, pull: PullRequest): Promise<void>;
}

const path = "/repos/:owner/:repo/pulls";

export function pullRoutes(state: PullsState): Route[] {
  const { repository, pulls, git } = state;
  const json = (pull: PullRequest): Json =>
    pullRequestEvent(repository, pull, "opened", "").payload["pull_request"] ?? null;
  return [
    {
      method: "GET",
      path,
      permission: ["pull-requests", "read"],
      handle({ query }) {
        const head = query.get("head");
        const base = query.get("base");
        const open = query.get("state") === "closed" ? [] : [...pulls.values()];
        const found = open.filter(
          (pull) =>
            (head === null || `${pull.headRepository.split("/")[0] ?? ""}:${pull.headRef}` === head) &&
            (base === null || pull.base === base),
        );
        return { status: 200, items: found.map(json) };
      },
    },
    { method: "POST", path, permission: ["pull-requests", "write"], handle: (request) => create(state, request, json) },
    {
      method: "GET",
      path: `${path}/:number`,
      permission: ["pull-requests", "read"],
      handle({ path: { number } }) {
        const pull = pulls.get(Number(number));
        return pull ? { status: 200, body: json(pull) } : NOT_FOUND;
      },
    },
    {
      method: "PATCH",
      path: `${path}/:number`,
      permission: ["pull-requests", "write"],
      handle({ path: { number }, body }) {
        const pull = pulls.get(Number(number));
        if (!pull) return NOT_FOUND;
        const updated = {
          ...pull,
          title: stringAt(body["title"], "title") ?? pull.title,
          body: stringAt(body["body"], "body") ?? pull.body ?? "",
        };
        pulls.set(pull.number, updated);
        if (body["state"] === "closed") state.close(pull.number);
        return { status: 200, body: json(updated) };
      },
    },
    {
      method: "GET",
      path: `${path}/:number/files`,
      permission: ["pull-requests", "read"],
      async handle({ path: { number } }) {
        const pull = pulls.get(Number(number));
        if (!pull) return NOT_FOUND;
        const text = await git.query("diff", "--name-status", "--no-renames", `${pull.baseSha}...${pull.mergeSha}`);
        return { status: 200, items: changedFiles(text) };
      },
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/commits/:sha/pulls",
      permission: ["pull-requests", "read"],
      handle: ({ path: { sha } }) => ({
        status: 200,
        items: [...pulls.values()]
          .filter((pull) => pull.headSha === sha && pull.headRepository === fullName(repository))
          .map(json),
      }),
    },
  ];
}

async function create(state: PullsState, request: ApiRequest, json: (pull: PullRequest) => Json): Promise<ApiAnswer> {
  const { repository, git, pulls } = state;
  const { body } = request;
  if (!state.mayCreate && request.token?.of !== "app")
    return { status: 403, body: { message: "GitHub Actions is not permitted to create or approve pull requests." } };
  const headRef = String(body["head"] ?? "").replace(`${repository.owner}:`, "");
  const base = String(body["base"] ?? "");
  const headSha = await git.ref(`refs/heads/${headRef}`);
  if (!headSha) return invalid("head is invalid");
  if (!(await git.ref(`refs/heads/${base}`))) return invalid("base is invalid");
  const own = fullName(repository);
  if ([...pulls.values()].some((pull) => pull.headRef === headRef && pull.headRepository === own && pull.base === base))
    return invalid(`A pull request already exists for ${repository.owner}:${headRef}.`);
  const ahead = await git.query("rev-list", "--count", `refs/heads/${base}..${headSha}`);
  if (ahead === "0") return invalid(`No commits between ${base} and ${headRef}`);
  const number = state.nextNumber();
  const pull: PullRequest = {
    number,
    title: String(body["title"] ?? ""),
    body: String(body["body"] ?? ""),
    base,
    headRef,
    headSha,
    headRepository: own,
    ...(await git.mergePull(number, base, own, headSha)),
  };
  pulls.set(number, pull);
  await state.opened(request, pull);
  return { status: 201, body: json(pull) };
}

const STATUSES: Readonly<Record<string, string>> = { A: "added", M: "modified", D: "removed" };

/** `git diff --name-status` as the API lists files. */
export const changedFiles = (text: string): Json[] =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [status = "", filename = ""] = line.split("\t");
      return { filename, status: STATUSES[status] ?? "changed" };
    });
