/** Where images go, from the config. */
import type { Config } from "../../config/schema.ts";
import type { Channel, CleanupMode, Pipeline, Registry, RegistryCopy } from "../types.ts";

export function registryOf(config: Config): Pipeline["registry"] {
  const { registry } = config;
  if (!registry) return undefined;
  return {
    host: registry.host,
    namespace: registry.namespace,
    repository: registry.repository,
    auth: registry.auth,
    username: registry.username,
    password: registry.password,
    cleanup: registry.cleanup ?? cleanupModeOf(registry),
    owner: registry.owner,
  };
}

/** What a registry offers for deletes, by its host. */
function cleanupModeOf({ host, auth }: Elsewhere): CleanupMode {
  if (host === "ghcr.io") return "packages";
  if (host === "docker.io") return "dockerhub";
  return auth?.kind === "aws" ? "ecr" : "oci";
}

type Elsewhere = Config["mirrors"][number];

/** Another registry, whose account is by default the one of the first. */
export const registryElsewhere = (copy: Elsewhere, registry: Registry | undefined): Registry => ({
  host: copy.host,
  // An account here is no account of a cloud.
  namespace: copy.namespace ?? (copy.auth || registry?.auth ? undefined : registry?.namespace),
  repository: copy.repository,
  auth: copy.auth,
  username: copy.username,
  password: copy.password,
});

export const copiesOf = (
  config: Config,
  registry: Registry | undefined,
  channels: readonly Channel[],
): RegistryCopy[] =>
  config.copies.map((copy) => ({
    ...registryElsewhere(copy, registry),
    of: copy.of ?? [...channels.map((channel) => channel.of), ...(config.release ? ["release"] : [])],
  }));
