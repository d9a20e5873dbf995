/** What the player needs of the world that it plays in. */
import type { Action, ActionContext } from "./action.ts";
import type { BuildRecord } from "./builder.ts";
import type { Cache } from "./caches.ts";
import type { Environment } from "./environments.ts";
import type { RepositoryInfo } from "./events.ts";
import type { TokenPermissions } from "./permissions.ts";
import type { JobRun, Run } from "./runs.ts";
import type { JobDefinition, WorkflowFile } from "./workflow-file.ts";

export interface Host {
  readonly repository: RepositoryInfo;
  readonly apiUrl: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  /** The repository's environments by name; a job may name others, which protect nothing. */
  readonly environments?: Readonly<Record<string, Environment>>;
  /** The stand-ins of actions, by `owner/name` or `owner/name/path`. */
  readonly actions: ReadonlyMap<string, Action>;
  /** How long a minute of `timeout-minutes` really takes, in milliseconds. */
  readonly minute: number;
  /** How many jobs run at the same time. */
  readonly runners: number;
  now(): Date;
  /** The workflow files of a commit. */
  workflowsAt(sha: string): Promise<readonly WorkflowFile[]>;
  /** The commit at the tip of a branch. */
  tip(branch: string): Promise<string>;
  /** Writes what the repository holds at a commit into `target`; false where there is no such commit. */
  extract(sha: string, target: string): Promise<boolean>;
  /** A fresh folder of that name. */
  folder(name: string): string;
  /** What a runner's machine brings beside the runner's own variables: PATH and the stand-ins' settings. */
  machine(job: JobRun, folder: string): Readonly<Record<string, string>>;
  /** `app` for a token that is not the job's GITHUB_TOKEN: what is done with it starts workflows. */
  issueToken(token: string, permissions: TokenPermissions, job: JobRun, run: Run, of?: "job" | "app"): void;
  revokeToken(token: string): void;
  /** The local bare repository that holds `owner/name`, for checkouts. */
  gitFolder(repository: string): string | undefined;
  /** The caches of the repository, oldest first. */
  readonly caches: Cache[];
  /** The builders of jobs, by the job's temporary folder. */
  readonly builders?: Map<string, ActionContext>;
  /** Called with every image that a builder was asked for. */
  built(build: BuildRecord): void;
  /** Whether the scanner finds something in that image (a reference, or the path of a saved image). */
  vulnerable(subject: string): boolean;
  /** Called when a run was created or has changed, for the fake API. */
  changed(run: Run): void;
  /** A test's hands in the play: awaited before a job takes a runner, and before each step. */
  beforeJob?(run: Run, job: JobRun, definition: JobDefinition): Promise<void> | void;
  afterJob?(run: Run, job: JobRun): Promise<void> | void;
  beforeStep?(run: Run, job: JobRun, step: string): Promise<void> | void;
}
