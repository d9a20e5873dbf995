/** What was built, written down for the tests that follow the run, which trust the record of this repository's own runs. */
import type { Pipeline } from "../../pipeline/types.ts";
import type { Job, Scalar, Step } from "../../workflow/model.ts";
import { every, expression } from "../expressions.ts";
import { uploadArtifact } from "../steps/artifacts.ts";
import { useProgram } from "../steps/program.ts";
import type { Building } from "./building.ts";

export const RECORD_ARTIFACT = "build-record";
export const RECORD_FILE = "build-record.json";
const RECORD_DAYS = 30;

/**
 * The steps of the job that knows all: the last one that builds where one builds alone, else a job of its own. In one run
 * with the tests nobody reads a record, and of a release nobody does.
 */
export function recordSteps(
  pipeline: Pipeline,
  { plan, if: condition, needs }: { plan: Scalar; if?: string | undefined; needs?: string },
): Step[] {
  if (pipeline.topology !== "workflow_run") return [];
  const builds = pipeline.builds.some((build) => build.kind === "image");
  return [
    useProgram("write-record", {
      name: needs === undefined ? "Record what was built" : "Check the jobs and record what was built",
      if: condition,
      with: {
        plan,
        images: needs === undefined && builds ? expression("steps.publish.outputs.images") : undefined,
        needs,
      },
    }),
    uploadArtifact(pipeline, {
      title: "Upload the record",
      name: RECORD_ARTIFACT,
      paths: [`${expression("runner.temp")}/${RECORD_FILE}`],
      keepDays: RECORD_DAYS,
      if: condition,
      overwrite: true,
    }),
  ];
}

/** The job that a branch rule requires where several jobs build: it fails unless all of them did their work. */
export const readyJob = (pipeline: Pipeline, building: Building, name: string, needs: readonly string[]): Job => ({
  name,
  needs,
  // Where forks are left out, their runs have nothing to record, and the skipped gate counts as passed.
  if: every(
    "always()",
    pipeline.forks === "ignore" && building.needs.map((id) => `needs.${id}.result != 'skipped'`).join(" && "),
  ),
  "runs-on": pipeline.runners.default,
  "timeout-minutes": 15,
  permissions: {},
  steps: recordSteps(pipeline, { plan: expression(building.plan), needs: expression("toJSON(needs)") }),
});
