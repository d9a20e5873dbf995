/** What names mean at a place: `env`, outputs of earlier steps, needs, inputs, the matrix, and GitHub's own values. */
import type { Run, StepRun } from "./model.ts";
import type { Value } from "./value.ts";

export interface Scope {
  run: Run;
  /** Where the scope is, for names that mean something in one place only: a job, or a composite action within one. */
  place: string;
  /** The job that it is in. */
  jobPlace: string;
  /** The value of a path such as `env.IMAGE` or `steps.meta.outputs.tags` (lower-cased); nothing: it has no value that the files tell. */
  lookup(path: readonly string[]): Value | undefined;
  /** The step of that id among those that the place can see. */
  stepNamed(id: string): StepRun | undefined;
}
