import type { Pipeline, Registry } from "../../pipeline/types.ts";
import type { Step } from "../../workflow/model.ts";
import { expression } from "../expressions.ts";
import { useAction } from "./action.ts";

const secret = (name: string): string => expression(`secrets.${name}`);

export interface Login {
  if?: string | undefined;
  /**
   * Go on without: what follows can do without the registry, or says itself what is wrong. A consumer that stopped here
   * would never reach its artifact.
   */
  optional?: boolean;
}

/**
 * Logs in to a registry: with its secrets, or as the workflow's actor with the job's own token. Tries twice, since a
 * registry that fails for a moment would otherwise cost the whole job.
 */
export function login(pipeline: Pipeline, registry: Registry, options: Login = {}): Step[] {
  const id = `login-${registry.host.replace(/[^a-z0-9]+/g, "-")}`;
  const credentials = {
    registry: registry.host,
    username: registry.username ? secret(registry.username) : expression("github.actor"),
    password: registry.password ? secret(registry.password) : expression("github.token"),
  };
  return [
    useAction(pipeline, "docker/login-action", { name: `Log in to ${registry.host}`, id, if: options.if, continueOnError: true, with: credentials }),
    useAction(pipeline, "docker/login-action", {
      name: `Log in to ${registry.host} again`,
      if: `steps.${id}.outcome == 'failure'`,
      ...(options.optional && { continueOnError: true }),
      with: credentials,
    }),
  ];
}

/** The pipeline's own registry; nothing where it has none. */
export function loginToOwnRegistry(pipeline: Pipeline, options: Login = {}): Step[] {
  return pipeline.registry ? login(pipeline, pipeline.registry, options) : [];
}

export const setUpBuildx = (pipeline: Pipeline, condition?: string): Step =>
  useAction(pipeline, "docker/setup-buildx-action", { name: "Set up Buildx", if: condition });
