/** The image of a `docker run`. */
import type { CommandArgument } from "unbash";
import { invocationOf } from "../../../shell/invocation.ts";
import type { ShellCommand } from "../../scripts.ts";

/** Options of `docker run` that stand alone; every other takes the word behind it. */
const ALONE =
  /^(?:-[ditP]+|--(?:rm|detach|interactive|tty|init|privileged|read-only|publish-all|no-healthcheck|quiet|oom-kill-disable|sig-proxy)|--[a-z-]+=.*|-[a-z].+=.*)$/;

/** The image that `docker run` starts, where the command names it. */
export function imageRun(command: ShellCommand): CommandArgument | undefined {
  const { name, args, argWords } = invocationOf(command);
  if ((name !== "docker" && name !== "podman") || args[0] !== "run") return undefined;
  for (let at = 1; at < args.length; at++) {
    const argument = args[at] ?? "";
    if (!argument.startsWith("-")) return argWords[at];
    if (!ALONE.test(argument)) at++;
  }
  return undefined;
}
