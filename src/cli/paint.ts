/** Colours, where they are welcome: https://no-color.org and its counterpart FORCE_COLOR come before the terminal. */
import { Chalk, type ChalkInstance } from "chalk";
import type { Io, Output } from "./io.ts";

export type Paint = ChalkInstance;

export function paintFor(env: Io["env"], output: Output): Paint {
  return new Chalk({ level: wantsColour(env, output) ? 1 : 0 });
}

function wantsColour(env: Io["env"], output: Output): boolean {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  return output.isTTY === true && env["TERM"] !== "dumb";
}

/** A unified diff with additions in green and removals in red. */
export function paintDiff(paint: Paint, diff: string): string {
  if (paint.level === 0) return diff;
  return diff
    .split("\n")
    .map((line) => {
      if (/^(---|\+\+\+) /.test(line)) return paint.bold(line);
      if (line.startsWith("@@")) return paint.cyan(line);
      if (line.startsWith("+")) return paint.green(line);
      if (line.startsWith("-")) return paint.red(line);
      return line;
    })
    .join("\n");
}
