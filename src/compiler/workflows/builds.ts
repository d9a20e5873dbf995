/**
 * Everything that is built, once for all kinds of run: a push, a night and a release call it, and it tells from the event
 * what there is to do. So the steps stand once, and a change of them is reviewed once.
 */
import { groupsOf } from "../../pipeline/build-groups.ts";
import { buildsIn, type BuildsPart, buildsParts, plansInCall, runsThatBuild, soleGroup } from "../../pipeline/runs.ts";
import { calledBuildStages } from "../../pipeline/stages.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { CallInput, CallOutput, Workflow } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { expression } from "../expressions.ts";
import { buildStageJob, type BuildStage } from "../jobs/build-stages.ts";
import { buildingInCall } from "../jobs/building.ts";
import { imagesOutput, publishersOf } from "../jobs/image/outputs.ts";
import { buildSecrets } from "../secrets.ts";

export const buildsWorkflow = (pipeline: Pipeline, name: string): Workflow =>
  calledBuilds(pipeline, name, buildsParts(pipeline)[0] ?? "all");

/** The files, where there is much to build. */
export const filesWorkflow = (pipeline: Pipeline, name: string): Workflow => calledBuilds(pipeline, name, "files");

export function calledBuilds(pipeline: Pipeline, name: string, part: BuildsPart): Workflow {
  const building = buildingInCall(pipeline);
  const stages = calledBuildStages(pipeline, part).filter((stage): stage is BuildStage =>
    ["build", "publish", "attest", "ready"].includes(stage.kind),
  );
  const secrets = part === "files" ? [] : buildSecrets(pipeline);
  const inputs = buildInputs(pipeline, part);
  const outputs = part === "files" ? {} : buildOutputs(pipeline);
  return {
    name,
    on: {
      workflow_call: {
        ...(Object.keys(inputs).length > 0 && { inputs }),
        ...(Object.keys(outputs).length > 0 && { outputs }),
        ...(secrets.length > 0 && {
          secrets: Object.fromEntries(secrets.map((secret) => [secret, { description: "Handed on by name" }])),
        }),
      },
    },
    permissions: {},
    // In a called workflow `github.workflow` is the caller's, so the group names this one; no two runs share it.
    concurrency: {
      group: concurrencyGroup(pipeline, part === "files" ? "files" : "builds", expression("github.run_id")),
      "cancel-in-progress": false,
    },
    jobs: Object.fromEntries(stages.map((stage) => [stage.id, buildStageJob(pipeline, stage, building)])),
  };
}

/** What the caller says. */
export function buildInputs(pipeline: Pipeline, part: BuildsPart): Record<string, CallInput> {
  const nightly = part !== "files" && runsThatBuild(pipeline).includes("nightly");
  if (plansInCall(pipeline))
    return nightly
      ? { nightly: { description: "Whether this is the nightly build", type: "boolean", default: false } }
      : {};
  return {
    plan: { description: "What was decided for this run, as JSON", required: true, type: "string" },
    version: { description: "The version of everything that is built", required: true, type: "string" },
    ...(nightly && { nightly: { description: "Whether this is the nightly build", type: "boolean", default: false } }),
  };
}

/** What was decided, and the images of each group with digest and commit. */
function buildOutputs(pipeline: Pipeline): Record<string, CallOutput> {
  const runs = runsThatBuild(pipeline);
  const sole = plansInCall(pipeline) ? soleGroup(pipeline, runs) : undefined;
  const planned = sole ? Object.keys(buildingInCall(pipeline).planning?.outputs ?? {}) : [];
  return {
    ...Object.fromEntries(
      planned.map((output) => [
        output,
        {
          description: "What was decided for this run",
          value: expression(`jobs.build-${sole?.key}.outputs.${output}`),
        },
      ]),
    ),
    ...Object.fromEntries(
      groupsOf(buildsIn(pipeline, runs)).flatMap((group): [string, CallOutput][] =>
        group.kind === "image"
          ? [
              [
                imagesOutput(group),
                {
                  description: "Digest and commit of each image, as JSON",
                  value: expression(
                    publishersOf(pipeline, runs, group)
                      .map((job) => `jobs.${job}.outputs.images`)
                      .join(" || "),
                  ),
                },
              ],
            ]
          : [],
      ),
    ),
  };
}
