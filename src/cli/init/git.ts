import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type RemoteRepository, repositoryIn } from "../git-remote.ts";

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
  const all =
    (await git(cwd, "for-each-ref", "--format=%(refname:lstrip=-1)", "refs/heads", "refs/remotes/origin")) ?? "";
  const names = new Set(all.split("\n"));
  const main = await defaultBranch(cwd);
  return INTEGRATION_NAMES.filter((name) => name !== main && names.has(name));
}

/** Owner and name, from the address of `origin`. */
export async function remoteRepository(cwd: string): Promise<RemoteRepository | undefined> {
  return repositoryIn((await git(cwd, "remote", "get-url", "origin")) ?? "");
}
