/** The secrets that jobs ask for, by name: what a caller hands on one by one. */
import { takenBy } from "../pipeline/stages.ts";
import type { Consumer, Pipeline, PublishTarget, Registry } from "../pipeline/types.ts";

/** What it takes to log in to a registry; nothing where the job's own token or identity does. */
const registrySecrets = (registry: Registry | undefined): string[] =>
  [registry?.auth?.kind === "fly" ? registry.auth.token : undefined, registry?.username, registry?.password].filter(
    (name) => name !== undefined,
  );

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

/** Everything that publishing a target takes. */
export function publishedSecrets(target: PublishTarget): string[] {
  switch (target.kind) {
    case "images":
      return registrySecrets(target.to);
    case "npm":
      return target.token === undefined ? [] : [target.token];
    case "maven":
      return [
        target.username,
        target.password,
        target.signingKey,
        ...(target.signingPassword === undefined ? [] : [target.signingPassword]),
      ];
    case "githubRelease":
      return [];
    case "deploy":
      return [...target.secrets];
  }
}
