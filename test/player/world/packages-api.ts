/** GitHub's package versions, as the registry's manifests make them: one version a manifest, its tags hang on it. */
import type { JsonObject } from "../json.ts";
import { timestamp } from "../runs.ts";
import type { Route } from "./api-server.ts";
import type { RegistryGate } from "./registry-gate.ts";

export interface PackagesState {
  readonly gate: RegistryGate;
  /** `127.0.0.1:PORT` of the registry behind the gate. */
  readonly backend: string;
  /** Versions that were deleted, in order: `wikid82/charon@sha256:… (pr-1-abc1234)`. */
  readonly deleted: string[];
}

interface Version {
  readonly id: number;
  readonly digest: string;
  readonly createdAt: Date;
  updatedAt: Date;
  tags: string[];
}

/** What the pushes so far have left: a tag hangs on the manifest that it was last pushed with. */
export function versionsOf(state: PackagesState, repository: string): Version[] {
  const versions = new Map<string, Version>();
  let id = 0;
  for (const transfer of state.gate.transfers) {
    if (transfer.repository !== repository) continue;
    if (transfer.kind === "delete") versions.delete(transfer.digest);
    if (transfer.kind !== "push") continue;
    id += 1;
    const version = versions.get(transfer.digest) ?? {
      id,
      digest: transfer.digest,
      createdAt: transfer.at,
      updatedAt: transfer.at,
      tags: [],
    };
    versions.set(transfer.digest, version);
    if (transfer.reference.startsWith("sha256:")) continue;
    for (const other of versions.values()) other.tags = other.tags.filter((tag) => tag !== transfer.reference);
    version.tags.push(transfer.reference);
    version.updatedAt = transfer.at;
  }
  return [...versions.values()].filter(
    (version) => !state.deleted.some((entry) => entry.startsWith(`${repository}@${version.digest}`)),
  );
}

export function packagesRoutes(state: PackagesState): Route[] {
  const base = (kind: "users" | "orgs"): string => `/${kind}/:owner/packages/container/:name`;
  return (["users", "orgs"] as const).flatMap((kind): Route[] => [
    {
      method: "GET",
      path: `${base(kind)}/versions`,
      permission: ["packages", "read"],
      handle({ path }) {
        if (kind === "orgs") return { status: 404, body: { message: "Not Found" } };
        const versions = versionsOf(state, `${path["owner"] ?? ""}/${path["name"] ?? ""}`.toLowerCase());
        return { status: 200, items: versions.reverse().map(toJson) };
      },
    },
    {
      method: "GET",
      path: `${base(kind)}/versions/:id`,
      permission: ["packages", "read"],
      handle({ path }) {
        const version = versionsOf(state, `${path["owner"] ?? ""}/${path["name"] ?? ""}`.toLowerCase()).find(
          (candidate) => String(candidate.id) === path["id"],
        );
        return version
          ? { status: 200, body: toJson(version) }
          : { status: 404, body: { message: "Package not found." } };
      },
    },
    {
      method: "DELETE",
      path: `${base(kind)}/versions/:id`,
      permission: ["packages", "write"],
      async handle({ path }) {
        const repository = `${path["owner"] ?? ""}/${path["name"] ?? ""}`.toLowerCase();
        const versions = versionsOf(state, repository);
        const version = versions.find((candidate) => String(candidate.id) === path["id"]);
        if (!version) return { status: 404, body: { message: "Package not found." } };
        if (version.tags.length > 0 && versions.filter((candidate) => candidate.tags.length > 0).length === 1)
          return { status: 400, body: { message: "You cannot delete the last tagged version of a package." } };
        await fetch(`http://${state.backend}/v2/${repository}/manifests/${version.digest}`, { method: "DELETE" });
        state.deleted.push(`${repository}@${version.digest} (${version.tags.join(" ")})`);
        return { status: 204 };
      },
    },
  ]);
}

const toJson = (version: Version): JsonObject => ({
  id: version.id,
  name: version.digest,
  created_at: timestamp(version.createdAt),
  updated_at: timestamp(version.updatedAt),
  metadata: { package_type: "container", container: { tags: [...version.tags] } },
});
