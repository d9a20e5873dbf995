/** The jobs that build, a stage each, wherever they stand. */
import type { RunKind } from "../../pipeline/runs.ts";
import type { Stage } from "../../pipeline/stages.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";
import type { Building } from "./building.ts";
import { attestFilesJob, filesJob } from "./files.ts";
import { attestJob } from "./image/attest.ts";
import { buildJob } from "./image/build.ts";
import { publishJob } from "./image/publish.ts";
import { readyJob } from "./record.ts";

export type BuildStage = Extract<Stage, { kind: "build" | "publish" | "attest" | "ready" }>;

/** @param run the kind of run, where it is but one */
export function buildStageJob(pipeline: Pipeline, stage: BuildStage, building: Building, run?: RunKind): Job {
  switch (stage.kind) {
    case "build":
      return stage.group.kind === "image"
        ? buildJob(pipeline, stage.group, building)
        : filesJob(pipeline, stage.group.build, building);
    case "publish":
      return publishJob(pipeline, stage.group, building, stage.needs);
    case "attest":
      return stage.build.kind === "image"
        ? attestJob(pipeline, stage.build, building, stage.needs)
        : attestFilesJob(pipeline, stage.build, building, stage.needs);
    case "ready":
      return readyJob(
        pipeline,
        building,
        run === "nightly" ? pipeline.checks.nightlyReady : pipeline.checks.ready,
        stage.needs,
      );
  }
}
