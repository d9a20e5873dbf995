/** Places where images under test are deployed, and what manual runs can pick. */
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import { didYouMean } from "../../nearest.ts";
import type { Consumer, Pipeline } from "../types.ts";

/** Inputs of a consumer's workflow that are there already. */
const TAKEN_INPUTS = ["image_tag", "commit", "skip_cleanup", "head-sha", "class", "trusted", "tag", "images"];
/** Variables that the steps around the commands need for themselves. */
const TAKEN_VARIABLES = ["APP", "IMAGE_REF", "COMMANDS", "CONSUMER", "PIPELINE", "RETRY_ATTEMPTS", "RETRY_DELAY"];

export function deploymentProblems(_config: Config, pipeline: Pipeline): Problem[] {
  return pipeline.consumers.flatMap((consumer) => [...placeProblems(consumer), ...choiceProblems(consumer)]);
}

function placeProblems({ key, builds, deployment, source }: Consumer): Problem[] {
  if (!deployment) return [];
  const path = ["consumers", key, "deployment"];
  const problems: Problem[] = [];
  if (!builds.some((build) => build.kind === "image"))
    problems.push({
      path,
      message: `The consumer "${key}" deploys an image but needs none.`,
      hint: "Name an image build in `needs`, or remove `deployment`.",
    });
  if (source === "build" && deployment.fromSource.length === 0)
    problems.push({
      path,
      message: `The consumer "${key}" builds for itself, and its deployment has no commands for that.`,
      hint: 'Give it `fromSource`, or take `source: "build"` back.',
    });
  for (const part of ["env", "secrets"] as const)
    for (const name of Object.keys(deployment[part]))
      if (TAKEN_VARIABLES.includes(name))
        problems.push({
          path: [...path, part, name],
          at: "key",
          message: `${name} is what the commands learn from the pipeline, so it cannot be set here.`,
          hint: "Give the variable another name.",
        });
  return problems;
}

const choiceProblems = ({ key, choose, matrix, dispatch }: Consumer): Problem[] =>
  choose.flatMap((name, index): Problem[] => {
    const path = ["consumers", key, "choose", index];
    const keys = Object.keys(matrix ?? {});
    if (!keys.includes(name))
      return [
        {
          path,
          message: `A manual run of "${key}" is to pick a value of "${name}", which is no key of its matrix.`,
          hint: didYouMean(name, keys),
        },
      ];
    if (!dispatch)
      return [
        {
          path,
          message: `The consumer "${key}" has no manual run that could pick anything.`,
          hint: "Take `dispatch: false` back, or remove `choose`.",
        },
      ];
    if (TAKEN_INPUTS.includes(name))
      return [
        {
          path,
          message: `"${name}" is an input of the consumer's workflow already, so no value of the matrix can be picked by that name.`,
          hint: "Rename the key of the matrix.",
        },
      ];
    return [];
  });
