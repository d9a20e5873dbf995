/** What a command may touch of the world outside. Tests hand in their own; nothing else in `src/` reads `process`. */
export interface Io {
  /** The folder that relative paths start from. `--cwd` replaces it. */
  readonly cwd: string;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person reads standard output in a terminal. */
  readonly isTTY: boolean;
  /** All of standard input. Nothing by default. */
  readonly stdin?: () => Promise<string>;
  /** The time in milliseconds. The real clock by default. */
  readonly now?: () => number;
  /**
   * Runs `work` with a signal that fires when the person interrupts, instead of ending the process at once: for what
   * must not be left half done. Everything else ends the way that processes end.
   */
  readonly interruptible?: <Result>(work: (interrupted: AbortSignal) => Promise<Result>) => Promise<Result>;
}

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  /** How wide the terminal is. */
  readonly columns?: number | undefined;
}

/** 0: fine. 1: findings or drift. 2: could not run. */
export type ExitCode = 0 | 1 | 2;

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

async function interruptible<Result>(work: (interrupted: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  for (const signal of SIGNALS) process.on(signal, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString("utf8");
}

/** The real world. */
export function processIo(): Io {
  return {
    cwd: process.cwd(),
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    isTTY: process.stdout.isTTY === true,
    stdin: readStdin,
    now: () => performance.now(),
    interruptible,
  };
}
