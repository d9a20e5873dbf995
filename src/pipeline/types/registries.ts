/** Registries, resolved. */
import type { RegistryConfig } from "../../config/schema.ts";

/** How jobs log in where it is not with a user name and a password: by Fly.io's token, or as an account of a cloud. */
export type RegistryAuth = NonNullable<RegistryConfig["auth"]>;

/** How images are deleted: by GitHub's package API, the OCI distribution API, Docker Hub's, or Amazon's. */
export type CleanupMode = NonNullable<RegistryConfig["cleanup"]>;

/** A registry with its credentials, as names of secrets; without a password the job's own token logs in. */
export interface Registry {
  host: string;
  namespace: string | undefined;
  /** The one name that images have there, where a registry gives just one. */
  repository: string | undefined;
  auth: RegistryAuth | undefined;
  username: string | undefined;
  password: string | undefined;
}

/** A registry that receives copies, and whose images it copies. */
export interface RegistryCopy extends Registry {
  of: readonly string[];
}
