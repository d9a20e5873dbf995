/** docker/login-action: asks the registry whether the login is good, and keeps it until the job ends. */
import { knownAction } from "../../../src/actions/catalogue.ts";
import { type Action, ActionFailed } from "../action.ts";
import { localHost, loginKey, readDockerConfig, writeDockerConfig } from "../registry-client.ts";

export const login: Action = {
  name: "docker/login-action",
  inputs: Object.keys(knownAction("docker/login-action")?.inputs ?? {}),
  async run(context) {
    const { inputs, env } = context;
    const { username = "", password = "" } = inputs;
    if (username === "" || password === "") throw new ActionFailed("Username and password required");
    const name = inputs["registry"] || "docker.io";
    const host = localHost(env, name);
    const auth = Buffer.from(`${username}:${password}`).toString("base64");
    let status = 0;
    try {
      status = (await fetch(`http://${host}/v2/`, { headers: { authorization: `Basic ${auth}` } })).status;
    } catch (error) {
      throw new ActionFailed(
        `Error response from daemon: Get "https://${name}/v2/": ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    if (status !== 200) throw new ActionFailed(`Error response from daemon: Get "https://${name}/v2/": ${status}`);
    const config = readDockerConfig(env);
    config.auths[loginKey(name)] = { auth };
    writeDockerConfig(env, config);
    context.print("Login Succeeded!");
    if (inputs["logout"] !== "false") {
      context.after(() => {
        const { [loginKey(name)]: _, ...auths } = readDockerConfig(env).auths;
        writeDockerConfig(env, { auths });
      });
    }
    return {};
  },
};
