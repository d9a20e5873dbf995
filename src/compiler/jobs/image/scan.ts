/** The job that scans the very digest that was published, or what was saved where nothing could be pushed. */
import { groupKeyOf } from "../../../pipeline/images.ts";
import { buildJobId } from "../../../pipeline/stages.ts";
import type { ImageBuild, Pipeline } from "../../../pipeline/types.ts";
import type { Job } from "../../../workflow/model.ts";
import { every, expression, planned, succeededOrSkipped } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { downloadArtifact } from "../../steps/artifacts.ts";
import { loginPermissions, loginToOwnRegistry } from "../../steps/registry.ts";
import { reportFindings, scanPermissions, scanStep } from "../../steps/scan.ts";
import { checkout } from "../../steps/sources.ts";
import { isBuiltIn } from "./group.ts";
import { archiveArtifact, archivePath, type ImageJobs, runOf, savesArchive } from "./mode.ts";

export function scanJob(pipeline: Pipeline, build: ImageBuild, mode: ImageJobs): Job {
  const { scan } = build;
  if (!scan) throw new Error("This build has no scan.");
  const digest = `needs.publish-${build.key}.outputs.digest`;
  const platforms = planned(`${groupKeyOf(build)}-platforms`);
  const saved = savesArchive(mode);
  const published = saved ? `${digest} != ''` : undefined;
  return {
    name: `Scan ${build.key} (${expression("matrix.platform")})`,
    needs: ["plan", buildJobId(build), `publish-${build.key}`],
    if: every(
      "!cancelled()",
      isBuiltIn(pipeline, [build], runOf(mode)),
      succeededOrSkipped(buildJobId(build)),
      succeededOrSkipped(`publish-${build.key}`),
      "needs.plan.result == 'success'",
    ),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": scan.timeoutMinutes + 10,
    permissions: grant({ ...scanPermissions(scan), ...loginPermissions(pipeline.registry, "read") }),
    strategy: {
      "fail-fast": false,
      // Only one platform is saved where nothing could be pushed.
      matrix: {
        platform: expression(
          saved
            ? `fromJSON(${digest} != '' && ${platforms} || format('["{0}"]', fromJSON(${planned(`${groupKeyOf(build)}-matrix`)})[0].archive))`
            : `fromJSON(${platforms})`,
        ),
      },
    },
    steps: [
      ...(scan.ignoreFile ? [checkout(pipeline, { ref: expression(planned("sha")) })] : []),
      ...loginToOwnRegistry(pipeline, { if: published }),
      ...(saved
        ? [
            downloadArtifact(pipeline, {
              title: "Download the saved image",
              name: archiveArtifact(build),
              path: expression("runner.temp"),
              if: `${digest} == ''`,
            }),
          ]
        : []),
      scanStep(
        pipeline,
        build.key,
        scan,
        { name: "Scan the published image", if: published },
        { "image-ref": `${build.image}@${expression(digest)}` },
      ),
      ...(saved
        ? [
            scanStep(
              pipeline,
              build.key,
              scan,
              { name: "Scan the saved image", if: `${digest} == ''` },
              { input: archivePath(build) },
            ),
          ]
        : []),
      ...reportFindings(pipeline, build.key, scan),
    ],
  };
}
