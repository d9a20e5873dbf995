import type { Pipeline } from "../pipeline/types.ts";
import type { Concurrency } from "../workflow/model.ts";

/**
 * The name of a concurrency group. All workflows of a repository share one space of names, and what an expression in
 * one gives may hold whatever a branch or a fork is called: so each begins with the project and its own kind and key,
 * which hold no slash, and no beginning is that of another.
 */
export const concurrencyGroup = (pipeline: Pipeline, kind: string, ...parts: readonly string[]): string =>
  [pipeline.project, kind, ...parts].join("/");

/**
 * One after the other, and none is ever lost: a group by itself keeps one that waits and drops it for a newer one. Servers
 * that do not know `$/` do not know `queue` either.
 */
export const inTurn = (pipeline: Pipeline, group: string): Concurrency => ({
  group,
  "cancel-in-progress": false,
  ...((pipeline.queue === "max" || pipeline.programs === "self") && { queue: "max" as const }),
});
