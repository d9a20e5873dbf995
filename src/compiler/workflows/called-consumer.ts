/**
 * A consumer that the build calls: it takes the image as an input, tests it, and leaves the verdict to the job that called
 * it. By hand it tests any image of the registry, or the code of a branch.
 */
import { pullsImages } from "../../pipeline/local-images.ts";
import { takenBy } from "../../pipeline/runs.ts";
import type { Consumer, ImageBuild, Pipeline } from "../../pipeline/types.ts";
import type { CallInput, DispatchInput, Job, Triggers, Workflow } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { choiceInputs } from "../dispatch-inputs.ts";
import { expression, TOKEN } from "../expressions.ts";
import { calledCoverageOutputs } from "../jobs/coverage-alert.ts";
import { type Tested, testJob } from "../jobs/test.ts";
import { grant } from "../permissions.ts";
import { mayTestOther } from "../steps/take.ts";
import { useProgram } from "../steps/program.ts";
import { loginPermissions, loginToOwnRegistry, ownCredentials } from "../steps/registry.ts";
import { secretsOf } from "../secrets.ts";

const imagesOf = (consumer: Consumer): ImageBuild[] => takenBy(consumer).filter((build) => build.kind === "image");

/** What the calling job hands on; by hand `resolve` finds it out. The keys are the names of the inputs. */
export function callInputs(pipeline: Pipeline, consumer: Consumer): Record<string, CallInput> {
  const text = (description: string, required = false): CallInput => ({ description, required, type: "string" });
  return {
    "head-sha": text("The commit under test", true),
    ...(asksForClass(consumer) && { class: text("The kind of event that it comes from", true) }),
    ...(asksForTrust(pipeline, consumer) && {
      trusted: { description: "Whether it is this repository's own", required: true, type: "boolean" } as const,
    }),
    ...(imagesOf(consumer).length > 0 && pullsImages(consumer) && { tag: text("The tag of the images") }),
    ...(imagesOf(consumer).length > 0 && {
      images: text("Digest and commit of each image, as JSON; without them they come from artifacts, or the sources"),
    }),
  };
}

/** Whether it matters whose code it is: for secrets, and for logins by anything but the job's token. */
const asksForTrust = (pipeline: Pipeline, consumer: Consumer): boolean =>
  (imagesOf(consumer).length > 0 && !(pullsImages(consumer) && ownCredentials(pipeline)?.password === TOKEN)) ||
  (consumer.secrets.grant === "trusted" && consumer.secrets.names.length > 0) ||
  Object.keys(consumer.deployment?.secrets ?? {}).length > 0;

/** What main alone may write must know whether this is main; and what is promoted must have been tested itself. */
const asksForClass = (consumer: Consumer): boolean =>
  Boolean(consumer.setup?.cache) ||
  consumer.caches.length > 0 ||
  consumer.coverage !== undefined ||
  mayTestOther(consumer);

/** Whether a manual run must look an image up before it can test it. */
const resolves = (consumer: Consumer): boolean => consumer.dispatch && imagesOf(consumer).length > 0;

function dispatchInputs(consumer: Consumer): Record<string, DispatchInput> {
  return {
    ...(resolves(consumer) && {
      image_tag: { description: "The tag of the image to test", required: true, type: "string" },
    }),
    ...(resolves(consumer) && {
      commit: { description: "The commit to check out; the image's own without it", required: false, type: "string" },
    }),
    ...choiceInputs(consumer),
  };
}

function triggers(pipeline: Pipeline, consumer: Consumer, secrets: readonly string[]): Triggers {
  const inputs = dispatchInputs(consumer);
  return {
    workflow_call: {
      inputs: callInputs(pipeline, consumer),
      ...calledCoverageOutputs(consumer, "test"),
      ...(secrets.length > 0 && {
        secrets: Object.fromEntries(
          secrets.map((name) => [name, { description: "Handed on by name", required: false }]),
        ),
      }),
    },
    ...(consumer.dispatch && { workflow_dispatch: Object.keys(inputs).length > 0 ? { inputs } : null }),
  };
}

/** Where the test job learns what it tests: from the call, and by hand from `resolve` or from the branch itself. */
function testedBy(consumer: Consumer): Tested {
  const either = (input: string, otherwise: string): string =>
    consumer.dispatch ? `(inputs.${input} || ${otherwise})` : `inputs.${input}`;
  const found = (input: string, output: string, otherwise: string): string =>
    either(input, resolves(consumer) ? `needs.resolve.outputs.${output}` : otherwise);
  // By hand nothing but this repository's own is tested.
  const trusted = consumer.dispatch ? "(inputs.trusted || !inputs.head-sha)" : "inputs.trusted";
  return {
    needs: resolves(consumer) ? ["resolve"] : [],
    if: resolves(consumer) ? "!cancelled() && (inputs.head-sha || needs.resolve.outputs.ready == 'true')" : undefined,
    sha: found("head-sha", "sha", "github.sha"),
    class: either("class", "'manual'"),
    tag: found("tag", "tag", "''"),
    images: expression(found("images", "images", "''")),
    isTrusted: trusted,
    runId: undefined,
    ...(consumer.dispatch && { byHand: "!inputs.head-sha" }),
  };
}

export function calledConsumerWorkflow(pipeline: Pipeline, consumer: Consumer): Workflow {
  return {
    name: consumer.name,
    on: triggers(pipeline, consumer, secretsOf(pipeline, consumer)),
    permissions: {},
    // In a called workflow `github.workflow` is the caller's, so the group names this one; no two runs share it.
    concurrency: {
      group: concurrencyGroup(pipeline, "test", consumer.key, expression("github.run_id")),
      "cancel-in-progress": false,
    },
    jobs: {
      ...(resolves(consumer) && { resolve: resolveJob(pipeline, consumer) }),
      test: testJob(pipeline, consumer, testedBy(consumer)),
    },
  };
}

/** Finds out which image a manual run means. */
function resolveJob(pipeline: Pipeline, consumer: Consumer): Job {
  const outputs = ["ready", "sha", "tag", "images"];
  return {
    name: "Resolve",
    if: "!inputs.head-sha",
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 10,
    permissions: grant(loginPermissions(pipeline.registry, "read")),
    outputs: {
      ...Object.fromEntries(outputs.map((name) => [name, expression(`steps.resolve.outputs.${name}`)])),
    },
    steps: [
      ...(ownCredentials(pipeline) ? [] : loginToOwnRegistry(pipeline, { optional: true })),
      useProgram("resolve-image", {
        name: "Resolve the image",
        id: "resolve",
        with: { consumer: consumer.key, "gh-token": TOKEN, ...ownCredentials(pipeline) },
      }),
    ],
  };
}
