/** Steps that run an action of the catalogue, with what its version takes. */
import { type ActionVersion, supersetOf, tagOfCommit, versionOf } from "../../../../actions/versions.ts";
import type { Document, Step, Uses } from "../../../../workflow/document/document.ts";

/** A tag in the comment behind a pinned commit, as people and their tools write it: `# v4.1.2`, `# tag=v4`. */
const TAG_COMMENT = /^["']?[ \t]+#[ \t]*(?:tag=|pin@|ratchet:[^@\s]*@)?(v?\d+(?:\.\d+){0,2})\b/;

/** The ref that says which version runs: for a commit that is not recorded, what the comment behind it says. */
export function versionRefOf(uses: Uses & { kind: "repository" }, { file }: Document): string {
  if (!/^[0-9a-f]{40}$/i.test(uses.ref) || tagOfCommit(uses.name, uses.ref) !== undefined) return uses.ref;
  const end = file.text.indexOf("\n", uses.node.end);
  return TAG_COMMENT.exec(file.text.slice(uses.node.end, end === -1 ? undefined : end))?.[1] ?? uses.ref;
}

export interface KnownUse {
  name: string;
  /** As a message calls it. */
  label: string;
  /** It takes all inputs that this one may take. */
  superset: ActionVersion;
  /** This very version, or a later one under the same major. */
  version: ActionVersion | undefined;
}

/**
 * Nothing for a version of which nothing is recorded: older ones had inputs that are gone and newer ones have more, so
 * that nothing can be said of its inputs.
 */
export function knownUseOf({ uses }: Step, document: Document): KnownUse | undefined {
  if (uses?.kind !== "repository") return undefined;
  const ref = versionRefOf(uses, document);
  const superset = supersetOf(uses.name, ref);
  if (!superset) return undefined;
  const version = versionOf(uses.name, ref)?.version;
  return { name: uses.name, label: `\`${uses.name}\` ${version?.tag ?? ref}`, superset, version };
}
