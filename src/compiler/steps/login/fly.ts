/** To Fly.io, whose command line makes the password of an API token. */
import type { Registry } from "../../../pipeline/types.ts";
import type { Scalar } from "../../../workflow/model.ts";
import { expression } from "../../expressions.ts";
import { useAction } from "../action.ts";
import { useProgram } from "../program.ts";
import { type LoginMethod, loginStep, stepOf } from "./method.ts";

const LOG_IN = "flyctl auth docker\n";

function tokenOf({ auth }: Registry): string {
  if (auth?.kind !== "fly") throw new Error("This registry is not Fly.io's.");
  return expression(`secrets.${auth.token}`);
}
const environment = (registry: Registry): Record<string, Scalar> => ({ FLY_API_TOKEN: tokenOf(registry) });

export const byFly: LoginMethod = {
  byIdentity: false,
  steps: (pipeline, registry, options) => [
    // The action's download is tried again by itself (actions/toolkit: tool-cache).
    useAction(pipeline, "superfly/flyctl-actions/setup-flyctl", { name: "Set up flyctl", ...stepOf(options) }),
    useProgram("run-with-retries", {
      name: loginStep(registry),
      ...stepOf(options),
      with: { commands: LOG_IN },
      env: environment(registry),
    }),
  ],
  /** Docker logs in as `x` there, with the token for a password (flyctl: internal/command/auth/docker.go). */
  access: (_pipeline, registry) => ({
    steps: [],
    env: { REGISTRY_USERNAME: "x", REGISTRY_PASSWORD: tokenOf(registry) },
  }),
};
