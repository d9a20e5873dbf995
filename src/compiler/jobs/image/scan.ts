/** The job that scans the very digest that was published, or what was saved where nothing could be pushed. */
import { groupKeyOf } from "../../../pipeline/images.ts";
import { buildJobId } from "../../../pipeline/stages.ts";
import type { ImageBuild, Pipeline } from "../../../pipeline/types.ts";
import type { Job, Scalar, Step } from "../../../workflow/model.ts";
import { every, expression, planned, succeededOrSkipped } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { useAction } from "../../steps/action.ts";
import { downloadArtifact } from "../../steps/artifacts.ts";
import { loginPermissions, loginToOwnRegistry } from "../../steps/registry.ts";
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
  const report = `trivy-${build.key}.sarif`;
  const trivy = (name: string, condition: string | undefined, subject: Record<string, Scalar>): Step =>
    useAction(pipeline, "aquasecurity/trivy-action", {
      name,
      if: condition,
      timeoutMinutes: scan.timeoutMinutes,
      with: {
        ...subject,
        format: "sarif",
        output: report,
        severity: scan.severities.join(","),
        // Without it a SARIF report holds every severity, and the exit code with it.
        "limit-severities-for-sarif": true,
        "ignore-unfixed": scan.ignoreUnfixed,
        trivyignores: scan.ignoreFile,
        "exit-code": scan.block ? "1" : "0",
      },
      env: { TRIVY_PLATFORM: expression("matrix.platform") },
    });
  return {
    name: `Scan ${build.key} (${expression("matrix.platform")})`,
    needs: ["plan", buildJobId(build), `publish-${build.key}`],
    if: every("!cancelled()", isBuiltIn(pipeline, [build], runOf(mode)), succeededOrSkipped(buildJobId(build)), succeededOrSkipped(`publish-${build.key}`), "needs.plan.result == 'success'"),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": scan.timeoutMinutes + 10,
    // The upload of a report reads the run and the commit, too, where the repository is private.
    permissions: grant({ actions: scan.sarif && "read", contents: (scan.sarif || scan.ignoreFile !== undefined) && "read", ...loginPermissions(pipeline.registry, "read"), "security-events": scan.sarif && "write" }),
    strategy: {
      "fail-fast": false,
      // Only one platform is saved where nothing could be pushed.
      matrix: { platform: expression(saved ? `fromJSON(${digest} != '' && ${platforms} || format('["{0}"]', fromJSON(${planned(`${groupKeyOf(build)}-matrix`)})[0].archive))` : `fromJSON(${platforms})`) },
    },
    steps: [
      ...(scan.ignoreFile ? [checkout(pipeline, { ref: expression(planned("sha")) })] : []),
      ...loginToOwnRegistry(pipeline, { if: published }),
      ...(saved ? [downloadArtifact(pipeline, { title: "Download the saved image", name: archiveArtifact(build), path: expression("runner.temp"), if: `${digest} == ''` })] : []),
      trivy("Scan the published image", published, { "image-ref": `${build.image}@${expression(digest)}` }),
      ...(saved ? [trivy("Scan the saved image", `${digest} == ''`, { input: archivePath(build) })] : []),
      ...(scan.sarif
        ? [
            useAction(pipeline, "github/codeql-action/upload-sarif", {
              name: "Report to code scanning",
              if: `!cancelled() && hashFiles('${report}') != ''`,
              // Runs of forks, and private repositories without the paid feature, may be refused.
              continueOnError: true,
              with: { sarif_file: report, category: `trivy-${build.key}-${expression("matrix.platform")}` },
            }),
          ]
        : []),
    ],
  };
}
