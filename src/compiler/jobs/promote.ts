/** The job that moves `latest` and its like, and copies them elsewhere, once every verdict on their commit is success. */
import { NIGHTLY_SUFFIX } from "../../pipeline/check-names.ts";
import { imageBaseName, imageIn } from "../../pipeline/images.ts";
import type { Channel, Consumer, ImageBuild, Pipeline } from "../../pipeline/types.ts";
import type { Job, Scalar } from "../../workflow/model.ts";
import { testsNightly } from "../../pipeline/plan-file/consumers.ts";
import { expression, TOKEN } from "../expressions.ts";
import { grant } from "../permissions.ts";
import { useProgram } from "../steps/program.ts";
import { login, loginPermissionsOfAll, loginToOwnRegistry, setUpBuildx } from "../steps/registry.ts";

/** Where the job stands in a run with others. */
export interface PromoteInRun {
  needs: readonly string[];
  if: string;
  /** An expression for the tag to move to, where it is not the one that the channel's pattern gives. */
  source?: Scalar;
}

export function promoteJob(pipeline: Pipeline, channels: readonly Channel[], inRun?: PromoteInRun): Job {
  return {
    name: "Move the tags",
    ...(inRun && { needs: inRun.needs, if: inRun.if }),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 20,
    permissions: grant({
      checks: "read",
      contents: "read",
      ...loginPermissionsOfAll([pipeline.registry, ...pipeline.copies], "write"),
      statuses: "read",
    }),
    steps: [
      ...loginToOwnRegistry(pipeline),
      ...pipeline.copies.flatMap((copy) => login(pipeline, copy)),
      setUpBuildx(pipeline),
      useProgram("promote", {
        name: "Move the tags whose commits have passed",
        timeoutMinutes: 15,
        with: {
          "gh-token": TOKEN,
          repository: expression("github.repository"),
          ...(inRun?.source !== undefined && { "source-tag": inRun.source }),
          plan: JSON.stringify(promotions(pipeline, channels), null, 2),
        },
      }),
    ],
  };
}

/** What only warns stops nothing. */
const isRequired = (consumer: Consumer): boolean => consumer.required && consumer.failure !== "soft";

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

export function promotions(pipeline: Pipeline, channels: readonly Channel[] = pipeline.channels): Promotion[] {
  return channels.flatMap((channel) =>
    pipeline.builds.filter((build) => build.kind === "image").map((build) => promotion(pipeline, channel, build)),
  );
}

function promotion(pipeline: Pipeline, channel: Channel, build: ImageBuild): Promotion {
  const nightly = channel.of === "nightly";
  return {
    ...(nightly ? { nightly: true as const } : { branch: channel.of }),
    image: build.image,
    tag: channel.tag,
    source: nightly ? pipeline.tags.nightly : pipeline.tags.commit,
    contexts: nightly ? nightlyContexts(pipeline) : requiredContexts(pipeline, channel.of),
    copies: pipeline.copies
      .filter((copy) => copy.of.includes(channel.of))
      .map((copy) => `${imageIn(copy, imageBaseName(build.image))}:${channel.tag}`),
  };
}

/** The statuses that a commit of this branch must have: the build's own gate, and every required consumer's. */
function requiredContexts(pipeline: Pipeline, branch: string): string[] {
  const event = branch === pipeline.branches.main ? "main" : "integration";
  const consumers = pipeline.consumers.filter(
    (consumer: Consumer) => isRequired(consumer) && consumer.events.includes(event),
  );
  return [pipeline.checks.ready, ...consumers.map((consumer) => consumer.name)];
}

const nightlyContexts = (pipeline: Pipeline): string[] => [
  pipeline.checks.nightlyReady,
  ...pipeline.consumers
    .filter((consumer) => isRequired(consumer) && testsNightly(consumer))
    .map((consumer) => consumer.name + NIGHTLY_SUFFIX),
];
