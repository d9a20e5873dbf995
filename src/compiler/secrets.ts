/** The secrets that jobs ask for, by name: what a caller hands on one by one. */
import { registrySecrets } from "../pipeline/secrets.ts";
import { takenBy } from "../pipeline/runs.ts";
import type { Consumer, Pipeline } from "../pipeline/types.ts";

/** Everything that a consumer's jobs ask for. */
export const secretsOf = (pipeline: Pipeline, consumer: Consumer): string[] => {
  const takesImages = takenBy(consumer).some((build) => build.kind === "image");
  const registries = takesImages ? [pipeline.registry, ...pipeline.mirrors] : [];
  return [
    ...new Set([
      ...consumer.secrets.names,
      ...Object.values(consumer.deployment?.secrets ?? {}),
      ...registries.flatMap(registrySecrets),
    ]),
  ];
};

/** Everything that building asks for: the registries that it pushes to. */
export const buildSecrets = ({ registry, mirrors, copies, moveTags }: Pipeline): string[] => [
  ...new Set([registry, ...mirrors, ...(moveTags === "at-build" ? copies : [])].flatMap(registrySecrets)),
];
