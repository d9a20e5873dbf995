/** GitHub's limits, and limits that contradict each other. */
import { inDays, inMinutes } from "../../config/durations.ts";
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import { LIMITS } from "../../workflow/limits.ts";
import { takenBy } from "../runs.ts";
import type { Consumer, Pipeline } from "../types.ts";

const JOB_MINUTES = LIMITS.jobMinutes.value;
const MATRIX_JOBS = LIMITS.matrixJobs.value;
const DISPATCH_INPUTS = LIMITS.dispatchInputs.value;
/** A private repository may allow more, which nothing here knows. */
const ARTIFACT_DAYS = LIMITS.artifactDays.value;

export function limitProblems(config: Config, pipeline: Pipeline): Problem[] {
  const whole = [
    ...(config.release ? jobTooLong(["release", "wait"], inMinutes(config.release.wait)) : []),
    ...(config.retention ? jobTooLong(["retention", "timeout"], inMinutes(config.retention.timeout)) : []),
    ...(config.check ? jobTooLong(["check", "timeout"], inMinutes(config.check.timeout)) : []),
  ];
  return [
    ...whole,
    ...buildLimits(config),
    ...consumerLimits(config, pipeline),
    ...(pipeline.metrics ? tooLong(["metrics", "keep"], pipeline.metrics.keepDays) : []),
  ];
}

function buildLimits(config: Config): Problem[] {
  return Object.entries(config.builds).flatMap(([key, build]) => [
    ...jobTooLong(["builds", key, "timeout"], inMinutes(build.timeout)),
    ...(build.kind === "image" && build.scan
      ? jobTooLong(["builds", key, "scan", "timeout"], inMinutes(build.scan.timeout))
      : []),
    ...(build.kind === "files" ? tooLong(["builds", key, "keep"], inDays(build.keep)) : []),
  ]);
}

function consumerLimits(config: Config, pipeline: Pipeline): Problem[] {
  return pipeline.consumers.flatMap((consumer): Problem[] => {
    const path = ["consumers", consumer.key];
    const written = config.consumers[consumer.key];
    const jobs = Object.values(consumer.matrix ?? {}).reduce((product, values) => product * values.length, 1);
    const slow = written?.testTimeout !== undefined && inMinutes(written.testTimeout) > consumer.timeoutMinutes;
    return [
      ...jobTooLong([...path, "timeout"], consumer.timeoutMinutes),
      ...(slow
        ? [
            {
              path: [...path, "testTimeout"],
              message: "The test step may take longer than its job.",
              hint: "Raise `timeout`, or lower `testTimeout`.",
            },
          ]
        : []),
      ...(jobs > MATRIX_JOBS
        ? [
            {
              path: [...path, "matrix"],
              message: `This matrix makes ${jobs} jobs. GitHub accepts ${MATRIX_JOBS}.`,
              hint: "Split the consumer.",
            },
          ]
        : []),
      ...tooManyChoices(path, consumer, pipeline),
      ...consumer.artifacts.flatMap((artifact, index) =>
        tooLong([...path, "artifacts", index, "keep"], Math.max(artifact.keepDays.success, artifact.keepDays.failure)),
      ),
      ...doubledMatrixKeys(path, consumer.matrix),
      ...matrixProblems(path, consumer.matrix),
      ...containerProblems(path, consumer),
    ];
  });
}

/** A manual run has an input a key to choose, beside those that say which image and commit, and what becomes of it. */
function tooManyChoices(path: PropertyKey[], consumer: Consumer, { topology }: Pipeline): Problem[] {
  if (!consumer.dispatch) return [];
  const taken = takenBy(consumer);
  const asksForImage = topology === "workflow_call" ? taken.some(({ kind }) => kind === "image") : taken.length > 0;
  const others = (asksForImage ? ["image_tag", "commit"].length : 0) + (consumer.deployment ? 1 : 0);
  const inputs = consumer.choose.length + others;
  if (inputs <= DISPATCH_INPUTS) return [];
  return [
    {
      path: [...path, "choose", DISPATCH_INPUTS - others],
      message: `A manual run would have ${inputs} inputs. GitHub accepts ${DISPATCH_INPUTS}.`,
      hint: `Choose from at most ${DISPATCH_INPUTS - others} keys.`,
    },
  ];
}

/** The scripts read `MATRIX_<KEY>`, which two keys that differ only in case would share. */
function doubledMatrixKeys(path: PropertyKey[], matrix: Pipeline["consumers"][number]["matrix"]): Problem[] {
  const seen = new Set<string>();
  return Object.keys(matrix ?? {}).flatMap((key) => {
    if (!seen.has(key.toUpperCase())) {
      seen.add(key.toUpperCase());
      return [];
    }
    return [
      {
        path: [...path, "matrix", key],
        at: "key" as const,
        message: `MATRIX_${key.toUpperCase()} would stand for two keys of the matrix.`,
        hint: "Rename one of them.",
      },
    ];
  });
}

/** GitHub gives `include` and `exclude` a meaning of their own, and runs a value that stands there twice twice under one name. */
function matrixProblems(path: PropertyKey[], matrix: Pipeline["consumers"][number]["matrix"]): Problem[] {
  return Object.entries(matrix ?? {}).flatMap(([key, values]): Problem[] => {
    if (key === "include" || key === "exclude")
      return [
        {
          path: [...path, "matrix", key],
          at: "key",
          message: `\`${key}\` is no key of a matrix: GitHub reads it as combinations to ${key === "include" ? "add" : "leave out"}.`,
          hint: "Give the values another key.",
        },
      ];
    const index = values.findIndex((value, at) => values.slice(0, at).some((other) => String(other) === String(value)));
    return index === -1
      ? []
      : [
          {
            path: [...path, "matrix", key, index],
            message: `The value ${JSON.stringify(values[index])} stands twice in the matrix: two jobs would have one name and one artifact.`,
            hint: "Remove it here.",
          },
        ];
  });
}

function containerProblems(path: PropertyKey[], consumer: Pipeline["consumers"][number]): Problem[] {
  const { container } = consumer;
  if (!container) return [];
  const slow = container.health !== undefined && inMinutes(container.health.timeout) > consumer.timeoutMinutes;
  return [
    ...(slow
      ? [
          {
            path: [...path, "container", "health", "timeout"],
            message: "The wait for the container may take longer than its job.",
            hint: "Raise the consumer's `timeout`, or wait less.",
          },
        ]
      : []),
    ...Object.entries(container.env)
      .filter(([, value]) => /[\r\n]/.test(String(value)))
      .map(([name]) => ({
        path: [...path, "container", "env", name],
        message: `The container's variable ${name} has several lines, and each line would be taken for a variable of its own.`,
        hint: "Encode it, or start the container in a step of your own.",
      })),
  ];
}

const jobTooLong = (path: PropertyKey[], minutes: number): Problem[] =>
  minutes > JOB_MINUTES
    ? [
        {
          path,
          message: `A job ends after ${JOB_MINUTES} minutes on GitHub's runners, and this one may take ${minutes}.`,
          hint: `Write at most hours(${JOB_MINUTES / 60}).`,
        },
      ]
    : [];

const tooLong = (path: PropertyKey[], days: number): Problem[] =>
  days > ARTIFACT_DAYS
    ? [
        {
          path,
          message: `GitHub keeps an artifact for at most ${ARTIFACT_DAYS} days, and this one asks for ${days}.`,
          hint: `Write at most days(${ARTIFACT_DAYS}).`,
        },
      ]
    : [];
