/** The job that makes one image of what several jobs have built, under its tag, and scans each of its platforms. */
import type { BuildGroup } from "../../../pipeline/build-groups.ts";
import { classesIn, entriesOf, publishesAlone, type RunKind, soleGroup } from "../../../pipeline/stages.ts";
import type { Pipeline } from "../../../pipeline/types.ts";
import type { Job } from "../../../workflow/model.ts";
import { every, expression, plannedIn } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { useProgram } from "../../steps/program.ts";
import { login, loginPermissionsOfAll, loginToOwnRegistry, setUpBuildx } from "../../steps/registry.ts";
import { checkout } from "../../steps/sources.ts";
import { recordSteps } from "../record.ts";
import { PUBLISH_JOB_PREFIX } from "./build.ts";
import { PUBLISH, publishedOutputs, savesArchive } from "./outputs.ts";
import { scanMerged, scanMinutes, scanPermissionsOf } from "./scan.ts";

export function publishJob(
  pipeline: Pipeline,
  group: BuildGroup & { kind: "image" },
  run: RunKind,
  needs: readonly string[],
): Job {
  const planned = plannedIn(pipeline, run);
  const build = `needs.build-${group.key}`;
  const sole = soleGroup(pipeline, run)?.key === group.key;
  const moving = pipeline.moveTags === "at-build" && run !== "release";
  const platforms = [
    ...new Set(
      classesIn(pipeline, run).flatMap((event) => {
        const entries = entriesOf(group, event);
        return entries.length > 1 ? entries.flatMap((entry) => entry.platforms) : [];
      }),
    ),
  ];
  const canPush = `${planned("push")} == 'true'`;
  const records = sole && pipeline.topology === "workflow_run";
  return {
    name: `${PUBLISH_JOB_PREFIX}${group.key}`,
    needs,
    if: every(
      "!cancelled()",
      `${build}.result == 'success'`,
      publishesAlone(pipeline, run, group) && `${build}.outputs.alone != 'true'`,
      !records && canPush,
    ),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 15 + scanMinutes(group, platforms.length),
    permissions: grant({
      ...scanPermissionsOf(group),
      ...loginPermissionsOfAll([pipeline.registry, ...pipeline.mirrors, ...(moving ? pipeline.copies : [])], "write"),
    }),
    outputs: publishedOutputs(group, run),
    steps: [
      ...(group.builds.some(({ scan }) => scan && scan.ignoreFile)
        ? [checkout(pipeline, { ref: expression(planned("sha")) })]
        : []),
      ...loginToOwnRegistry(pipeline),
      ...pipeline.mirrors.flatMap((mirror) => login(pipeline, mirror, { optional: true })),
      ...(moving ? pipeline.copies.flatMap((copy) => login(pipeline, copy)) : []),
      setUpBuildx(pipeline),
      useProgram("publish-image", {
        name: "Publish the image",
        id: PUBLISH,
        if: every(
          records && canPush,
          group.first.fallback && savesArchive(run) && `${build}.outputs.unpushed != 'true'`,
        ),
        timeoutMinutes: 10,
        with: { group: group.key, plan: expression(planned("plan")), images: expression(`${build}.outputs.unchanged`) },
      }),
      ...scanMerged(pipeline, group, platforms),
      ...(sole ? recordSteps(pipeline, run, { plan: expression(planned("plan")) }) : []),
    ],
  };
}
