/** The job that tells a pull request how its coverage changed. It runs nothing of the pull request, and so may write there. */
import { coverageArtifact } from "../../pipeline/check-names.ts";
import type { Consumer, Pipeline } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";
import { every, expression, TOKEN } from "../expressions.ts";
import { grant } from "../permissions.ts";
import { downloadArtifact } from "../steps/artifacts.ts";
import { useProgram } from "../steps/program.ts";

/** Where the job finds the pull request, and the job that tested it; expressions without their `${{ }}`. */
export interface Commented {
  needs: readonly string[];
  /** The number of the pull request, or empty. */
  pullRequest: string;
  /** A condition: the pull request is this repository's own. */
  isTrusted: string;
  /** The id of the job that tested. */
  test: string;
}

const COMMENT_JOB = "Comment on the pull request";

export function commentJob(
  pipeline: Pipeline,
  consumer: Consumer,
  { needs, pullRequest, isTrusted, test }: Commented,
): Job {
  return {
    name: consumer.group === undefined ? COMMENT_JOB : `${COMMENT_JOB} (${consumer.name})`,
    needs,
    // Also after tests that failed: the figures may be why. On a fork's pull request the token may not write.
    if: every("!cancelled()", pullRequest, isTrusted, `needs.${test}.result != 'skipped'`),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 15,
    permissions: grant({ "pull-requests": "write" }),
    steps: [
      downloadArtifact(pipeline, {
        title: "Take the figures",
        name: coverageArtifact(consumer.key),
        path: `${expression("runner.temp")}/coverage`,
        continueOnError: true,
      }),
      useProgram("comment", {
        name: "Write the comment",
        with: { "gh-token": TOKEN, consumer: consumer.key, "pr-number": expression(pullRequest) },
      }),
    ],
  };
}
