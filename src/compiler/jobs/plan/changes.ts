/** What has changed since it was published last: only that is published again. */
import { type RunKind, buildsOfTarget, targetsIn } from "../../../pipeline/runs.ts";
import type { FilesBuild, Pipeline } from "../../../pipeline/types.ts";
import type { Step } from "../../../workflow/model.ts";
import { expression, TOKEN } from "../../expressions.ts";
import { useProgram } from "../../steps/program.ts";

/** The files that are published from this run and say what they are made from. A release publishes all of its own. */
export function comparedBuilds(pipeline: Pipeline, run: RunKind): FilesBuild[] {
  if (run !== "build") return [];
  const published = targetsIn(pipeline, run)
    .filter((target) => target.kind === "npm" || target.kind === "maven")
    .flatMap(buildsOfTarget);
  return pipeline.builds
    .filter((build) => build.kind === "files")
    .filter((build) => build.inputs !== undefined && published.includes(build));
}

/** The output of the job that decides, which says whether a build changed. */
export const changedOutput = (build: FilesBuild): string => `${build.key}-changed`;

export const changedOutputs = (builds: readonly FilesBuild[]): Record<string, string> =>
  Object.fromEntries(
    builds.map((build) => [
      changedOutput(build),
      expression(`fromJSON(steps.changes.outputs.changed || '{}')['${build.key}']`),
    ]),
  );

/** Needs the history of the commit, and leave to read earlier runs. */
export const findChanges = (builds: readonly FilesBuild[]): Step[] =>
  builds.length === 0
    ? []
    : [
        useProgram("find-changes", {
          name: "Look for changes since the last publication",
          id: "changes",
          with: { "gh-token": TOKEN },
        }),
      ];
