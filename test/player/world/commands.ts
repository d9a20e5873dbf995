/**
 * Command line tools whose behaviour a world controls: a small program on the PATH hands its arguments over to the world,
 * which records the call and says what to print and how to end.
 */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../registry-client.ts";
import type { Route } from "./api-server.ts";

const program = new URL("command.mjs", import.meta.url).pathname;

export interface CommandCall {
  readonly tool: string;
  readonly args: readonly string[];
  /** `workflow > job`: the name of the workflow, and the job's key. */
  readonly who: string;
  /** Where it was called. */
  readonly folder: string;
  /** The variables that the tool saw. */
  readonly env: Environment;
}

export interface CommandAnswer {
  /** The exit code. */
  readonly code: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

export type Command = (call: CommandCall) => Promise<CommandAnswer> | CommandAnswer;

export interface Commands {
  /** Every call, oldest first. */
  readonly calls: readonly CommandCall[];
  /** The next `times` calls whose line (`flyctl deploy --app x`) matches end so, before the tool's own behaviour. */
  answer(line: RegExp, answer: CommandAnswer, times?: number): void;
}

/** The path at which a world's API takes calls. */
export const COMMANDS = "/world/commands";

/** `tools` by the names under which jobs call them. */
export function commandRoutes(tools: Readonly<Record<string, Command>>): { commands: Commands; routes: Route[] } {
  const calls: CommandCall[] = [];
  const prepared: { line: RegExp; answer: CommandAnswer; left: number }[] = [];
  const play = async (call: CommandCall): Promise<CommandAnswer> => {
    calls.push(call);
    const line = [call.tool, ...call.args].join(" ");
    const found = prepared.find((candidate) => candidate.left > 0 && candidate.line.test(line));
    if (found) {
      found.left -= 1;
      return found.answer;
    }
    const tool = tools[call.tool];
    return tool ? tool(call) : { code: 127, stderr: `The world has no ${call.tool}.` };
  };
  return {
    commands: { calls, answer: (line, answer, times = 1) => void prepared.push({ line, answer, left: times }) },
    routes: [
      {
        method: "POST",
        path: COMMANDS,
        permission: undefined,
        open: true,
        async handle({ body }) {
          const env = (typeof body["env"] === "object" && body["env"] !== null ? body["env"] : {}) as Environment;
          const args = Array.isArray(body["args"]) ? body["args"].map(String) : [];
          const {
            code,
            stdout = "",
            stderr = "",
          } = await play({
            tool: String(body["tool"]),
            args,
            env,
            folder: String(body["folder"] ?? ""),
            who: `${env["GITHUB_WORKFLOW"] ?? ""} > ${env["GITHUB_JOB"] ?? ""}`,
          });
          return { status: 200, body: { code, stdout, stderr } };
        },
      },
    ],
  };
}

/** Puts programs of these names into a folder; each asks the world. */
export function installCommands(folder: string, names: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, tool] of Object.entries(names)) {
    writeFileSync(join(folder, name), `#!/bin/sh\nexec node '${program}' ${tool} "$@"\n`);
    chmodSync(join(folder, name), 0o755);
  }
}

/** `--app x`, `--app=x` or `-a x`; undefined when the option is not there. */
export function option(args: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [index, argument] of args.entries()) {
    for (const name of names) {
      if (argument === name) return args[index + 1];
      if (argument.startsWith(`${name}=`)) return argument.slice(name.length + 1);
    }
  }
  return undefined;
}

/** The arguments that are neither options nor values of the options in `valued`. */
export const words = (args: readonly string[], valued: readonly string[]): string[] =>
  args.filter((argument, index) => !argument.startsWith("-") && !valued.includes(args[index - 1] ?? ""));
