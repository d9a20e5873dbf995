/** What a command may touch of the world outside. Tests hand in their own; nothing else in `src/` reads `process`. */
export interface Io {
  /** The folder that relative paths start from. `--cwd` replaces it. */
  readonly cwd: string;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person reads standard output in a terminal. */
  readonly isTTY: boolean;
  /** The time in milliseconds. The real clock by default. */
  readonly now?: () => number;
  /** Fires when the person interrupts: writes are rolled back. */
  readonly interrupted?: AbortSignal;
}

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

/** 0: fine. 1: findings or drift. 2: could not run. */
export type ExitCode = 0 | 1 | 2;

/** The real world. */
export function processIo(): Io {
  return {
    cwd: process.cwd(),
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    isTTY: process.stdout.isTTY === true,
    now: () => performance.now(),
  };
}
