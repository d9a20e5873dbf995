/** The release on GitHub: its files, their checksums, bills of materials and notes. */
import type { Pipeline, ReleaseTarget } from "../../../pipeline/types.ts";
import type { Job } from "../../../workflow/model.ts";
import { expression, planned } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { downloadArtifact, uploadArtifact } from "../../steps/artifacts.ts";
import { useProgram } from "../../steps/program.ts";
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
            useProgram("export-sboms", {
              name: "Take the bills of materials",
              timeoutMinutes: 10,
              with: {
                images: JSON.stringify(
                  target.sboms.map((build) => ({ name: build.key, image: build.image, digest: digestOf(build) })),
                  null,
                  2,
                ),
                folder: FOLDER,
              },
            }),
          ]
        : []),
      ...(writesNotes
        ? [
            useProgram("release-notes", {
              name: "Write the notes",
              with: {
                tag: expression("github.ref_name"),
                "tag-glob": pipeline.release ? pipeline.release.tags : "v*",
                "output-notes": NOTES,
                "output-changelog": CHANGELOG,
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
      useProgram("github-release", {
        name: "Publish the release",
        timeoutMinutes: target.timeoutMinutes,
        with: {
          "gh-token": TOKEN,
          tag: expression("github.ref_name"),
          sha: expression(planned("sha")),
          ...(writesNotes && { "notes-file": NOTES }),
          folder: FOLDER,
          files: "**\n",
          checksums: target.checksums,
          prerelease: expression(planned("prerelease")),
        },
      }),
    ],
  };
}
