/** The expressions that several workflows share, each in one place. */
import { planJobId, type RunKind } from "../pipeline/runs.ts";
import type { Pipeline } from "../pipeline/types.ts";

/** `${{ … }}`. */
export const expression = (text: string): string => `\${{ ${text} }}`;

/** The commit that people mean: a pull request's head, never the merge commit that GitHub makes of it. */
export const HEAD_SHA = "github.event.pull_request.head.sha || github.event.merge_group.head_sha || github.sha";

/** Whether what runs is this repository's own, and not a pull request's of a fork. */
export const OF_THIS_REPOSITORY =
  "github.event.pull_request.head.repo.full_name == github.repository || github.event_name != 'pull_request'";

export const TOKEN = expression("github.token");

/** Gives the outputs of the job that decides what a run builds. */
export const plannedIn =
  (pipeline: Pipeline, run: RunKind) =>
  (output: string): string =>
    `needs.${planJobId(pipeline, run)}.outputs.${output}`;

/** `needs.<job>.result` is one of success and skipped: the job did its work, or had none to do. */
export const succeededOrSkipped = (job: string): string =>
  `(needs.${job}.result == 'success' || needs.${job}.result == 'skipped')`;

/** Nothing in this string can be taken for an expression by GitHub, nor end the string. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** `A && B && …`; absent parts are left out. */
export const every = (...conditions: (string | undefined | false)[]): string =>
  conditions.filter((condition) => condition).join(" && ");
