/** Names that must lead somewhere: builds, branches, events. */
import type { Problem } from "../../config/problem.ts";
import type { Config, EventClass } from "../../config/schema.ts";
import { didYouMean } from "../../nearest.ts";
import type { Pipeline } from "../types.ts";

export function referenceProblems(config: Config, pipeline: Pipeline): Problem[] {
  return [
    ...nothingDeclared(config),
    ...Object.keys(config.consumers).flatMap((key) => consumerReferences(config, pipeline, key)),
    ...channelReferences(config),
    ...copyReferences(config, pipeline),
  ];
}

/** A config may hold nothing of its own but several pipelines. */
function nothingDeclared(config: Config): Problem[] {
  const declares = [config.builds, config.consumers, config.bases, config.pipelines].some(
    (part) => Object.keys(part).length > 0,
  );
  return declares
    ? []
    : [
        {
          path: [],
          message: "The config declares nothing: no builds, no consumers and no pipelines.",
          hint: "Declare what is built in `builds`: `builds: { app: image() }`.",
        },
      ];
}

function consumerReferences(config: Config, pipeline: Pipeline, key: string): Problem[] {
  const consumer = config.consumers[key];
  if (!consumer) return [];
  const builds = pipeline.builds.map((build) => build.key);
  const path = ["consumers", key];
  const needed = Array.isArray(consumer.needs) ? consumer.needs : [consumer.needs];
  const unknown = needed.flatMap((name, index): Problem[] =>
    builds.includes(name)
      ? []
      : [
          {
            path: Array.isArray(consumer.needs) ? [...path, "needs", index] : [...path, "needs"],
            message: `The consumer "${key}" needs the build "${name}", which is not declared.`,
            hint: targetsOf(config, name) ?? didYouMean(name, builds),
          },
        ],
  );
  const problems = [...unknown];
  const images = needed.filter((name) => pipeline.builds.some((build) => build.kind === "image" && build.key === name));
  const { container } = consumer;
  if (container) {
    if (container.build !== undefined && !images.includes(container.build))
      problems.push({
        path: [...path, "container", "build"],
        message: `The container runs the image of "${container.build}", which the consumer does not need.`,
        hint: didYouMean(container.build, images),
      });
    else if (images.length === 0 && unknown.length === 0)
      problems.push({
        path: [...path, "container"],
        message: `The consumer "${key}" runs a container but needs no image.`,
        hint: "Name an image build in `needs`, or remove `container`.",
      });
  }
  if (consumer.run === undefined && consumer.steps === undefined)
    problems.push({ path, message: `The consumer "${key}" runs nothing.`, hint: "Give it `run` or `steps`." });
  if (consumer.run !== undefined && consumer.steps !== undefined)
    problems.push({
      path: [...path, "run"],
      message: `The consumer "${key}" has both \`run\` and \`steps\`.`,
      hint: "Keep one of them.",
    });
  if (consumer.localTag !== undefined && images.length > 1)
    problems.push({
      path: [...path, "localTag"],
      message: "`localTag` names one image, and this consumer takes several.",
      hint: "Remove it; the scripts find each image's name in IMAGE_<BUILD>.",
    });
  return [
    ...problems,
    ...eventReferences(consumer.on ?? [], key, consumer.enabled, pipeline),
    ...unbuiltImages(consumer.on ?? [], key, pipeline),
  ];
}

/** The targets of a bake file are what consumers take, each by its own key; the bake file's key stands for none of them. */
function targetsOf(config: Config, name: string): string | undefined {
  const build = config.builds[name];
  return build?.kind === "bake"
    ? `Name its targets instead: ${Object.keys(build.targets)
        .map((target) => `"${target}"`)
        .join(", ")}.`
    : undefined;
}

/** A consumer that waits for a tag that no event produces would be green for ever, because it never runs. */
function eventReferences(events: readonly EventClass[], key: string, enabled: boolean, pipeline: Pipeline): Problem[] {
  if (!enabled) return [];
  const missing: Readonly<Partial<Record<EventClass, string>>> = {
    pullRequest: "Set `pullRequests: true`, or remove it.",
    feature: "Declare patterns in `branches.feature`, or remove it.",
    integration: "Declare branches in `branches.integration`, or remove it.",
    queue: "Set `mergeQueue: true`, or remove it.",
    nightly: "Declare `nightly`, or remove it.",
    release:
      pipeline.topology === "workflow_call"
        ? "Declare `release`, or remove it."
        : 'Releases are tested through their commit: remove it, or call the consumers with `topology: "workflow_call"`.',
  };
  // A release calls its tests itself; those that follow a build never hear of one.
  const isHandedOn = (event: EventClass): boolean =>
    pipeline.events.includes(event) && (event !== "release" || pipeline.topology === "workflow_call");
  return events.flatMap((event, index): Problem[] => {
    if (isHandedOn(event)) return [];
    return [
      {
        path: ["consumers", key, "on", index],
        message: `The consumer "${key}" tests images of "${event}", whose tag no event of this pipeline hands to a consumer.`,
        hint: missing[event] ?? "Remove it.",
      },
    ];
  });
}

/** A target of a bake file may be built on some events only. */
function unbuiltImages(events: readonly EventClass[], key: string, pipeline: Pipeline): Problem[] {
  const builds = pipeline.consumers.find((consumer) => consumer.key === key)?.builds ?? [];
  return events.flatMap((event, index): Problem[] => {
    const build = builds.find((one) => one.kind === "image" && one.entries[event] === undefined);
    if (!build || !pipeline.events.includes(event)) return [];
    return [
      {
        path: ["consumers", key, "on", index],
        message: `The consumer "${key}" tests the image of "${build.key}" on "${event}", which does not build it.`,
        hint: `Add "${event}" to the target's \`on\`, or remove it here.`,
      },
    ];
  });
}

function channelReferences(config: Config): Problem[] {
  const known = [config.branches.main, ...config.branches.integration, "nightly"];
  return Object.keys(config.channels ?? {}).flatMap((of): Problem[] => {
    if (!known.includes(of))
      return [
        {
          path: ["channels", of],
          at: "key",
          message: `No branch "${of}" is declared, so nothing would ever move its channel.`,
          hint: didYouMean(of, known),
        },
      ];
    if (of === "nightly" && !config.nightly)
      return [
        {
          path: ["channels", of],
          at: "key",
          message: "There is a channel for nightly images, but no nightly build.",
          hint: "Declare `nightly`, or remove the channel.",
        },
      ];
    return [];
  });
}

function copyReferences(config: Config, pipeline: Pipeline): Problem[] {
  const moved = pipeline.channels.map((channel) => channel.of);
  const hasImages = pipeline.builds.some((build) => build.kind === "image");
  const known = [config.branches.main, ...config.branches.integration, "nightly", "release"];
  return config.copies.flatMap((copy, index) =>
    (copy.of ?? []).flatMap((of, position): Problem[] => {
      const path = ["copies", index, "of", position];
      if (!known.includes(of))
        return [
          {
            path,
            message: `${copy.host} receives copies of "${of}", which is no branch with a channel.`,
            hint: didYouMean(of, known),
          },
        ];
      if (of === "release" && !config.release)
        return [
          {
            path,
            message: `${copy.host} receives copies of releases, but the config declares none.`,
            hint: "Declare `release`, or remove it.",
          },
        ];
      if (of === "nightly" && !config.nightly)
        return [
          {
            path,
            message: `${copy.host} receives copies of nightly images, but there is no nightly build.`,
            hint: "Declare `nightly`, or remove it.",
          },
        ];
      if (of !== "release" && hasImages && !moved.includes(of))
        return [
          {
            path,
            message: `${copy.host} receives copies of "${of}", which has no channel: no tag of it ever moves, so nothing would be copied.`,
            hint: "Give it a tag in `channels`, or remove it.",
          },
        ];
      return [];
    }),
  );
}
