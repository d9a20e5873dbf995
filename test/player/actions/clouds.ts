/** Logins of clouds: they exchange the job's identity for credentials, so the job needs id-token: write. */
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { knownAction } from "../../../src/actions/catalogue.ts";
import { type Action, type ActionContext, ActionFailed } from "../action.ts";
import { allows } from "../permissions.ts";
import { localHost, readDockerConfig, writeDockerConfig } from "../registry-client.ts";

/** What the clouds hand out; a world's registry takes them as a password. */
export const ECR_LOGIN = { username: "AWS", password: "ecr-password-for-twelve-hours" };
export const GOOGLE_LOGIN = { username: "oauth2accesstoken", password: "ya29.access-token-for-one-hour" };

const inputsOf = (name: string): string[] => Object.keys(knownAction(name)?.inputs ?? {});

function needIdentity({ job }: ActionContext, message: string): void {
  if (!allows(job.permissions, "id-token", "write"))
    throw new ActionFailed(`${message}: the job lacks id-token: write.`);
}

export const configureAws: Action = {
  name: "aws-actions/configure-aws-credentials",
  inputs: inputsOf("aws-actions/configure-aws-credentials"),
  required: ["aws-region"],
  run(context) {
    const { inputs } = context;
    const role = inputs["role-to-assume"] ?? "";
    const keys = inputs["aws-access-key-id"] ?? "";
    if (role === "" && keys === "")
      throw new ActionFailed("Could not determine how to assume credentials. Please check your inputs and try again.");
    if (keys === "")
      needIdentity(
        context,
        "Credentials could not be loaded, please check your action inputs: Could not load credentials from any providers",
      );
    const account = /^arn:aws:iam::(\d{12}):role\//.exec(role)?.[1] ?? "000000000000";
    if (role !== "" && account === "000000000000")
      throw new ActionFailed(`Could not assume role with OIDC: ${role} is no ARN of a role.`);
    const variables = {
      AWS_REGION: inputs["aws-region"] ?? "",
      AWS_DEFAULT_REGION: inputs["aws-region"] ?? "",
      AWS_ACCESS_KEY_ID: keys || "ASIAEXAMPLE",
      AWS_SECRET_ACCESS_KEY: inputs["aws-secret-access-key"] || "aws-secret-of-this-job",
      AWS_SESSION_TOKEN: "aws-session-of-this-job",
    };
    if (inputs["output-env-credentials"] !== "false")
      for (const [name, value] of Object.entries(variables)) context.setVariable(name, value);
    context.mask(variables.AWS_SECRET_ACCESS_KEY);
    context.mask(variables.AWS_SESSION_TOKEN);
    context.memory.set("aws-account", account);
    const credentials = {
      "aws-access-key-id": variables.AWS_ACCESS_KEY_ID,
      "aws-secret-access-key": variables.AWS_SECRET_ACCESS_KEY,
      "aws-session-token": variables.AWS_SESSION_TOKEN,
    };
    return Promise.resolve({
      "aws-account-id": account,
      ...(inputs["output-credentials"] === "true" ? credentials : {}),
    });
  },
};

export const ecrLogin: Action = {
  name: "aws-actions/amazon-ecr-login",
  inputs: inputsOf("aws-actions/amazon-ecr-login"),
  run(context) {
    const { inputs, env, memory } = context;
    const region = env["AWS_REGION"] ?? "";
    if (region === "" || !env["AWS_ACCESS_KEY_ID"])
      throw new ActionFailed("Could not load credentials from any providers");
    const account = inputs["registries"] || String(memory.get("aws-account") ?? "000000000000");
    const registry =
      inputs["registry-type"] === "public" ? "public.ecr.aws" : `${account}.dkr.ecr.${region}.amazonaws.com`;
    localHost(env, registry);
    const config = readDockerConfig(env);
    config.auths[registry] = { auth: Buffer.from(`${ECR_LOGIN.username}:${ECR_LOGIN.password}`).toString("base64") };
    writeDockerConfig(env, config);
    context.mask(ECR_LOGIN.password);
    return Promise.resolve({ registry });
  },
};

export const googleAuth: Action = {
  name: "google-github-actions/auth",
  inputs: inputsOf("google-github-actions/auth"),
  run(context) {
    const { inputs } = context;
    const provider = inputs["workload_identity_provider"] ?? "";
    if (provider === "" && !inputs["credentials_json"])
      throw new ActionFailed(
        'google-github-actions/auth failed with: the GitHub Action workflow must specify exactly one of "workload_identity_provider" or "credentials_json"!',
      );
    if (provider !== "")
      needIdentity(
        context,
        "google-github-actions/auth failed with: GitHub Actions did not inject $ACTIONS_ID_TOKEN_REQUEST_TOKEN or $ACTIONS_ID_TOKEN_REQUEST_URL into this job",
      );
    const outputs: Record<string, string> = {
      project_id: inputs["project_id"] ?? "",
      auth_token: GOOGLE_LOGIN.password,
    };
    if (inputs["create_credentials_file"] !== "false") {
      const file = join(context.workspace, "gha-creds-0123456789abcdef.json");
      writeFileSync(file, "{}");
      outputs["credentials_file_path"] = file;
      if (inputs["export_environment_variables"] !== "false")
        context.setVariable("GOOGLE_APPLICATION_CREDENTIALS", file);
    }
    if (inputs["token_format"] === "access_token") {
      if (!inputs["service_account"] && provider === "")
        throw new ActionFailed(
          "google-github-actions/auth failed with: a service_account is needed for an access token",
        );
      context.mask(GOOGLE_LOGIN.password);
      outputs["access_token"] = GOOGLE_LOGIN.password;
    }
    return Promise.resolve(outputs);
  },
};
