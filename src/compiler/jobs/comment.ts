/** The job that tells a pull request how its coverage changed. It runs nothing of the pull request, and so may write there. */
import { coverageArtifact } from "../../pipeline/check-names.ts";
import type { Consumer, Pipeline } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";
import { every, expression, TOKEN } from "../expressions.ts";
import { grant } from "../permissions.ts";
import { downloadArtifact } from "../steps/artifacts.ts";
import { runProgram } from "../steps/program.ts";
import { PROGRAM_TOOLS, setUpTools } from "../steps/tools.ts";
import { TEST_JOB_ID, type Tested } from "./test.ts";

/** Whether a consumer comments: a matrix would say several things of one code. */
export const comments = (consumer: Consumer): boolean => consumer.coverage?.comment === true && consumer.matrix === undefined;

export function commentJob(pipeline: Pipeline, consumer: Consumer, tested: Tested): Record<string, Job> {
  if (!comments(consumer) || !pipeline.pullRequests) return {};
  const folder = `${expression("runner.temp")}/coverage`;
  return {
    comment: {
      name: "Comment on the pull request",
      needs: [...tested.needs, TEST_JOB_ID],
      // Also after tests that failed: the figures may be why. On a fork's pull request the token may not write.
      if: every("!cancelled()", tested.pullRequest, tested.isTrusted, `needs.${TEST_JOB_ID}.result != 'skipped'`),
      "runs-on": pipeline.runners.default,
      "timeout-minutes": 5,
      permissions: grant({ "pull-requests": "write" }),
      steps: [
        downloadArtifact(pipeline, { title: "Take the figures", name: coverageArtifact(consumer.key), path: folder, continueOnError: true }),
        ...setUpTools(pipeline, PROGRAM_TOOLS),
        runProgram("comment.mjs", {
          name: "Write the comment",
          env: {
            GH_TOKEN: TOKEN,
            REPOSITORY: expression("github.repository"),
            PR_NUMBER: expression(tested.pullRequest),
            MARKER: `coverage-${consumer.key}`,
            TITLE: `Coverage: ${consumer.name}`,
            FIGURES_FILE: `${folder}/coverage.json`,
          },
        }),
      ],
    },
  };
}
