/** Plays a step whose `uses:` names an action of the repository: steps of its own, or a file for the runner's Node. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { interpolateString, type Scope } from "./expressions.ts";
import { tempOf, workspaceOf } from "./github-context.ts";
import { isObject, type JsonObject, PlayerError } from "./json.ts";
import { type CompositeAction, type NodeAction, readOwnAction } from "./own-action.ts";
import { contextOf } from "./play-action.ts";
import type { Machine } from "./play-job.ts";
import { playProcess, type ProcessPlay } from "./play-script.ts";
import { type Frame, type Played, playSteps, stepContexts } from "./play-steps.ts";
import type { Result, StepRun } from "./runs.ts";

export interface OwnActionStep {
  readonly uses: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Where the step stands. */
  readonly frame: Frame;
  /** The step's own `env:`, which its action's steps see too (actions/runner, CompositeActionHandler: "Merge composite-step env"). */
  readonly own: Readonly<Record<string, string>>;
  /** The whole environment, that of the machine and the job with it. */
  readonly env: Readonly<Record<string, string>>;
  readonly step: StepRun;
  readonly index: number;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

export async function playOwnAction(machine: Machine, call: OwnActionStep, whenKilled: () => Result): Promise<Played> {
  const { uses } = call;
  const folder = await actionFolder(machine, call);
  const action = folder === undefined ? undefined : readOwnAction(folder, uses);
  if (folder === undefined || !action) {
    call.print(
      `::error::Can't find 'action.yml', 'action.yaml' or 'Dockerfile' under '${uses}'. Did you forget to run actions/checkout before running your local action?`,
    );
    return { outcome: "failure", outputs: {} };
  }
  for (const input of Object.keys(call.inputs))
    if (!action.inputs.has(input)) throw new PlayerError(`${uses} has no input \`${input}\`.`);
  if (action.kind === "node") return playNode(machine, call, action, folder, whenKilled);
  const played = await playComposite(machine, call, action, folder);
  return played.outcome === "cancelled" ? { ...played, outcome: whenKilled() } : played;
}

/** What the step gives, and the defaults of the rest. */
function inputsOf(
  machine: Machine,
  { inputs, frame }: OwnActionStep,
  action: CompositeAction | NodeAction,
  contexts: JsonObject,
): Record<string, string> {
  const scope: Scope = { contexts: stepContexts(machine, { ...frame, contexts }) };
  return Object.fromEntries(
    [...action.inputs].map(([name, fallback]) => [name, inputs[name] ?? interpolateString(fallback, scope)]),
  );
}

/** actions/runner, NodeScriptActionHandler: in the workspace, by a Node of the runner's own, with inputs as `INPUT_*`. */
async function playNode(
  machine: Machine,
  call: OwnActionStep,
  action: NodeAction,
  folder: string,
  whenKilled: () => Result,
): Promise<Played> {
  const inputs = inputsOf(machine, call, action, call.frame.contexts);
  const given = Object.entries(inputs).map(([name, value]) => [
    `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`,
    value,
  ]);
  const { GITHUB_ACTION_PATH: _, ...env } = call.env;
  // The program may ask the job's builder, by Docker's own command line.
  machine.play.host.builders?.set(tempOf(machine.folder), contextOf(machine, call));
  const run = (file: string, more: Readonly<Record<string, string>>, change: Partial<ProcessPlay>) =>
    playProcess(
      machine,
      {
        command: [process.execPath, join(folder, file)],
        folder: workspaceOf(machine.folder),
        env: { ...env, ...Object.fromEntries(given), ...more },
        index: call.index,
        print: call.print,
        signal: call.signal,
        ...change,
      },
      whenKilled,
    );
  const { state, ...played } = await run(action.main, {}, {});
  const { post } = action;
  if (post !== undefined) {
    const kept = Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]));
    // The job may be cancelled; what was begun is tidied up all the same.
    const signal = new AbortController().signal;
    machine.after.push(async () => (await run(post, kept, { index: `${call.index}_post`, signal })).outcome);
  }
  return played;
}

async function playComposite(
  machine: Machine,
  call: OwnActionStep,
  action: CompositeAction,
  folder: string,
): Promise<Played> {
  const { frame } = call;
  const github = isObject(frame.contexts["github"]) ? frame.contexts["github"] : {};
  const { strategy = null, matrix = null } = frame.contexts;
  const contexts: JsonObject = { github: { ...github, action_path: folder }, strategy, matrix };
  const inputs = inputsOf(machine, call, action, contexts);
  // success() and failure() look at the action's own steps (actions/runner, SuccessFunction: `action_status`).
  const inner: Frame = {
    kind: "composite",
    steps: {},
    env: { ...call.own, GITHUB_ACTION_PATH: folder },
    status: "success",
    contexts: { ...contexts, inputs },
    run: [],
    outer: call.step,
  };
  await playSteps(machine, inner, action.steps, call.signal);
  const scope: Scope = { contexts: stepContexts(machine, inner) };
  const outputs = Object.fromEntries(
    [...action.outputs].map(([name, value]) => [name, interpolateString(value, scope)]),
  );
  return { outcome: inner.status, outputs };
}

/** `./` is the workspace as it is now; `$/` is the repository that holds the workflow file, at its commit. */
async function actionFolder(machine: Machine, { uses }: OwnActionStep): Promise<string | undefined> {
  const path = uses.slice(2);
  if (path.includes("@"))
    throw new PlayerError(`\`uses: ${uses}\` names a version, which an action of the repository has not.`);
  if (uses.startsWith("./")) return join(workspaceOf(machine.folder), path);
  const { host, run } = machine.play;
  // The runner fetches the repository's archive once a job.
  const whole = join(machine.folder, "_actions", run.event.sha);
  if (!existsSync(whole) && !(await host.extract(run.event.sha, whole))) return undefined;
  return join(whole, path);
}
