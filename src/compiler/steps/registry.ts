/** How a job reaches a registry: what it logs in with, and which permissions that takes. */
import type { Pipeline, Registry } from "../../pipeline/types.ts";
import { type Commented, type PermissionLevel, type Scalar, type Step, withComment } from "../../workflow/model.ts";
import { expression } from "../expressions.ts";
import { useAction } from "./action.ts";
import { byAws } from "./login/aws.ts";
import { byFly } from "./login/fly.ts";
import { byGoogle } from "./login/google.ts";
import type { Credentials, LoginMethod, LoginOptions, RegistryAccess } from "./login/method.ts";
import { byPassword } from "./login/password.ts";

const METHODS: Readonly<Record<NonNullable<Registry["auth"]>["kind"], LoginMethod>> = {
  fly: byFly,
  aws: byAws,
  google: byGoogle,
};
const methodOf = ({ auth }: Pick<Registry, "auth">): LoginMethod => (auth ? METHODS[auth.kind] : byPassword);

/** Logs in to a registry, as it wants it. */
export const login = (pipeline: Pipeline, registry: Registry, options: LoginOptions = {}): Step[] =>
  methodOf(registry).steps(pipeline, registry, options);

/** The pipeline's own registry; nothing where it has none. */
export const loginToOwnRegistry = (pipeline: Pipeline, options: LoginOptions = {}): Step[] =>
  pipeline.registry ? login(pipeline, pipeline.registry, options) : [];

/** What a program logs in with itself, where nothing but the pipeline's own registry is asked and a password will do there. */
export const ownCredentials = ({ registry, mirrors }: Pipeline): Credentials | undefined =>
  registry && mirrors.length === 0 ? methodOf(registry).credentials?.(registry) : undefined;

/** The same for a job that may run code of somebody else's: secrets are for this repository's own. @param isTrusted a condition */
export function credentialsOfTrusted(pipeline: Pipeline, isTrusted: string): Credentials | undefined {
  const credentials = ownCredentials(pipeline);
  if (!credentials) return undefined;
  const guarded = (text: string): string =>
    text.replace(/^\$\{\{ (secrets\.\w+) \}\}$/, (_, secret: string) => expression(`${isTrusted} && ${secret} || ''`));
  const { username, password } = credentials;
  return { username: username && guarded(username), password: guarded(password) };
}

/** What a program needs that asks the pipeline's own registry itself, rather than through Docker. */
export const accessToOwnRegistry = (pipeline: Pipeline): RegistryAccess =>
  pipeline.registry ? methodOf(pipeline.registry).access(pipeline, pipeline.registry) : { steps: [], env: {} };

/**
 * What a job must be granted that logs in there: GitHub's own registry takes the job's token, those of clouds the
 * workflow's identity, all others what a secret holds.
 */
export function loginPermissions(
  registry: Registry | undefined,
  access: "read" | "write",
): { packages: PermissionLevel | false; "id-token"?: Commented } {
  const byToken =
    registry !== undefined &&
    registry.host === "ghcr.io" &&
    registry.auth === undefined &&
    registry.password === undefined;
  return {
    packages: byToken && access,
    ...(registry &&
      methodOf(registry).byIdentity && {
        "id-token": withComment("write", `log in to ${registry.host} as this workflow`),
      }),
  };
}

/** The same for a program that lists images, and deletes them where it may write: with GitHub's package API as the workflow itself. */
export function accessPermissions(
  { registry }: Pipeline,
  access: "read" | "write",
): ReturnType<typeof loginPermissions> {
  const granted = loginPermissions(registry, access);
  return registry?.cleanup === "packages" ? { ...granted, packages: access } : granted;
}

/** The same for a job that also logs in elsewhere, such as where images are copied to. */
export function loginPermissionsOfAll(
  registries: readonly (Registry | undefined)[],
  access: "read" | "write",
): ReturnType<typeof loginPermissions> {
  const granted = registries.map((registry) => loginPermissions(registry, access));
  const identity = granted.find((one) => one["id-token"])?.["id-token"];
  return { packages: granted.some((one) => one.packages) && access, ...(identity && { "id-token": identity }) };
}

export const setUpBuildx = (pipeline: Pipeline, condition?: string): Step =>
  useAction(pipeline, "docker/setup-buildx-action", { name: "Set up Buildx", if: condition });

/** What the program that pushes needs to log in anew, where a login does not last as long as a build may take. */
export const renewalEnvironment = ({ registry }: Pipeline): Record<string, Scalar> =>
  registry?.auth?.kind === "fly" ? { FLY_API_TOKEN: expression(`secrets.${registry.auth.token}`) } : {};
