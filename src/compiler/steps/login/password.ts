/** By a user name and a password, or as the workflow's actor with the job's own token. */
import type { Registry } from "../../../pipeline/types.ts";
import { expression, TOKEN } from "../../expressions.ts";
import { byCredentials, type LoginMethod } from "./method.ts";

const credentialsOf = ({ username, password }: Registry): { username: string; password: string } => ({
  username: username ? expression(`secrets.${username}`) : expression("github.actor"),
  password: password ? expression(`secrets.${password}`) : TOKEN,
});

export const byPassword: LoginMethod = {
  byIdentity: false,
  steps: (_pipeline, registry, options) => [byCredentials(registry, credentialsOf(registry), options)],
  access(_pipeline, registry) {
    const { username, password } = credentialsOf(registry);
    return { steps: [], env: { REGISTRY_USERNAME: username, REGISTRY_PASSWORD: password } };
  },
};
