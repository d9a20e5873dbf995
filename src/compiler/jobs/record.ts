/**
 * The job that a branch rule requires: it fails unless everything before it did its work. Then it hands on what was
 * built, as a record that the consumers of this repository's own runs trust.
 */
import type { Build, Pipeline } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";
import { expression, planned } from "../expressions.ts";
import { uploadArtifact } from "../steps/artifacts.ts";
import { useProgram } from "../steps/program.ts";

export const RECORD_ARTIFACT = "build-record";
export const RECORD_FILE = "build-record.json";
const RECORD_DAYS = 30;

export function recordJob(pipeline: Pipeline, name: string, builds: readonly Build[], jobs: readonly string[]): Job {
  return {
    name,
    needs: [...jobs],
    // Where forks are left out, their runs have nothing to record, and the skipped gate counts as passed.
    if: pipeline.forks === "ignore" ? "always() && needs.plan.result != 'skipped'" : "always()",
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 15,
    permissions: {},
    steps: [
      useProgram("write-record", {
        name: "Check the jobs and record what was built",
        with: {
          needs: expression("toJSON(needs)"),
          class: expression(planned("class")),
          tag: expression(planned("tag")),
          commit: expression(planned("sha")),
          builds: JSON.stringify(builds.map(recordEntry), null, 2),
        },
      }),
      uploadArtifact(pipeline, {
        title: "Upload the record",
        name: RECORD_ARTIFACT,
        paths: [`${expression("runner.temp")}/${RECORD_FILE}`],
        keepDays: RECORD_DAYS,
        overwrite: true,
      }),
    ],
  };
}

function recordEntry(build: Build): Record<string, string> {
  if (build.kind === "files") return { name: build.key, kind: "files", artifact: build.artifact };
  const published = `needs.publish-${build.key}.outputs`;
  return {
    name: build.key,
    kind: "image",
    image: build.image,
    digest: expression(`${published}.digest`),
    commit: expression(`${published}.commit`),
  };
}
