/** Plays a step whose `uses:` names a composite action of the repository. */
import { join } from "node:path";
import { interpolateString, type Scope } from "./expressions.ts";
import { workspaceOf } from "./github-context.ts";
import { isObject, type JsonObject, PlayerError } from "./json.ts";
import { readCompositeAction } from "./composite-action.ts";
import type { Machine } from "./play-job.ts";
import { type Frame, type Played, playSteps, stepContexts } from "./play-steps.ts";
import type { StepRun } from "./runs.ts";

export interface CompositeStep {
  readonly uses: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Where the step stands. */
  readonly frame: Frame;
  /** The step's own `env:`, which its action's steps see too. */
  readonly env: Readonly<Record<string, string>>;
  readonly step: StepRun;
  readonly index: number;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

export async function playComposite(machine: Machine, call: CompositeStep): Promise<Played> {
  const { uses, frame } = call;
  const folder = await actionFolder(machine, call);
  const action = folder === undefined ? undefined : readCompositeAction(folder, uses);
  if (folder === undefined || !action) {
    call.print(
      `::error::Can't find 'action.yml', 'action.yaml' or 'Dockerfile' under '${uses}'. Did you forget to run actions/checkout before running your local action?`,
    );
    return { outcome: "failure", outputs: {} };
  }
  for (const input of Object.keys(call.inputs))
    if (!action.inputs.has(input)) throw new PlayerError(`${uses} has no input \`${input}\`.`);
  const github = isObject(frame.contexts["github"]) ? frame.contexts["github"] : {};
  const { strategy = null, matrix = null } = frame.contexts;
  const contexts: JsonObject = { github: { ...github, action_path: folder }, strategy, matrix };
  const inputs: JsonObject = {};
  for (const [name, fallback] of action.inputs)
    inputs[name] =
      call.inputs[name] ?? interpolateString(fallback, { contexts: stepContexts(machine, { ...frame, contexts }) });
  // success() and failure() look at the action's own steps (actions/runner, SuccessFunction: `action_status`).
  const inner: Frame = {
    kind: "composite",
    steps: {},
    env: { ...call.env, GITHUB_ACTION_PATH: folder },
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
async function actionFolder(machine: Machine, { uses, index }: CompositeStep): Promise<string | undefined> {
  const path = uses.slice(2);
  if (path.includes("@"))
    throw new PlayerError(`\`uses: ${uses}\` names a version, which an action of the repository has not.`);
  if (uses.startsWith("./")) return join(workspaceOf(machine.folder), path);
  const { host, run } = machine.play;
  const target = join(machine.folder, `_actions_${index}`);
  return (await host.extract(run.event.sha, path, target)) ? join(target, path) : undefined;
}
