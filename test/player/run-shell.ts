/** Runs what a step runs as the runner does: a script from a file, under the shell that `shell:` means; killed with all its children. */
import { spawn } from "node:child_process";
import { PlayerError } from "./json.ts";

export interface Process {
  readonly command: readonly [string, ...string[]];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

export type Ending = { kind: "exited"; code: number } | { kind: "killed" };

/** How long a script may take to end by itself after a signal, before the next harder one; milliseconds. */
const GRACE = 500;

/** docs.github.com, "Workflow syntax: Exit codes and error action preference". Without `shell:` there is no pipefail. */
export function scriptCommand(shell: string | undefined, file: string): [string, ...string[]] {
  if (shell === undefined) return ["bash", "-e", file];
  if (shell === "bash") return ["bash", "--noprofile", "--norc", "-eo", "pipefail", file];
  if (shell === "sh") return ["sh", "-e", file];
  throw new PlayerError(`The player does not play \`shell: ${shell}\`.`);
}

export function runProcess(step: Process): Promise<Ending> {
  return new Promise((resolve, reject) => {
    if (step.signal.aborted) return resolve({ kind: "killed" });
    const [program, ...args] = step.command;
    const child = spawn(program, args, {
      cwd: step.folder,
      env: { ...step.env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const flushes = [child.stdout, child.stderr].map((stream) => {
      let rest = "";
      stream.setEncoding("utf8");
      stream.on("data", (chunk: string) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) step.print(line);
      });
      return () => {
        if (rest !== "") step.print(rest);
        rest = "";
      };
    });
    let killed = false;
    const kill = (signal: NodeJS.Signals): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, signal);
      } catch {
        // The whole group has ended already.
      }
    };
    const timers: NodeJS.Timeout[] = [];
    const abort = (): void => {
      killed = true;
      kill("SIGINT");
      timers.push(
        setTimeout(() => kill("SIGTERM"), GRACE),
        setTimeout(() => kill("SIGKILL"), 2 * GRACE),
      );
    };
    step.signal.addEventListener("abort", abort, { once: true });
    child.on("error", reject);
    let ended: Ending | undefined;
    const finish = (): void => {
      if (!ended) return;
      step.signal.removeEventListener("abort", abort);
      for (const timer of timers) clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      for (const flush of flushes) flush();
      resolve(ended);
    };
    child.on("exit", (code) => {
      if (killed) kill("SIGKILL");
      ended = killed ? { kind: "killed" } : { kind: "exited", code: code ?? 1 };
      // A background process that keeps the pipes open does not keep the step open: the runner waits for the shell.
      timers.push(setTimeout(finish, GRACE));
    });
    child.on("close", finish);
  });
}
