import type { Pipeline, Registry } from "../../pipeline/types.ts";
import type { Step } from "../../workflow/model.ts";
import { expression } from "../expressions.ts";
import { useAction } from "./action.ts";

const secret = (name: string): string => expression(`secrets.${name}`);

/** Logs in to a registry: with its secrets, or as the workflow's actor with the job's own token. */
export function login(pipeline: Pipeline, registry: Registry, condition?: string): Step {
  return useAction(pipeline, "docker/login-action", {
    name: `Log in to ${registry.host}`,
    if: condition,
    with: {
      registry: registry.host,
      username: registry.username ? secret(registry.username) : expression("github.actor"),
      password: registry.password ? secret(registry.password) : expression("github.token"),
    },
  });
}

/** The pipeline's own registry; nothing where it has none. */
export function loginToOwnRegistry(pipeline: Pipeline, condition?: string): Step[] {
  return pipeline.registry ? [login(pipeline, pipeline.registry, condition)] : [];
}

export const setUpBuildx = (pipeline: Pipeline, condition?: string): Step =>
  useAction(pipeline, "docker/setup-buildx-action", { name: "Set up Buildx", if: condition });
