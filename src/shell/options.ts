/** The shell's options as `set` changes them along a script. */
import type { ShellCommand } from "./commands.ts";

export interface ShellOptions {
  errexit: boolean;
  pipefail: boolean;
  nounset: boolean;
  xtrace: boolean;
}

const BY_LETTER: Readonly<Record<string, keyof ShellOptions>> = { e: "errexit", u: "nounset", x: "xtrace" };
const BY_NAME: Readonly<Record<string, keyof ShellOptions>> = {
  errexit: "errexit",
  pipefail: "pipefail",
  nounset: "nounset",
  xtrace: "xtrace",
};

/**
 * The options that hold at an offset, from those that the shell starts with. Only `set` in the script's own flow
 * counts: one in a subshell or a substitution ends with it, one in a function may never run.
 */
export function optionsAt(start: ShellOptions, commands: readonly ShellCommand[], offset: number): ShellOptions {
  const options = { errexit: start.errexit, pipefail: start.pipefail, nounset: start.nounset, xtrace: start.xtrace };
  for (const command of commands) {
    if (command.node.pos >= offset) break;
    if (!command.inFunction && !command.inSubstitution && !command.inSubshell) applySet(options, command);
  }
  return options;
}

/** What one `set` or `shopt -o` does to the options. */
export function applySet(options: ShellOptions, { name, args }: ShellCommand): void {
  if (name !== "set" && !(name === "shopt" && args.some((argument) => /^-[a-z]*o/.test(argument)))) return;
  const on = !(name === "shopt" && args.some((argument) => /^-[a-z]*u/.test(argument)));
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? "";
    if (argument === "--" || argument === "-") return;
    if (name === "shopt") {
      const option = BY_NAME[argument];
      if (option) options[option] = on;
      continue;
    }
    const letters = /^([-+])([A-Za-z]+)$/.exec(argument);
    if (!letters) return;
    const enabled = letters[1] === "-";
    for (const letter of letters[2] ?? "") {
      const option = Object.hasOwn(BY_LETTER, letter) ? BY_LETTER[letter] : undefined;
      if (option) options[option] = enabled;
      if (letter !== "o") continue;
      const named = BY_NAME[args[++index] ?? ""];
      if (named) options[named] = enabled;
    }
  }
}
