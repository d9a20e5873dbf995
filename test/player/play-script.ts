/** Plays a step with `run:`, or the file of a Node action, and reads the files that it has written to. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidFile, isProtectedVariable, parseCommandFile } from "./command-files.ts";
import { interpolateString, type Scope } from "./expressions.ts";
import { tempOf, workspaceOf } from "./github-context.ts";
import { type JsonObject, PlayerError } from "./json.ts";
import type { Machine } from "./play-job.ts";
import type { Frame, Played } from "./play-steps.ts";
import { runProcess, scriptCommand } from "./run-shell.ts";
import type { Result } from "./runs.ts";
import type { StepDefinition } from "./step-definition.ts";

interface ScriptPlay {
  readonly definition: StepDefinition;
  readonly frame: Frame;
  readonly index: number;
  readonly scope: Scope;
  readonly env: Readonly<Record<string, string>>;
  readonly text: string;
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
}

export function playScript(machine: Machine, script: ScriptPlay, whenKilled: () => Result): Promise<Played> {
  const { definition, index, scope } = script;
  const below = definition.workingDirectory === undefined ? "" : interpolateString(definition.workingDirectory, scope);
  const file = join(tempOf(machine.folder), `_script_${index}.sh`);
  writeFileSync(file, script.text);
  return playProcess(
    machine,
    {
      command: scriptCommand(shellOf(machine, script), file),
      folder: join(workspaceOf(machine.folder), below),
      env: script.env,
      index,
      print: script.print,
      signal: script.signal,
    },
    whenKilled,
  );
}

export interface ProcessPlay {
  readonly command: readonly [string, ...string[]];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** What its command files are called by. */
  readonly index: number | string;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

interface ProcessPlayed extends Played {
  /** What it has written to GITHUB_STATE, for what it does when the job ends. */
  readonly state: Readonly<Record<string, string>>;
}

/** Runs it with fresh command files, and takes what it has written into them. */
export async function playProcess(
  machine: Machine,
  process: ProcessPlay,
  whenKilled: () => Result,
): Promise<ProcessPlayed> {
  const temp = tempOf(machine.folder);
  const file = (kind: string): string => join(temp, `_${kind}_${process.index}`);
  const files = {
    GITHUB_OUTPUT: file("output"),
    GITHUB_ENV: file("env"),
    GITHUB_PATH: file("path"),
    GITHUB_STEP_SUMMARY: file("summary"),
    GITHUB_STATE: file("state"),
  };
  for (const path of Object.values(files)) writeFileSync(path, "");
  const ending = await runProcess({ ...process, env: { ...process.env, ...files } });
  let outcome: Result = ending.kind === "killed" ? whenKilled() : ending.code === 0 ? "success" : "failure";
  if (ending.kind === "exited" && ending.code !== 0)
    process.print(`::error::Process completed with exit code ${ending.code}.`);
  let outputs: Map<string, string> = new Map();
  let state: Map<string, string> = new Map();
  try {
    outputs = parseCommandFile(readFileSync(files.GITHUB_OUTPUT, "utf8"));
    state = parseCommandFile(readFileSync(files.GITHUB_STATE, "utf8"));
    for (const [name, value] of parseCommandFile(readFileSync(files.GITHUB_ENV, "utf8"))) {
      if (isProtectedVariable(name))
        throw new InvalidFile(`Can't store ${name} output parameter using '$GITHUB_ENV' command.`);
      machine.fromFiles[name] = value;
    }
  } catch (error) {
    if (!(error instanceof InvalidFile)) throw error;
    process.print(`::error::Unable to process file command successfully: ${error.message}`);
    outcome = "failure";
  }
  for (const path of readFileSync(files.GITHUB_PATH, "utf8").split("\n")) if (path !== "") machine.paths.unshift(path);
  machine.play.job.summary += machine.log.masked(readFileSync(files.GITHUB_STEP_SUMMARY, "utf8"));
  return { outcome, outputs: Object.fromEntries(outputs), state: Object.fromEntries(state) };
}

/** A composite action's step must name its shell (docs.github.com, "Metadata syntax: runs.steps[*].shell"). */
function shellOf(machine: Machine, { definition, frame }: ScriptPlay): string | undefined {
  if (definition.shell !== undefined) return definition.shell;
  if (frame.kind === "composite")
    throw new PlayerError(`A composite action's step has no \`shell\`: ${definition.run ?? ""}`);
  return defaultShell(machine.play.definition.defaults) ?? defaultShell(machine.play.workflow.defaults);
}

function defaultShell(defaults: JsonObject): string | undefined {
  const run = defaults["run"];
  if (typeof run !== "object" || run === null || Array.isArray(run)) return undefined;
  return typeof run["shell"] === "string" ? run["shell"] : undefined;
}
