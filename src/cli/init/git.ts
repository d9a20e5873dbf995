import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What a git command prints, without the last line break; nothing when it fails or git is not there. */
async function git(cwd: string, ...args: string[]): Promise<string | undefined> {
  try {
    return (await run("git", args, { cwd, timeout: 10_000 })).stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** The branch that pull requests go to: what the remote says, else the branch that is checked out, else `main`. */
export async function defaultBranch(cwd: string): Promise<string> {
  const remote = await git(cwd, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD");
  return remote?.replace(/^origin\//, "") ?? (await git(cwd, "symbolic-ref", "--quiet", "--short", "HEAD")) ?? "main";
}

const INTEGRATION_NAMES = ["develop", "development", "dev", "staging"];

/** Long-lived branches beside the default one, by the names that they usually have. */
export async function integrationBranches(cwd: string): Promise<string[]> {
  const all = (await git(cwd, "for-each-ref", "--format=%(refname:lstrip=-1)", "refs/heads", "refs/remotes/origin")) ?? "";
  const names = new Set(all.split("\n"));
  const main = await defaultBranch(cwd);
  return INTEGRATION_NAMES.filter((name) => name !== main && names.has(name));
}

export interface RemoteRepository {
  owner: string;
  name: string;
}

/** Owner and name, from the address of `origin`: `git@github.com:owner/name.git`, `https://github.com/owner/name`. */
export async function remoteRepository(cwd: string): Promise<RemoteRepository | undefined> {
  const address = await git(cwd, "remote", "get-url", "origin");
  const match = /^(?:https?|ssh|git):\/\/[^/]+\/([^/]+)\/([^/]+?)(?:\.git)?\/?$|^[^/:]+:([^/]+)\/([^/]+?)(?:\.git)?\/?$/.exec(address ?? "");
  const owner = match?.[1] ?? match?.[3];
  const name = match?.[2] ?? match?.[4];
  return owner !== undefined && name !== undefined ? { owner, name } : undefined;
}
