/** How a run decides what it builds: the steps, and the job that has them where no single job builds everything. */
import { type RunKind, type Runs, classesIn } from "../../pipeline/runs.ts";
import { PLAN_JOB } from "../../pipeline/step-names.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { Job, PermissionLevel, Scalar, Step } from "../../workflow/model.ts";
import { expression, HEAD_SHA, OF_THIS_REPOSITORY, TOKEN } from "../expressions.ts";
import { grant } from "../permissions.ts";
import { useProgram } from "../steps/program.ts";
import { checkout } from "../steps/sources.ts";
import { changedOutputs, comparedBuilds, findChanges } from "./plan/changes.ts";
import { preflight } from "./plan/preflight.ts";
import { decideVersion, versionOutputs } from "./plan/version.ts";

/** What decides on a run, for the job that holds it. */
export interface Planning {
  /** Where it does not hold, nothing is built, and all jobs are skipped. */
  if: string | undefined;
  permissions: { actions?: PermissionLevel; "pull-requests"?: PermissionLevel };
  outputs: Record<string, string>;
  /** Whether the history of the commit is looked at. */
  readsHistory: boolean;
  steps: Step[];
  /** The version that was decided, where it is not the plan's own. */
  version: Scalar | undefined;
}

/** What `plan-build` decides, and the job hands on. */
function decided(runs: readonly RunKind[], covers: boolean): Record<string, string> {
  const names = ["class", "tag", "sha", "version", "push", "plan"];
  if (runs.includes("release")) names.push("release-tags");
  if (covers) names.push("covered");
  return Object.fromEntries(names.map((name) => [name, expression(`steps.plan.outputs.${name}`)]));
}

/** Whether a push to a branch may be built and tested by the run of its pull request as well. */
export const mayBeCovered = (pipeline: Pipeline, run: RunKind): boolean =>
  pipeline.topology === "workflow_call" &&
  pipeline.pullRequests !== false &&
  classesIn(pipeline, run).includes("feature");

export function planning(pipeline: Pipeline, runs: Runs): Planning {
  const kinds = typeof runs === "string" ? [runs] : runs;
  // Where several kinds of run share it, nothing but the build is decided.
  const run = kinds.length === 1 ? kinds[0] : undefined;
  return run === undefined ? sharedPlanning(pipeline, kinds) : planningOf(pipeline, run);
}

/** In the workflow that several kinds of run call: whether it is the nightly build, the caller says. */
const sharedPlanning = (pipeline: Pipeline, runs: readonly RunKind[]): Planning => {
  const covers = mayBeCovered(pipeline, "build");
  return {
    if: pipeline.forks === "ignore" ? OF_THIS_REPOSITORY : undefined,
    permissions: covers ? { "pull-requests": "read" } : {},
    outputs: decided(runs, covers),
    readsHistory: false,
    steps: [
      useProgram("plan-build", {
        name: "Decide what to build",
        id: "plan",
        with: {
          "gh-token": covers ? TOKEN : undefined,
          nightly: runs.includes("nightly") ? expression("inputs.nightly") : undefined,
        },
      }),
    ],
    version: undefined,
  };
};

function planningOf(pipeline: Pipeline, run: RunKind): Planning {
  const compared = comparedBuilds(pipeline, run);
  const version = versionOutputs(pipeline, run);
  const covers = mayBeCovered(pipeline, run);
  return {
    if: pipeline.forks === "ignore" && run === "build" ? OF_THIS_REPOSITORY : undefined,
    permissions: {
      ...(compared.length > 0 && { actions: "read" as const }),
      ...(covers && { "pull-requests": "read" as const }),
    },
    outputs: { ...decided([run], covers), ...version, ...changedOutputs(compared) },
    readsHistory: compared.length > 0,
    steps: [
      ...preflight(pipeline, run),
      useProgram("plan-build", {
        name: run === "release" ? "Decide what to release" : "Decide what to build",
        id: "plan",
        with: { "gh-token": covers ? TOKEN : undefined, nightly: run === "nightly" ? true : undefined },
      }),
      ...decideVersion(pipeline, run),
      ...findChanges(compared),
    ],
    version: version["version"],
  };
}

/** Where several jobs build: they wait for one that decides for all of them. */
export function planJob(pipeline: Pipeline, run: RunKind): Job {
  const { if: condition, permissions, outputs, readsHistory, steps } = planning(pipeline, run);
  return {
    name: PLAN_JOB,
    ...(condition && { if: condition }),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 10,
    permissions: grant({ ...(readsHistory && { contents: "read" }), ...permissions }),
    outputs,
    steps: [...(readsHistory ? [checkout(pipeline, { ref: expression(HEAD_SHA), depth: 0 })] : []), ...steps],
  };
}
