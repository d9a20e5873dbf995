/** What people do in a repository: they push, open pull requests, queue them, tag; and the clock strikes. */
import {
  fullName,
  mergeGroupEvent,
  type PullRequest,
  pullRequestEvent,
  pushEvent,
  type RepositoryInfo,
  scheduleEvent,
} from "../events.ts";
import type { Player } from "../player.ts";
import type { Files, Git } from "./git.ts";

export interface Moves {
  push(branch: string, files: Files, from?: string): Promise<string>;
  /** Opens a pull request from a branch of the repository or of a fork. A branch of the repository is also pushed. */
  openPull(pull: {
    number: number;
    branch: string;
    files: Files;
    base?: string;
    fork?: string;
    title?: string;
    push?: boolean;
  }): Promise<PullRequest>;
  /** Pushes to the branch of an open pull request. */
  updatePull(number: number, files: Files): Promise<PullRequest>;
  closePull(number: number): void;
  /** The merge queue builds a pull request: returns the commit that main will have. */
  enqueue(number: number): Promise<string>;
  /** The merge queue moves main to a commit that it has built. */
  land(number: number, sha: string): Promise<void>;
  tag(name: string, sha: string): Promise<void>;
  schedule(cron: string): Promise<void>;
}

export interface MovingWorld {
  readonly repository: RepositoryInfo;
  readonly git: Git;
  /** The open pull requests. */
  readonly pulls: Map<number, PullRequest>;
  readonly player: Player;
}

export interface Happenings {
  /** A ref has a new commit. */
  pushed(ref: string, sha: string): Promise<void>;
  /** A pull request was `opened` or got new commits. */
  pulled(pull: PullRequest, action: string): Promise<void>;
}

export function repositoryMoves({ repository, git, pulls, player }: MovingWorld): Moves & Happenings {
  const own = fullName(repository);
  const pushed = async (ref: string, sha: string): Promise<void> =>
    void (await player.happen(pushEvent(repository, ref, sha, repository.owner)));
  const pulled = async (pull: PullRequest, action: string): Promise<void> => {
    pulls.set(pull.number, pull);
    const actor = pull.headRepository.split("/")[0] ?? "";
    const now = (): PullRequest => pulls.get(pull.number) ?? pull;
    await player.happen(pullRequestEvent(repository, pull, action, actor, now));
  };
  const openPullAt = (number: number): PullRequest => {
    const pull = pulls.get(number);
    if (!pull) throw new Error(`There is no open pull request ${number}.`);
    return pull;
  };
  return {
    pushed,
    pulled,
    async push(branch, files, from = `refs/heads/${repository.defaultBranch}`) {
      const sha = await git.commit(own, branch, files, { from });
      await pushed(`refs/heads/${branch}`, sha);
      return sha;
    },
    async openPull({
      number,
      branch,
      files,
      base = repository.defaultBranch,
      fork,
      title = `Pull request ${number}`,
      push = true,
    }) {
      if (fork !== undefined) await git.fork(fork);
      const headRepository = fork ?? own;
      const headSha = await git.commit(headRepository, branch, files, { from: `refs/heads/${base}` });
      const pull = {
        number,
        title,
        base,
        headRef: branch,
        headSha,
        headRepository,
        ...(await git.mergePull(number, base, headRepository, headSha)),
      };
      if (fork === undefined && push) await pushed(`refs/heads/${branch}`, headSha);
      await pulled(pull, "opened");
      return pull;
    },
    async updatePull(number, files) {
      const pull = openPullAt(number);
      const headSha = await git.commit(pull.headRepository, pull.headRef, files);
      const updated = { ...pull, headSha, ...(await git.mergePull(number, pull.base, pull.headRepository, headSha)) };
      if (pull.headRepository === own) await pushed(`refs/heads/${pull.headRef}`, headSha);
      await pulled(updated, "synchronize");
      return updated;
    },
    closePull: (number) => void pulls.delete(number),
    async enqueue(number) {
      const pull = openPullAt(number);
      const baseSha = await git.tip(pull.base);
      const branch = `gh-readonly-queue/${pull.base}/pr-${number}-${baseSha}`;
      const sha = await git.merge(pull.base, pull.headSha, `refs/heads/${branch}`, `Merge pull request #${number}`);
      await pushed(`refs/heads/${branch}`, sha);
      await player.happen(mergeGroupEvent(repository, pull.base, baseSha, `refs/heads/${branch}`, sha));
      return sha;
    },
    async land(number, sha) {
      const base = pulls.get(number)?.base ?? repository.defaultBranch;
      pulls.delete(number);
      await git.setRef(`refs/heads/${base}`, sha);
      await pushed(`refs/heads/${base}`, sha);
    },
    async tag(name, sha) {
      await git.setRef(`refs/tags/${name}`, sha);
      await pushed(`refs/tags/${name}`, sha);
    },
    async schedule(cron) {
      await player.happen(scheduleEvent(repository, cron, await git.tip(repository.defaultBranch)));
    },
  };
}
