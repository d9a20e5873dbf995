/** The job that makes one image of what several jobs have built, under its tag, and scans each of its platforms. */
import type { ImageGroup } from "../../../pipeline/build-groups.ts";
import { classesIn, entriesOf, publishesAlone } from "../../../pipeline/runs.ts";
import type { Pipeline } from "../../../pipeline/types.ts";
import type { Job } from "../../../workflow/model.ts";
import { every, expression } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { useProgram } from "../../steps/program.ts";
import { login, loginPermissionsOfAll, loginToOwnRegistry } from "../../steps/registry.ts";
import { checkout } from "../../steps/sources.ts";
import { type Building, canPush } from "../building.ts";
import { recordSteps } from "../record.ts";
import { PUBLISH_JOB_PREFIX } from "../../../pipeline/step-names.ts";
import { PUBLISH, publishedOutputs } from "./outputs.ts";
import { scanMerged, scanMinutes, scanPermissionsOf } from "./scan.ts";

export function publishJob(pipeline: Pipeline, group: ImageGroup, building: Building, needs: readonly string[]): Job {
  const { runs, planned, plan } = building;
  const build = `needs.build-${group.key}`;
  const moving = pipeline.moveTags === "at-build";
  const platforms = [
    ...new Set(
      classesIn(pipeline, runs).flatMap((event) => {
        const entries = entriesOf(group, event);
        return entries.length > 1 ? entries.flatMap((entry) => entry.platforms) : [];
      }),
    ),
  ];
  const records = building.planning !== undefined && pipeline.topology === "workflow_run";
  return {
    name: `${PUBLISH_JOB_PREFIX}${group.key}`,
    needs,
    if: every(
      "!cancelled()",
      `${build}.result == 'success'`,
      publishesAlone(pipeline, runs, group) && `${build}.outputs.alone != 'true'`,
      !records && canPush(planned("push")),
    ),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 15 + scanMinutes(group, platforms.length),
    permissions: grant({
      ...scanPermissionsOf(group),
      ...loginPermissionsOfAll([pipeline.registry, ...pipeline.mirrors, ...(moving ? pipeline.copies : [])], "write"),
    }),
    outputs: publishedOutputs(group),
    steps: [
      ...(group.builds.some(({ scan }) => scan && !scan.apart && scan.ignoreFile)
        ? [checkout(pipeline, { ref: expression(planned("sha")) })]
        : []),
      ...loginToOwnRegistry(pipeline),
      ...pipeline.mirrors.flatMap((mirror) => login(pipeline, mirror, { optional: true })),
      ...(moving ? pipeline.copies.flatMap((copy) => login(pipeline, copy)) : []),
      useProgram("publish-image", {
        name: "Publish the image",
        id: PUBLISH,
        if: every(records && canPush(planned("push")), group.first.fallback && `${build}.outputs.unpushed != 'true'`),
        timeoutMinutes: 10,
        with: { group: group.key, plan: expression(plan), images: expression(`${build}.outputs.unchanged`) },
      }),
      ...scanMerged(pipeline, group, platforms),
      ...(building.planning ? recordSteps(pipeline, { plan: expression(plan) }) : []),
    ],
  };
}
