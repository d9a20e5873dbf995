import type { Location } from "./problem.ts";

/** One mistake of the user's, with its place where that is known. */
export interface LocatedProblem {
  location?: Location;
  /** A sentence: what is wrong. */
  message: string;
  /** A sentence: what to do, or the nearest valid name. */
  hint?: string;
}

/** Ends a command because of something that the user can mend. Printed without a stack; the exit code is 2. */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly problems: readonly LocatedProblem[];

  constructor(problems: readonly LocatedProblem[]) {
    super(problems.map(formatProblem).join("\n"));
    this.problems = problems;
  }
}

/** The error for a single mistake. */
export function userError(message: string, details: Omit<LocatedProblem, "message"> = {}): UserError {
  return new UserError([{ message, ...details }]);
}

/** `ci.config.ts:31:7 message hint`, on one line: the place first, as editors and terminals make it a link. */
export function formatProblem(problem: LocatedProblem): string {
  const { location, message, hint } = problem;
  const place = location ? `${location.file}:${location.line}:${location.column} ` : "";
  return `${place}${message}${hint ? ` ${hint}` : ""}`;
}
