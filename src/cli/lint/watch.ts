/** Lints again whenever something that counts has changed. */
import { type FSWatcher, watch } from "node:fs";
import { formatProblem, UserError } from "../../config/user-error.ts";
import type { ExitCode, Io } from "../io.ts";
import { foldersOfRepository } from "./discover.ts";

/** Editors write a file in several steps. */
const PAUSE_MILLISECONDS = 100;

/** Ends when the person interrupts. */
export async function watchRepository(io: Io, root: string, lint: () => Promise<ExitCode>): Promise<ExitCode> {
  const { interruptible = (work) => work(new AbortController().signal) } = io;
  const watched = new Map<string, FSWatcher>();
  let code: ExitCode = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  /** Folder by folder: watching all below one at once follows `node_modules`, and fails on a folder that has just gone. */
  const follow = (): void => {
    const folders = new Set(foldersOfRepository(root));
    for (const [folder, watcher] of watched) if (!folders.has(folder)) forget(folder, watcher);
    for (const folder of folders) {
      if (watched.has(folder)) continue;
      try {
        const watcher = watch(folder, again);
        watcher.on("error", () => forget(folder, watcher));
        watched.set(folder, watcher);
      } catch {
        // It has gone again, or the system watches as many as it can.
      }
    }
  };
  const forget = (folder: string, watcher: FSWatcher): void => {
    watcher.close();
    watched.delete(folder);
  };
  const again = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => (running = running.then(run)), PAUSE_MILLISECONDS);
  };
  const run = async (): Promise<void> => {
    follow();
    if (io.isTTY) io.stdout.write("\u001b[2J\u001b[H");
    try {
      code = await lint();
    } catch (error) {
      // While somebody types, a config is often half written, and a file that was there has gone.
      const problems =
        error instanceof UserError
          ? error.problems.map(formatProblem)
          : [`error  ${error instanceof Error ? error.message : String(error)}`];
      io.stderr.write(`${problems.join("\n")}\n`);
      code = 2;
    }
    if (io.isTTY) io.stdout.write("Waiting for changes; Ctrl-C ends.\n");
  };
  return interruptible(
    (interrupted) =>
      new Promise<ExitCode>((resolve) => {
        interrupted.addEventListener("abort", () => {
          clearTimeout(timer);
          for (const [folder, watcher] of watched) forget(folder, watcher);
          void running.then(() => resolve(code));
        });
        again();
      }),
  );
}
