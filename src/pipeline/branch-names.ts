/** Branches as a config declares them: names, and patterns where a group of branches is meant. */
import { escapePattern } from "../workflow/filters.ts";

/**
 * Whether it is a branch's name. Git allows none of these characters in one (git-check-ref-format), so what has them is a
 * pattern; a `+` is part of the name, unless it follows a bracket in a pattern.
 */
export const isBranchName = (branch: string): boolean => !/[*?[\\]/.test(branch);

/** What GitHub's filters want for it. */
export const branchPattern = (branch: string): string => (isBranchName(branch) ? escapePattern(branch) : branch);
