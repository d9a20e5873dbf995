/** What scripts and functions are given: positional arguments and the environment. */
import type { Command } from "unbash";
import type { ShellState } from "./shell-words.ts";
import { HOLE, literal, textOf, type Value } from "./value.ts";

/** Whether a command may be a script of the repository, by its name. */
export function mayBeScript([first]: readonly Value[]): boolean {
  const name = first && textOf(first);
  return (
    name !== undefined && (/\.sh$|^(?:bash|sh|dash|make)$/.test(name) || (name.includes("/") && !name.startsWith("/")))
  );
}

/** What is exported, what the step's `env` has, and what stands before the command. */
export function environmentOf(node: Command, { variables, exported, scope }: ShellState): Map<string, Value> {
  const seen = new Map<string, Value>();
  for (const [name, value] of variables)
    if (exported.has(name) || (!/^\W|^\d/.test(name) && scope.lookup(["env", name.toLowerCase()])))
      seen.set(name, value);
  for (const part of node.prefix) if (part.type === "Assignment") seen.set(part.name, variables.get(part.name) ?? HOLE);
  return seen;
}

/** The arguments that `$1` and its like are, of a script or a function; one that may be several words leaves their number open. */
export function setPositionals(state: ShellState, values: readonly Value[]): void {
  forgetPositionals(state);
  values.forEach((value, index) => state.variables.set(String(index + 1), value));
  if (values.some((value) => value.some((template) => template.length === 1 && template[0]?.kind === "hole"))) return;
  state.variables.set("#", literal(String(values.length)));
  for (let index = values.length + 1; index <= 9; index++) state.variables.set(String(index), literal(""));
}

export function forgetPositionals({ variables }: ShellState): void {
  for (let index = 1; index <= 9; index++) variables.set(String(index), HOLE);
  variables.delete("#");
}

const numberOfPositionals = ({ variables }: ShellState): number =>
  Number(textOf(variables.get("#") ?? HOLE) ?? Number.NaN);

/** The words that `"$@"` is; nothing for other words, or where they are not known. */
export function positionals(written: string, state: ShellState): Value[] | undefined {
  if (!/^(?:"\$(?:@|\{@\})"|\$[@*])$/.test(written)) return undefined;
  const count = numberOfPositionals(state);
  return Number.isNaN(count)
    ? undefined
    : Array.from({ length: count }, (_, index) => state.variables.get(String(index + 1)) ?? HOLE);
}

export function shift(state: ShellState, by: number): void {
  const count = numberOfPositionals(state);
  if (Number.isNaN(count) || !(by >= 0 && by <= count)) return forgetPositionals(state);
  setPositionals(
    state,
    Array.from({ length: count - by }, (_, index) => state.variables.get(String(index + by + 1)) ?? HOLE),
  );
}
