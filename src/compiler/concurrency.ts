import type { Pipeline } from "../pipeline/types.ts";

/**
 * The name of a concurrency group. All workflows of a repository share one space of names, and what an expression in
 * one gives may hold whatever a branch or a fork is called: so each begins with the project and its own kind and key,
 * which hold no slash, and no beginning is that of another.
 */
export const concurrencyGroup = (pipeline: Pipeline, kind: string, ...parts: readonly string[]): string =>
  [pipeline.project, kind, ...parts].join("/");
