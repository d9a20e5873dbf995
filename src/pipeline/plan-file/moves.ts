/** The tags that move as soon as something is built, with their copies in other registries. */
import { imageBaseName, imageIn } from "../images.ts";
import type { Pipeline } from "../types.ts";
import type { PipelinePart } from "./schema.ts";

export function movesPart({ builds, channels, copies, moveTags }: Pipeline): PipelinePart["movesAtBuild"] {
  if (moveTags !== "at-build") return [];
  return channels.map(({ of, tag }) => ({
    of,
    tag,
    copies: copies
      .filter((copy) => copy.of.includes(of))
      .flatMap((copy) =>
        builds.flatMap((build) =>
          build.kind === "image"
            ? [{ build: build.key, image: `${imageIn(copy, imageBaseName(build.image))}:${tag}` }]
            : [],
        ),
      ),
  }));
}
