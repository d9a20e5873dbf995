/**
 * The job that builds images: once a commit and platform, and pushed in attempts that build nothing again. Where it alone
 * builds all platforms it goes on: it publishes the image under its tag, scans that very digest and records it. A second
 * job would cost a minute and a machine, and buy neither another runner nor another permission nor time.
 */
import type { ImageGroup } from "../../../pipeline/build-groups.ts";
import { callsBuilds, classesIn, entriesOf, merges, publishesAlone, type Runs } from "../../../pipeline/runs.ts";
import { BUILD_JOB_PREFIX, BUILD_STEP } from "../../../pipeline/step-names.ts";
import type { Concurrency, Job, Step } from "../../../workflow/model.ts";
import type { ImageBuild, Pipeline } from "../../../pipeline/types.ts";
import { isOneOf } from "../../classes.ts";
import { concurrencyGroup } from "../../concurrency.ts";
import { every, expression, HEAD_SHA } from "../../expressions.ts";
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
import { asSeenIn, type Building, canPush } from "../building.ts";
import { recordSteps } from "../record.ts";
import { type Entries, entriesIn } from "./entries.ts";
import { archiveArtifact, archivePath, isSaved, PUBLISH, publishedOutputs } from "./outputs.ts";
import { scanBuilt, scanMinutes, scanPermissionsOf } from "./scan.ts";

/** The step that says what is to do. */
const IMAGE = "image";
const outcome = (name: string): string => `steps.${IMAGE}.outputs.${name} == 'true'`;
/** What `export-image` says of a push that failed where an archive will do. */
const UNPUSHED = "steps.push.outputs.unpushed";

const ARCHIVE_DAYS = 1;

/** What `prepare-build` writes. */
const BAKE_FILE = `${expression("runner.temp")}/bake.json`;

export function buildJob(pipeline: Pipeline, group: ImageGroup, building: Building): Job {
  const { runs, planning, needs } = building;
  const { first } = group;
  const entries = entriesIn(pipeline, group, runs);
  const alone = publishesAlone(pipeline, runs, group);
  const merged = merges(pipeline, runs, group);
  const { plan, planned } = asSeenIn(building);
  const moving = alone && pipeline.moveTags === "at-build";
  return {
    name: `${BUILD_JOB_PREFIX}${group.key}${entries.suffix}`,
    ...(planning
      ? planning.if && { if: planning.if }
      : { ...(needs.length > 0 && { needs }), ...conditionOf(pipeline, group, building) }),
    ...entries.job,
    "timeout-minutes": first.timeoutMinutes + (alone ? scanMinutes(group, 1) : 0),
    permissions: grant({
      contents: "read",
      ...(alone && scanPermissionsOf(group)),
      ...loginPermissionsOfAll(
        [pipeline.registry, ...(alone ? pipeline.mirrors : []), ...(moving ? pipeline.copies : [])],
        "write",
      ),
      ...planning?.permissions,
    }),
    concurrency: buildLock(pipeline, group, entries, runs),
    outputs: {
      ...planning?.outputs,
      ...(alone && publishedOutputs(group)),
      ...(merged && {
        alone: expression(`steps.${IMAGE}.outputs.alone`),
        unchanged: expression(`steps.${IMAGE}.outputs.images`),
        ...(first.fallback && { unpushed: expression(UNPUSHED) }),
      }),
    },
    // Every step that builds would else upload a record, an artifact that is kept for ninety days.
    env: { DOCKER_BUILD_RECORD_UPLOAD: false },
    steps: [
      checkout(pipeline, {
        ref: expression(planning ? HEAD_SHA : planned("sha")),
        ...(group.builds.some((build) => build.inputs) && { depth: 0 }),
      }),
      ...(planning?.steps ?? []),
      // Whether a build without the registry is worth something is judged after the push.
      ...loginToOwnRegistry(pipeline, { optional: true }),
      ...(alone ? pipeline.mirrors.flatMap((mirror) => login(pipeline, mirror, { optional: true })) : []),
      ...(moving ? pipeline.copies.flatMap((copy) => login(pipeline, copy)) : []),
      setUpBuildx(pipeline),
      ...(needsEmulation(pipeline, group)
        ? [useAction(pipeline, "docker/setup-qemu-action", { name: "Set up emulation" })]
        : []),
      useProgram("prepare-build", {
        name: "Look for an image that will do",
        id: IMAGE,
        timeoutMinutes: 10,
        with: {
          group: group.key,
          entry: entries.entry,
          plan: expression(plan),
          version: planning ? planning.version : building.version,
        },
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
      ...archiveSteps(pipeline, group),
      useProgram("export-image", {
        name: "Push",
        id: "push",
        if: outcome("push"),
        timeoutMinutes: 20,
        with: { to: "push", group: group.key, class: expression(planned("class")) },
        env: renewalEnvironment(pipeline),
      }),
      ...(alone ? publishSteps(pipeline, group, building) : []),
      ...(alone && planning ? recordSteps(pipeline, { plan: expression(plan), if: outcome("alone") }) : []),
    ],
  };
}

/** A job of a run that builds several things, where some events leave this one out. */
function conditionOf(pipeline: Pipeline, group: ImageGroup, { runs, planned }: Building): Pick<Job, "if"> {
  const classes = pipeline.events.filter((event) => group.builds.some((build) => build.entries[event] !== undefined));
  const wanted = isOneOf(classes, runs, pipeline, planned("class"));
  return wanted === undefined ? {} : { if: wanted };
}

/** Gives what was built, or found, its tags, and scans it. */
function publishSteps(pipeline: Pipeline, group: ImageGroup, building: Building): Step[] {
  const { plan, planned } = asSeenIn(building);
  const platforms = [
    ...new Set(
      classesIn(pipeline, building.runs).flatMap((event) => {
        const entries = entriesOf(group, event);
        return entries.length === 1 ? entries.flatMap((entry) => entry.platforms) : [];
      }),
    ),
  ];
  return [
    useProgram("publish-image", {
      name: "Publish the image",
      id: PUBLISH,
      if: every(outcome("alone"), canPush(planned("push")), `${UNPUSHED} != 'true'`),
      timeoutMinutes: 10,
      with: { group: group.key, plan: expression(plan), images: expression(`steps.${IMAGE}.outputs.images`) },
    }),
    ...scanBuilt(pipeline, group, { condition: outcome("scan"), saves: true, platforms }),
  ];
}

/**
 * One build of a commit and platform at a time: a second event of the same commit waits, then finds the first one's
 * image. A nightly build starts from nothing, and waits for nobody. A newer commit's group is another one, so nothing is
 * ever cancelled here.
 */
function buildLock(pipeline: Pipeline, group: ImageGroup, { entry }: Entries, runs: Runs): Concurrency {
  const commit =
    runs === "nightly"
      ? "github.run_id"
      : callsBuilds(pipeline) && runs.includes("nightly")
        ? `inputs.nightly && github.run_id || ${HEAD_SHA}`
        : HEAD_SHA;
  return {
    group: concurrencyGroup(pipeline, "image", group.key, ...(entry === undefined ? [] : [entry]), expression(commit)),
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

/** Where nothing can be pushed, and beside the push where the config wants a fallback. */
function archiveSteps(pipeline: Pipeline, group: ImageGroup): Step[] {
  const saved = (build: ImageBuild): string => (build.bake ? isSaved(build) : outcome("save"));
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
