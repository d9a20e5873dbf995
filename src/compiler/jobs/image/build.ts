/**
 * The job that builds images: once a commit and platform, and pushed in attempts that build nothing again. Where it alone
 * builds all platforms it goes on: it publishes the image under its tag, scans that very digest and records it. A second
 * job would cost a minute and a machine, and buy neither another runner nor another permission nor time.
 */
import type { BuildGroup } from "../../../pipeline/build-groups.ts";
import { classesIn, entriesOf, merges, publishesAlone, type RunKind, soleGroup } from "../../../pipeline/stages.ts";
import type { Concurrency, Job, Step } from "../../../workflow/model.ts";
import type { ImageBuild, Pipeline } from "../../../pipeline/types.ts";
import { isOneOf } from "../../classes.ts";
import { concurrencyGroup } from "../../concurrency.ts";
import { every, expression, HEAD_SHA, plannedIn } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { useAction } from "../../steps/action.ts";
import { uploadArtifact } from "../../steps/artifacts.ts";
import { useProgram } from "../../steps/program.ts";
import {
  login,
  loginPermissionsOfAll,
  loginToOwnRegistry,
  renewalEnvironment,
  setUpBuildx,
} from "../../steps/registry.ts";
import { checkout } from "../../steps/sources.ts";
import { planning } from "../plan.ts";
import { recordSteps } from "../record.ts";
import { type Entries, entriesIn } from "./entries.ts";
import { archiveArtifact, archivePath, PUBLISH, publishedOutputs, savesArchive } from "./outputs.ts";
import { scanBuilt, scanMinutes, scanPermissionsOf } from "./scan.ts";

type ImageGroup = BuildGroup & { kind: "image" };

/** By these names the metrics tell a build from a run that found its image already there. */
export const BUILD_JOB_PREFIX = "Build ";
export const BUILD_STEP = "Build";
export const PUBLISH_JOB_PREFIX = "Publish ";

/** The step that says what is to do. */
const IMAGE = "image";
const outcome = (name: string): string => `steps.${IMAGE}.outputs.${name} == 'true'`;
/** What `export-image` says of a push that failed where an archive will do. */
const UNPUSHED = "steps.push.outputs.unpushed";

const ARCHIVE_DAYS = 1;

/** What `prepare-build` writes. */
const BAKE_FILE = `${expression("runner.temp")}/bake.json`;

/** Whether images of this run carry attestations of their own, which no archive holds. */
const publishes = (pipeline: Pipeline, run: RunKind, group: ImageGroup): boolean =>
  publishesAlone(pipeline, run, group);

export function buildJob(pipeline: Pipeline, group: ImageGroup, run: RunKind): Job {
  const { first } = group;
  const sole = soleGroup(pipeline, run)?.key === group.key;
  const entries = entriesIn(pipeline, group, run);
  const alone = publishes(pipeline, run, group);
  const plan = sole ? planning(pipeline, run) : undefined;
  const planText = expression(plan ? "steps.plan.outputs.plan" : plannedIn(pipeline, run)("plan"));
  const classText = expression(plan ? "steps.plan.outputs.class" : plannedIn(pipeline, run)("class"));
  const moving = alone && pipeline.moveTags === "at-build" && run !== "release";
  return {
    name: `${BUILD_JOB_PREFIX}${group.key}${entries.suffix}`,
    ...(plan ? plan.if && { if: plan.if } : { needs: ["plan"], ...conditionOf(pipeline, group, run) }),
    ...entries.job,
    "timeout-minutes": first.timeoutMinutes + (alone ? scanMinutes(group, 1) : 0),
    permissions: grant({
      contents: "read",
      ...(alone && scanPermissionsOf(group)),
      ...loginPermissionsOfAll(
        [pipeline.registry, ...(alone ? pipeline.mirrors : []), ...(moving ? pipeline.copies : [])],
        "write",
      ),
      ...plan?.permissions,
    }),
    concurrency: buildLock(pipeline, group, entries, run),
    outputs: {
      ...plan?.outputs,
      ...(alone && publishedOutputs(group, run)),
      ...(merges(pipeline, run, group) && {
        alone: expression(`steps.${IMAGE}.outputs.alone`),
        unchanged: expression(`steps.${IMAGE}.outputs.images`),
      }),
      ...(first.fallback && savesArchive(run) && merges(pipeline, run, group) && { unpushed: expression(UNPUSHED) }),
    },
    // Every step that builds would else upload a record, an artifact that is kept for ninety days.
    env: { DOCKER_BUILD_RECORD_UPLOAD: false },
    steps: [
      checkout(pipeline, {
        ref: expression(sole ? HEAD_SHA : plannedIn(pipeline, run)("sha")),
        ...(run === "build" && group.builds.some((build) => build.inputs) && { depth: 0 }),
      }),
      ...(plan?.steps ?? []),
      // Whether a build without the registry is worth something is judged after the push.
      ...loginToOwnRegistry(pipeline, { optional: true }),
      ...(alone ? pipeline.mirrors.flatMap((mirror) => login(pipeline, mirror, { optional: true })) : []),
      ...(moving ? pipeline.copies.flatMap((copy) => login(pipeline, copy)) : []),
      setUpBuildx(pipeline),
      ...(needsEmulation(pipeline, group, run)
        ? [useAction(pipeline, "docker/setup-qemu-action", { name: "Set up emulation" })]
        : []),
      useProgram("prepare-build", {
        name: "Look for an image that will do",
        id: IMAGE,
        timeoutMinutes: 10,
        with: { group: group.key, entry: entries.entry, plan: planText, version: plan?.version },
      }),
      useAction(pipeline, "docker/bake-action", {
        name: BUILD_STEP,
        if: outcome("missing"),
        timeoutMinutes: first.timeoutMinutes,
        with: {
          // Without it the action builds what GitHub has of the ref, and not what is checked out.
          source: ".",
          files: first.bake ? `${first.bake.file}\n${BAKE_FILE}\n` : BAKE_FILE,
          targets: "pipewright-layers",
          provenance: "false",
        },
      }),
      ...archiveSteps(pipeline, group, run),
      useProgram("export-image", {
        name: "Push",
        id: "push",
        if: outcome("push"),
        timeoutMinutes: 20,
        with: { to: "push", group: group.key, class: classText },
        env: renewalEnvironment(pipeline),
      }),
      ...(alone
        ? publishSteps(pipeline, group, run, {
            plan: planText,
            push: plan ? "steps.plan.outputs.push" : plannedIn(pipeline, run)("push"),
          })
        : []),
      ...(alone && sole ? recordSteps(pipeline, run, { plan: planText, if: every(outcome("alone")) }) : []),
    ],
  };
}

/** A job of a run that builds several things, where some events leave this one out. */
function conditionOf(pipeline: Pipeline, group: ImageGroup, run: RunKind): Pick<Job, "if"> {
  const classes = pipeline.events.filter((event) => group.builds.some((build) => build.entries[event] !== undefined));
  const wanted = isOneOf(classes, run, pipeline, plannedIn(pipeline, run)("class"));
  return wanted === undefined ? {} : { if: wanted };
}

/** Gives what was built, or found, its tags, and scans it. */
function publishSteps(
  pipeline: Pipeline,
  group: ImageGroup,
  run: RunKind,
  { plan, push }: { plan: string; push: string },
): Step[] {
  const platforms = [
    ...new Set(
      classesIn(pipeline, run).flatMap((event) => {
        const entries = entriesOf(group, event);
        return entries.length === 1 ? entries.flatMap((entry) => entry.platforms) : [];
      }),
    ),
  ];
  return [
    useProgram("publish-image", {
      name: "Publish the image",
      id: PUBLISH,
      if: every(outcome("alone"), `${push} == 'true'`, `${UNPUSHED} != 'true'`),
      timeoutMinutes: 10,
      with: { group: group.key, plan, images: expression(`steps.${IMAGE}.outputs.images`) },
    }),
    ...scanBuilt(pipeline, group, { condition: outcome("scan"), saves: savesArchive(run), platforms }),
  ];
}

/**
 * One build of a commit and platform at a time: a second event of the same commit waits, then finds the first one's
 * image. A newer commit's group is another one, so nothing is ever cancelled here.
 */
function buildLock(pipeline: Pipeline, group: ImageGroup, { entry }: Entries, run: RunKind): Concurrency {
  const commit = run === "nightly" ? "github.run_id" : HEAD_SHA;
  return {
    group: concurrencyGroup(pipeline, "image", group.key, ...(entry === undefined ? [] : [entry]), expression(commit)),
    "cancel-in-progress": false,
    ...(pipeline.queue === "max" && { queue: "max" as const }),
  };
}

/** Whether a job builds for a platform that is not its runner's own. */
const needsEmulation = (pipeline: Pipeline, group: ImageGroup, run: RunKind): boolean =>
  group.builds
    .flatMap((build) => Object.values(build.entries).flat())
    .some(
      (entry) =>
        entry.platforms.some((platform) => pipeline.runners[platform] !== entry.runner) || entry.platforms.length > 1,
    ) && run !== undefined;

/** Where nothing can be pushed, and beside the push where the config wants a fallback. */
function archiveSteps(pipeline: Pipeline, group: ImageGroup, run: RunKind): Step[] {
  if (!savesArchive(run)) return [];
  const saved = (build: ImageBuild): string =>
    build.bake ? `contains(steps.${IMAGE}.outputs.saved, '${build.key}')` : outcome("save");
  return [
    useProgram("export-image", {
      name: group.first.bake ? "Save the images" : "Save the image",
      if: outcome("save"),
      timeoutMinutes: 15,
      with: { to: "archive", group: group.key },
    }),
    ...group.builds.map((build) =>
      uploadArtifact(pipeline, {
        title: build.bake ? `Upload ${build.key}` : "Upload the image",
        name: archiveArtifact(build),
        paths: [archivePath(build)],
        keepDays: ARCHIVE_DAYS,
        if: saved(build),
        overwrite: true,
      }),
    ),
  ];
}
