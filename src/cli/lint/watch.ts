/** Lints again whenever something that counts has changed. */
import { watch } from "node:fs";
import { formatProblem, UserError } from "../../config/user-error.ts";
import type { ExitCode, Io } from "../io.ts";

/** Editors write a file in several steps. */
const PAUSE_MILLISECONDS = 100;
/** What a run may depend on: workflows, actions, configuration, Dockerfiles and scripts, but nothing that tools write by themselves. */
const IGNORED = /(?:^|[\\/])(?:node_modules|\.git|dist|coverage)(?:[\\/]|$)/;

/** Ends when the person interrupts. */
export async function watchRepository(io: Io, root: string, lint: () => Promise<ExitCode>): Promise<ExitCode> {
  const { interruptible = (work) => work(new AbortController().signal) } = io;
  let code: ExitCode = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const again = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(async () => {
        if (io.isTTY) io.stdout.write("\u001b[2J\u001b[H");
        // While somebody types, a config is often half written.
        code = await lint().catch((error: unknown): ExitCode => {
          if (!(error instanceof UserError)) throw error;
          io.stderr.write(`${error.problems.map(formatProblem).join("\n")}\n`);
          return 2;
        });
        if (io.isTTY) io.stdout.write("Waiting for changes; Ctrl-C ends.\n");
      });
    }, PAUSE_MILLISECONDS);
  };
  return interruptible(
    (interrupted) =>
      new Promise<ExitCode>((resolve, reject) => {
        const watcher = watch(root, { recursive: true }, (_event, name) => {
          if (name === null || !IGNORED.test(String(name))) again();
        });
        watcher.on("error", reject);
        interrupted.addEventListener("abort", () => {
          watcher.close();
          clearTimeout(timer);
          running.then(() => resolve(code), reject);
        });
        again();
      }),
  );
}
