/**
 * The one workflow that moves tags. It runs whenever a verdict may have come in, looks at every channel afresh, and
 * moves what is due: so a run that GitHub drops, or that comes in late, costs nothing but time.
 */
import { NIGHTLY_READY_CHECK, NIGHTLY_SUFFIX, READY_CHECK } from "../../pipeline/check-names.ts";
import { imageBaseName, imageIn } from "../../pipeline/images.ts";
import type { Channel, Consumer, ImageBuild, Pipeline } from "../../pipeline/types.ts";
import { type Workflow, withComment } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { testsNightly } from "../consumer-trigger.ts";
import { expression, TOKEN } from "../expressions.ts";
import { notifyJob } from "../jobs/notify.ts";
import { runProgram } from "../steps/program.ts";
import { login, loginPermissionsOfAll, loginToOwnRegistry, setUpBuildx } from "../steps/registry.ts";
import { imagesOf } from "./build.ts";
import { grant } from "../permissions.ts";

/** Once a day, in case a verdict came while GitHub lost an event. */
const CATCH_UP = "41 5 * * *";

export function promoteWorkflow(pipeline: Pipeline, name: string): Workflow {
  const followed = [pipeline.workflows.build, pipeline.workflows.nightly].flatMap((workflow) => (workflow ? [workflow.name] : []));
  const consumers = pipeline.consumers.filter((consumer) => consumer.required).map((consumer) => consumer.name);
  return {
    name,
    on: {
      workflow_run: withComment(
        // A consumer's run belongs to the default branch, whatever it tests; a build's run to the branch it built.
        { workflows: [...consumers, ...followed], types: ["completed"], branches: [pipeline.branches.main, ...pipeline.branches.integration] },
        "zizmor: ignore[dangerous-triggers] checks nothing out and reads nothing of the run that triggered it",
      ),
      schedule: [{ cron: CATCH_UP }],
      workflow_dispatch: null,
    },
    permissions: {},
    concurrency: { group: concurrencyGroup(pipeline, "promote"), "cancel-in-progress": false },
    jobs: {
      promote: {
        name: "Move the tags",
        "runs-on": pipeline.runners.default,
        "timeout-minutes": 20,
        permissions: grant({ checks: "read", contents: "read", ...loginPermissionsOfAll([pipeline.registry, ...pipeline.copies], "write"), statuses: "read" }),
        steps: [
          ...loginToOwnRegistry(pipeline),
          ...pipeline.copies.flatMap((copy) => login(pipeline, copy)),
          setUpBuildx(pipeline),
          runProgram("promote.sh", {
            name: "Move the tags whose commits have passed",
            timeoutMinutes: 15,
            env: { GH_TOKEN: TOKEN, REPOSITORY: expression("github.repository"), SHA_LENGTH: pipeline.tags.shaLength, PLAN: JSON.stringify(promotions(pipeline), null, 2) },
          }),
        ],
      },
      ...notifyJob(pipeline, "promote", ["promote"]),
    },
  };
}

/** One entry a channel and image, as `promote.sh` reads it. */
interface Promotion {
  branch?: string;
  nightly?: true;
  image: string;
  /** The tag that moves. */
  tag: string;
  /** The pattern of the tag that it moves to. */
  source: string;
  /** The statuses and check runs that must be success. */
  contexts: string[];
  copies: string[];
}

export function promotions(pipeline: Pipeline): Promotion[] {
  return pipeline.channels.flatMap((channel) => imagesOf(pipeline.builds).map((build) => promotion(pipeline, channel, build)));
}

function promotion(pipeline: Pipeline, channel: Channel, build: ImageBuild): Promotion {
  const nightly = channel.of === "nightly";
  return {
    ...(nightly ? { nightly: true as const } : { branch: channel.of }),
    image: build.image,
    tag: channel.tag,
    source: nightly ? pipeline.tags.nightly : pipeline.tags.commit,
    contexts: nightly ? nightlyContexts(pipeline) : requiredContexts(pipeline, channel.of),
    copies: pipeline.copies.filter((copy) => copy.of.includes(channel.of)).map((copy) => `${imageIn(copy, imageBaseName(build.image))}:${channel.tag}`),
  };
}

/** The statuses that a commit of this branch must have: the build's own gate, and every required consumer's. */
export function requiredContexts(pipeline: Pipeline, branch: string): string[] {
  const event = branch === pipeline.branches.main ? "main" : "integration";
  const consumers = pipeline.consumers.filter((consumer: Consumer) => consumer.required && consumer.events.includes(event));
  return [READY_CHECK, ...consumers.map((consumer) => consumer.name)];
}

const nightlyContexts = (pipeline: Pipeline): string[] => [
  NIGHTLY_READY_CHECK,
  ...pipeline.consumers.filter((consumer) => consumer.required && testsNightly(consumer)).map((consumer) => consumer.name + NIGHTLY_SUFFIX),
];
