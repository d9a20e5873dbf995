/**
 * The one workflow that moves tags. It runs whenever a verdict may have come in, looks at every channel afresh, and
 * moves what is due: so a run that GitHub drops, or that comes in late, costs nothing but time.
 */
import { branchPattern } from "../../pipeline/branch-names.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import { escapePattern } from "../../workflow/filters.ts";
import { type Workflow, withComment } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { IS_OF_PULL_REQUEST } from "../consumer-trigger.ts";
import { expression } from "../expressions.ts";
import { notifyJob } from "../jobs/notify.ts";
import { promoteJob } from "../jobs/promote.ts";

/** Once a day, in case a verdict came while GitHub lost an event. */
const CATCH_UP = "41 5 * * *";

export function promoteWorkflow(pipeline: Pipeline, name: string): Workflow {
  const followed = [pipeline.workflows.build, pipeline.workflows.nightly].flatMap((workflow) =>
    workflow ? [workflow.name] : [],
  );
  const consumers = pipeline.consumers.filter(({ required }) => required).map(({ workflow }) => workflow);
  // What was built or tested for a pull request moves nothing. In the group, it would push out a run that does.
  const others = pipeline.pullRequests ? [expression(`${IS_OF_PULL_REQUEST} && github.run_id || 'tags'`)] : [];
  return {
    name,
    on: {
      workflow_run: withComment(
        // A consumer's run belongs to the default branch, whatever it tests; a build's run to the branch it built.
        {
          workflows: [...new Set([...consumers, ...followed])].map(escapePattern),
          types: ["completed"],
          branches: [pipeline.branches.main, ...pipeline.branches.integration].map(branchPattern),
        },
        "zizmor: ignore[dangerous-triggers] checks nothing out and reads nothing of the run that triggered it",
      ),
      schedule: [{ cron: CATCH_UP }],
      workflow_dispatch: null,
    },
    permissions: {},
    concurrency: { group: concurrencyGroup(pipeline, "promote", ...others), "cancel-in-progress": false },
    jobs: {
      promote: promoteJob(pipeline, { if: pipeline.pullRequests ? `!${IS_OF_PULL_REQUEST}` : undefined }),
      ...notifyJob(pipeline, "promote", ["promote"]),
    },
  };
}
