/** Says on standard error what takes its time, once it has taken more than a second. Plain lines: no spinner. */
import type { Io } from "./io.ts";

export interface Progress {
  /** Names what happens from now on. */
  step(what: string): void;
  /** Call when the command ends. */
  done(): void;
}

const PATIENCE_MILLISECONDS = 1000;

/** Silent with `--quiet`, and where standard error is no terminal: logs keep what matters. */
export function startProgress(io: Pick<Io, "stderr">, quiet: boolean): Progress {
  if (quiet || io.stderr.isTTY !== true) return { step: () => undefined, done: () => undefined };
  let timer: NodeJS.Timeout | undefined;
  const done = (): void => clearTimeout(timer);
  return {
    step(what) {
      done();
      timer = setTimeout(() => io.stderr.write(`${what} ...\n`), PATIENCE_MILLISECONDS);
      timer.unref();
    },
    done,
  };
}
