/** The registries of a world: each a real one behind a gate that asks for logins. */
import { type Registry, startRegistry } from "../../support/registry.ts";
import { type Login, type RegistryGate, startGate } from "./registry-gate.ts";

export interface GatedRegistry {
  /** What jobs reach: asks for a login, remembers who pushed and pulled what. */
  readonly gate: RegistryGate;
  /** The registry with its injected faults behind it. */
  readonly registry: Registry;
}

export interface UserLogin {
  readonly username: string;
  readonly password: string;
}

export interface Registries {
  readonly ghcr: GatedRegistry;
  /** By name, ghcr.io among them. */
  readonly all: ReadonlyMap<string, GatedRegistry>;
  /** Name -> `127.0.0.1:PORT` of the gate. */
  readonly hosts: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** ghcr.io, whose logins `token` judges, and the others, each with one user who may do everything. */
export async function startRegistries(
  token: (password: string) => Login | undefined,
  others: Readonly<Record<string, UserLogin>>,
  now: () => Date,
): Promise<Registries> {
  const start = async (login: (username: string, password: string) => Login | undefined): Promise<GatedRegistry> => {
    const registry = await startRegistry();
    return { registry, gate: await startGate({ backend: registry.host, now, login }) };
  };
  const ghcr = await start((_username, password) => token(password));
  const all = new Map([["ghcr.io", ghcr]]);
  for (const [name, known] of Object.entries(others)) {
    all.set(
      name,
      await start((username, password) =>
        username === known.username && password === known.password
          ? { who: username, read: true, write: true }
          : undefined,
      ),
    );
  }
  return {
    ghcr,
    all,
    hosts: Object.fromEntries([...all].map(([name, { gate }]) => [name, gate.host])),
    async stop() {
      await Promise.all([...all.values()].map(({ gate }) => gate.stop()));
      await Promise.all([...all.values()].map(({ registry }) => registry.stop()));
    },
  };
}

/** Tag -> digest, as the registry itself has them. */
export async function tagsOf(registry: Registry, repository: string): Promise<Record<string, string>> {
  const answer = await fetch(`http://${registry.direct}/v2/${repository}/tags/list`);
  if (!answer.ok) return {};
  const { tags } = (await answer.json()) as { tags: string[] | null };
  const accept = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json";
  const found = await Promise.all(
    (tags ?? []).map(async (tag) => {
      const manifest = await fetch(`http://${registry.direct}/v2/${repository}/manifests/${tag}`, {
        method: "HEAD",
        headers: { accept },
      });
      return [tag, manifest.headers.get("docker-content-digest") ?? ""] as const;
    }),
  );
  return Object.fromEntries(found.filter(([, digest]) => digest !== "").sort());
}
