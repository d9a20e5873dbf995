/** Which repository a clone is of, read from git's own files: starting git takes longer than all of a remembered run. */
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export interface RemoteRepository {
  owner: string;
  name: string;
}

/** Owner and name, from an address: `git@github.com:owner/name.git`, `https://github.com/owner/name`. */
export function repositoryIn(address: string): RemoteRepository | undefined {
  const match =
    /^(?:https?|ssh|git):\/\/[^/]+\/([^/]+)\/([^/]+?)(?:\.git)?\/?$|^[^/:]+:([^/]+)\/([^/]+?)(?:\.git)?\/?$/.exec(
      address,
    );
  const owner = match?.[1] ?? match?.[3];
  const name = match?.[2] ?? match?.[4];
  return owner !== undefined && name !== undefined ? { owner, name } : undefined;
}

/** The repository that the remote `origin` of the clone at or above a folder names. */
export function originOf(folder: string): RemoteRepository | undefined {
  for (let each = folder; ; each = dirname(each)) {
    const config = configOf(join(each, ".git"));
    if (config !== undefined) return repositoryIn(addressIn(config) ?? "");
    if (dirname(each) === each) return undefined;
  }
}

/** In a worktree or a submodule `.git` is a file that names its folder, and `commondir` names the one that holds the configuration ("gitrepository-layout"). */
function configOf(git: string): string | undefined {
  const own = read(join(git, "config"));
  if (own !== undefined) return own;
  const target = /^gitdir:\s*(.+?)\s*$/m.exec(read(git) ?? "")?.[1];
  if (target === undefined) return undefined;
  const folder = resolve(dirname(git), target);
  return read(join(resolve(folder, read(join(folder, "commondir"))?.trim() ?? "."), "config"));
}

function addressIn(config: string): string | undefined {
  let inOrigin = false;
  for (const line of config.split(/\r?\n/)) {
    const section = /^\s*\[([^\]]*)\]/.exec(line);
    if (section) inOrigin = /^remote\s+"origin"$/i.test(section[1] ?? "");
    const address = inOrigin ? /^\s*url\s*=\s*"?([^"#;\s]+)/i.exec(line)?.[1] : undefined;
    if (address !== undefined) return address;
  }
  return undefined;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
