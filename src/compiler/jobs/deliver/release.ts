/** The release on GitHub: its files, their checksums, bills of materials and notes. */
import type { Pipeline, ReleaseTarget } from "../../../pipeline/types.ts";
import type { Job } from "../../../workflow/model.ts";
import { expression, plannedIn, TOKEN } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { downloadArtifact, uploadArtifact } from "../../steps/artifacts.ts";
import { useProgram } from "../../steps/program.ts";
import { loginPermissions, loginToOwnRegistry } from "../../steps/registry.ts";
import { checkout } from "../../steps/sources.ts";
import { digestOf } from "../image/outputs.ts";
import { type Delivery, deliveryJob } from "./delivery.ts";

/** Where `lib/release-files.mjs` looks for them. */
const FOLDER = `${expression("runner.temp")}/release`;
const NOTES = `${expression("runner.temp")}/notes.md`;
const CHANGELOGS = `${FOLDER}/CHANGELOG-*.md`;
/** Notes are kept beside the release as well, for whoever writes the announcement. */
const NOTES_DAYS = 90;

export function publishReleaseJob(pipeline: Pipeline, target: ReleaseTarget, delivery: Delivery): Job {
  const { run } = delivery;
  const planned = plannedIn(pipeline, run);
  const writesNotes = target.notes === "conventional";
  const digests = target.sboms.map((build) => `  "${build.key}": "${expression(digestOf(pipeline, run, build))}"`);
  return {
    ...deliveryJob(pipeline, target, delivery),
    permissions: grant({
      contents: "write",
      ...(target.sboms.length > 0 && loginPermissions(pipeline.registry, "read")),
    }),
    steps: [
      // The commits are read, and nothing of them is run.
      ...(writesNotes ? [checkout(pipeline, { ref: expression("github.ref"), depth: 0 })] : []),
      ...target.files.map((build) =>
        downloadArtifact(pipeline, { title: `Take what was tested: ${build.key}`, name: build.artifact, path: FOLDER }),
      ),
      ...(target.sboms.length > 0
        ? [
            ...loginToOwnRegistry(pipeline),
            useProgram("export-sboms", {
              name: "Take the bills of materials",
              timeoutMinutes: 10,
              with: { target: target.key, digests: `{\n${digests.join(",\n")}\n}\n` },
            }),
          ]
        : []),
      ...(writesNotes
        ? [
            useProgram("release-notes", { name: "Write the notes" }),
            uploadArtifact(pipeline, {
              title: "Keep the notes",
              name: "release-notes",
              paths: [NOTES, CHANGELOGS],
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
          target: target.key,
          sha: expression(planned("sha")),
          prerelease: expression(planned("prerelease")),
        },
      }),
    ],
  };
}
