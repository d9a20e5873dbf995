/** The secrets, by name, that publishing takes. */
import type { PublishTarget, Registry } from "./types.ts";

/** What it takes to log in to a registry; nothing where the job's own token or identity does. */
export const registrySecrets = (registry: Registry | undefined): string[] =>
  [registry?.auth?.kind === "fly" ? registry.auth.token : undefined, registry?.username, registry?.password].filter(
    (name) => name !== undefined,
  );

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
