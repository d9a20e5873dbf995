/** Figures of images that nobody builds would never be there, and pass for good. */
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import { didYouMean } from "../../nearest.ts";
import type { Pipeline } from "../types.ts";

export function metricProblems({ metrics }: Config, pipeline: Pipeline): Problem[] {
  if (!metrics) return [];
  const images = pipeline.builds.flatMap((build) => (build.kind === "image" ? [build.key] : []));
  const named = [
    { path: ["metrics", "thresholds", "imageMegabytes"], of: metrics.thresholds.imageMegabytes },
    { path: ["metrics", "baseline", "imageMegabytes"], of: metrics.baseline?.imageMegabytes },
  ];
  return named.flatMap(({ path, of }) =>
    Object.keys(typeof of === "object" ? of : {})
      .filter((key) => !images.includes(key))
      .map((key): Problem => ({
        path: [...path, key],
        at: "key",
        message: `The metrics name the image of "${key}", which is not declared.`,
        hint: didYouMean(key, images),
      })),
  );
}
