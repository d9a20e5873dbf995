/** To Fly.io, whose command line makes the password of an API token. */
import type { Registry } from "../../../pipeline/types.ts";
import type { Scalar } from "../../../workflow/model.ts";
import { expression } from "../../expressions.ts";
import { useAction } from "../action.ts";
import { runScript } from "../program.ts";
import { type LoginMethod, stepId, twice } from "./method.ts";

const LOG_IN = "flyctl auth docker\n";

function tokenOf({ auth }: Registry): string {
  if (auth?.kind !== "fly") throw new Error("This registry is not Fly.io's.");
  return expression(`secrets.${auth.token}`);
}
const environment = (registry: Registry): Record<string, Scalar> => ({ FLY_API_TOKEN: tokenOf(registry) });

export const byFly: LoginMethod = {
  byIdentity: false,
  steps: (pipeline, registry, options) => [
    ...twice(stepId("flyctl", registry), options, ({ again, ...step }) =>
      useAction(pipeline, "superfly/flyctl-actions/setup-flyctl", { name: `Set up flyctl${again}`, ...step }),
    ),
    ...twice(stepId("login", registry), options, ({ again, ...step }) =>
      runScript({ name: `Log in to ${registry.host}${again}`, ...step, env: environment(registry) }, LOG_IN),
    ),
  ],
  /** Its password lasts for five minutes (Fly.io: "fly auth docker"), which a build may well take. */
  renew: (_pipeline, registry, condition) => [
    runScript(
      { name: `Log in to ${registry.host} anew`, if: condition, continueOnError: true, env: environment(registry) },
      LOG_IN,
    ),
  ],
  /** Docker logs in as `x` there, with the token for a password (flyctl: internal/command/auth/docker.go). */
  access: (_pipeline, registry) => ({
    steps: [],
    env: { REGISTRY_USERNAME: "x", REGISTRY_PASSWORD: tokenOf(registry) },
  }),
};
