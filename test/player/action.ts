/** The shape of an action's stand-in. One file an action, in actions/. */
import type { Host } from "./host.ts";
import type { Json } from "./json.ts";
import type { JobRun, Result, Run } from "./runs.ts";

export interface ActionContext {
  readonly host: Host;
  readonly run: Run;
  readonly job: JobRun;
  /** Every run so far, for what reads another run's artifacts. */
  readonly runs: readonly Run[];
  readonly inputs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly workspace: string;
  readonly temp: string;
  /** `github.token`, the default of many inputs. */
  readonly token: string;
  readonly signal: AbortSignal;
  /** What lasts as long as the job, by a name of the stand-in's choice. */
  readonly memory: Map<string, Json>;
  print(line: string): void;
  /** Sets a variable for the steps that follow. */
  setVariable(name: string, value: string): void;
  /** Puts a folder before the PATH of the steps that follow. */
  addPath(folder: string): void;
  /** Hides a value in the job's log and outputs. */
  mask(value: string): void;
  /** Adds what the action does after the job's last step. */
  after(post: () => Promise<void> | void): void;
  /** How the job stands, for what is done after it. */
  status(): Result;
}

export interface Action {
  /** `actions/checkout`, or with a path `github/codeql-action/upload-sarif`. */
  readonly name: string;
  /** Every input that the action knows; another one is a loud stop. */
  readonly inputs: readonly string[];
  readonly required?: readonly string[];
  /** Plays the action and returns its outputs. Throws `ActionFailed` when the real one would fail. */
  run(context: ActionContext): Promise<Readonly<Record<string, string>>>;
}

export class ActionFailed extends Error {
  override name = "ActionFailed";
}
