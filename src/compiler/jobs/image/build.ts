/** The job that builds an image: once a commit and platform, and pushed in attempts that build nothing again. */
import type { ImageBuild, Pipeline } from "../../../pipeline/types.ts";
import type { Concurrency, Job, Scalar, Step } from "../../../workflow/model.ts";
import { concurrencyGroup } from "../../concurrency.ts";
import { every, expression, planned } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { useAction } from "../../steps/action.ts";
import { uploadArtifact } from "../../steps/artifacts.ts";
import { runProgram, runScript } from "../../steps/program.ts";
import { loginPermissions, loginToOwnRegistry, renewLogin, setUpBuildx } from "../../steps/registry.ts";
import { checkout } from "../../steps/sources.ts";
import { ownRecipeOf, recipeOf, withoutAttestations } from "../plan.ts";
import { cacheFrom, cacheTo } from "./layers.ts";
import { archiveArtifact, archivePath, BUILD_JOB_PREFIX, BUILD_STEP, CAN_PUSH, CLASS, type ImageJobs, savesArchive } from "./mode.ts";

const PUSH_ATTEMPTS = 3;
const PUSH_DELAY_SECONDS = 15;
const ARCHIVE_DAYS = 1;
const NOT_FOUND = "steps.find.outputs.found != 'true'";

/**
 * One build of a commit and platform at a time: a second event of the same commit waits, then finds the first one's
 * image. The staging tag holds the commit, or the run where nothing is shared with others. A newer commit's group is another
 * one, so nothing is ever cancelled here.
 */
function buildLock(pipeline: Pipeline, build: ImageBuild): Concurrency {
  return {
    group: concurrencyGroup(pipeline, "image", build.key, expression("matrix.name"), expression(planned("staging"))),
    "cancel-in-progress": false,
    ...(pipeline.queue === "max" && { queue: "max" as const }),
  };
}

/** Whether a job builds for a platform that is not its runner's own. */
const needsEmulation = (pipeline: Pipeline, build: ImageBuild): boolean =>
  Object.values(build.entries).some((entries) => entries.some((entry) => entry.platforms.some((platform) => pipeline.runners[platform] !== entry.runner) || entry.platforms.length > 1));

export function buildJob(pipeline: Pipeline, build: ImageBuild, mode: ImageJobs): Job {
  const pushing = every(CAN_PUSH, NOT_FOUND);
  return {
    name: `${BUILD_JOB_PREFIX}${build.key} (${expression("matrix.name")})`,
    needs: ["plan"],
    ...(mode.reuse && { if: `${planned(`${build.key}-digest`)} == ''` }),
    "runs-on": expression("matrix.runner"),
    "timeout-minutes": build.timeoutMinutes,
    permissions: grant({ contents: "read", ...loginPermissions(pipeline.registry, "write") }),
    concurrency: buildLock(pipeline, build),
    strategy: { "fail-fast": false, matrix: { include: expression(`fromJSON(${planned(`${build.key}-matrix`)})`) } },
    outputs: { unpushed: expression("steps.pushed.outputs.unpushed") },
    // Every step that builds would else upload a record, an artifact that is kept for ninety days.
    env: { DOCKER_BUILD_RECORD_UPLOAD: false },
    steps: [
      // Whether a build without the registry is worth something is judged after the push.
      ...loginToOwnRegistry(pipeline, { optional: true }),
      setUpBuildx(pipeline),
      ...(needsEmulation(pipeline, build) ? [useAction(pipeline, "docker/setup-qemu-action", { name: "Set up emulation" })] : []),
      runProgram("find-image.sh", {
        name: "Look for an image of this commit",
        id: "find",
        if: CAN_PUSH,
        env: {
          IMAGE: build.image,
          STAGING: expression(planned("staging")),
          ENTRY: expression("matrix.name"),
          CANDIDATES: expression(planned("candidates")),
          PLATFORMS_NEEDED: expression("matrix.platforms"),
          RECIPE: recipeOf(build, CLASS),
          COMMIT: expression(planned("sha")),
          ...(mode.promoted && { ANY_REVISION: true }),
        },
      }),
      checkout(pipeline, { ref: expression(planned("sha")), if: NOT_FOUND }),
      useAction(pipeline, "docker/build-push-action", {
        name: BUILD_STEP,
        id: "build",
        if: NOT_FOUND,
        timeoutMinutes: build.timeoutMinutes,
        with: {
          ...buildInputs(pipeline, build, mode),
          "cache-to": mode.cached ? cacheTo(build) : undefined,
          outputs: "type=cacheonly",
        },
      }),
      ...archiveSteps(pipeline, build, mode),
      ...Array.from({ length: PUSH_ATTEMPTS }, (_, index) => pushAttempt(pipeline, build, mode, index + 1)).flat(),
      runProgram("judge-push.sh", {
        name: "See whether the push succeeded",
        id: "pushed",
        if: pushing,
        env: {
          OUTCOMES: Array.from({ length: PUSH_ATTEMPTS }, (_, index) => expression(`steps.push-${index + 1}.outcome`)).join(" "),
          CLASS: expression(CLASS),
          FALLBACK: build.fallback,
        },
      }),
    ],
  };
}

/** What decides the image. Every step that builds passes the same, so that only the first one does the work. */
function buildInputs(pipeline: Pipeline, build: ImageBuild, mode: ImageJobs): Record<string, Scalar | undefined> {
  const stands: Record<string, string> = { "{version}": expression(planned("version")), "{commit}": expression(planned("sha")), "{created}": expression(planned("created")) };
  const args = Object.entries(build.args).map(([name, value]) => `${name}=${value.replace(/\{(?:version|commit|created)\}/g, (token) => stands[token] ?? token)}`);
  return {
    context: build.context,
    file: build.dockerfile,
    target: build.target,
    platforms: expression("matrix.platforms"),
    "build-args": args.length > 0 ? `${args.join("\n")}\n` : undefined,
    labels: `${[
      `org.opencontainers.image.revision=${expression(planned("sha"))}`,
      `org.opencontainers.image.source=${expression("github.server_url")}/${expression("github.repository")}`,
      `org.opencontainers.image.created=${expression(planned("created"))}`,
      `org.opencontainers.image.version=${expression(planned("version"))}`,
      `pipewright.recipe=${ownRecipeOf(build, CLASS)}`,
    ].join("\n")}\n`,
    ...(mode.fresh && { pull: true }),
    "cache-from": mode.cached ? cacheFrom(pipeline, build) : undefined,
    provenance: "false",
    sbom: "false",
  };
}

/** Images for people carry a provenance attestation and a bill of materials. */
function attestations(build: ImageBuild): Record<string, Scalar> {
  const provenance = build.provenance ? expression(`${withoutAttestations(CLASS)} && 'false' || 'mode=${build.provenance}'`) : "false";
  const sbom = build.sbom ? expression(`${withoutAttestations(CLASS)} && 'false' || 'true'`) : "false";
  return { provenance, sbom };
}

/** Where nothing can be pushed, and beside the push where the config wants a fallback. */
function archiveSteps(pipeline: Pipeline, build: ImageBuild, mode: ImageJobs): Step[] {
  if (!savesArchive(mode)) return [];
  const condition = every("matrix.archive != ''", NOT_FOUND, !build.fallback && `${planned("push")} != 'true'`);
  return [
    useAction(pipeline, "docker/build-push-action", {
      name: "Save the image",
      if: condition,
      timeoutMinutes: 15,
      with: { ...buildInputs(pipeline, build, mode), platforms: expression("matrix.archive"), outputs: `type=docker,dest=${archivePath(build)}` },
    }),
    uploadArtifact(pipeline, { title: "Upload the image", name: archiveArtifact(build), paths: [archivePath(build)], keepDays: ARCHIVE_DAYS, if: condition, overwrite: true }),
  ];
}

/**
 * The builder holds every layer by now, so an attempt only pushes: what a flaky registry costs is a push, never a build
 * or a test inside the Dockerfile.
 */
function pushAttempt(pipeline: Pipeline, build: ImageBuild, mode: ImageJobs, attempt: number): Step[] {
  const after = attempt === 1 ? every(CAN_PUSH, NOT_FOUND) : `steps.push-${attempt - 1}.outcome == 'failure'`;
  const wait = runScript({ name: `Wait before attempt ${attempt}`, if: after, env: { SECONDS_TO_WAIT: PUSH_DELAY_SECONDS * (attempt - 1) } }, 'sleep "$SECONDS_TO_WAIT"\n');
  return [
    ...(attempt > 1 ? [wait] : []),
    ...renewLogin(pipeline, after),
    useAction(pipeline, "docker/build-push-action", {
      name: `Push (attempt ${attempt})`,
      id: `push-${attempt}`,
      if: after,
      continueOnError: true,
      timeoutMinutes: 15,
      with: {
        ...buildInputs(pipeline, build, mode),
        ...attestations(build),
        tags: `${build.image}:${expression("steps.find.outputs.staging")}`,
        push: true,
      },
    }),
  ];
}
