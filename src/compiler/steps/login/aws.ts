/** To Amazon, as a role that trusts this workflow's identity. */
import type { Pipeline, Registry } from "../../../pipeline/types.ts";
import type { Scalar, Step } from "../../../workflow/model.ts";
import { expression } from "../../expressions.ts";
import { useAction } from "../action.ts";
import { eitherOutput, type LoginMethod, type LoginOptions, stepId, twice } from "./method.ts";

function authOf({ auth }: Registry) {
  if (auth?.kind !== "aws") throw new Error("This registry is not Amazon's.");
  return auth;
}

const roleId = (registry: Registry): string => stepId("role", registry);

/** The role's credentials stay outputs of a step: in the job's environment every later command would find them. */
function takeRole(pipeline: Pipeline, registry: Registry, options: LoginOptions): Step[] {
  const { role, region } = authOf(registry);
  return twice(roleId(registry), options, ({ again, ...step }) =>
    useAction(pipeline, "aws-actions/configure-aws-credentials", {
      name: `Take the role of ${registry.host}${again}`,
      ...step,
      with: {
        "role-to-assume": role,
        "aws-region": region,
        "output-credentials": true,
        "output-env-credentials": false,
      },
    }),
  );
}

function environment(registry: Registry): Record<string, Scalar> {
  const output = (name: string): string => expression(eitherOutput(roleId(registry), name));
  return {
    AWS_ACCESS_KEY_ID: output("aws-access-key-id"),
    AWS_SECRET_ACCESS_KEY: output("aws-secret-access-key"),
    AWS_SESSION_TOKEN: output("aws-session-token"),
    AWS_REGION: authOf(registry).region,
  };
}

export const byAws: LoginMethod = {
  byIdentity: true,
  steps: (pipeline, registry, options) => [
    ...takeRole(pipeline, registry, options),
    ...twice(stepId("login", registry), options, ({ again, ...step }) =>
      useAction(pipeline, "aws-actions/amazon-ecr-login", {
        name: `Log in to ${registry.host}${again}`,
        ...step,
        with: { registries: authOf(registry).account },
        env: environment(registry),
      }),
    ),
  ],
  access: (pipeline, registry) => ({ steps: takeRole(pipeline, registry, {}), env: environment(registry) }),
};
