import type { Pipeline } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";
import { every, expression, RUN_URL } from "../expressions.ts";
import { runProgram } from "../steps/program.ts";

/** The job that tells people about a failure, where the config asks for it; otherwise none. */
export function notifyJob(pipeline: Pipeline, on: string, jobs: readonly string[], condition?: string): Record<string, Job> {
  const { notify } = pipeline;
  if (!notify?.on.includes(on)) return {};
  return {
    notify: {
      name: "Notify",
      needs: [...jobs],
      if: every("failure()", condition),
      "runs-on": pipeline.runners.default,
      "timeout-minutes": 5,
      permissions: {},
      steps: [
        runProgram("notify.sh", {
          name: "Tell people about the failure",
          env: {
            WEBHOOK_URL: expression(`secrets.${notify.webhook}`),
            TEXT: `${expression("github.repository")}: ${expression("github.workflow")} failed on ${expression("github.ref_name")}. ${RUN_URL}`,
          },
        }),
      ],
    },
  };
}
