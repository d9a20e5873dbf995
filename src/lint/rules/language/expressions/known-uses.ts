/** Steps that run an action of the catalogue, with what its version takes. */
import { type ActionVersion, versionOf } from "../../../../actions/versions.ts";
import type { Step } from "../../../../workflow/document/document.ts";

export interface KnownUse {
  name: string;
  version: ActionVersion;
}

/**
 * Nothing for a version that is not recorded: older ones had inputs that are gone and newer ones have more, so that
 * nothing can be said of its inputs.
 */
export function knownUseOf({ uses }: Step): KnownUse | undefined {
  if (uses?.kind !== "repository") return undefined;
  const found = versionOf(uses.name, uses.ref);
  return found && found.fit !== "newer" ? { name: uses.name, version: found.version } : undefined;
}
