/** The builders of registries: where images are pushed, where they are copied to, and how jobs log in there. */

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
function named(builder: string, example: string, what: string, value: unknown): string {
  if (typeof value !== "string" || value === "") throw new Error(`${builder}() needs ${what}: ${builder}(${example}).`);
  return value;
}

/** GitHub's container registry. Registries know lower-case names only, so `Wikid82` becomes `wikid82`. */
export function ghcr(owner: string, settings: GhcrSettings = {}): Hosted<"ghcr.io"> & GhcrSettings {
  return {
    host: "ghcr.io",
    namespace: named("ghcr", '"octocat"', "the name of an account", owner).toLowerCase(),
    ...settings,
  };
}

/** Docker Hub, with the names of the two secrets to log in with. */
export function dockerHub<const Of extends string = never>(
  namespace: string,
  login: Login<Of>,
): Hosted<"docker.io"> & Login<Of> {
  return {
    host: "docker.io",
    namespace: named("dockerHub", '"octocat", { … }', "the name of an account", namespace).toLowerCase(),
    ...login,
  };
}

/** How to log in to Fly.io, and whose images are copied there. */
export interface FlySettings<Of extends string> {
  /** The secret that holds an API token, such as the app's deploy token. `FLY_API_TOKEN` by default. */
  token?: string;
  /** In `copies`: branches with a channel, `nightly`, `release`. All of them by default. */
  of?: readonly Of[];
}

/**
 * Fly.io's registry. There an app is one repository, whose name is the image's whole name: `registry.fly.io/<app>:<tag>`
 * (Fly.io: "fly auth docker"). The app need not run: it may be there for its images alone.
 */
export function fly<const Of extends string = never>(
  app: string,
  { token = "FLY_API_TOKEN", ...settings }: FlySettings<Of> = {},
): { host: "registry.fly.io"; repository: string; auth: { kind: "fly"; token: string }; of?: readonly Of[] } {
  return {
    host: "registry.fly.io",
    repository: named("fly", '"my-app"', "the name of an app", app),
    auth: { kind: "fly", token },
    ...settings,
  };
}

/** Amazon's registry, and the role that may use it. */
export interface EcrSettings<Of extends string> {
  /** The account that owns the registry: twelve digits, in quotes. */
  account: string;
  /** Such as `eu-west-1`. */
  region: string;
  /** The ARN of a role that trusts GitHub's OIDC provider for this repository. */
  role: string;
  /** What stands before the images' names; repositories of Amazon must exist before something is pushed. */
  namespace?: string;
  /** In `copies`: branches with a channel, `nightly`, `release`. All of them by default. */
  of?: readonly Of[];
}

/** Amazon's Elastic Container Registry (Amazon ECR: "Private registry authentication"). No secret is stored. */
export function ecr<const Of extends string = never>({
  account,
  region,
  role,
  ...settings
}: EcrSettings<Of>): {
  host: string;
  auth: { kind: "aws"; account: string; region: string; role: string };
  namespace?: string;
  of?: readonly Of[];
} {
  // China's regions have a domain of their own (Amazon ECR: "Amazon ECR endpoints and quotas").
  const domain = String(region).startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return { host: `${account}.dkr.ecr.${region}.${domain}`, auth: { kind: "aws", account, region, role }, ...settings };
}

/** Google's registry, and the identity that may use it. */
export interface GarSettings<Of extends string> {
  /** A region or multi-region, such as `europe-west1` or `eu`. */
  location: string;
  /** The project's id. */
  project: string;
  /** The repository of Artifact Registry, in the format Docker. */
  repository: string;
  /** The full name of the workload identity provider that trusts this repository. */
  provider: string;
  /** The e-mail address of the service account that may push. */
  serviceAccount: string;
  /** In `copies`: branches with a channel, `nightly`, `release`. All of them by default. */
  of?: readonly Of[];
}

/** Google's Artifact Registry (Artifact Registry: "Configure authentication to Artifact Registry for Docker"). No secret is stored. */
export function gar<const Of extends string = never>({
  location,
  project,
  repository,
  provider,
  serviceAccount,
  ...settings
}: GarSettings<Of>): {
  host: string;
  namespace: string;
  auth: { kind: "google"; provider: string; serviceAccount: string };
  of?: readonly Of[];
} {
  return {
    host: `${location}-docker.pkg.dev`,
    namespace: `${project}/${repository}`,
    auth: { kind: "google", provider, serviceAccount },
    ...settings,
  };
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
export function registry<const Settings extends RegistrySettings>(
  host: string,
  settings: Settings,
): { host: string } & Settings {
  return { host, ...settings };
}
