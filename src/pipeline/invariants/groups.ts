/** Consumers that share a workflow: what one run can find out and report for all of them. */
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import { didYouMean } from "../../nearest.ts";
import type { Consumer, Pipeline } from "../types.ts";

/** The input of a group's manual run that says which of its consumers test. */
export const CONSUMER_INPUT = "consumer";

export function groupProblems(config: Config, pipeline: Pipeline): Problem[] {
  return [
    ...pipeline.consumers.flatMap((consumer) => memberProblems(config, pipeline, consumer)),
    ...Object.keys(config.groups).flatMap((key) => nobodyIn(config, key)),
  ];
}

function memberProblems(config: Config, pipeline: Pipeline, consumer: Consumer): Problem[] {
  const written = config.consumers[consumer.key];
  const key = written?.group;
  if (written === undefined || key === undefined) return [];
  const path = ["consumers", consumer.key];
  const others = pipeline.consumers.filter((other) => other.group === key && other !== consumer);
  const problem = (at: readonly PropertyKey[], message: string, hint: string): Problem => ({
    path: [...path, ...at],
    message,
    hint,
  });
  if (pipeline.topology === "workflow_call")
    return [
      problem(
        ["group"],
        `The consumer "${consumer.key}" is in the group "${key}", but the build calls it: in one run with its tests there is nothing to share.`,
        'Remove `group`, or ask for `topology: "workflow_run"`.',
      ),
    ];
  if (consumer.builds.length === 0)
    return [
      problem(
        ["group"],
        `The consumer "${consumer.key}" is in the group "${key}" but takes nothing of the build, which the others follow.`,
        "Name what it tests in `needs`, or remove `group`.",
      ),
    ];
  return [
    ...(written.file === undefined
      ? []
      : [
          problem(
            ["file"],
            `The consumer "${consumer.key}" has no file of its own: it is in the group "${key}".`,
            `Name the group's file: \`groups: { "${key}": { file: "${written.file}" } }\`.`,
          ),
        ]),
    ...(pipeline.consumers.some((other) => other.key === key && other.group !== key)
      ? [
          problem(
            ["group"],
            `The group "${key}" is called like a consumer that is not in it.`,
            "Give the group another key, or take the consumer in.",
          ),
        ]
      : []),
    ...consumer.choose.flatMap((name, index): Problem[] => {
      const values = (one: Consumer): string => JSON.stringify(one.matrix?.[name] ?? []);
      if (name === CONSUMER_INPUT)
        return [
          problem(
            ["choose", index],
            `"${name}" says which consumers of a group test, so no value of the matrix can be picked by that name.`,
            "Rename the key of the matrix.",
          ),
        ];
      const other = others.find((one) => one.choose.includes(name) && values(one) !== values(consumer));
      return other
        ? [
            problem(
              ["choose", index],
              `A manual run of the group "${key}" would pick one "${name}" for "${consumer.key}" and "${other.key}", whose matrices have other values of it.`,
              "Rename the key in one of the matrices.",
            ),
          ]
        : [];
    }),
  ];
}

function nobodyIn(config: Config, key: string): Problem[] {
  const named = Object.values(config.consumers).flatMap(({ group }) => group ?? []);
  return named.includes(key)
    ? []
    : [
        {
          path: ["groups", key],
          at: "key",
          message: `No consumer is in the group "${key}".`,
          hint: didYouMean(key, [...new Set(named)]) ?? "Name it in the `group` of its consumers, or remove it.",
        },
      ];
}
