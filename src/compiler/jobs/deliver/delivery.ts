/** What the jobs that publish have in common. */
import type { RunKind } from "../../../pipeline/runs.ts";
import type { FilesBuild, Pipeline, PublishTarget } from "../../../pipeline/types.ts";
import type { Job, Step } from "../../../workflow/model.ts";
import { concurrencyGroup, inTurn } from "../../concurrency.ts";
import { environmentOf } from "../../environment.ts";
import { downloadArtifact } from "../../steps/artifacts.ts";
import { filesFolder } from "../../steps/test.ts";

/** Where a job stands in its run. */
export interface Delivery {
  run: RunKind;
  needs: readonly string[];
  if: string;
}

/** Everything of a publishing job but its permissions and steps. One at a time, and never cancelled half-way. */
export const deliveryJob = (
  pipeline: Pipeline,
  target: PublishTarget,
  { needs, if: condition }: Delivery,
): Omit<Job, "permissions" | "steps"> => ({
  name: `Publish ${target.key}`,
  needs,
  if: condition,
  "runs-on": pipeline.runners.default,
  "timeout-minutes": target.timeoutMinutes,
  ...environmentOf(target.environment),
  concurrency: inTurn(pipeline, concurrencyGroup(pipeline, "deliver", target.key)),
});

/** Takes the very files that were built and tested. */
export const takeFiles = (pipeline: Pipeline, build: FilesBuild): Step =>
  downloadArtifact(pipeline, {
    title: `Take what was tested: ${build.key}`,
    name: build.artifact,
    path: filesFolder(build.key),
  });
