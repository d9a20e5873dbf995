import { Command } from "commander";
import type { Register } from "../../src/cli/command.ts";
import { formatProblem, UserError } from "../../src/config/user-error.ts";

/** Runs one command as the command line does; gives what it prints, or what the user is told instead. */
export async function command(
  register: Register,
  cwd: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ output: string; errors: string[] }> {
  let output = "";
  let log = "";
  const program = new Command("pipewright")
    .option("--json")
    .option("--quiet")
    .option("--config <file>")
    .option("--cwd <folder>")
    .exitOverride();
  const io = {
    cwd,
    stdout: { write: (text: string) => (output += text) },
    stderr: { write: (text: string) => (log += text) },
    env,
    isTTY: false,
  };
  register(program, io, () => undefined);
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof UserError) return { output, errors: error.problems.map(formatProblem) };
    throw new Error(`${String(error)}\n${log}`, { cause: error });
  }
  return { output, errors: [] };
}
