/** By a user name and a password, or as the workflow's actor with the job's own token. */
import type { Registry } from "../../../pipeline/types.ts";
import { expression, TOKEN } from "../../expressions.ts";
import { byCredentials, type Credentials, type LoginMethod } from "./method.ts";

/** Without a user name the program takes the workflow's actor. */
const credentialsOf = ({ username, password }: Registry): Credentials => ({
  username: username ? expression(`secrets.${username}`) : undefined,
  password: password ? expression(`secrets.${password}`) : TOKEN,
});

export const byPassword: LoginMethod = {
  byIdentity: false,
  credentials: credentialsOf,
  steps: (_pipeline, registry, options) => [byCredentials(registry, credentialsOf(registry), options)],
  access(_pipeline, registry) {
    const { username, password } = credentialsOf(registry);
    // Programs that ask a registry hold the job's token anyway.
    if (password === TOKEN) return { steps: [], env: {} };
    return { steps: [], env: { ...(username && { REGISTRY_USERNAME: username }), REGISTRY_PASSWORD: password } };
  },
};
