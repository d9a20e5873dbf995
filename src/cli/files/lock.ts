/**
 * One writer at a time in a repository: two `generate` that write at once, an editor's hook and a person, wait for
 * each other. The lock lies in the system's folder for temporary files, so that a crash leaves no litter in the
 * repository; a lock whose process is gone counts for nothing.
 */
import { createHash } from "node:crypto";
import { readFile, realpath, unlink, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { userError } from "../../config/user-error.ts";
import { errorCode } from "./disk.ts";

export interface LockOptions {
  /** How long to wait for another writer, in milliseconds. */
  patience?: number;
  folder?: string;
}

const POLL_MILLISECONDS = 50;

/** Runs `work` while no other process writes in `root`. */
export async function whileLocked<Result>(
  root: string,
  work: () => Promise<Result>,
  options: LockOptions = {},
): Promise<Result> {
  const { patience = 30_000, folder = tmpdir() } = options;
  const file = join(
    folder,
    `pipewright-${userInfo().uid}-${createHash("sha256")
      .update(await realpath(root).catch(() => root))
      .digest("hex")
      .slice(0, 16)}.lock`,
  );
  const held = await take(file, root, patience);
  try {
    return await work();
  } finally {
    if (held) await unlink(file).catch(() => undefined);
  }
}

/** Whether the lock was taken; false where the system offers no place for it, which is no reason to refuse to work. */
async function take(file: string, root: string, patience: number): Promise<boolean> {
  for (let waited = 0; ; waited += POLL_MILLISECONDS) {
    try {
      await writeFile(file, String(process.pid), { flag: "wx" });
      return true;
    } catch (error) {
      if (errorCode(error) !== "EEXIST") return false;
    }
    const holder = Number(await readFile(file, "utf8").catch(() => ""));
    if (holder > 0 && !isAlive(holder)) await unlink(file).catch(() => undefined);
    else if (waited >= patience) {
      throw userError(`Another Pipewright (process ${holder}) is writing in ${root} and does not finish.`, {
        hint: `Wait for it, or end it. If there is none, remove ${file}.`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}
