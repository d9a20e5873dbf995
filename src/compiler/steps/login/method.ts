/** What a way to log in to a registry consists of. */
import type { Pipeline, Registry } from "../../../pipeline/types.ts";
import type { Scalar, Step } from "../../../workflow/model.ts";
import { type ActionStep, useAction } from "../action.ts";

export interface LoginOptions {
  if?: string | undefined;
  /**
   * Go on without: what follows can do without the registry, or says itself what is wrong. A consumer that stopped here
   * would never reach its artifact.
   */
  optional?: boolean;
}

export interface LoginMethod {
  /** Logs Docker in. Each attempt is made twice, since a registry that fails for a moment would otherwise cost the whole job. */
  steps(pipeline: Pipeline, registry: Registry, options: LoginOptions): Step[];
  /** One step that logs in anew, where a login does not last as long as a build may take; none where it does. */
  renew?(pipeline: Pipeline, registry: Registry, condition: string): Step[];
  /** What a program needs that asks the registry itself: steps before it, and its environment. */
  access(pipeline: Pipeline, registry: Registry): RegistryAccess;
  /** Whether the workflow's own identity logs in, for which a job needs `id-token: write`. */
  byIdentity: boolean;
}

export interface RegistryAccess {
  steps: Step[];
  env: Record<string, Scalar>;
}

/** The id of a registry's step: `login-ghcr-io`. */
export const stepId = (prefix: string, registry: Pick<Registry, "host">): string =>
  `${prefix}-${registry.host.replace(/[^a-z0-9]+/g, "-")}`;

/** Makes a step twice: again where it has failed. */
export function twice(
  id: string,
  { optional, ...options }: LoginOptions,
  make: (step: Omit<ActionStep, "name"> & { again: string }) => Step,
): Step[] {
  return [
    make({ again: "", id, if: options.if, continueOnError: true }),
    make({
      again: " again",
      id: `${id}-again`,
      if: `steps.${id}.outcome == 'failure'`,
      ...(optional && { continueOnError: true }),
    }),
  ];
}

/** An output of a step that was made twice. */
export const eitherOutput = (id: string, output: string): string =>
  `steps.${id}.outputs.${output} || steps.${id}-again.outputs.${output}`;

/** Logs Docker in by a user name and a password. The second attempt's outputs are of no use to anybody. */
export function passwordSteps(
  pipeline: Pipeline,
  registry: Registry,
  credentials: { username: string; password: string },
  options: LoginOptions,
): Step[] {
  return twice(stepId("login", registry), options, ({ again, id, ...step }) =>
    useAction(pipeline, "docker/login-action", {
      name: `Log in to ${registry.host}${again}`,
      ...(again === "" && id !== undefined && { id }),
      ...step,
      with: { registry: registry.host, ...credentials },
    }),
  );
}
