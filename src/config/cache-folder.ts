import { existsSync, mkdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder that is the user's own: `node_modules/.cache` of the repository, else one of theirs among temporary files. */
export function cacheFolder(from: string): string | false {
  for (let folder = from; ; folder = dirname(folder)) {
    const modules = join(folder, "node_modules");
    if (existsSync(modules)) return join(modules, ".cache", "pipewright");
    if (folder === dirname(folder)) break;
  }
  const user = process.getuid?.();
  const folder = join(tmpdir(), user === undefined ? "pipewright" : `pipewright-${user}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Code is read back from there: another user's folder of that name is not to be trusted.
    return user === undefined || statSync(folder).uid === user ? folder : false;
  } catch {
    return false;
  }
}
