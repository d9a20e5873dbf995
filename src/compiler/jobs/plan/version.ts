/** The version of everything that a run builds: decided once, and handed on. */
import { type RunKind, approvalsIn, targetsIn } from "../../../pipeline/runs.ts";
import type { Pipeline } from "../../../pipeline/types.ts";
import type { Step } from "../../../workflow/model.ts";
import { expression } from "../../expressions.ts";
import { useProgram } from "../../steps/program.ts";

/** Whether somebody asks for a version that grows from run to run, or for what kind of version a release is. */
const decides = (pipeline: Pipeline, run: RunKind): boolean =>
  pipeline.version !== undefined || targetsIn(pipeline, run).length > 0 || approvalsIn(pipeline, run).length > 0;

/** Outputs of the job; `version` takes the place of the one that stands for the tag. */
export const versionOutputs = (pipeline: Pipeline, run: RunKind): Record<string, string> =>
  decides(pipeline, run)
    ? Object.fromEntries(
        ["version", ...askedFor(pipeline, run)].map((name) => [name, expression(`steps.version.outputs.${name}`)]),
      )
    : {};

/** What the jobs of this run ask of a version beside itself. */
function askedFor(pipeline: Pipeline, run: RunKind): string[] {
  const targets = targetsIn(pipeline, run);
  const named = targets.some(
    (target) =>
      target.kind === "npm" || (target.kind === "images" && target.tags.some((tag) => tag.includes("{channel}"))),
  );
  return [
    ...(targets.some((target) => target.kind === "githubRelease") ? ["prerelease"] : []),
    ...(approvalsIn(pipeline, run).length > 0 ? ["major"] : []),
    ...(named ? ["channel"] : []),
  ];
}

export const decideVersion = (pipeline: Pipeline, run: RunKind): Step[] =>
  decides(pipeline, run)
    ? [
        useProgram("decide-version", {
          name: "Decide the version",
          id: "version",
          with: { plan: expression("steps.plan.outputs.plan") },
        }),
      ]
    : [];
