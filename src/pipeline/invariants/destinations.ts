/** Where things are published: not onto what is tested, and no two of them to one place. */
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import { imageIn } from "../images.ts";
import type { Pipeline, PublishTarget } from "../types.ts";

export function destinationProblems(_config: Config, pipeline: Pipeline): Problem[] {
  return [...pipeline.publish.flatMap((target) => ontoItself(pipeline, target)), ...sharedPlaces(pipeline.publish)];
}

/** There the pipeline names images by what was built, and its clean-up deletes by these names. */
function ontoItself(pipeline: Pipeline, target: PublishTarget): Problem[] {
  if (target.kind !== "images") return [];
  const own = pipeline.builds.flatMap((build) => (build.kind === "image" ? [build.image] : []));
  return target.images.flatMap(({ name }): Problem[] => {
    const image = imageIn(target.to, name);
    if (!own.includes(image)) return [];
    return [
      {
        path: ["publish", target.key, "to"],
        message: `"${target.key}" would publish ${image} onto the very image that this pipeline builds and cleans up.`,
        hint: "Name another registry, or give it another name there with `names`. Moving tags of this image are what `channels` are for.",
      },
    ];
  });
}

/** The places that a target writes to. A release on GitHub has its tag's name, so there is one. */
function placesOf(target: PublishTarget): string[] {
  switch (target.kind) {
    case "images":
      return target.images.flatMap(({ name }) => target.tags.map((tag) => `${imageIn(target.to, name)}:${tag}`));
    case "npm":
      return [`the package of "${target.from.key}" in ${target.registry ?? "npm's registry"}`];
    case "maven":
      return [`the artifacts of "${target.from.key}" in Maven Central`];
    case "githubRelease":
      return ["the tag's release on GitHub"];
    case "deploy":
      return [];
  }
}

function sharedPlaces(targets: readonly PublishTarget[]): Problem[] {
  return targets.flatMap((target, index): Problem[] => {
    const on: readonly string[] = target.on;
    const earlier = targets.slice(0, index).filter((other) => other.on.some((event) => on.includes(event)));
    const [clash] = earlier.flatMap((other) =>
      placesOf(other)
        .filter((place) => placesOf(target).includes(place))
        .map((place) => ({ other, place })),
    );
    if (!clash) return [];
    return [
      {
        path: ["publish", target.key],
        message: `"${target.key}" and "${clash.other.key}" both publish ${clash.place} on the same events.`,
        hint: "Remove one of them, or give them different events, names or tags.",
      },
    ];
  });
}
