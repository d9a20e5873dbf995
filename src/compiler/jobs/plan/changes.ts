/** What has changed since it was published last: only that is published again. */
import { type RunKind, buildsOfTarget, targetsIn } from "../../../pipeline/stages.ts";
import type { FilesBuild, Pipeline } from "../../../pipeline/types.ts";
import type { Step } from "../../../workflow/model.ts";
import { expression, quoted, TOKEN } from "../../expressions.ts";
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

export function findChanges(pipeline: Pipeline, builds: readonly FilesBuild[]): Step[] {
  if (builds.length === 0) return [];
  return [
    useProgram("find-last-publication", {
      name: "Find what was published last",
      id: "published",
      with: {
        "gh-token": TOKEN,
        repository: expression("github.repository"),
        workflow: pipeline.workflows.build?.path.split("/").at(-1) ?? "",
        // An integration branch publishes under names of its own, and is compared with itself.
        branch: expression(`github.event_name == 'push' && github.ref_name || ${quoted(pipeline.branches.main)}`),
        "gate-job": pipeline.checks.published,
      },
    }),
    useProgram("find-changes", {
      name: "Look for changes since then",
      id: "changes",
      with: {
        builds: JSON.stringify(Object.fromEntries(builds.map((build) => [build.key, build.inputs ?? []])), null, 2),
        base: expression("steps.published.outputs.commit"),
        force: expression("inputs.force_publish || false"),
      },
    }),
  ];
}
