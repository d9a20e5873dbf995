/** What was built, written down for the tests that follow the run, which trust the record of this repository's own runs. */
import { hasReady, type RunKind, soleGroup } from "../../pipeline/stages.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { Job, Scalar, Step } from "../../workflow/model.ts";
import { expression, plannedIn } from "../expressions.ts";
import { uploadArtifact } from "../steps/artifacts.ts";
import { useProgram } from "../steps/program.ts";

export const RECORD_ARTIFACT = "build-record";
export const RECORD_FILE = "build-record.json";
const RECORD_DAYS = 30;

/**
 * The steps of the job that knows all: the last one that builds where one builds alone, else a job of its own. In one run
 * with the tests nobody reads a record.
 */
export function recordSteps(
  pipeline: Pipeline,
  run: RunKind,
  { plan, if: condition, needs }: { plan: Scalar; if?: string | undefined; needs?: string },
): Step[] {
  if (pipeline.topology !== "workflow_run" || run === "release") return [];
  const own = soleGroup(pipeline, run)?.kind === "image" ? expression("steps.publish.outputs.images") : undefined;
  return [
    useProgram("write-record", {
      name: needs === undefined ? "Record what was built" : "Check the jobs and record what was built",
      if: condition,
      with: { plan, ...(needs === undefined ? { images: own } : { needs }) },
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
export function readyJob(pipeline: Pipeline, run: RunKind, name: string, needs: readonly string[]): Job {
  if (!hasReady(pipeline, run)) throw new Error("The builds of this run have no gate of their own.");
  return {
    name,
    needs,
    // Where forks are left out, their runs have nothing to record, and the skipped gate counts as passed.
    if: pipeline.forks === "ignore" ? "always() && needs.plan.result != 'skipped'" : "always()",
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 15,
    permissions: {},
    steps:
      run === "release"
        ? [useProgram("check-needs", { name: "Check the jobs", with: { needs: expression("toJSON(needs)") } })]
        : recordSteps(pipeline, run, {
            plan: expression(plannedIn(pipeline, run)("plan")),
            needs: expression("toJSON(needs)"),
          }),
  };
}
