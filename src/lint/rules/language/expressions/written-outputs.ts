/** The outputs of a `run:` step, where the script shows all of them. */
import type { ScalarNode } from "../../../../workflow/yaml/node.ts";

/** `echo "name=value" >> $GITHUB_OUTPUT`, the one form that can be read without doubt. */
const PLAIN_WRITE =
  /^\s*echo\s+["']?([A-Za-z_][\w-]*)=[^\n]*>>\s*["']?\$(?:GITHUB_OUTPUT|\{GITHUB_OUTPUT\})["']?\s*;?\s*$/;

/** Lines that write no outputs of their own; anything else may. */
const QUIET_LINE =
  /^\s*(?:#.*|$|(?:echo|set|exit|cd|mkdir|export|sleep|true|false|:)\b[^|`&]*$|(?:fi|else|done|then|do|esac)\s*$|if \[+ [^`]*\]+; then\s*$|[A-Za-z_]\w*=[^`]*$)/;

/** A program of the repository inside of `$(...)`. */
const RUNS_PROGRAM = /\$\([^)]*(?:\.\/|\b(?:python3?|node|npx|bash|sh|ruby|perl|make)\b)/;

/** Nothing where some line might write another output. */
export function writtenOutputs({ value }: ScalarNode): { names: readonly string[]; source: string } | undefined {
  if (!value.includes("GITHUB_OUTPUT") || value.length > 20_000) return undefined;
  const names: string[] = [];
  for (const line of value.split("\n")) {
    const write = PLAIN_WRITE.exec(line);
    if (
      write?.[1] !== undefined &&
      line.indexOf("GITHUB_OUTPUT") === line.lastIndexOf("GITHUB_OUTPUT") &&
      !line.includes("\\n") &&
      !RUNS_PROGRAM.test(line)
    )
      names.push(write[1]);
    else if (
      line.includes("GITHUB_OUTPUT") ||
      line.includes("set-output") ||
      !QUIET_LINE.test(line) ||
      RUNS_PROGRAM.test(line)
    )
      return undefined;
  }
  return { names, source: "its script writes no such output" };
}
