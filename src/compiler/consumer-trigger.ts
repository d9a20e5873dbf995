/** How consumers follow the build: the trigger, the runs that are skipped, the concurrency group and the run's name. */
import { CONSUMER_INPUT } from "../pipeline/invariants/groups.ts";
import { testsNightly } from "../pipeline/plan-file/consumers.ts";
import type { Consumer, Pipeline } from "../pipeline/types.ts";
import { escapePattern } from "../workflow/filters.ts";
import type { Concurrency, DispatchInput, Triggers } from "../workflow/model.ts";
import { concurrencyGroup } from "./concurrency.ts";
import { ALL_VALUES, choiceInputs } from "./dispatch-inputs.ts";
import { every, expression, quoted } from "./expressions.ts";

const RUN = "github.event.workflow_run";

/** Those that share the consumer's workflow, in the config's order: it alone, or its group. */
export const sharing = ({ consumers }: Pipeline, consumer: Consumer): Consumer[] =>
  consumer.group === undefined ? [consumer] : consumers.filter(({ group }) => group === consumer.group);

/** @param consumers those that share the workflow */
export function consumerTriggers(pipeline: Pipeline, consumers: readonly Consumer[]): Triggers {
  const { build, nightly } = pipeline.workflows;
  const workflows = [build?.name, consumers.some(testsNightly) ? nightly?.name : undefined].filter(
    (name) => name !== undefined,
  );
  return {
    workflow_run: {
      workflows: workflows.map(escapePattern),
      types: ["completed"],
      // The head branch of the build's run: a pull request's may have any name, and a fork's may be called main.
      branches: ["**"],
    },
    ...(consumers.some(({ dispatch }) => dispatch) && { workflow_dispatch: { inputs: dispatchInputs(consumers) } }),
  };
}

function dispatchInputs(consumers: readonly Consumer[]): Record<string, DispatchInput> {
  const offered = consumers.filter(({ dispatch }) => dispatch);
  return {
    image_tag: { description: "The tag of the image to test", required: true, type: "string" },
    commit: {
      description: "The commit to check out and to report on; the image's own without it",
      required: false,
      type: "string",
    },
    ...(consumers.length > 1 && {
      [CONSUMER_INPUT]: {
        description: "Which of them tests it, or all",
        required: false,
        type: "choice",
        default: ALL_VALUES,
        options: [ALL_VALUES, ...offered.map(({ key }) => key)],
      } as const,
    }),
    ...Object.assign({}, ...offered.map(choiceInputs)),
  };
}

/** A newer commit of a pull request's branch cancels the older test; every other commit is tested to its end. */
export function consumerConcurrency(pipeline: Pipeline, { key, group }: Consumer): Concurrency {
  const ofPullRequest = `${RUN}.event == 'pull_request'`;
  const whose = [`${RUN}.event`, `${RUN}.head_repository.full_name`].map(expression);
  const tested = expression(`${ofPullRequest} && ${RUN}.head_branch || ${RUN}.head_sha || github.run_id`);
  return {
    group: concurrencyGroup(pipeline, "test", group ?? key, ...whose, tested),
    "cancel-in-progress": expression(ofPullRequest),
  };
}

/**
 * A condition: the end of this build starts tests. All others do, and get a verdict whatever became of the
 * build, but for those that nobody waits for; nothing where there are none.
 */
export function isTestedRun(pipeline: Pipeline, consumers: readonly Consumer[]): string | undefined {
  const { main, integration, feature } = pipeline.branches;
  const longLived = [main, ...integration];
  const isLongLived = (branch: string): string => `contains(fromJSON(${quoted(JSON.stringify(longLived))}), ${branch})`;
  const pull = `${RUN}.pull_requests[0]`;
  if (!pipeline.pullRequests) return undefined;
  // GitHub lists the pull request with the commit that it has now.
  const isDead = `${pull} && ${pull}.head.sha != ${RUN}.head_sha`;
  const superseded = `${RUN}.conclusion == 'cancelled' && ${RUN}.event == 'pull_request' && ${isDead}`;
  // Where a branch can only be told by a pattern, the program tells it.
  const canTell = feature.length > 0 && longLived.every((branch) => /^[\w./-]+$/.test(branch));
  const testsBoth = consumers.every(({ events }) => events.includes("pullRequest"));
  const twice = `${RUN}.event == 'push' && ${isLongLived(`${pull}.base.ref`)} && !${isLongLived(`${RUN}.head_branch`)}`;
  return every(`!(${superseded})`, canTell && testsBoth && `!(${twice})`);
}

/** What the name of a run begins with that tests a pull request's build. No branch can be called that: names hold no blanks. */
const PULL_REQUEST_RUN = "Pull request from ";

/** What a run is called: whose build it tests, and what it is. */
export const runName = (workflow: string): string => {
  const branch = `${RUN}.head_branch`;
  const whose = `${RUN}.event == 'pull_request' && format('${PULL_REQUEST_RUN}{0}', ${branch}) || ${branch} || 'By hand'`;
  return `${expression(whose)}: ${workflow}`;
};

/**
 * A condition for workflows that follow builds and consumers: the run that has ended built or tested a pull request. A
 * consumer's belongs to the default branch, whatever it tests, so that its name alone tells. Titles of other runs are
 * those of commits.
 */
export const IS_OF_PULL_REQUEST = `(startsWith(${RUN}.event, 'pull_request') || ${RUN}.event == 'workflow_run' && startsWith(${RUN}.display_title, '${PULL_REQUEST_RUN}'))`;
