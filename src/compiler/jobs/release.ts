/** The job that gives the tested image of a commit its release tags, here and in the registries that receive copies. */
import type { ImageBuild, Pipeline } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";
import { environmentOf } from "../environment.ts";
import { expression, plannedIn } from "../expressions.ts";
import { grant } from "../permissions.ts";
import { useProgram } from "../steps/program.ts";
import { login, loginPermissionsOfAll, loginToOwnRegistry } from "../steps/registry.ts";
import { digestOf } from "./image/outputs.ts";

/** @param condition what must have gone well */
export function releaseJob(pipeline: Pipeline, build: ImageBuild, needs: readonly string[], condition: string): Job {
  const copies = pipeline.copies.filter((copy) => copy.of.includes("release"));
  const planned = plannedIn(pipeline, "release");
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
      useProgram("copy-image", {
        name: "Give the tested image its release tags",
        timeoutMinutes: 15,
        with: {
          build: build.key,
          digest: expression(digestOf(pipeline, "release", build)),
          sha: expression(planned("sha")),
          tags: expression(planned("release-tags")),
        },
      }),
    ],
  };
}
