/** Every declared Dockerfile exists, and the declared inputs hold all that it copies. */
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import { contextSources, isCovered } from "../dockerfile-inputs.ts";
import { groupKeyOf } from "../build-groups.ts";
import { pathOfBuild } from "./images.ts";
import type { Pipeline, RepositoryFacts } from "../types.ts";

export function inputProblems(_config: Config, pipeline: Pipeline, repository: RepositoryFacts): Problem[] {
  return pipeline.builds.flatMap((build): Problem[] => {
    if (build.kind !== "image") return [];
    const text = repository.dockerfiles[build.dockerfile];
    if (text === null)
      return [
        {
          path: [...pathOfBuild(build), "dockerfile"],
          message: `There is no file "${build.dockerfile}" to build "${build.key}" from.`,
          hint: "Write its path from the repository's root.",
        },
      ];
    const { inputs } = build;
    if (text === undefined || inputs === undefined) return [];
    const missing = contextSources(text).filter(({ source }) => !isCovered(source, build.context, inputs));
    const own = isCovered(build.dockerfile, ".", inputs) ? [] : [{ source: build.dockerfile, line: 0 }];
    const bakeFile =
      build.bake && !isCovered(build.bake.file, ".", inputs) ? [{ source: build.bake.file, line: 0 }] : [];
    return [...own, ...bakeFile, ...missing].map(({ source, line }) => ({
      path: ["builds", groupKeyOf(build), "inputs"],
      message:
        line === 0
          ? `The inputs leave out "${source}" itself: a change there would not rebuild the image.`
          : `${build.dockerfile}:${line} copies "${source}", which no input covers: a change there would not rebuild the image.`,
      hint: `Add "${source.replace(/\/$/, "")}"${line === 0 ? "" : " or a pattern that holds it"}.`,
    }));
  });
}
