/** How a command ends that could not run: the user's mistakes with their places, or a bug of ours. */
import { type LocatedProblem, UserError } from "../config/user-error.ts";
import type { ExitCode, Io } from "./io.ts";
import { paintFor } from "./paint.ts";

/** An error as `--json` prints it. */
export interface JsonError {
  file?: string;
  line?: number;
  column?: number;
  message: string;
  hint?: string;
}

/** Prints why the command could not run, and gives its exit code. With `json` the errors go to standard output. */
export function reportFailure(io: Io, error: unknown, { command, json }: { command: string; json: boolean }): ExitCode {
  const problems: readonly LocatedProblem[] = error instanceof UserError ? error.problems : [internal(error)];
  if (json) {
    const errors: JsonError[] = problems.map(({ location, message, hint }) => ({
      ...location,
      message,
      ...(hint === undefined ? {} : { hint }),
    }));
    io.stdout.write(`${JSON.stringify({ version: 1, command, ok: false, errors }, undefined, 2)}\n`);
  } else {
    io.stderr.write(problems.map((problem) => `${render(io, problem)}\n`).join(""));
  }
  if (!(error instanceof UserError) && io.env["PIPEWRIGHT_DEBUG"]) {
    io.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  }
  return 2;
}

function render(io: Io, { location, message, hint }: LocatedProblem): string {
  const paint = paintFor(io.env, io.stderr);
  const place = location ? `${paint.bold(`${location.file}:${location.line}:${location.column}`)}  ` : "";
  return `${place}${paint.red("error")}  ${message}${hint ? `\n    ${paint.dim(hint)}` : ""}`;
}

function internal(error: unknown): LocatedProblem {
  const what = error instanceof Error ? error.message : String(error);
  return {
    message: `This is a bug in Pipewright, not in your files: ${what}`,
    hint: "Please report it, with the output of the same command under PIPEWRIGHT_DEBUG=1.",
  };
}
