/** What a way to log in to a registry consists of. */
import type { Pipeline, Registry } from "../../../pipeline/types.ts";
import type { Scalar, Step } from "../../../workflow/model.ts";
import { useProgram } from "../program.ts";

export interface LoginOptions {
  if?: string | undefined;
  /**
   * Go on without: what follows can do without the registry, or says itself what is wrong. A consumer that stopped here
   * would never reach its artifact.
   */
  optional?: boolean;
}

export interface LoginMethod {
  /** Logs Docker in. What fails for a moment is tried again, since it would otherwise cost the whole job. */
  steps(pipeline: Pipeline, registry: Registry, options: LoginOptions): Step[];
  /** What a program needs that asks the registry itself: steps before it, and its environment. */
  access(pipeline: Pipeline, registry: Registry): RegistryAccess;
  /** Whether the workflow's own identity logs in, for which a job needs `id-token: write`. */
  byIdentity: boolean;
  /** What a program can log Docker in with itself; nothing where that takes more than a password. */
  credentials?(registry: Registry): Credentials;
}

export interface RegistryAccess {
  steps: Step[];
  env: Record<string, Scalar>;
}

/** The id of a registry's step: `role-ghcr-io`. */
export const stepId = (prefix: string, { host }: Pick<Registry, "host">): string =>
  `${prefix}-${host.replace(/[^a-z0-9]+/g, "-")}`;

export const loginStep = ({ host }: Pick<Registry, "host">): string => `Log in to ${host}`;

/** When a step of a login runs, and whether the job goes on without it. */
export const stepOf = ({
  if: condition,
  optional,
}: LoginOptions): { if: string | undefined; continueOnError?: boolean } => ({
  if: condition,
  ...(optional && { continueOnError: true }),
});

export interface Credentials {
  /** The workflow's actor where it is left out. */
  username: string | undefined;
  password: string;
}

/** Logs Docker in by a user name and a password. */
export const byCredentials = (registry: Registry, credentials: Credentials, options: LoginOptions): Step =>
  useProgram("log-in", {
    name: loginStep(registry),
    if: options.if,
    with: { registry: registry.host, ...credentials, ...(options.optional && { optional: true }) },
  });
