/** What a release asks for before it publishes, as the programs read it. */
import { gateCheck } from "../build-checks.ts";
import { calledIn, classesIn } from "../runs.ts";
import type { Consumer, Pipeline } from "../types.ts";
import { copiesOf } from "./promotion.ts";
import type { PipelinePart } from "./schema.ts";

type ReleasePart = NonNullable<PipelinePart["release"]>;
type TestPart = ReleasePart["tests"][number];

export function releasePart(pipeline: Pipeline): PipelinePart["release"] {
  const { release } = pipeline;
  if (!release) return null;
  return {
    tags: release.tags,
    waitSeconds: release.waitMinutes * 60,
    tests: pipeline.topology === "workflow_call" ? calledTests(pipeline) : followingTests(pipeline),
    copies: copiesOf(pipeline, "release", (image) => image),
  };
}

/** Tests that are runs of their own: each has a status, and may be started where nobody has asked for it. */
const followingTests = (pipeline: Pipeline): TestPart[] =>
  pipeline.consumers
    .filter(({ required }) => required)
    .map((consumer) => ({
      name: consumer.name,
      context: consumer.name,
      workflow: consumer.dispatch && consumer.source !== "build" ? (consumer.path.split("/").at(-1) ?? null) : null,
      ofSources: consumer.source === "build",
    }));

/** Tests that the release would call. */
const calledTests = (pipeline: Pipeline): TestPart[] =>
  calledIn(pipeline, "release").map((consumer) => ({
    name: consumer.name,
    context: contextOf(pipeline, consumer),
    workflow: null,
    ofSources: consumer.source === "build",
  }));

/**
 * Where their verdict stands. One gate speaks for a test only where no run could have passed it without: it is required, and
 * every class of event has it.
 */
function contextOf(pipeline: Pipeline, { name, required, failure, events }: Consumer): string | null {
  if (pipeline.gates === "each") return name;
  const isAlwaysAsked = classesIn(pipeline, "build").every((event) => events.includes(event));
  return required && failure !== "soft" && isAlwaysAsked ? gateCheck(pipeline, "build") : null;
}
