/** How long the caches of GitHub Actions are kept, as the programs read it. */
import { cacheKeyBeginning } from "../check-names.ts";
import type { Pipeline } from "../types.ts";
import type { PipelinePart } from "./schema.ts";

export const cachesPart = (pipeline: Pipeline): PipelinePart["caches"] =>
  pipeline.warmUp
    ? {
        keys: pipeline.caches.map(({ key, keepHours }) => ({
          beginning: cacheKeyBeginning(pipeline, key),
          keepHours,
        })),
        maxGigabytes: pipeline.warmUp.maxGigabytes,
      }
    : null;
