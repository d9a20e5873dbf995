/** The build workflow: the single source of every image and file that the consumers test. */
import { imagesOf } from "../../pipeline/images.ts";
import { calledIn, planJobId, promotesIn, targetsIn, testJobId } from "../../pipeline/runs.ts";
import type { EventClass, Pipeline } from "../../pipeline/types.ts";
import { branchPattern, isBranchName } from "../../pipeline/branch-names.ts";
import type { DispatchInput, Triggers, Workflow } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { every, expression, plannedIn, quoted } from "../expressions.ts";
import { coverageAlertJob } from "../jobs/coverage-alert.ts";
import { notifyJob } from "../jobs/notify.ts";
import { runJobs } from "../jobs/run-jobs.ts";

const IS_PULL_REQUEST = "github.event_name == 'pull_request'";
/** A pull request, one run by hand, or a commit. */
const groupOf = ({ pullRequests }: Pipeline): string =>
  `${pullRequests ? `${IS_PULL_REQUEST} && format('pr-{0}', github.event.pull_request.number) || ` : ""}github.event_name == 'workflow_dispatch' && github.run_id || format('{0}-{1}', github.ref, github.sha)`;

export function buildWorkflow(pipeline: Pipeline, name: string): Workflow {
  const jobs = runJobs(pipeline, "build");
  return {
    name,
    on: buildTriggers(pipeline),
    permissions: {},
    concurrency: {
      group: concurrencyGroup(pipeline, "build", expression(groupOf(pipeline))),
      // A newer commit of a pull request makes the older run pointless; every other commit's verdict is kept.
      "cancel-in-progress": pipeline.pullRequests ? expression(IS_PULL_REQUEST) : false,
    },
    jobs: {
      ...jobs,
      ...coverageAlertJob(
        pipeline,
        calledIn(pipeline, "build").map((consumer) => ({ consumer, job: testJobId(consumer.key) })),
        longLivedPush(pipeline),
      ),
      ...notifyJob(pipeline, "build", Object.keys(jobs), longLivedPush(pipeline).if),
    },
  };
}

/** Asked of the event itself: when `plan` fails, nobody has decided on a class. */
function longLivedPush(pipeline: Pipeline): { if: string; needs: string[] } {
  const { branches } = pipeline;
  const names = [branches.main, ...branches.integration.filter(isBranchName)];
  const isNamed = `contains(fromJSON(${quoted(JSON.stringify(names))}), github.ref_name)`;
  const isPush = "github.event_name == 'push'";
  if (branches.integration.every(isBranchName)) return { if: every(isPush, isNamed), needs: [] };
  // Expressions know no patterns: of a branch that has no name of its own here, only the job that plans can tell.
  return {
    if: every(isPush, `(${isNamed} || ${plannedIn(pipeline, "build")("class")} == 'integration')`),
    needs: [planJobId(pipeline, "build")],
  };
}

/** The events that build; `workflow_dispatch` takes a tag. */
function buildTriggers(pipeline: Pipeline): Triggers {
  const inputs = dispatchInputs(pipeline);
  return { ...codeTriggers(pipeline), workflow_dispatch: Object.keys(inputs).length > 0 ? { inputs } : null };
}

/** What a manual run can be told. What follows the tests can only be asked for where the run sees them. */
function dispatchInputs(pipeline: Pipeline): Record<string, DispatchInput> {
  const yes = (description: string): DispatchInput => ({
    description,
    required: false,
    type: "boolean",
    default: false,
  });
  const { main } = pipeline.branches;
  const targets = targetsIn(pipeline, "build").filter((target) => target.on.includes("main"));
  return {
    ...(imagesOf(pipeline.builds).length > 0 && {
      tag: { description: "The tag to give the image; manual-<run id> without one", required: false, type: "string" },
    }),
    ...(promotesIn(pipeline, "build") &&
      pipeline.channels.some(({ of }) => of === main) && {
        push_latest: yes(`Move the tag of ${main} to this image once its tests have passed; on ${main} only`),
      }),
    ...(targets.length > 0 && {
      force_publish: yes(`Publish as a push to ${main} does, also what has not changed; on ${main} only`),
    }),
  };
}

/** Pushes to the branch groups, pull requests into the long-lived ones, and the merge queue; of these, the given events. */
export function codeTriggers(pipeline: Pipeline, events: readonly EventClass[] = pipeline.events): Triggers {
  const { main, integration, feature } = pipeline.branches;
  const longLived = [main, ...integration].map(branchPattern);
  const pushed = [
    ...(events.includes("main") ? [branchPattern(main)] : []),
    ...(events.includes("integration") ? integration.map(branchPattern) : []),
    ...(events.includes("feature") ? feature : []),
  ];
  return {
    ...(pushed.length > 0 && {
      push: {
        branches: pushed.some((branch) => branch.startsWith("*")) ? [...pushed, "!gh-readonly-queue/**"] : pushed,
      },
    }),
    ...(pipeline.pullRequests && events.includes("pullRequest") && { pull_request: { branches: longLived } }),
    ...(pipeline.mergeQueue && events.includes("queue") && { merge_group: { branches: longLived } }),
  };
}
