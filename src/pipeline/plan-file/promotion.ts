/** Which tags move, what their commits must have passed, and where they are copied to, as the programs read it. */
import { checkOfBuild, gateCheck } from "../build-checks.ts";
import { NIGHTLY_SUFFIX } from "../check-names.ts";
import { imageBaseName, imageIn, imagesOf } from "../images.ts";
import { hasGate } from "../runs.ts";
import type { Channel, Consumer, Pipeline } from "../types.ts";
import { testsNightly } from "./consumers.ts";
import type { PipelinePart } from "./schema.ts";

type PromotionPart = PipelinePart["promotions"][number];

/** Nothing where the builds move their tags themselves. */
export const promotionsPart = (pipeline: Pipeline): PipelinePart["promotions"] =>
  pipeline.moveTags === "after-tests" ? pipeline.channels.map((channel) => promotion(pipeline, channel)) : [];

const promotion = (pipeline: Pipeline, { of, tag }: Channel): PromotionPart => ({
  of,
  tag,
  pattern: of === "nightly" ? pipeline.tags.nightly : pipeline.tags.commit,
  contexts: of === "nightly" ? nightlyContexts(pipeline) : branchContexts(pipeline, of),
  copies: copiesOf(pipeline, of, (image) => `${image}:${tag}`),
});

/** The images of one branch, `nightly` or `release` in the registries that receive copies of it. */
export const copiesOf = (pipeline: Pipeline, of: string, named: (image: string) => string) =>
  imagesOf(pipeline.builds).flatMap(({ key, image }) =>
    pipeline.copies
      .filter((copy) => copy.of.includes(of))
      .map((copy) => ({ build: key, image: named(imageIn(copy, imageBaseName(image))) })),
  );

/** What only warns stops nothing. */
const isRequired = (consumer: Consumer): boolean => consumer.required && consumer.failure !== "soft";

/** The checks and statuses that a commit of this branch must have: the verdict on its run, or its build's and every required consumer's. */
function branchContexts(pipeline: Pipeline, branch: string): string[] {
  if (hasGate(pipeline)) return [gateCheck(pipeline, "build")];
  const event = branch === pipeline.branches.main ? "main" : "integration";
  const consumers = pipeline.consumers.filter((consumer) => isRequired(consumer) && consumer.events.includes(event));
  return [checkOfBuild(pipeline, "build", event), ...consumers.map(({ name }) => name)];
}

const nightlyContexts = (pipeline: Pipeline): string[] =>
  hasGate(pipeline)
    ? [gateCheck(pipeline, "nightly")]
    : [
        checkOfBuild(pipeline, "nightly", "nightly"),
        ...pipeline.consumers
          .filter((consumer) => isRequired(consumer) && testsNightly(consumer))
          .map(({ name }) => name + NIGHTLY_SUFFIX),
      ];
