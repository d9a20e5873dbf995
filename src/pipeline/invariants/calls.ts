/** What GitHub allows a run to call, and the caches that its jobs name. */
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import { LIMITS } from "../../workflow/limits.ts";
import { didYouMean } from "../../nearest.ts";
import { calledIn, type RunKind } from "../runs.ts";
import type { Pipeline } from "../types.ts";

/** Consumers call nothing, so a run has two of the ten levels that GitHub allows. */
const MOST_CALLS = LIMITS.calledWorkflows.value;
const RUNS: readonly RunKind[] = ["build", "nightly", "release"];

export function callProblems(config: Config, pipeline: Pipeline): Problem[] {
  return [...tooManyCalls(pipeline), ...cacheReferences(config)];
}

function tooManyCalls(pipeline: Pipeline): Problem[] {
  const called = RUNS.map((run) => calledIn(pipeline, run)).reduce(
    (most, one) => (one.length > most.length ? one : most),
    [],
  );
  const first = called[MOST_CALLS];
  if (!first) return [];
  return [
    {
      path: ["consumers", first.key],
      message: `One run would call ${called.length} consumers, and GitHub lets a run call ${MOST_CALLS} workflows. "${first.key}" is the first that it would refuse.`,
      hint: 'Let one consumer run several tests, by `steps` or a `matrix`, or set `topology: "workflow_run"`.',
    },
  ];
}

function cacheReferences(config: Config): Problem[] {
  const builds = Object.entries(config.builds).flatMap(([key, build]) =>
    build.kind === "files" ? unknownCaches(config, build.caches, ["builds", key, "caches"]) : [],
  );
  return [
    ...builds,
    ...Object.entries(config.consumers).flatMap(([key, consumer]) =>
      unknownCaches(config, consumer.caches, ["consumers", key, "caches"]),
    ),
  ];
}

function unknownCaches(config: Config, names: readonly string[], path: PropertyKey[]): Problem[] {
  const known = Object.keys(config.caches);
  return names.flatMap((name, index): Problem[] =>
    known.includes(name)
      ? []
      : [
          {
            path: [...path, index],
            message: `The cache "${name}" is not declared.`,
            hint: didYouMean(name, known) ?? "Declare it in `caches`.",
          },
        ],
  );
}
