/** The tags that move as soon as something is built, with their copies in other registries. */
import type { Pipeline } from "../types.ts";
import { copiesOf } from "./promotion.ts";
import type { PipelinePart } from "./schema.ts";

export const movesPart = (pipeline: Pipeline): PipelinePart["movesAtBuild"] =>
  pipeline.moveTags === "at-build"
    ? pipeline.channels.map(({ of, tag }) => ({
        of,
        tag,
        copies: copiesOf(pipeline, of, (image) => `${image}:${tag}`),
      }))
    : [];
