/** The job `plan`: what this run builds, under which tag, and which images need no build at all. */
import { PLAN_JOB } from "../../pipeline/step-names.ts";
import { groupKeyOf } from "../../pipeline/images.ts";
import type { RunKind } from "../../pipeline/stages.ts";
import type { ImageBuild, Pipeline } from "../../pipeline/types.ts";
import type { Job, Scalar, Step } from "../../workflow/model.ts";
import { every, expression, HEAD_SHA } from "../expressions.ts";
import { namesBranch } from "./image/builder.ts";
import { groupsOf, type ImageGroup, isBuiltIn } from "./image/group.ts";
import { CACHE_BRANCH, keepsLayersInRegistry } from "./image/layers.ts";
import { useProgram } from "../steps/program.ts";
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

/** The class, as the steps of this job see it. */
const PLANNED_CLASS = "steps.plan.outputs.class";
const OUTPUTS = ["class", "tag", "sha", "version"] as const;
/** What only the jobs of an image ask for. */
const IMAGE_OUTPUTS = ["created", "push", "candidates", "staging"] as const;

export function planJob(
  pipeline: Pipeline,
  images: readonly ImageBuild[],
  { decide, reuse, run, if: condition }: PlanJob,
): Job {
  const reusable = reuse ? images.filter((build) => build.inputs) : [];
  const compared = comparedBuilds(pipeline, run);
  const readsCode = reusable.length > 0 || compared.length > 0;
  return {
    name: PLAN_JOB,
    ...(condition && { if: condition }),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 10,
    permissions: grant({
      actions: compared.length > 0 && "read",
      contents: readsCode && "read",
      ...(reusable.length > 0 && loginPermissions(pipeline.registry, "read")),
    }),
    outputs: {
      ...Object.fromEntries(
        [
          ...OUTPUTS,
          ...(images.length > 0 ? IMAGE_OUTPUTS : []),
          ...(reuse && keepsLayersInRegistry(images) ? [CACHE_BRANCH] : []),
          ...(namesBranch(images) ? ["branch"] : []),
        ].map((name) => [name, expression(`steps.plan.outputs.${name}`)]),
      ),
      ...versionOutputs(pipeline, run),
      ...Object.fromEntries(
        compared.map((build) => [`${build.key}-changed`, expression(`steps.changes.outputs.${build.key}-changed`)]),
      ),
      ...Object.fromEntries(groupsOf(images).flatMap((group) => groupOutputs(group, reusable))),
    },
    steps: [
      ...preflight(pipeline, run),
      ...(readsCode ? [checkout(pipeline, { ref: expression(HEAD_SHA), depth: 0 })] : []),
      ...(reusable.length > 0 ? loginToOwnRegistry(pipeline, { optional: true }) : []),
      decide,
      ...decideVersion(pipeline, run),
      ...findChanges(pipeline, compared),
      ...groupsOf(images).map((group) => choosePlatforms(pipeline, group, run)),
      ...reusable.map((build) => findUnchanged(pipeline, build, run)),
    ],
  };
}

function groupOutputs({ key, builds }: ImageGroup, reusable: readonly ImageBuild[]): [string, string][] {
  const platforms: [string, string][] = ["matrix", ...(builds.some((build) => build.scan) ? ["platforms"] : [])].map(
    (name) => [`${key}-${name}`, expression(`steps.platforms-${key}.outputs.${name}`)],
  );
  const unchanged = builds
    .filter((build) => reusable.includes(build))
    .flatMap((build): [string, string][] =>
      ["digest", "commit"].map((name) => [
        `${build.key}-${name}`,
        expression(`steps.unchanged-${build.key}.outputs.${name}`),
      ]),
    );
  return [...platforms, ...unchanged];
}

/** @param as the event to plan for, where the workflow always builds for the same; and then it takes no tag by hand. */
export function decideBuild(pipeline: Pipeline, as?: "schedule"): Step {
  const images = pipeline.builds.filter((build) => build.kind === "image");
  const given = {
    "event-name": as ?? expression("github.event_name"),
    "ref-name": expression("github.ref_name"),
    "head-sha": expression(HEAD_SHA),
    "head-ref": expression("github.head_ref"),
    "head-repository": expression("github.event.pull_request.head.repo.full_name || github.repository"),
    "repository": expression("github.repository"),
    "pr-number": as ? "" : numberOf(pipeline),
    ...(pipeline.pullRequests && { "pull-requests": pipeline.pullRequests === "artifact" ? "artifact" : "push" }),
    "manual-tag": as || images.length === 0 ? "" : expression("inputs.tag"),
    "run-id": expression("github.run_id"),
  };
  return useProgram("plan-build", { name: "Decide what to build", id: "plan", with: given });
}

/** Only events that are listened to have fields to read. */
const numberOf = ({ pullRequests }: Pipeline): Scalar =>
  pullRequests ? expression("github.event.pull_request.number") : "";

function choosePlatforms(pipeline: Pipeline, group: ImageGroup, run: RunKind): Step {
  return useProgram("choose-platforms", {
    name: `Choose the platforms of ${group.key}`,
    id: `platforms-${group.key}`,
    if: isBuiltIn(pipeline, group.builds, run, PLANNED_CLASS),
    with: { class: expression(PLANNED_CLASS), platforms: JSON.stringify(entriesByClass(group), null, 2) },
  });
}

/** The runner prints the matrix; `archive` marks the job whose image is also saved for runs that cannot pull. */
function entriesByClass({
  builds,
}: ImageGroup): Record<string, { name: string; platforms: string; runner: string; archive: string }[]> {
  return Object.fromEntries(
    builds
      .flatMap((build) => Object.entries(build.entries))
      .map(([event, entries]) => [
        event,
        entries.map((entry, index) => ({
          name: entry.name,
          platforms: entry.platforms.join(","),
          runner: entry.runner,
          archive: index === 0 ? (entry.platforms[0] ?? "") : "",
        })),
      ]),
  );
}

function findUnchanged(pipeline: Pipeline, build: ImageBuild, run: RunKind): Step {
  return useProgram("find-unchanged", {
    name: `Look for an image of unchanged ${build.key}`,
    id: `unchanged-${build.key}`,
    // What a fork's pull request tests comes from its own run: it has no token to read a private registry with.
    if: every("steps.plan.outputs.push == 'true'", isBuiltIn(pipeline, [build], run, PLANNED_CLASS)),
    timeoutMinutes: 10,
    with: {
      image: build.image,
      inputs: `${(build.inputs ?? []).join("\n")}\n`,
      class: expression(PLANNED_CLASS),
      branch: expression("github.head_ref || github.ref_name"),
      "pr-number": numberOf(pipeline),
      "platforms-needed": expression(`join(fromJSON(steps.platforms-${groupKeyOf(build)}.outputs.platforms), ',')`),
      recipe: recipeOf(build, PLANNED_CLASS),
      history: HISTORY,
    },
  });
}

/**
 * The recipes whose images will do, the build's own first. Images for people carry attestations; those of pull requests
 * and feature branches need none, but take an image that has them.
 */
export function recipeOf(build: ImageBuild, classExpression: string): string {
  if (!build.sbom && !build.provenance) return build.recipe;
  return expression(
    `${withoutAttestations(classExpression)} && '${build.recipe} ${build.recipe}-attested' || '${build.recipe}-attested'`,
  );
}

/** The recipe of the image that this run builds. */
export function ownRecipeOf(build: ImageBuild, classExpression: string): string {
  if (!build.sbom && !build.provenance) return build.recipe;
  return expression(`${withoutAttestations(classExpression)} && '${build.recipe}' || '${build.recipe}-attested'`);
}

export const withoutAttestations = (classExpression: string): string =>
  `(${classExpression} == 'pullRequest' || ${classExpression} == 'feature')`;
