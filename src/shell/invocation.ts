/** The program that a command runs in the end, behind `sudo`, `env`, `time` and their like. */
import type { CommandArgument } from "unbash";
import type { ShellCommand } from "./commands.ts";

export interface Invocation {
  /** Without its folder: `curl` for `/usr/bin/curl`. */
  name: string | undefined;
  args: readonly string[];
  argWords: readonly CommandArgument[];
  /** The wrappers before it, outermost first. */
  wrappers: readonly string[];
}

/** Wrappers, with those of their options that take a word of their own, and how many words precede the command. */
const WRAPPERS: Readonly<Record<string, { valued: readonly string[]; operands: number }>> = {
  sudo: { valued: ["-u", "-g", "-h", "-p", "-C", "-r", "-t", "-D", "--user", "--group"], operands: 0 },
  env: { valued: ["-u", "-C", "-S", "--unset", "--chdir"], operands: 0 },
  time: { valued: ["-f", "-o"], operands: 0 },
  command: { valued: [], operands: 0 },
  exec: { valued: ["-a"], operands: 0 },
  builtin: { valued: [], operands: 0 },
  nohup: { valued: [], operands: 0 },
  nice: { valued: ["-n"], operands: 0 },
  ionice: { valued: ["-c", "-n"], operands: 0 },
  stdbuf: { valued: ["-i", "-o", "-e"], operands: 0 },
  timeout: { valued: ["-s", "-k", "--signal", "--kill-after"], operands: 1 },
  gtimeout: { valued: ["-s", "-k", "--signal", "--kill-after"], operands: 1 },
  "xvfb-run": { valued: ["-n", "-s", "-e", "-f", "--server-args", "--server-num", "--error-file"], operands: 0 },
  unbuffer: { valued: [], operands: 0 },
  caffeinate: { valued: [], operands: 0 },
};

const known = new WeakMap<ShellCommand, Invocation>();

/** `sudo -E env A=b docker push x` is `docker push x`. */
export function invocationOf(command: ShellCommand): Invocation {
  let invocation = known.get(command);
  if (!invocation) {
    invocation = unwrap({ name: basename(command.name), args: command.args, argWords: command.argWords, wrappers: [] });
    known.set(command, invocation);
  }
  return invocation;
}

const basename = (name: string | undefined): string | undefined =>
  name?.startsWith("/") ? name.slice(name.lastIndexOf("/") + 1) : name;

function unwrap(outer: Invocation): Invocation {
  let invocation = outer;
  while (invocation.name !== undefined && Object.hasOwn(WRAPPERS, invocation.name)) {
    const { name } = invocation;
    const wrapper = WRAPPERS[name];
    if (!wrapper) break;
    let at = 0;
    let operands = wrapper.operands;
    for (; at < invocation.args.length; at++) {
      const argument = invocation.args[at] ?? "";
      if (wrapper.valued.includes(argument)) at++;
      else if (argument.startsWith("-") || /^[A-Za-z_]\w*=/.test(argument)) continue;
      else if (operands > 0) operands--;
      else break;
    }
    if (name === "command" && invocation.args[0]?.startsWith("-") === true && /^-[vV]/.test(invocation.args[0])) break;
    if (at >= invocation.args.length) break;
    invocation = {
      name: basename(invocation.args[at]),
      args: invocation.args.slice(at + 1),
      argWords: invocation.argWords.slice(at + 1),
      wrappers: [...invocation.wrappers, name],
    };
  }
  return invocation;
}

/** The first words that are no options: `push` of `docker --debug push x`. */
export const operandsOf = ({ args }: Pick<Invocation, "args">): string[] =>
  args.filter((argument) => !argument.startsWith("-"));

/** Whether a long option, or a letter among short ones, is given: `hasOption(["-sSL"], "L")`. */
export const hasOption = (args: readonly string[], ...names: readonly string[]): boolean =>
  args.some((argument) =>
    names.some((name) =>
      name.length === 1
        ? /^-[A-Za-z0-9#]+$/.test(argument) && argument.includes(name)
        : argument === `--${name}` || argument.startsWith(`--${name}=`),
    ),
  );
