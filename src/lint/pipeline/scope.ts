/** What names mean at a place: `env`, outputs of earlier steps, needs, inputs, the matrix, and GitHub's own values. */
import type { Run } from "./model.ts";
import type { Value } from "./value.ts";

export interface Scope {
  run: Run;
  /** The value of a path such as `env.IMAGE` or `steps.meta.outputs.tags` (lower-cased); nothing: not known here. */
  lookup(path: readonly string[]): Value | undefined;
}
