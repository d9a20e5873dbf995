/**
 * Scripts of the repository that a step calls: run by reading with their arguments and their environment, so that what
 * they do is told at the place of the call. One is read only if the job has checked the repository out before.
 */
import { parseShell } from "../../shell/parse.ts";
import type { RepositoryFiles } from "../repository.ts";
import type { Script } from "../scripts.ts";
import { and } from "./known.ts";
import type { StepRun } from "./model.ts";
import { resolvedPath } from "./paths.ts";
import { setPositionals } from "./shell-arguments.ts";
import type { RunCommand } from "./shell-frame.ts";
import { runScript } from "./shell-run.ts";
import type { ShellState } from "./shell-words.ts";
import { checkedOut, hasRepository } from "./step-scripts.ts";
import { literal, textOf, type Value } from "./value.ts";

/** Scripts that call scripts, deeper than people write them. */
const MOST_CALLS = 3;
/** Longer ones are programs whose functions, loops and traps say nothing certain; UTF-16 code units. */
const LONGEST_SCRIPT = 12_000;

export interface CalledCommand {
  command: RunCommand;
  script: { path: string; text: string };
}

const CALL = /\.sh\b|\b(?:bash|sh|dash)[ \t]|^[ \t]*[\w-]+\/[\w.-]|\.\/\w/m;

/** Whether a text may call a script, at a glance. */
export const mayCallScript = (text: string, files: RepositoryFiles): boolean =>
  CALL.test(text) || (/\bmake[ \t]/.test(text) && files.exists("Makefile"));

/** What the script does that a command calls; nothing where it is none, or where it cannot be told. */
export function commandsOfCalled(
  command: RunCommand,
  step: StepRun,
  files: RepositoryFiles,
): CalledCommand[] | undefined {
  return hasRepository(step) ? called(command, step, files, []) : undefined;
}

function called(
  command: RunCommand,
  step: StepRun,
  files: RepositoryFiles,
  open: readonly string[],
): CalledCommand[] | undefined {
  if (open.length >= MOST_CALLS || !command.environment) return undefined;
  const call = callOf(command, files);
  if (!call || open.includes(call.script.path)) return undefined;
  const { script, args } = call;
  const state: ShellState = {
    script: sourceOf(script.text, files),
    scope: step.scope,
    variables: new Map(command.environment),
    exported: new Set(command.environment.keys()),
    folder: command.folder,
    head: checkedOut(step),
    perhaps: false,
    cuts: [],
  };
  setPositionals(state, args);
  state.variables.set("0", literal(script.path));
  return runScript(state).commands.flatMap((inner): CalledCommand[] => {
    const one: RunCommand = {
      ...inner,
      happens: and(command.happens, inner.happens),
      tolerated: command.tolerated || inner.tolerated,
      background: command.background || inner.background,
    };
    return called(one, step, files, [...open, script.path]) ?? [{ command: one, script }];
  });
}

interface Call {
  script: CalledCommand["script"];
  args: readonly Value[];
}

/** `./x.sh a`, `bash -e x.sh a`, and `make image` whose recipe is one command. */
function callOf({ words, folder }: RunCommand, files: RepositoryFiles): Call | undefined {
  const [first, ...rest] = words;
  const name = first && textOf(first);
  if (name === undefined) return undefined;
  if (name === "make") return makeOf(rest, folder, files);
  if (!/^(?:bash|sh|dash)$/.test(name))
    return name.includes("/") ? scriptAt(name, rest, folder, files, false) : undefined;
  const at = rest.findIndex((word) => !/^-[a-z]+$/.test(textOf(word) ?? ""));
  const options = rest.slice(0, at).map((word) => textOf(word) ?? "");
  const path = textOf(rest[at] ?? []);
  return at === -1 ||
    path === undefined ||
    options.some((option) => /[cs]/.test(option)) ||
    options.some((option) => option.endsWith("o"))
    ? undefined
    : scriptAt(path, rest.slice(at + 1), folder, files, true);
}

function scriptAt(
  written: string,
  args: readonly Value[],
  folder: string | undefined,
  files: RepositoryFiles,
  isShell: boolean,
): Call | undefined {
  const path = resolvedPath(folder, written);
  const text = path === undefined ? undefined : files.read(path);
  if (path === undefined || text === undefined || text.length > LONGEST_SCRIPT) return undefined;
  // The first line decides what a file without a shell before it is.
  const shell =
    isShell ||
    /^#!\s*\/\S*?(?:\/env\s+(?:-S\s+)?)?(?:ba|da)?sh\b/.test(text) ||
    (/\.(?:ba)?sh$/.test(path) && !text.startsWith("#!"));
  return shell ? { script: { path, text }, args } : undefined;
}

/** A target whose recipe is one command without variables of make. */
function makeOf(args: readonly Value[], folder: string | undefined, files: RepositoryFiles): Call | undefined {
  const [target] = args;
  const name = args.length === 1 && target ? textOf(target) : undefined;
  const path = resolvedPath(folder, "Makefile");
  const text = name === undefined || path === undefined || !/^[\w.-]+$/.test(name) ? undefined : files.read(path);
  if (path === undefined || text === undefined) return undefined;
  const lines = text.split(/\r?\n/);
  const rules = [...lines.keys()].filter((index) => lines[index]?.startsWith(`${name}:`) === true);
  const [at] = rules;
  // What it depends on may do something as well.
  if (at === undefined || rules.length > 1 || lines[at] !== `${name}:`) return undefined;
  const recipe = lines
    .slice(at + 1, lines.findIndex((line, index) => index > at && !line.startsWith("\t")) >>> 0)
    .map((line) => line.trim().replace(/^[@-]+/, ""));
  const [line] = recipe;
  return recipe.length === 1 && line !== undefined && !/[$\\]/.test(line) && /^docker\b/.test(line)
    ? { script: { path, text: line }, args: [] }
    : undefined;
}

const sources = new WeakMap<RepositoryFiles, Map<string, Pick<Script, "ast" | "source" | "expressions">>>();

function sourceOf(text: string, files: RepositoryFiles): Pick<Script, "ast" | "source" | "expressions"> {
  let known = sources.get(files);
  if (!known) sources.set(files, (known = new Map()));
  let source = known.get(text);
  if (!source) known.set(text, (source = { ast: parseShell(text), source: text, expressions: [] }));
  return source;
}
