/** The job `plan`: what this run builds, under which tag, and which images need no build at all. */
import { PLAN_JOB } from "../../pipeline/step-names.ts";
import type { RunKind } from "../../pipeline/stages.ts";
import type { ImageBuild, Pipeline } from "../../pipeline/types.ts";
import { tagEnvironment } from "../../pipeline/tags.ts";
import type { Job, Scalar, Step } from "../../workflow/model.ts";
import { expression, HEAD_SHA } from "../expressions.ts";
import { readBy } from "../programs.ts";
import { CACHE_BRANCH, keepsLayersInRegistry } from "./image/layers.ts";
import { runProgram } from "../steps/program.ts";
import { loginPermissions, loginToOwnRegistry } from "../steps/registry.ts";
import { checkout } from "../steps/sources.ts";
import { grant } from "../permissions.ts";
import { comparedBuilds, findChanges } from "./plan/changes.ts";
import { preflight } from "./plan/preflight.ts";
import { decideVersion, versionOutputs } from "./plan/version.ts";

/** How many commits of the history may be searched for an image made from the same inputs. */
const HISTORY = 50;

/** What the build workflow, the nightly build and the release have in common: they all build from a plan. */
export interface PlanJob {
  /** The step that decides class and tag; its id is `plan`. */
  decide: Step;
  /** Whether an unchanged image of the history may be reused. */
  reuse: boolean;
  /** Which run it plans. */
  run: RunKind;
  /** Where it does not hold, nothing is built, and all jobs are skipped. */
  if?: string | undefined;
}

const OUTPUTS = ["class", "tag", "sha", "version"] as const;
/** What only the jobs of an image ask for. */
const IMAGE_OUTPUTS = ["created", "push", "candidates", "staging"] as const;

export function planJob(pipeline: Pipeline, images: readonly ImageBuild[], { decide, reuse, run, if: condition }: PlanJob): Job {
  const reusable = reuse ? images.filter((build) => build.inputs) : [];
  const compared = comparedBuilds(pipeline, run);
  const readsCode = reusable.length > 0 || compared.length > 0;
  return {
    name: PLAN_JOB,
    ...(condition && { if: condition }),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 10,
    permissions: grant({ actions: compared.length > 0 && "read", contents: readsCode && "read", ...(reusable.length > 0 && loginPermissions(pipeline.registry, "read")) }),
    outputs: {
      ...Object.fromEntries([...OUTPUTS, ...(images.length > 0 ? IMAGE_OUTPUTS : []), ...(reuse && keepsLayersInRegistry(images) ? [CACHE_BRANCH] : [])].map((name) => [name, expression(`steps.plan.outputs.${name}`)])),
      ...versionOutputs(pipeline, run),
      ...Object.fromEntries(compared.map((build) => [`${build.key}-changed`, expression(`steps.changes.outputs.${build.key}-changed`)])),
      ...Object.fromEntries(images.flatMap((build) => imageOutputs(build, reusable.includes(build)))),
    },
    steps: [
      ...preflight(pipeline, run),
      ...(readsCode ? [checkout(pipeline, { ref: expression(HEAD_SHA), depth: 0 })] : []),
      ...(reusable.length > 0 ? loginToOwnRegistry(pipeline, { optional: true }) : []),
      decide,
      ...decideVersion(pipeline, run),
      ...findChanges(pipeline, compared),
      ...images.map(choosePlatforms),
      ...reusable.map((build) => findUnchanged(pipeline, build)),
    ],
  };
}

function imageOutputs(build: ImageBuild, reusable: boolean): [string, string][] {
  const platforms: [string, string][] = ["matrix", ...(build.scan ? ["platforms"] : [])].map((name) => [`${build.key}-${name}`, expression(`steps.platforms-${build.key}.outputs.${name}`)]);
  const unchanged: [string, string][] = ["digest", "commit"].map((name) => [`${build.key}-${name}`, expression(`steps.unchanged-${build.key}.outputs.${name}`)]);
  return reusable ? [...platforms, ...unchanged] : platforms;
}

/** @param as the event to plan for, where the workflow always builds for the same; and then it takes no tag by hand. */
export function decideBuild(pipeline: Pipeline, as?: "schedule"): Step {
  const images = pipeline.builds.filter((build) => build.kind === "image");
  const env: Record<string, Scalar> = {
    EVENT_NAME: as ?? expression("github.event_name"),
    REF_NAME: expression("github.ref_name"),
    HEAD_SHA: expression(HEAD_SHA),
    HEAD_REF: expression("github.head_ref"),
    HEAD_REPOSITORY: expression("github.event.pull_request.head.repo.full_name || github.repository"),
    REPOSITORY: expression("github.repository"),
    PR_NUMBER: as ? "" : numberOf(pipeline),
    ...(pipeline.pullRequests && { PULL_REQUESTS: pipeline.pullRequests === "artifact" ? "artifact" : "push" }),
    MANUAL_TAG: as || images.length === 0 ? "" : expression("inputs.tag"),
    RUN_ID: expression("github.run_id"),
    ...readBy("plan-build.sh", tagEnvironment(pipeline.rules)),
  };
  return runProgram("plan-build.sh", { name: "Decide what to build", id: "plan", env });
}

/** Only events that are listened to have fields to read. */
const numberOf = ({ pullRequests }: Pipeline): Scalar => (pullRequests ? expression("github.event.pull_request.number") : "");

function choosePlatforms(build: ImageBuild): Step {
  return runProgram("choose-platforms.sh", {
    name: `Choose the platforms of ${build.key}`,
    id: `platforms-${build.key}`,
    env: { CLASS: expression("steps.plan.outputs.class"), PLATFORMS: JSON.stringify(entriesByClass(build), null, 2) },
  });
}

/** The runner prints the matrix; `archive` marks the job whose image is also saved for runs that cannot pull. */
function entriesByClass(build: ImageBuild): Record<string, { name: string; platforms: string; runner: string; archive: string }[]> {
  return Object.fromEntries(
    Object.entries(build.entries).map(([event, entries]) => [
      event,
      entries.map((entry, index) => ({ name: entry.name, platforms: entry.platforms.join(","), runner: entry.runner, archive: index === 0 ? (entry.platforms[0] ?? "") : "" })),
    ]),
  );
}

function findUnchanged(pipeline: Pipeline, build: ImageBuild): Step {
  return runProgram("find-unchanged.sh", {
    name: `Look for an image of unchanged ${build.key}`,
    id: `unchanged-${build.key}`,
    // What a fork's pull request tests comes from its own run: it has no token to read a private registry with.
    if: "steps.plan.outputs.push == 'true'",
    timeoutMinutes: 10,
    env: {
      IMAGE: build.image,
      INPUTS: `${(build.inputs ?? []).join("\n")}\n`,
      CLASS: expression("steps.plan.outputs.class"),
      BRANCH: expression("github.head_ref || github.ref_name"),
      PR_NUMBER: numberOf(pipeline),
      PLATFORMS_NEEDED: expression(`join(fromJSON(steps.platforms-${build.key}.outputs.platforms), ',')`),
      RECIPE: recipeOf(build, "steps.plan.outputs.class"),
      HISTORY,
      ...readBy("find-unchanged.sh", tagEnvironment(pipeline.rules)),
    },
  });
}

/**
 * The recipes whose images will do, the build's own first. Images for people carry attestations; those of pull requests
 * and feature branches need none, but take an image that has them.
 */
export function recipeOf(build: ImageBuild, classExpression: string): string {
  if (!build.sbom && !build.provenance) return build.recipe;
  return expression(`${withoutAttestations(classExpression)} && '${build.recipe} ${build.recipe}-attested' || '${build.recipe}-attested'`);
}

/** The recipe of the image that this run builds. */
export function ownRecipeOf(build: ImageBuild, classExpression: string): string {
  if (!build.sbom && !build.provenance) return build.recipe;
  return expression(`${withoutAttestations(classExpression)} && '${build.recipe}' || '${build.recipe}-attested'`);
}

export const withoutAttestations = (classExpression: string): string => `(${classExpression} == 'pullRequest' || ${classExpression} == 'feature')`;
