/** The repository itself and its branches. */
import { type RepositoryInfo, repositoryPayload } from "../events.ts";
import { NOT_FOUND, type Route } from "./api-server.ts";
import type { Git } from "./git.ts";

export interface RepositoryState {
  readonly repository: RepositoryInfo;
  readonly git: Git;
}

export function repositoryRoutes({ repository, git }: RepositoryState): Route[] {
  return [
    {
      method: "GET",
      path: "/repos/:owner/:repo",
      permission: undefined,
      handle: () => ({ status: 200, body: repositoryPayload(repository) }),
    },
    {
      method: "GET",
      path: "/users/:owner",
      permission: undefined,
      handle: ({ path }) => ({ status: 200, body: { login: path["owner"] ?? "", type: "User" } }),
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/branches",
      permission: ["contents", "read"],
      handle: async () => ({
        status: 200,
        items: (await git.branches()).map(({ name, sha }) => ({ name, commit: { sha } })),
      }),
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/branches/:branch*",
      permission: ["contents", "read"],
      async handle({ path }) {
        const sha = await git.ref(`refs/heads/${path["branch"] ?? ""}`);
        return sha ? { status: 200, body: { name: path["branch"] ?? "", commit: { sha } } } : NOT_FOUND;
      },
    },
  ];
}
