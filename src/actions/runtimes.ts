/**
 * What runs actions, and until when. Nothing here reads a clock: facts carry dates, and a release knows what had passed
 * when it was made.
 */
import { numbersOf, versionOf } from "./versions.ts";

/** Facts of this release are as of this day, `YYYY-MM-DD`. */
export const AS_OF = "2026-11-01";

export interface RetiredRuntime {
  /** From this day on, actions that declare it run on a newer one, whether they bear it or not. */
  replaced: string;
  /** What runs them instead. */
  by: string;
  /** When GitHub removed it, or said that it would. */
  removed?: string;
}

/** GitHub's changelog: "All Actions will run on Node16 / Node20", "Deprecation of Node 20 on GitHub Actions runners". */
const RETIRED: Readonly<Record<string, RetiredRuntime>> = {
  // The first version of checkout, from before actions had a runtime of their own.
  plugin: { replaced: "2019-12-10", by: "node12" },
  node12: { replaced: "2023-06-14", by: "node16" },
  node16: { replaced: "2024-06-30", by: "node20", removed: "2024-11-12" },
  node20: { replaced: "2026-06-16", by: "node24", removed: "2026-09-23" },
};

/** Majors that `versions.json` does not hold, by what their newest release declares; from GitHub's notices in workflow runs and the actions' own metadata. */
const OLDER: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  "actions-rs/audit-check": { 1: "node12" },
  "actions-rs/clippy-check": { 1: "node12" },
  "actions/cache": { 1: "node12" },
  "actions/checkout": { 1: "plugin", 2: "node12", 3: "node16" },
  "actions/configure-pages": { 1: "node16" },
  "actions/delete-package-versions": { 1: "node12" },
  "actions/deploy-pages": { 1: "node16" },
  "actions/download-artifact": { 2: "node12", 3: "node16", 4: "node20" },
  "actions/github-script": { 1: "node12", 2: "node12", 3: "node12", 4: "node12" },
  "actions/labeler": { 2: "node12", 3: "node12" },
  "actions/setup-dotnet": { 1: "node12", 2: "node16" },
  "actions/setup-go": { 1: "node12", 2: "node12", 3: "node16" },
  "actions/setup-java": { 1: "node12" },
  "actions/setup-node": { 1: "node12", 2: "node12", 3: "node16" },
  "actions/setup-python": { 1: "node12", 2: "node12", 3: "node16" },
  "actions/stale": { 1: "node12", 2: "node12", 3: "node12", 4: "node12", 5: "node16", 6: "node16" },
  "actions/upload-artifact": { 2: "node12", 3: "node16" },
  "aws-actions/configure-aws-credentials": { 1: "node16", 2: "node16" },
  "codecov/codecov-action": { 1: "node12" },
  "dawidd6/action-download-artifact": { 2: "node16" },
  "dessant/lock-threads": { 2: "node12", 3: "node16", 4: "node16", 5: "node20" },
  "docker/bake-action": { 1: "node12", 2: "node16", 3: "node16" },
  "docker/build-push-action": { 2: "node12", 3: "node16" },
  "docker/metadata-action": { 1: "node12", 2: "node12", 4: "node16" },
  "golangci/golangci-lint-action": { 2: "node12", 3: "node16", 4: "node20", 5: "node20" },
  "goreleaser/goreleaser-action": { 1: "node12", 2: "node12", 3: "node16" },
  "gradle/wrapper-validation-action": { 1: "node16" },
  "msys2/setup-msys2": { 1: "node12" },
  "nwtgck/actions-netlify": { 1: "node12", 2: "node16" },
  "peter-evans/create-or-update-comment": { 1: "node12", 2: "node16", 3: "node16", 4: "node20" },
  "peter-evans/create-pull-request": { 2: "node12", 3: "node12", 4: "node16" },
  "peter-evans/repository-dispatch": { 1: "node12", 2: "node16", 3: "node20" },
  "release-drafter/release-drafter": { 5: "node16" },
  "shivammathur/setup-php": { 1: "node12" },
  "softprops/action-gh-release": { 1: "node16" },
  "stefanzweifel/git-auto-commit-action": { 4: "node16", 5: "node20" },
  "treosh/lighthouse-ci-action": { 3: "node12", 7: "node12", 8: "node16", 9: "node16", 10: "node16" },
};

/** What a version of an action declares to run on, where it is known. */
export function runtimeOf(name: string, ref: string): string | undefined {
  const found = versionOf(name, ref);
  if (found) return found.version.runtime;
  const major = numbersOf(ref)?.[0];
  return major === undefined ? undefined : OLDER[name.toLowerCase()]?.[major];
}

export const retiredRuntime = (runtime: string): RetiredRuntime | undefined =>
  Object.hasOwn(RETIRED, runtime) ? RETIRED[runtime] : undefined;
