/** The jobs that make one image: build it once, publish it under its tag, scan the very digest, attest it. */
import type { ImageBuild, Pipeline } from "../../pipeline/types.ts";
import { imageBaseName, imageIn } from "../../pipeline/images.ts";
import type { Concurrency, Job, Scalar, Step } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { every, expression, planned, quoted, succeededOrSkipped } from "../expressions.ts";
import { useAction } from "../steps/action.ts";
import { downloadArtifact, uploadArtifact } from "../steps/artifacts.ts";
import { runProgram, runScript } from "../steps/program.ts";
import { login, loginToOwnRegistry, setUpBuildx } from "../steps/registry.ts";
import { checkout } from "../steps/sources.ts";
import { ownRecipeOf, recipeOf, withoutAttestations } from "./plan.ts";
import { grant } from "../permissions.ts";

export interface ImageJobs {
  /** Start from nothing: no cache, a fresh base image. For nightly builds. */
  fresh: boolean;
  /** Whether `plan` may have found an unchanged image, which then needs no build. */
  reuse: boolean;
  /** Whether an image that an earlier commit with the same inputs gave this one will do, as it does for what is promoted. */
  promoted: boolean;
  /** Layers of an earlier run may be taken and saved. Never for what is released. */
  cached: boolean;
}

/** By these names the metrics tell a build from a run that found its image already there. */
export const BUILD_JOB_PREFIX = "Build ";
export const BUILD_STEP = "Build";

const PUSH_ATTEMPTS = 3;
const PUSH_DELAY_SECONDS = 15;
const ARCHIVE_DAYS = 1;
const CLASS = planned("class");
const CAN_PUSH = `${planned("push")} == 'true'`;
const NOT_FOUND = "steps.find.outputs.found != 'true'";

export const archiveArtifact = (build: ImageBuild): string => `image-${build.key}`;
const archivePath = (build: ImageBuild): string => `${expression("runner.temp")}/image-${build.key}.tar`;

/** The jobs by their id, in the order in which they run. */
export function imageJobs(pipeline: Pipeline, build: ImageBuild, mode: ImageJobs): Record<string, Job> {
  return {
    [`build-${build.key}`]: buildJob(pipeline, build, mode),
    [`publish-${build.key}`]: publishJob(pipeline, build, mode),
    ...(build.scan && { [`scan-${build.key}`]: scanJob(pipeline, build, mode) }),
    ...(build.attest && { [`attest-${build.key}`]: attestJob(pipeline, build) }),
  };
}

/**
 * One build of a commit and platform at a time: a second event of the same commit waits, then finds the first one's
 * image. A newer commit's group is another one, so nothing is ever cancelled here.
 */
function buildLock(pipeline: Pipeline, build: ImageBuild): Concurrency {
  return {
    group: concurrencyGroup(pipeline, "image", build.key, expression("matrix.name"), expression(planned("sha"))),
    "cancel-in-progress": false,
    ...(pipeline.queue === "max" && { queue: "max" as const }),
  };
}

function buildJob(pipeline: Pipeline, build: ImageBuild, mode: ImageJobs): Job {
  const pushing = every(CAN_PUSH, NOT_FOUND);
  return {
    name: `${BUILD_JOB_PREFIX}${build.key} (${expression("matrix.name")})`,
    needs: ["plan"],
    ...(mode.reuse && { if: `${planned(`${build.key}-digest`)} == ''` }),
    "runs-on": expression("matrix.runner"),
    "timeout-minutes": build.timeoutMinutes,
    permissions: grant({ contents: "read", packages: "write" }),
    concurrency: buildLock(pipeline, build),
    strategy: { "fail-fast": false, matrix: { include: expression(`fromJSON(${planned(`${build.key}-matrix`)})`) } },
    outputs: { unpushed: expression("steps.pushed.outputs.unpushed") },
    steps: [
      // Whether a build without the registry is worth something is judged after the push.
      ...loginToOwnRegistry(pipeline, { optional: true }),
      setUpBuildx(pipeline),
      ...(Object.values(build.entries).some((entries) => entries.some((entry) => entry.platforms.length > 1)) ? [useAction(pipeline, "docker/setup-qemu-action", { name: "Set up emulation" })] : []),
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
          ...buildInputs(build, mode),
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
function buildInputs(build: ImageBuild, mode: ImageJobs): Record<string, Scalar | undefined> {
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
    ...(mode.fresh ? { pull: true, "no-cache-filters": undefined } : {}),
    "cache-from": mode.cached ? cacheFrom(build) : undefined,
    provenance: "false",
    sbom: "false",
  };
}

const cacheScope = (build: ImageBuild): string => `${build.key}-${expression("matrix.name")}`;
const cacheFrom = (build: ImageBuild): string | undefined => {
  if (build.cache === "gha") return `type=gha,scope=${cacheScope(build)}`;
  if (build.cache === "registry") return `type=registry,ref=${build.image}:buildcache-${expression("matrix.name")}`;
  return undefined;
};

/** GitHub keeps the caches of pull requests apart by itself; in a registry only pushes may write what all read. */
const cacheTo = (build: ImageBuild): string | undefined => {
  if (build.cache === "gha") return `type=gha,scope=${cacheScope(build)},mode=max`;
  if (build.cache === "registry") {
    const target = `type=registry,ref=${build.image}:buildcache-{0},mode=max`;
    return expression(`(${CLASS} == 'main' || ${CLASS} == 'integration') && format('${target}', matrix.name) || ''`);
  }
  return undefined;
};

/** Images for people carry a provenance attestation and a bill of materials. */
function attestations(build: ImageBuild): Record<string, Scalar> {
  const provenance = build.provenance ? expression(`${withoutAttestations(CLASS)} && 'false' || 'mode=${build.provenance}'`) : "false";
  const sbom = build.sbom ? expression(`${withoutAttestations(CLASS)} && 'false' || 'true'`) : "false";
  return { provenance, sbom };
}

/** What is built by night or for a release is of no use outside the registry. */
const savesArchive = (mode: ImageJobs): boolean => !mode.fresh && !mode.promoted;

/** Where nothing can be pushed, and beside the push where the config wants a fallback. */
function archiveSteps(pipeline: Pipeline, build: ImageBuild, mode: ImageJobs): Step[] {
  if (!savesArchive(mode)) return [];
  const condition = every("matrix.archive != ''", NOT_FOUND, !build.fallback && `${planned("push")} != 'true'`);
  return [
    useAction(pipeline, "docker/build-push-action", {
      name: "Save the image",
      if: condition,
      timeoutMinutes: 15,
      with: { ...buildInputs(build, mode), platforms: expression("matrix.archive"), outputs: `type=docker,dest=${archivePath(build)}` },
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
    useAction(pipeline, "docker/build-push-action", {
      name: `Push (attempt ${attempt})`,
      id: `push-${attempt}`,
      if: after,
      continueOnError: true,
      timeoutMinutes: 15,
      with: {
        ...buildInputs(build, mode),
        ...attestations(build),
        tags: `${build.image}:${expression("steps.find.outputs.staging")}`,
        push: true,
      },
    }),
  ];
}

/** Gives what was built, or found, its tag. Adding a tag twice changes nothing, so a re-run is safe. */
function publishJob(pipeline: Pipeline, build: ImageBuild, mode: ImageJobs): Job {
  const built = `needs.build-${build.key}`;
  const moving = pipeline.moveTags === "at-build" && !mode.fresh && !mode.promoted ? movingTags(pipeline, build) : undefined;
  return {
    name: `Publish ${build.key}`,
    needs: ["plan", `build-${build.key}`],
    if: every("!cancelled()", CAN_PUSH, succeededOrSkipped(`build-${build.key}`), `${built}.outputs.unpushed != 'true'`, "needs.plan.result == 'success'"),
    "runs-on": pipeline.runners["default"] ?? "ubuntu-24.04",
    "timeout-minutes": 15,
    permissions: grant({ packages: "write" }),
    outputs: { digest: expression("steps.publish.outputs.digest"), commit: expression("steps.publish.outputs.commit"), ...(mode.promoted && { created: expression("steps.publish.outputs.created") }) },
    steps: [
      ...loginToOwnRegistry(pipeline),
      ...(moving ? pipeline.copies.flatMap((copy) => login(pipeline, copy, { if: moving.condition })) : []),
      setUpBuildx(pipeline),
      runProgram("publish-image.sh", {
        name: "Publish the image",
        id: "publish",
        timeoutMinutes: 10,
        env: {
          IMAGE: build.image,
          ENTRIES: expression(planned(`${build.key}-matrix`)),
          STAGING: expression(planned("staging")),
          ...(mode.reuse && { DIGEST: expression(planned(`${build.key}-digest`)), SOURCE_COMMIT: expression(planned(`${build.key}-commit`)) }),
          TAGS: [expression(planned("tag")), ...(moving ? [moving.tag] : [])].join(" "),
          COMMIT: expression(planned("sha")),
          ...(moving && { COPIES: moving.copies }),
        },
      }),
    ],
  };
}

/** For configs that move tags at once: the channel of the pushed branch, and its copies in other registries. */
function movingTags(pipeline: Pipeline, build: ImageBuild): { tag: string; copies: string; condition: string } {
  const branches = pipeline.channels.filter((channel) => channel.of !== "nightly");
  const isChannel = (of: string): string => `github.event_name == 'push' && github.ref_name == ${quoted(of)}`;
  const choose = (value: (channel: { of: string; tag: string }) => string): string =>
    expression(`${branches.map((channel) => `${isChannel(channel.of)} && '${value(channel)}'`).join(" || ")} || ''`);
  return {
    tag: choose((channel) => channel.tag),
    copies: choose((channel) =>
      pipeline.copies
        .filter((copy) => copy.of.includes(channel.of))
        .map((copy) => `${imageIn(copy, imageBaseName(build.image))}:${channel.tag}`)
        .join(" "),
    ),
    condition: branches.map((channel) => `(${isChannel(channel.of)})`).join(" || "),
  };
}

function scanJob(pipeline: Pipeline, build: ImageBuild, mode: ImageJobs): Job {
  const { scan } = build;
  if (!scan) throw new Error("This build has no scan.");
  const digest = `needs.publish-${build.key}.outputs.digest`;
  const platforms = planned(`${build.key}-platforms`);
  const saved = savesArchive(mode);
  const published = saved ? `${digest} != ''` : undefined;
  const report = `trivy-${build.key}.sarif`;
  const trivy = (name: string, condition: string | undefined, subject: Record<string, Scalar>): Step =>
    useAction(pipeline, "aquasecurity/trivy-action", {
      name,
      if: condition,
      timeoutMinutes: scan.timeoutMinutes,
      with: {
        ...subject,
        format: "sarif",
        output: report,
        severity: scan.severities.join(","),
        // Without it a SARIF report holds every severity, and the exit code with it.
        "limit-severities-for-sarif": true,
        "ignore-unfixed": scan.ignoreUnfixed,
        trivyignores: scan.ignoreFile,
        "exit-code": scan.block ? "1" : "0",
      },
      env: { TRIVY_PLATFORM: expression("matrix.platform") },
    });
  return {
    name: `Scan ${build.key} (${expression("matrix.platform")})`,
    needs: ["plan", `build-${build.key}`, `publish-${build.key}`],
    if: every("!cancelled()", succeededOrSkipped(`build-${build.key}`), succeededOrSkipped(`publish-${build.key}`), "needs.plan.result == 'success'"),
    "runs-on": pipeline.runners["default"] ?? "ubuntu-24.04",
    "timeout-minutes": scan.timeoutMinutes + 10,
    // The upload of a report reads the run and the commit, too, where the repository is private.
    permissions: grant({ actions: scan.sarif && "read", contents: (scan.sarif || scan.ignoreFile !== undefined) && "read", packages: "read", "security-events": scan.sarif && "write" }),
    strategy: {
      "fail-fast": false,
      // Only one platform is saved where nothing could be pushed.
      matrix: { platform: expression(saved ? `fromJSON(${digest} != '' && ${platforms} || format('["{0}"]', fromJSON(${planned(`${build.key}-matrix`)})[0].archive))` : `fromJSON(${platforms})`) },
    },
    steps: [
      ...(scan.ignoreFile ? [checkout(pipeline, { ref: expression(planned("sha")) })] : []),
      ...loginToOwnRegistry(pipeline, { if: published }),
      ...(saved ? [downloadArtifact(pipeline, { title: "Download the saved image", name: archiveArtifact(build), path: expression("runner.temp"), if: `${digest} == ''` })] : []),
      trivy("Scan the published image", published, { "image-ref": `${build.image}@${expression(digest)}` }),
      ...(saved ? [trivy("Scan the saved image", `${digest} == ''`, { input: archivePath(build) })] : []),
      ...(scan.sarif
        ? [
            useAction(pipeline, "github/codeql-action/upload-sarif", {
              name: "Report to code scanning",
              if: `!cancelled() && hashFiles('${report}') != ''`,
              // Runs of forks, and private repositories without the paid feature, may be refused.
              continueOnError: true,
              with: { sarif_file: report, category: `trivy-${build.key}-${expression("matrix.platform")}` },
            }),
          ]
        : []),
    ],
  };
}

function attestJob(pipeline: Pipeline, build: ImageBuild): Job {
  const digest = `needs.publish-${build.key}.outputs.digest`;
  return {
    name: `Attest ${build.key}`,
    needs: ["plan", `publish-${build.key}`],
    if: every("!cancelled()", `needs.publish-${build.key}.result == 'success'`, `!${withoutAttestations(CLASS)}`, `${CLASS} != 'queue'`),
    "runs-on": pipeline.runners["default"] ?? "ubuntu-24.04",
    "timeout-minutes": 10,
    permissions: grant({ attestations: "write", "id-token": "write", packages: "write" }),
    steps: [
      ...loginToOwnRegistry(pipeline),
      useAction(pipeline, "actions/attest-build-provenance", {
        name: "Attest the provenance",
        with: { "subject-name": build.image, "subject-digest": expression(digest), "push-to-registry": true },
      }),
    ],
  };
}
