/** What every command is made of. */
import { resolve } from "node:path";
import type { Command } from "commander";
import type { ExitCode, Io } from "./io.ts";

/** The options that every command takes. */
export interface GlobalOptions {
  cwd?: string;
  config?: string;
  json?: boolean;
  quiet?: boolean;
}

/** How a command's action says with which code the process shall end; 0 when it says nothing. */
export type Finish = (code: ExitCode) => void;

/** Adds a command to the program: its options, its help, and what it does. */
export type Register = (program: Command, io: Io, finish: Finish) => void;

/** The repository's root: where the command was called, or `--cwd`. */
export const rootOf = (io: Io, { cwd }: GlobalOptions): string => resolve(io.cwd, cwd ?? ".");
