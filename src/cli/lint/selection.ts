import type { Finding } from "../../lint/finding.ts";
import { standsFor } from "../../lint/shellcheck-names.ts";

/** `--only` and `--skip`: rules and families by name. */
export interface Selection {
  only: readonly string[];
  skip: readonly string[];
}

/** Whether a finding of shellcheck is wanted: it may be named alone, as `shellcheck`, or as its family. */
export function isWanted({ rule, family }: Pick<Finding, "rule" | "family">, { only, skip }: Selection): boolean {
  const isNamed = (given: readonly string[]): boolean => given.some((name) => name === family || standsFor(name, rule));
  return (only.length === 0 || isNamed(only)) && !isNamed(skip);
}
