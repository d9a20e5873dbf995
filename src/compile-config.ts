import { compileFiles, type GeneratedFile } from "./compiler/compile.ts";
import { limitProblems } from "./compiler/emitted-limits.ts";
import { explainIssues } from "./config/explain-issues.ts";
import type { Problem } from "./config/problem.ts";
import { configSchema } from "./config/schema.ts";
import { type LocatedProblem, UserError } from "./config/user-error.ts";
import { plans } from "./pipeline/plans.ts";

/** A config's value, without a file behind it, compiled. Throws a {@link UserError} that holds every mistake. */
export function compileConfig(config: unknown): GeneratedFile[] {
  const result = configSchema.safeParse(config);
  if (!result.success) throw new UserError(explainIssues(configSchema, config, result.error.issues).map(withoutPlace));
  const { pipelines, problems } = plans(result.data);
  if (problems.length > 0) throw new UserError(problems.map(withoutPlace));
  const files = compileFiles(pipelines)
    .map(({ path, body }) => ({ path, body: body() }))
    .sort((left, right) => (left.path < right.path ? -1 : 1));
  const refused = limitProblems(files);
  if (refused.length > 0)
    throw new UserError(refused.map(({ path, message, hint }) => ({ message: `${path}: ${message}`, hint })));
  return files;
}

const withoutPlace = ({ message, hint }: Problem): LocatedProblem => ({ message, ...(hint !== undefined && { hint }) });
