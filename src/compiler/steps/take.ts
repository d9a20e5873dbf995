/** What a consumer tests, brought to its runner: from where it was built, or made there for this test alone. */
import { imagesOnRunner, pullsImages } from "../../pipeline/local-images.ts";
import { filesOf } from "../../pipeline/images.ts";
import { takenBy } from "../../pipeline/runs.ts";
import { NOT_PULLED_STEP, TAKE_STEP } from "../../pipeline/step-names.ts";
import type { Consumer, FilesBuild, Pipeline } from "../../pipeline/types.ts";
import type { Step } from "../../workflow/model.ts";
import { expression, TOKEN } from "../expressions.ts";
import { downloadArtifact } from "./artifacts.ts";
import { useProgram, runScript } from "./program.ts";
import { credentialsOfTrusted } from "./registry.ts";
import { filesFolder } from "./test.ts";

/** What a test job knows of what it tests; expressions without their `${{ }}`. */
export interface HandedOn {
  class: string;
  tag: string;
  /** What each job that builds has published, as JSON: texts with their `${{ }}`, a line for each. */
  images: string;
  /** Whether the code is this repository's own, where the event itself does not say. */
  trusted?: string;
  /** A condition: the code is this repository's own. */
  isTrusted: string;
  /** The run whose artifacts are taken, where it is another one. */
  runId: string | undefined;
  /** A condition: the run was started by hand, and nobody has built for it. */
  byHand?: string;
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

/** The longest that a registry, and GitHub's storage after it, may take to give an image. */
const TAKE_MINUTES = 10;

/** Whether a job of the consumer reads the artifacts of the run that builds, by GitHub's API. */
export const readsArtifacts = (consumer: Consumer): boolean =>
  consumer.source === "registry" && imagesOnRunner(consumer).length > 0;

/** One step for all images; where the consumer builds for itself, `handedOn` does not matter. */
export function takeImages(pipeline: Pipeline, consumer: Consumer, handedOn?: HandedOn): Step[] {
  const images = imagesOnRunner(consumer);
  if (images.length === 0) return [];
  const builds = consumer.source === "build" || consumer.fallback === "build";
  const minutes = builds ? Math.max(...images.map(({ timeoutMinutes }) => timeoutMinutes)) : 0;
  const isTold = handedOn !== undefined && consumer.source === "registry";
  const isMeasured = isTold && pipeline.metrics !== false;
  const take = useProgram("take-image", {
    name: TAKE_STEP,
    ...(isMeasured && { id: "image" }),
    timeoutMinutes: (isTold ? TAKE_MINUTES : 0) + minutes,
    with: {
      consumer: consumer.key,
      ...(isTold && {
        class: mayTestOther(consumer) ? expression(handedOn.class) : undefined,
        tag: expression(handedOn.tag),
        images: handedOn.images,
        trusted: handedOn.trusted && expression(handedOn.trusted),
        "gh-token": TOKEN,
        ...credentialsOfTrusted(pipeline, handedOn.isTrusted),
      }),
    },
  });
  if (!isMeasured) return [take];
  const note = runScript(
    { name: NOT_PULLED_STEP, if: "always() && steps.image.outputs.not-pulled == 'true'", timeoutMinutes: 1 },
    'echo "The step before says why, and what stands in for it."',
  );
  return [take, note];
}

/** What runs nothing that is promoted: there, what is made from the sources proves as much. */
const UNPROMOTED = `'["pullRequest","feature","queue"]'`;

/** Downloads files from the run that has made them; where the consumer may, it makes what it cannot have. */
export function takeFiles(pipeline: Pipeline, consumer: Consumer, { class: kind, runId, byHand }: HandedOn): Step[] {
  const mayMake = consumer.fallback === "build";
  const isExcused = [byHand, `contains(fromJSON(${UNPROMOTED}), ${kind})`].filter(Boolean).join(" || ");
  return takenBy(consumer).flatMap((build) =>
    build.kind === "files"
      ? [
          downloadArtifact(pipeline, {
            title: `Download ${build.key}`,
            name: build.artifact,
            path: filesFolder(build.key),
            ...(runId !== undefined && { runId }),
            ...(mayMake && { id: `take-${build.key}`, continueOnError: expression(isExcused) }),
          }),
        ]
      : [],
  );
}

/** Makes the files that could not be had; all of them, where the consumer builds for itself. */
export const makeMissingFiles = (consumer: Consumer): Step[] =>
  filesOf(consumer.builds).flatMap((build) =>
    consumer.source === "build"
      ? makeFiles(build)
      : consumer.fallback === "build"
        ? makeFiles(build, `steps.take-${build.key}.outcome == 'failure'`)
        : [],
  );

/** Makes files where the shared build would have put them. */
const makeFiles = (build: FilesBuild, condition?: string): Step[] =>
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

/** Whether a consumer may end up testing something else than what it was handed. */
export const mayTestOther = (consumer: Consumer): boolean =>
  consumer.source === "registry" &&
  consumer.fallback === "build" &&
  consumer.builds.length > 0 &&
  (pullsImages(consumer) || (consumer.deployment?.fromSource.length ?? 0) > 0);
