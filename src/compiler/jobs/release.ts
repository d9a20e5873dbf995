/** The job that gives the tested image of a commit its release tags, here and in the registries that receive copies. */
import { imageBaseName, imageIn } from "../../pipeline/images.ts";
import type { ImageBuild, Pipeline } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";
import { environmentOf } from "../environment.ts";
import { expression, planned } from "../expressions.ts";
import { grant } from "../permissions.ts";
import { useProgram } from "../steps/program.ts";
import { login, loginPermissionsOfAll, loginToOwnRegistry, setUpBuildx } from "../steps/registry.ts";

/** @param condition beside the gate and the plan: what else must have gone well. */
export function releaseJob(pipeline: Pipeline, build: ImageBuild, needs: readonly string[], condition: string): Job {
  const copies = pipeline.copies.filter((copy) => copy.of.includes("release"));
  const published = `needs.publish-${build.key}.outputs`;
  return {
    name: `Release ${build.key}`,
    needs,
    if: condition,
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 20,
    ...environmentOf(pipeline.release ? pipeline.release.environment : undefined),
    permissions: grant(loginPermissionsOfAll([pipeline.registry, ...copies], "write")),
    steps: [
      ...loginToOwnRegistry(pipeline),
      ...copies.flatMap((copy) => login(pipeline, copy)),
      setUpBuildx(pipeline),
      useProgram("publish-image", {
        name: "Give the tested image its release tags",
        timeoutMinutes: 15,
        with: {
          image: build.image,
          digest: expression(`${published}.digest`),
          "source-commit": expression(`${published}.commit`),
          tags: expression(planned("release-tags")),
          commit: expression(planned("sha")),
          "copy-to": copies.map((copy) => imageIn(copy, imageBaseName(build.image))).join(" "),
        },
      }),
    ],
  };
}
