/** The job that builds images: once a commit and platform, and pushed in attempts that build nothing again. */
import type { Pipeline } from "../../../pipeline/types.ts";
import type { Concurrency, Job, Step } from "../../../workflow/model.ts";
import { concurrencyGroup } from "../../concurrency.ts";
import { every, expression, planned } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { useAction } from "../../steps/action.ts";
import { uploadArtifact } from "../../steps/artifacts.ts";
import { useProgram } from "../../steps/program.ts";
import { loginPermissions, loginToOwnRegistry, setUpBuildx } from "../../steps/registry.ts";
import { checkout } from "../../steps/sources.ts";
import { recipeOf } from "../plan.ts";
import { builderStep } from "./builder.ts";
import { findId, type ImageGroup, isMissing, isWanted, some } from "./group.ts";
import {
  archiveArtifact,
  archivePath,
  BUILD_JOB_PREFIX,
  BUILD_STEP,
  CAN_PUSH,
  CLASS,
  type ImageJobs,
  savesArchive,
} from "./mode.ts";
import { outcomesOfPush, pushAttempts } from "./push.ts";

const ARCHIVE_DAYS = 1;

/**
 * One build of a commit and platform at a time: a second event of the same commit waits, then finds the first one's
 * image. The staging tag holds the commit, or the run where nothing is shared with others. A newer commit's group is another
 * one, so nothing is ever cancelled here.
 */
function buildLock(pipeline: Pipeline, group: ImageGroup): Concurrency {
  return {
    group: concurrencyGroup(pipeline, "image", group.key, expression("matrix.name"), expression(planned("staging"))),
    "cancel-in-progress": false,
    ...(pipeline.queue === "max" && { queue: "max" as const }),
  };
}

/** Whether a job builds for a platform that is not its runner's own. */
const needsEmulation = (pipeline: Pipeline, group: ImageGroup): boolean =>
  group.builds
    .flatMap((build) => Object.values(build.entries).flat())
    .some(
      (entry) =>
        entry.platforms.some((platform) => pipeline.runners[platform] !== entry.runner) || entry.platforms.length > 1,
    );

export function buildJob(pipeline: Pipeline, group: ImageGroup, mode: ImageJobs): Job {
  const { first, builds } = group;
  const wanted = some(builds.map((build) => isWanted(pipeline, build, mode)));
  const missing = some(builds.map((build) => isMissing(pipeline, build, mode)));
  return {
    name: `${BUILD_JOB_PREFIX}${group.key} (${expression("matrix.name")})`,
    needs: ["plan"],
    ...(wanted !== undefined && { if: wanted }),
    "runs-on": expression("matrix.runner"),
    "timeout-minutes": first.timeoutMinutes,
    permissions: grant({ contents: "read", ...loginPermissions(pipeline.registry, "write") }),
    concurrency: buildLock(pipeline, group),
    strategy: { "fail-fast": false, matrix: { include: expression(`fromJSON(${planned(`${group.key}-matrix`)})`) } },
    outputs: { unpushed: expression("steps.pushed.outputs.unpushed") },
    // Every step that builds would else upload a record, an artifact that is kept for ninety days.
    env: { DOCKER_BUILD_RECORD_UPLOAD: false },
    steps: [
      // Whether a build without the registry is worth something is judged after the push.
      ...loginToOwnRegistry(pipeline, { optional: true }),
      setUpBuildx(pipeline),
      ...(needsEmulation(pipeline, group)
        ? [useAction(pipeline, "docker/setup-qemu-action", { name: "Set up emulation" })]
        : []),
      ...builds.map((build) => findStep(pipeline, build, mode)),
      checkout(pipeline, { ref: expression(planned("sha")), if: missing }),
      builderStep(pipeline, group, mode, "layers", {
        name: BUILD_STEP,
        id: "build",
        if: missing,
        timeoutMinutes: first.timeoutMinutes,
      }),
      ...archiveSteps(pipeline, group, mode),
      ...pushAttempts(pipeline, every(CAN_PUSH, missing), (attempt) =>
        builderStep(pipeline, group, mode, "push", attempt),
      ),
      useProgram("judge-push", {
        name: "See whether the push succeeded",
        id: "pushed",
        if: every(CAN_PUSH, missing),
        with: { outcomes: outcomesOfPush, class: expression(CLASS), fallback: first.fallback },
      }),
    ],
  };
}

/** Looks for the image of another event of this commit, which is then given this job's staging tag. */
const findStep = (pipeline: Pipeline, build: ImageGroup["first"], mode: ImageJobs): Step =>
  useProgram("find-image", {
    name: build.bake ? `Look for ${build.key} of this commit` : "Look for an image of this commit",
    id: findId(build),
    if: every(CAN_PUSH, build.bake && isWanted(pipeline, build, mode)),
    with: {
      image: build.image,
      staging: expression(planned("staging")),
      entry: expression("matrix.name"),
      candidates: expression(planned("candidates")),
      "platforms-needed": expression("matrix.platforms"),
      recipe: recipeOf(build, CLASS),
      commit: expression(planned("sha")),
      ...(mode.promoted && { "any-revision": true }),
    },
  });

/** Where nothing can be pushed, and beside the push where the config wants a fallback. */
function archiveSteps(pipeline: Pipeline, group: ImageGroup, mode: ImageJobs): Step[] {
  if (!savesArchive(mode)) return [];
  const saves = (missing: string | undefined): string =>
    every("matrix.archive != ''", missing, !group.first.fallback && `${planned("push")} != 'true'`);
  const conditionOf = (build: ImageGroup["first"]): string => saves(isMissing(pipeline, build, mode));
  return [
    builderStep(pipeline, group, mode, "archive", {
      name: group.first.bake ? "Save the images" : "Save the image",
      if: saves(some(group.builds.map((build) => isMissing(pipeline, build, mode)))),
      timeoutMinutes: 15,
    }),
    ...group.builds.map((build) =>
      uploadArtifact(pipeline, {
        title: build.bake ? `Upload ${build.key}` : "Upload the image",
        name: archiveArtifact(build),
        paths: [archivePath(build)],
        keepDays: ARCHIVE_DAYS,
        if: conditionOf(build),
        overwrite: true,
      }),
    ),
  ];
}
