/** Everything that the API of a world answers, put together from its parts. */
import type { Cache } from "../caches.ts";
import type { Environment } from "../environments.ts";
import { fullName, type PullRequest, type RepositoryInfo } from "../events.ts";
import type { Player } from "../player.ts";
import { actionsRoutes } from "./actions-api.ts";
import type { ApiRequest, Route } from "./api-server.ts";
import { logRoutes } from "./attempts-api.ts";
import { cacheRoutes } from "./caches-api.ts";
import { deploymentRoutes } from "./deployments-api.ts";
import type { Git } from "./git.ts";
import { gitRoutes } from "./git-api.ts";
import { gitDatabaseRoutes } from "./git-database-api.ts";
import { type Comment, type Issue, issueRoutes } from "./issues-api.ts";
import type { Happenings } from "./moves.ts";
import { packagesRoutes } from "./packages-api.ts";
import { pullRoutes } from "./pulls-api.ts";
import type { RegistryGate } from "./registry-gate.ts";
import { type Release, releaseRoutes } from "./releases-api.ts";
import { repositoryRoutes } from "./repository-api.ts";
import { type CommitStatus, statusRoutes } from "./statuses.ts";

export interface WorldState {
  readonly repository: RepositoryInfo;
  readonly git: Git;
  readonly player: Player;
  readonly pulls: Map<number, PullRequest>;
  readonly statuses: CommitStatus[];
  readonly caches: Cache[];
  readonly releases: Release[];
  readonly issues: Issue[];
  readonly comments: Comment[];
  readonly deleted: string[];
  readonly environments: Readonly<Record<string, Environment>>;
  readonly packages: { readonly gate: RegistryGate; readonly backend: string };
  readonly moves: Happenings;
  readonly mayOpenPulls: boolean;
  now(): Date;
  url(): string;
  committedAt(sha: string): Promise<Date>;
}

export function worldRoutes(state: WorldState): Route[] {
  const { repository, git, player, pulls, statuses, issues, comments, releases, caches, moves, now } = state;
  const own = fullName(repository);
  /** What a GITHUB_TOKEN does starts no workflows (docs.github.com, "Triggering a workflow from a workflow"). */
  const starts = (request: ApiRequest): boolean => request.token?.of === "app";
  const pushed = async (request: ApiRequest, ref: string, sha: string): Promise<void> => {
    if (starts(request)) await moves.pushed(ref, sha);
  };
  // Issues and pull requests are counted together.
  const nextNumber = (): number => Math.max(0, ...pulls.keys(), ...issues.map((issue) => issue.number)) + 1;
  return [
    ...statusRoutes({
      statuses,
      runs: player.runs,
      now,
      commit: async (ref) => (await git.ref(ref)) ?? git.ref(`refs/heads/${ref}`),
    }),
    ...actionsRoutes({ repository: own, player, now }),
    ...logRoutes(player.runs),
    ...deploymentRoutes(player.reviews, state.environments),
    ...cacheRoutes(caches),
    ...packagesRoutes({ ...state.packages, deleted: state.deleted }),
    ...releaseRoutes({
      repository: own,
      defaultBranch: repository.defaultBranch,
      releases,
      git,
      now,
      url: state.url,
      latest: { id: undefined },
      tagged: (request, tag, sha) => pushed(request, `refs/tags/${tag}`, sha),
    }),
    ...issueRoutes({ repository: own, issues, comments, isPull: (number) => pulls.has(number), nextNumber, now }),
    ...pullRoutes({
      ...{ repository, git, pulls, nextNumber },
      mayCreate: state.mayOpenPulls,
      close: (number) => void pulls.delete(number),
      async opened(request, pull) {
        if (starts(request)) await moves.pulled(pull, "opened");
      },
    }),
    ...gitDatabaseRoutes(git),
    ...gitRoutes({ repository, git, committedAt: (sha) => state.committedAt(sha), pushed }),
    ...repositoryRoutes({ repository, git }),
  ];
}
