/** Base images and the files that pin them, as the programs read it. */
import { inRepository } from "../check-names.ts";
import type { Pipeline } from "../types.ts";
import type { PipelinePart } from "./schema.ts";

export const basesPart = (pipeline: Pipeline): PipelinePart["bases"] =>
  Object.fromEntries(
    pipeline.bases.map((base) => [
      base.key,
      {
        branch: `base-images/${inRepository(pipeline, base.key)}`,
        image: base.image,
        ownToken: base.token === undefined,
        pins: [...base.pins],
      },
    ]),
  );
