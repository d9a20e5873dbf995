/** Builds of a consumer's own: unpushed, on its runner, for one test. */
import { localImage, pullsImages } from "../../pipeline/local-images.ts";
import { takenBy } from "../../pipeline/runs.ts";
import type { Consumer, FilesBuild, ImageBuild, Pipeline } from "../../pipeline/types.ts";
import { type Step, withCommentAbove } from "../../workflow/model.ts";
import { every, expression, HEAD_SHA } from "../expressions.ts";
import { useAction } from "./action.ts";
import { useProgram, runScript } from "./program.ts";
import { setUpBuildx } from "./registry.ts";
import { environmentName, filesFolder } from "./test.ts";

/** When a build runs, and why the consumer does not simply take the shared one. */
export interface LocalBuild {
  id?: string;
  if?: string;
  /** What the linter is told about a second build of an image, where it asks. */
  reason?: string;
  /** An expression for the commit that is built. */
  commit: string;
}

/** GitHub's docs, "Usage limits": a job on its runners ends after six hours. */
const JOB_MINUTES = 360;

/** How long a job may take whose tests may have to wait for a build of its own. */
export function minutesWithBuild(consumer: Consumer): number {
  const builds =
    consumer.source === "build" || consumer.fallback === "build"
      ? consumer.builds.map((build) => build.timeoutMinutes)
      : [];
  return Math.min(JOB_MINUTES, consumer.timeoutMinutes + Math.max(0, ...builds));
}

const ROLLED_BACK: LocalBuild = {
  reason: 'source: "build" in the config asks this consumer to build for itself.',
  commit: HEAD_SHA,
};

export function buildLocally(
  pipeline: Pipeline,
  consumer: Consumer,
  build: ImageBuild,
  how: LocalBuild = ROLLED_BACK,
): Step {
  const stands = (value: string): string =>
    value.replaceAll("{commit}", expression(how.commit)).replace(/\{(?:version|created)\}/g, "local");
  const args = Object.entries(build.args).map(([name, value]): [string, string] => [name, stands(value)]);
  const common = {
    name: `Build ${environmentName(build.key).toLowerCase()} for this test only`,
    ...(how.id !== undefined && { id: how.id }),
    if: how.if,
    timeoutMinutes: build.timeoutMinutes,
    env: { DOCKER_BUILD_RECORD_UPLOAD: false },
  };
  const tag = localImage(pipeline, consumer, build.key);
  const step = build.bake
    ? useAction(pipeline, "docker/bake-action", {
        ...common,
        with: {
          source: ".",
          files: build.bake.file,
          targets: build.bake.target,
          set: `${[`${build.bake.target}.tags=${tag}`, ...args.map(([name, value]) => `${build.bake?.target}.args.${name}=${value}`)].join("\n")}\n`,
          load: true,
        },
      })
    : useAction(pipeline, "docker/build-push-action", {
        ...common,
        with: {
          context: build.context,
          file: build.dockerfile,
          target: build.target,
          "build-args": args.length > 0 ? `${args.map(([name, value]) => `${name}=${value}`).join("\n")}\n` : undefined,
          tags: tag,
          load: true,
          push: false,
        },
      });
  return {
    ...step,
    ...(step.uses &&
      how.reason !== undefined && {
        uses: withCommentAbove(step.uses, `pipewright-ignore: redundant-image-build -- ${how.reason}`),
      }),
  };
}

/** Makes files where the shared build would have put them. */
export const makeFiles = (build: FilesBuild, condition?: string): Step[] =>
  build.run.map((command, index) =>
    runScript(
      {
        name: build.run.length === 1 ? `Make ${build.key}` : `Make ${build.key} (${index + 1} of ${build.run.length})`,
        if: condition,
        env: { ...build.env, FILES: filesFolder(build.key) },
        timeoutMinutes: build.timeoutMinutes,
      },
      [
        command.trimEnd(),
        ...(index === build.run.length - 1
          ? ['mkdir -p "$FILES"', ...build.paths.map((path) => `cp -r ${path} "$FILES"/`)]
          : []),
        "",
      ].join("\n"),
    ),
  );

/** The images that are needed here: one that is only deployed is made where it is deployed to. */
const onRunner = (consumer: Consumer): ImageBuild[] =>
  pullsImages(consumer) ? consumer.builds.filter((build) => build.kind === "image") : [];

/** Builds all that the consumer needs, where the config asks it to. */
export function buildOwn(pipeline: Pipeline, consumer: Consumer, commit: string): Step[] {
  const images = onRunner(consumer);
  return [
    ...(images.length > 0 ? [setUpBuildx(pipeline)] : []),
    ...images.map((build) => buildLocally(pipeline, consumer, build, { ...ROLLED_BACK, commit })),
    ...consumer.builds.flatMap((build) => (build.kind === "files" ? makeFiles(build) : [])),
  ];
}

/** Whether a consumer may end up testing something else than what it was handed. */
export const mayTestOther = (consumer: Consumer): boolean =>
  consumer.source === "registry" &&
  consumer.fallback === "build" &&
  consumer.builds.length > 0 &&
  (pullsImages(consumer) || (consumer.deployment?.fromSource.length ?? 0) > 0);

/** What runs nothing that is promoted. */
const UNPROMOTED = ["pullRequest", "feature", "queue"];

/**
 * The last word on tests that have passed: where they ran on something else than what is published, and that is to be
 * promoted, they do not count. It is no fallback to promote what nobody has tested.
 */
export function refuseUntested(
  consumer: Consumer,
  { className, digestOf }: { className: string; digestOf: (build: ImageBuild) => string },
): Step[] {
  const builds = takenBy(consumer);
  const images = builds.filter((build) => build.kind === "image");
  const deployed = !pullsImages(consumer);
  const made = [
    ...images.map(
      (build) =>
        `${digestOf(build)} != '' && ${deployed ? "steps.from-sources.outcome" : `steps.make-${build.key}.outcome`} == 'success'`,
    ),
    ...builds.flatMap((build) => (build.kind === "files" ? [`steps.take-${build.key}.outcome == 'failure'`] : [])),
  ];
  if (!mayTestOther(consumer)) return [];
  return [
    useProgram("refuse-untested", {
      name: "See that what is published was tested",
      if: every(
        ...UNPROMOTED.map((name) => `${className} != '${name}'`),
        `(${made.map((one) => (made.length > 1 ? `(${one})` : one)).join(" || ")})`,
      ),
      with: { class: expression(className), published: images.map((build) => expression(digestOf(build))).join(" ") },
    }),
  ];
}

/**
 * Builds from the sources what could not be had: where no image was handed on, where it cannot be pulled, and where the
 * job that builds it has failed.
 */
export function buildMissing(pipeline: Pipeline, consumer: Consumer, commit: string): Step[] {
  const images = onRunner(consumer);
  const missing = (build: ImageBuild): string =>
    every(
      `steps.pull-${build.key}.outputs.source != 'registry'`,
      `steps.load-${build.key}.outputs.source != 'artifact'`,
    );
  return [
    ...(images.length > 0 ? [setUpBuildx(pipeline, images.map((build) => `(${missing(build)})`).join(" || "))] : []),
    ...images.map((build) =>
      buildLocally(pipeline, consumer, build, { id: `make-${build.key}`, if: missing(build), commit }),
    ),
    ...consumer.builds.flatMap((build) =>
      build.kind === "files" ? makeFiles(build, `steps.take-${build.key}.outcome == 'failure'`) : [],
    ),
  ];
}
