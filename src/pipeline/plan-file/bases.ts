/** Base images and the files that pin them, as the programs read it. */
import { inRepository } from "../check-names.ts";
import type { Pipeline } from "../types.ts";
import type { PipelinePart } from "./schema.ts";

export const basesPart = (pipeline: Pipeline): PipelinePart["bases"] =>
  Object.fromEntries(
    pipeline.bases.map((base) => [
      base.key,
      {
        args: { ...base.args },
        branch: `base-images/${inRepository(pipeline, base.key)}`,
        context: base.context,
        dockerfile: base.dockerfile,
        image: base.image,
        ownToken: base.token === undefined,
        pins: [...base.pins],
        platforms: [...base.platforms],
      },
    ]),
  );
