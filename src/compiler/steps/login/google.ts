/** To Google Cloud, as a service account that trusts this workflow's identity. */
import type { Pipeline, Registry } from "../../../pipeline/types.ts";
import type { Step } from "../../../workflow/model.ts";
import { expression } from "../../expressions.ts";
import { useAction } from "../action.ts";
import { byCredentials, type LoginMethod, type LoginOptions, stepId, stepOf } from "./method.ts";

/** The user name that goes with an access token (Artifact Registry: "Configure authentication to Artifact Registry for Docker"). */
const USER = "oauth2accesstoken";

const accountId = (registry: Registry): string => stepId("account", registry);
const tokenOf = (registry: Registry): string => expression(`steps.${accountId(registry)}.outputs.access_token`);

/** The action asks again by itself where Google fails for a moment. */
function actAs(pipeline: Pipeline, registry: Registry, options: LoginOptions): Step {
  const { auth } = registry;
  if (auth?.kind !== "google") throw new Error("This registry is not Google's.");
  return useAction(pipeline, "google-github-actions/auth", {
    name: `Act as the service account of ${registry.host}`,
    id: accountId(registry),
    ...stepOf(options),
    // Without a file of credentials, which would lie in the workspace for every later command to find.
    with: {
      token_format: "access_token",
      workload_identity_provider: auth.provider,
      service_account: auth.serviceAccount,
      create_credentials_file: false,
      export_environment_variables: false,
    },
  });
}

export const byGoogle: LoginMethod = {
  byIdentity: true,
  steps: (pipeline, registry, options) => [
    actAs(pipeline, registry, options),
    byCredentials(registry, { username: USER, password: tokenOf(registry) }, options),
  ],
  access: (pipeline, registry) => ({
    steps: [actAs(pipeline, registry, {})],
    env: { REGISTRY_USERNAME: USER, REGISTRY_PASSWORD: tokenOf(registry) },
  }),
};
