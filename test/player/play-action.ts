/** Plays a step with `uses:` through the stand-in of its action. */
import { type Action, type ActionContext, ActionFailed } from "./action.ts";
import { tempOf, workspaceOf } from "./github-context.ts";
import { PlayerError } from "./json.ts";
import type { Machine } from "./play-job.ts";

export interface ActionStep {
  readonly uses: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

/** The action's outputs, or undefined when it failed. Unknown actions and inputs stop the play. */
export async function playAction(
  machine: Machine,
  step: ActionStep,
): Promise<Readonly<Record<string, string>> | undefined> {
  const { host, run, job } = machine.play;
  const action = actionOf(host.actions, step.uses);
  for (const input of Object.keys(step.inputs)) {
    if (!action.inputs.includes(input))
      throw new PlayerError(`${run.workflowPath}, job ${job.name}: ${action.name} has no input \`${input}\`.`);
  }
  for (const input of action.required ?? []) {
    if ((step.inputs[input] ?? "") === "")
      throw new PlayerError(`${run.workflowPath}, job ${job.name}: ${action.name} requires the input \`${input}\`.`);
  }
  if (step.signal.aborted) return undefined;
  try {
    return await action.run(contextOf(machine, step));
  } catch (error) {
    if (!(error instanceof ActionFailed)) throw error;
    step.print(`::error::${error.message.replaceAll("\n", "%0A")}`);
    return undefined;
  }
}

/** What an action's stand-in sees of the job. */
export const contextOf = (machine: Machine, step: Omit<ActionStep, "uses">): ActionContext => ({
  host: machine.play.host,
  run: machine.play.run,
  runs: machine.play.runs,
  job: machine.play.job,
  inputs: step.inputs,
  env: step.env,
  workspace: workspaceOf(machine.folder),
  temp: tempOf(machine.folder),
  token: machine.play.job.token,
  signal: step.signal,
  memory: machine.memory,
  print: step.print,
  setVariable: (name, value) => void (machine.fromFiles[name] = value),
  addPath: (folder) => void machine.paths.unshift(folder),
  mask: (value) => machine.log.mask(value),
  status: () => machine.status,
  after: (post) => void machine.after.push(post),
});

function actionOf(actions: ReadonlyMap<string, Action>, uses: string): Action {
  const [name = "", ref] = uses.split("@");
  if (ref === undefined) throw new PlayerError(`\`uses: ${uses}\` has no version.`);
  const action = actions.get(name);
  if (!action) throw new PlayerError(`The player has no stand-in for the action ${name}.`);
  return action;
}
