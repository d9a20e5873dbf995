/** Where a script that is run by reading stands: what is known so far, and which ways it may have come. */
import type { Command, Function as ShellFunction } from "unbash";
import type { Known } from "./model.ts";
import type { ShellState } from "./shell-words.ts";
import { either, HOLE, literal, type Value } from "./value.ts";

export interface RunCommand {
  node: Command;
  /** The command's name and its arguments. */
  words: readonly Value[];
  /** `true`, or not known. */
  happens: Known;
  /** `|| true`, or in a condition: its failure fails nothing. */
  tolerated: boolean;
  background: boolean;
  /** Where it runs, from the workspace's root. */
  folder: string | undefined;
  /** The variables that it sees, of what may be a script of the repository. */
  environment?: ReadonlyMap<string, Value>;
}

export interface RunScript {
  commands: RunCommand[];
  /** What is written to `$GITHUB_OUTPUT`, by name. */
  outputs: Map<string, Value>;
  /** What is written to `$GITHUB_ENV`, by name. */
  env: Map<string, Value>;
  /** Where a branch's or tag's name is cut from a ref that is a pull request's. */
  cuts: readonly { pos: number; end: number }[];
}

export interface Frame {
  state: ShellState;
  result: RunScript;
  functions: Map<string, ShellFunction>;
  happens: Known;
  tolerated: boolean;
  background: boolean;
  depth: number;
  /** `exit`, `return` or `continue` was met for certain. */
  ended: boolean;
  writesTo: "outputs" | "env" | undefined;
  /** Statements that may still be read, of the whole script. */
  budget: { left: number };
}

/** Runs a part whose circumstances differ, and takes its changes over as ones that may have happened. */
export function within(frame: Frame, changes: Partial<Frame>, body: (inner: Frame) => void): Frame {
  const inner: Frame = { ...frame, ...changes, depth: frame.depth + 1 };
  body(inner);
  return inner;
}

/** Several ways that the script may go on, of which one is taken. */
export function branches(frame: Frame, ways: readonly ((inner: Frame) => void)[]): void {
  const ends: Frame[] = [];
  for (const way of ways) {
    const state: ShellState = {
      ...frame.state,
      variables: new Map(frame.state.variables),
      perhaps: frame.state.perhaps || ways.length > 1,
    };
    const result: RunScript = {
      ...frame.result,
      outputs: new Map(frame.result.outputs),
      env: new Map(frame.result.env),
    };
    const inner = within(frame, { state, result, happens: ways.length === 1 ? frame.happens : undefined }, way);
    if (!inner.ended) ends.push(inner);
  }
  if (ends.length === 0) {
    frame.ended = true;
    return;
  }
  const folders = new Set(ends.map(({ state }) => state.folder));
  frame.state.folder = folders.size === 1 ? [...folders][0] : undefined;
  merge(
    frame.state.variables,
    ends.map(({ state }) => state.variables),
    undefined,
  );
  merge(
    frame.result.outputs,
    ends.map(({ result }) => result.outputs),
    literal(""),
  );
  merge(
    frame.result.env,
    ends.map(({ result }) => result.env),
    undefined,
  );
}

function merge(into: Map<string, Value>, from: readonly Map<string, Value>[], absent: Value | undefined): void {
  const changed = new Set<string>();
  for (const map of from) for (const [name, value] of map) if (into.get(name) !== value) changed.add(name);
  for (const name of changed) into.set(name, either(from.map((map) => map.get(name) ?? absent ?? HOLE)));
}
