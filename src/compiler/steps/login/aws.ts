/** To Amazon, as a role that trusts this workflow's identity. */
import type { Pipeline, Registry } from "../../../pipeline/types.ts";
import type { Scalar, Step } from "../../../workflow/model.ts";
import { expression } from "../../expressions.ts";
import { useAction } from "../action.ts";
import { type LoginMethod, type LoginOptions, loginStep, stepId, stepOf } from "./method.ts";

function authOf({ auth }: Registry) {
  if (auth?.kind !== "aws") throw new Error("This registry is not Amazon's.");
  return auth;
}

const roleId = (registry: Registry): string => stepId("role", registry);

/** The role's credentials stay outputs of a step: in the job's environment every later command would find them. */
function takeRole(pipeline: Pipeline, registry: Registry, options: LoginOptions): Step {
  const { role, region } = authOf(registry);
  // The action asks again by itself where Amazon fails for a moment (its input `retry-max-attempts`, 12 by default).
  return useAction(pipeline, "aws-actions/configure-aws-credentials", {
    name: `Take the role of ${registry.host}`,
    id: roleId(registry),
    ...stepOf(options),
    with: {
      "role-to-assume": role,
      "aws-region": region,
      "output-credentials": true,
      "output-env-credentials": false,
    },
  });
}

function environment(registry: Registry): Record<string, Scalar> {
  const output = (name: string): string => expression(`steps.${roleId(registry)}.outputs.${name}`);
  return {
    AWS_ACCESS_KEY_ID: output("aws-access-key-id"),
    AWS_SECRET_ACCESS_KEY: output("aws-secret-access-key"),
    AWS_SESSION_TOKEN: output("aws-session-token"),
    AWS_REGION: authOf(registry).region,
  };
}

/** The action logs Docker in once and does not ask again, so that there is a second step for a first that has failed. */
function logIn(pipeline: Pipeline, registry: Registry, options: LoginOptions): Step[] {
  const attempt = (name: string, step: { id?: string; if?: string | undefined; continueOnError?: boolean }): Step =>
    useAction(pipeline, "aws-actions/amazon-ecr-login", {
      name,
      ...step,
      with: { registries: authOf(registry).account },
      env: environment(registry),
    });
  const id = stepId("login", registry);
  return [
    attempt(loginStep(registry), { id, if: options.if, continueOnError: true }),
    attempt(`${loginStep(registry)} again`, { ...stepOf(options), if: `steps.${id}.outcome == 'failure'` }),
  ];
}

export const byAws: LoginMethod = {
  byIdentity: true,
  steps: (pipeline, registry, options) => [
    takeRole(pipeline, registry, options),
    ...logIn(pipeline, registry, options),
  ],
  access: (pipeline, registry) => ({ steps: [takeRole(pipeline, registry, {})], env: environment(registry) }),
};
