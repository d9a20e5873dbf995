/** What is published, from the config. A target whose builds are not declared is left out: the invariants say so. */
import { inMinutes, inSeconds } from "../../config/durations.ts";
import type { Config, PublishTargetConfig } from "../../config/schema.ts";
import { imageBaseName } from "../images.ts";
import type { Build, FilesBuild, ImageBuild, PublishTarget, Registry } from "../types.ts";
import { environmentOf } from "./consumers.ts";
import { registryElsewhere } from "./registries.ts";

export function publishTargetsOf(
  config: Config,
  builds: readonly Build[],
  registry: Registry | undefined,
): PublishTarget[] {
  if (!config.publishing) return [];
  return Object.entries(config.publish).flatMap(([key, target]) => publishTarget(key, target, builds, registry) ?? []);
}

function publishTarget(
  key: string,
  target: PublishTargetConfig,
  builds: readonly Build[],
  registry: Registry | undefined,
): PublishTarget | undefined {
  const common = {
    key,
    after: target.after,
    environment: environmentOf(target.environment),
    timeoutMinutes: inMinutes(target.timeout),
  };
  const images = (names: string | readonly string[]): ImageBuild[] =>
    builds.filter((build) => build.kind === "image").filter((build) => [names].flat().includes(build.key));
  const files = (names: readonly string[]): FilesBuild[] =>
    builds.filter((build) => build.kind === "files").filter((build) => names.includes(build.key));
  switch (target.kind) {
    case "images":
      return {
        ...common,
        kind: target.kind,
        on: target.on,
        to: registryElsewhere(target.to, registry),
        images: images(target.images).map((build) => ({
          build,
          name: target.names[build.key] ?? imageBaseName(build.image),
        })),
        tags: target.tags,
        sign: target.sign,
        attest: target.attest,
      };
    case "npm": {
      const [from] = files([target.from]);
      return (
        from && {
          ...common,
          kind: target.kind,
          on: target.on,
          from,
          access: target.access,
          token: target.token,
          registry: target.registry,
        }
      );
    }
    case "maven": {
      const [from] = files([target.from]);
      const { username, password, signingKey, signingPassword } = target;
      return (
        from && { ...common, kind: target.kind, on: target.on, from, username, password, signingKey, signingPassword }
      );
    }
    case "githubRelease":
      return {
        ...common,
        kind: target.kind,
        on: target.on,
        files: files(target.files),
        sboms: images(target.sboms),
        notes: target.notes,
        checksums: target.checksums,
      };
    case "deploy":
      return {
        ...common,
        kind: target.kind,
        on: target.on,
        images: images(target.images),
        setup: target.setup,
        secrets: target.secrets,
        env: target.env,
        canary: target.canary && { run: [target.canary.run].flat(), verify: [target.canary.verify].flat() },
        run: [target.run].flat(),
        health: target.health && {
          url: target.health.url,
          timeoutSeconds: inSeconds(target.health.timeout),
          intervalSeconds: inSeconds(target.health.interval),
        },
        attempts: target.attempts,
        delaySeconds: inSeconds(target.delay),
      };
  }
}
