/** How a consumer follows the build: its trigger, its concurrency group, and the context of its commit status. */
import { NIGHTLY_SUFFIX } from "../pipeline/check-names.ts";
import type { Consumer, Pipeline } from "../pipeline/types.ts";
import type { Concurrency, DispatchInput, Triggers } from "../workflow/model.ts";
import { concurrencyGroup } from "./concurrency.ts";
import { choiceInputs } from "./dispatch-inputs.ts";
import { expression, quoted } from "./expressions.ts";

export const testsNightly = (consumer: Consumer): boolean =>
  consumer.source === "registry" && consumer.events.includes("nightly");

export function consumerTriggers(pipeline: Pipeline, consumer: Consumer): Triggers {
  const { build, nightly } = pipeline.workflows;
  const workflows = [build?.name, testsNightly(consumer) ? nightly?.name : undefined].filter(
    (name) => name !== undefined,
  );
  return {
    workflow_run: {
      workflows: workflows.length > 0 ? workflows : [],
      types: ["completed"],
      // The head branch of the build's run: a pull request's may have any name, and a fork's may be called main.
      branches: ["**"],
    },
    ...(consumer.dispatch && { workflow_dispatch: { inputs: dispatchInputs(consumer) } }),
  };
}

const dispatchInputs = (consumer: Consumer): Record<string, DispatchInput> => ({
  image_tag: { description: "The tag of the image to test", required: true, type: "string" },
  commit: {
    description: "The commit to check out and to report on; the image's own without it",
    required: false,
    type: "string",
  },
  ...choiceInputs(consumer),
});

/** A newer commit of a pull request's branch cancels the older test; every other commit is tested to its end. */
export function consumerConcurrency(pipeline: Pipeline, consumer: Consumer): Concurrency {
  const run = "github.event.workflow_run";
  return {
    group: concurrencyGroup(
      pipeline,
      "test",
      consumer.key,
      expression(
        `${run}.event == 'pull_request' && format('{0}/{1}', ${run}.head_repository.full_name, ${run}.head_branch) || ${run}.event && format('{0}-{1}', ${run}.event, ${run}.head_sha) || github.run_id`,
      ),
    ),
    "cancel-in-progress": expression(`${run}.event == 'pull_request'`),
  };
}

/** An expression for the context of the commit status. */
export function statusContext(pipeline: Pipeline, consumer: Consumer): string {
  const { nightly } = pipeline.workflows;
  if (!nightly || !testsNightly(consumer)) return consumer.name;
  return expression(
    `github.event.workflow_run.name == ${quoted(nightly.name)} && ${quoted(consumer.name + NIGHTLY_SUFFIX)} || ${quoted(consumer.name)}`,
  );
}
