/** The release on GitHub: its files, their checksums, bills of materials and notes. */
import type { Pipeline, ReleaseTarget } from "../../../pipeline/types.ts";
import type { Job } from "../../../workflow/model.ts";
import { expression, planned } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { downloadArtifact, uploadArtifact } from "../../steps/artifacts.ts";
import { runProgram } from "../../steps/program.ts";
import { loginPermissions, loginToOwnRegistry, setUpBuildx } from "../../steps/registry.ts";
import { checkout } from "../../steps/sources.ts";
import { PROGRAM_TOOLS, setUpTools } from "../../steps/tools.ts";
import { TOKEN } from "../../expressions.ts";
import { type Delivery, deliveryJob, digestOf } from "./delivery.ts";

const FOLDER = `${expression("runner.temp")}/release`;
const NOTES = `${expression("runner.temp")}/notes.md`;
const CHANGELOG = `${FOLDER}/CHANGELOG-${expression("github.ref_name")}.md`;
/** Notes are kept beside the release as well, for whoever writes the announcement. */
const NOTES_DAYS = 90;

export function publishReleaseJob(pipeline: Pipeline, target: ReleaseTarget, delivery: Delivery): Job {
  const writesNotes = target.notes === "conventional";
  return {
    ...deliveryJob(pipeline, target, delivery),
    permissions: grant({
      contents: "write",
      ...(target.sboms.length > 0 && loginPermissions(pipeline.registry, "read")),
    }),
    steps: [
      ...setUpTools(pipeline, PROGRAM_TOOLS),
      // The commits are read, and nothing of them is run.
      ...(writesNotes ? [checkout(pipeline, { ref: expression("github.ref"), depth: 0 })] : []),
      ...target.files.map((build) =>
        downloadArtifact(pipeline, { title: `Take what was tested: ${build.key}`, name: build.artifact, path: FOLDER }),
      ),
      ...(target.sboms.length > 0
        ? [
            ...loginToOwnRegistry(pipeline),
            setUpBuildx(pipeline),
            runProgram("export-sboms.sh", {
              name: "Take the bills of materials",
              timeoutMinutes: 10,
              env: {
                IMAGES: JSON.stringify(
                  target.sboms.map((build) => ({ name: build.key, image: build.image, digest: digestOf(build) })),
                  null,
                  2,
                ),
                FOLDER,
              },
            }),
          ]
        : []),
      ...(writesNotes
        ? [
            runProgram("release-notes.mjs", {
              name: "Write the notes",
              env: {
                TAG: expression("github.ref_name"),
                TAG_GLOB: pipeline.release ? pipeline.release.tags : "v*",
                REPOSITORY: expression("github.repository"),
                SERVER_URL: expression("github.server_url"),
                OUTPUT_NOTES: NOTES,
                OUTPUT_CHANGELOG: CHANGELOG,
              },
            }),
            uploadArtifact(pipeline, {
              title: "Keep the notes",
              name: "release-notes",
              paths: [NOTES, CHANGELOG],
              keepDays: NOTES_DAYS,
              missing: "warn",
              overwrite: true,
            }),
          ]
        : []),
      runProgram("github-release.mjs", {
        name: "Publish the release",
        timeoutMinutes: target.timeoutMinutes,
        env: {
          GH_TOKEN: TOKEN,
          TAG: expression("github.ref_name"),
          SHA: expression(planned("sha")),
          ...(writesNotes && { NOTES_FILE: NOTES }),
          FOLDER,
          FILES: "**\n",
          CHECKSUMS: target.checksums,
          PRERELEASE: expression(planned("prerelease")),
        },
      }),
    ],
  };
}
