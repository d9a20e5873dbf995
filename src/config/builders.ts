import type { FilesBuildInput, ImageBuildInput } from "./schema.ts";

type WithoutKind<Build> = Omit<Build, "kind">;

/** A container image: what it is made from, on which platforms, and how it is scanned. */
export function image(settings: WithoutKind<ImageBuildInput> = {}): ImageBuildInput {
  return { kind: "image", ...settings };
}

/** Files that commands make, such as a package's tarball; consumers take them as an artifact. */
export function files(settings: WithoutKind<FilesBuildInput>): FilesBuildInput {
  return { kind: "files", ...settings };
}

/** The names of the secrets to log in with, and whose images are copied when the registry stands in `copies`. */
export interface Login<Of extends string> {
  /** The secret that holds the user name. */
  username: string;
  /** The secret that holds the password or token. */
  password: string;
  /** In `copies`: branches with a channel, `nightly`, `release`. All of them by default. */
  of?: readonly Of[];
}

interface Hosted<Host extends string> {
  host: Host;
  namespace: string;
}

/** Settings of GitHub's registry that have a default nearly everywhere. */
export interface GhcrSettings {
  /** Whether a user or an organization owns the packages. Without it the workflow asks GitHub. */
  owner?: "user" | "organization";
}

/** Throws on what only a config in JavaScript can give, or one that nobody has type-checked. */
function lowerCase(builder: string, account: unknown): string {
  if (typeof account !== "string" || account === "") throw new Error(`${builder}() needs the name of an account: ${builder}("octocat"${builder === "dockerHub" ? ", { … }" : ""}).`);
  return account.toLowerCase();
}

/** GitHub's container registry. Registries know lower-case names only, so `Wikid82` becomes `wikid82`. */
export function ghcr(owner: string, settings: GhcrSettings = {}): Hosted<"ghcr.io"> & GhcrSettings {
  return { host: "ghcr.io", namespace: lowerCase("ghcr", owner), ...settings };
}

/** Docker Hub, with the names of the two secrets to log in with. */
export function dockerHub<const Of extends string = never>(namespace: string, login: Login<Of>): Hosted<"docker.io"> & Login<Of> {
  return { host: "docker.io", namespace: lowerCase("dockerHub", namespace), ...login };
}

/** Settings of a registry of another host. */
export interface RegistrySettings {
  namespace?: string;
  /** The secret that holds the user name. */
  username: string;
  /** The secret that holds the password or token. */
  password: string;
}

/** Any other registry: `registry("quay.io", { namespace: "team", username: "QUAY_USER", password: "QUAY_TOKEN" })`. */
export function registry<const Settings extends RegistrySettings>(host: string, settings: Settings): { host: string } & Settings {
  return { host, ...settings };
}
