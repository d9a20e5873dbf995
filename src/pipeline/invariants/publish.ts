/** What is published is built, of the right kind, tested before, and in an order that can come about. */
import type { Problem } from "../../config/problem.ts";
import type { Config, PublishTargetConfig } from "../../config/schema.ts";
import { didYouMean } from "../../nearest.ts";
import { buildsOfTarget } from "../runs.ts";
import type { Build, EventClass, Pipeline, PublishTarget } from "../types.ts";

export function publishProblems(config: Config, pipeline: Pipeline): Problem[] {
  if (!config.publishing) return [];
  return [
    ...Object.entries(config.publish).flatMap(([key, target]) => [
      ...buildReferences(pipeline.builds, key, target),
      ...apartFrom(config, key, target),
    ]),
    ...(pipeline.topology === "workflow_call"
      ? pipeline.publish.flatMap((target) => [...unknownEvents(pipeline, target), ...untested(pipeline, target)])
      : []),
  ];
}

interface Named {
  path: PropertyKey[];
  names: string | readonly string[];
  kind: Build["kind"];
}

/** Which builds a target names, where, and what they must be. */
function namedBy(target: PublishTargetConfig): Named[] {
  switch (target.kind) {
    case "images":
    case "deploy":
      return [{ path: ["images"], names: target.images, kind: "image" }];
    case "npm":
    case "maven":
      return [{ path: ["from"], names: target.from, kind: "files" }];
    case "githubRelease":
      return [
        { path: ["files"], names: target.files, kind: "files" },
        { path: ["sboms"], names: target.sboms, kind: "image" },
      ];
  }
}

function buildReferences(builds: readonly Build[], key: string, target: PublishTargetConfig): Problem[] {
  return namedBy(target).flatMap(({ path: within, names, kind }) =>
    [names].flat().flatMap((name, index): Problem[] => {
      const path = ["publish", key, ...within, ...(typeof names === "string" ? [] : [index])];
      const build = builds.find((one) => one.key === name);
      if (build?.kind === kind) return [];
      const fitting = builds.filter((one) => one.kind === kind).map((one) => one.key);
      if (!build)
        return [
          {
            path,
            message: `"${key}" publishes the build "${name}", which is not declared.`,
            hint: didYouMean(name, fitting),
          },
        ];
      return [
        {
          path,
          message: `"${key}" publishes ${kind === "image" ? "an image" : "files"} here, and the build "${name}" makes ${build.kind === "image" ? "an image" : "files"}.`,
          hint: didYouMean(name, fitting),
        },
      ];
    }),
  );
}

/** A target waits for those that the same run publishes; for one that never is, it would not wait at all. */
function apartFrom(config: Config, key: string, target: PublishTargetConfig): Problem[] {
  const on: readonly string[] = target.on;
  return target.after.flatMap((name, index): Problem[] => {
    const other = config.publish[name];
    const shared = other === undefined || other.on.some((event) => on.includes(event));
    return shared
      ? []
      : [
          {
            path: ["publish", key, "after", index],
            message: `"${key}" comes after "${name}", and no event publishes both: the one is published on ${on.join(", ")}, the other on ${other.on.join(", ")}.`,
            hint: "Give both the same `on`, or remove the name.",
          },
        ];
  });
}

function unknownEvents(pipeline: Pipeline, target: PublishTarget): Problem[] {
  const missing: Readonly<Partial<Record<EventClass, string>>> = {
    integration: "Declare branches in `branches.integration`, or remove it.",
    nightly: "Declare `nightly`, or remove it.",
    release: "Declare `release`, or remove it.",
  };
  return target.on.flatMap((event, index): Problem[] =>
    pipeline.events.includes(event)
      ? []
      : [
          {
            path: ["publish", target.key, "on", index],
            message: `"${target.key}" is published on "${event}", which this pipeline does not have.`,
            hint: missing[event] ?? "Remove it.",
          },
        ],
  );
}

/**
 * An image that ships has a consumer whose failure stops it, on each event that ships it. One that builds for itself counts:
 * it tests the same sources, and somebody has asked for that.
 */
function untested(pipeline: Pipeline, target: PublishTarget): Problem[] {
  if (target.kind !== "images" && target.kind !== "deploy") return [];
  const stopping = pipeline.consumers.filter((consumer) => consumer.required && consumer.failure !== "soft");
  return buildsOfTarget(target).flatMap((build): Problem[] => {
    const testers = stopping.filter((consumer) => consumer.builds.some(({ key }) => key === build.key));
    // A release asks for every required consumer, whatever events it has.
    const events = target.on.filter((event) =>
      event === "release" ? testers.length === 0 : !testers.some((consumer) => consumer.events.includes(event)),
    );
    if (events.length === 0) return [];
    return [
      {
        path: ["publish", target.key],
        message: `"${target.key}" ships the image "${build.key}" on ${events.join(", ")}, and no consumer that could stop it tests that image then.`,
        hint: `Name "${build.key}" in the \`needs\` of a consumer that is \`required\`, does not fail softly, and runs on ${events.join(" and ")}.`,
      },
    ];
  });
}
