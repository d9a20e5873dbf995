/** How jobs log in to each kind of registry, and what they must be granted for it. */
import { describe, expect, it } from "vitest";
import {
  accessPermissions,
  accessToOwnRegistry,
  login,
  loginPermissions,
  loginPermissionsOfAll,
  loginToOwnRegistry,
  renewalEnvironment,
} from "../../src/compiler/steps/registry.ts";
import { grant } from "../../src/compiler/permissions.ts";
import { dockerHub, ecr, fly, gar, ghcr } from "../../src/index.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";
import type { Permissions, Step } from "../../src/workflow/model.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";
import { plain } from "../support/read-workflows.ts";

const amazon = ecr({ account: "123456789012", region: "eu-west-1", role: "arn:aws:iam::123456789012:role/ci" });
const google = gar({
  location: "europe-west1",
  project: "shop-1",
  repository: "images",
  provider: "projects/12/locations/global/workloadIdentityPools/ci/providers/github",
  serviceAccount: "ci@shop-1.iam.gserviceaccount.com",
});
const flyApp = fly("shop-registry", { token: "FLYIO_AUTH_TOKEN" });

const pipelineOf = (registry: NonNullable<ConfigInput["registry"]>, change: Partial<ConfigInput> = {}): Pipeline => {
  const { pipeline, problems } = planOf(smallConfig({ registry, forks: "ignore", ...change }));
  expect(problems).toEqual([]);
  return pipeline;
};
const actionOf = (step: Step): string | undefined =>
  step.uses ? String(plain(step.uses)).split("@")[0] : step.run?.trim();
const actionsOf = (steps: readonly Step[]): (string | undefined)[] => steps.map(actionOf);
const plainly = (permissions: Permissions): object =>
  Object.fromEntries(Object.entries(permissions).map(([scope, level]) => [scope, plain(level)]));
const granted = (registry: NonNullable<ConfigInput["registry"]>): object =>
  plainly(grant(loginPermissions(pipelineOf(registry).registry, "write")));

describe("a login", () => {
  it("to GitHub's registry takes the job's token, and packages", () => {
    expect(granted(ghcr("acme"))).toEqual({ packages: "write" });
    expect(granted({ ...ghcr("acme"), username: "BOT", password: "BOT_TOKEN" })).toEqual({});
    expect(loginPermissions(undefined, "write")).toEqual({ packages: false });
  });

  it("to Docker Hub takes two secrets, and no permission", () => {
    const hub = dockerHub("acme", { username: "HUB_USER", password: "HUB_TOKEN" });
    expect(loginToOwnRegistry(pipelineOf(hub))).toMatchObject([
      {
        name: "Log in to docker.io",
        uses: "$/.github/pipewright/log-in",
        with: { registry: "docker.io", username: "${{ secrets.HUB_USER }}", password: "${{ secrets.HUB_TOKEN }}" },
      },
    ]);
    expect(granted(hub)).toEqual({});
  });

  it("to Fly.io is made by its command line, with the token in that step alone", () => {
    const steps = loginToOwnRegistry(pipelineOf(flyApp), { if: "trusted" });
    expect(actionsOf(steps)).toEqual(["superfly/flyctl-actions/setup-flyctl", "$/.github/pipewright/run-with-retries"]);
    expect(steps[1]?.with).toEqual({ commands: "flyctl auth docker\n" });
    expect(steps.map((step) => step.if)).toEqual(["trusted", "trusted"]);
    expect(steps.map((step) => step.env)).toEqual([undefined, { FLY_API_TOKEN: "${{ secrets.FLYIO_AUTH_TOKEN }}" }]);
    expect(granted(flyApp)).toEqual({});
  });

  it("to Fly.io is made anew before something is pushed, since it lasts for five minutes only", () => {
    expect(renewalEnvironment(pipelineOf(flyApp))).toEqual({ FLY_API_TOKEN: "${{ secrets.FLYIO_AUTH_TOKEN }}" });
    expect(renewalEnvironment(pipelineOf(ghcr("acme")))).toEqual({});
    expect(renewalEnvironment({ ...pipelineOf(ghcr("acme")), registry: undefined })).toEqual({});
  });

  it("to Amazon is made as a role, whose credentials no other step finds in its environment", () => {
    const steps = loginToOwnRegistry(pipelineOf(amazon));
    expect(actionsOf(steps)).toEqual([
      "aws-actions/configure-aws-credentials",
      "aws-actions/amazon-ecr-login",
      "aws-actions/amazon-ecr-login",
    ]);
    expect(steps[0]?.with).toEqual({
      "role-to-assume": "arn:aws:iam::123456789012:role/ci",
      "aws-region": "eu-west-1",
      "output-credentials": true,
      "output-env-credentials": false,
    });
    expect(steps.map((step) => step["continue-on-error"] ?? false)).toEqual([false, true, false]);
    expect(steps[2]?.if).toBe("steps.login-123456789012-dkr-ecr-eu-west-1-amazonaws-com.outcome == 'failure'");
    expect(steps[2]).toMatchObject({
      with: { registries: "123456789012" },
      env: {
        AWS_REGION: "eu-west-1",
        AWS_SESSION_TOKEN: expect.stringMatching(/^\$\{\{ steps\.role-\S+\.outputs\.aws-session-token \}\}$/),
      },
    });
    expect(granted(amazon)).toEqual({ "id-token": "write" });
  });

  it("to Google is made as a service account, without a file of credentials", () => {
    const steps = loginToOwnRegistry(pipelineOf(google));
    expect(actionsOf(steps)).toEqual(["google-github-actions/auth", "$/.github/pipewright/log-in"]);
    expect(steps[0]?.with).toMatchObject({
      token_format: "access_token",
      service_account: "ci@shop-1.iam.gserviceaccount.com",
      create_credentials_file: false,
    });
    expect(steps[1]?.with).toMatchObject({
      registry: "europe-west1-docker.pkg.dev",
      username: "oauth2accesstoken",
      password: expect.stringContaining("outputs.access_token"),
    });
    expect(granted(google)).toEqual({ "id-token": "write" });
  });

  it.each([ghcr("acme"), flyApp, amazon, google])("may fail where it is optional: $host", (registry) => {
    const steps = loginToOwnRegistry(pipelineOf(registry), { optional: true });
    expect(steps.every((step) => step["continue-on-error"] || step.with?.["optional"])).toBe(true);
    expect(
      loginToOwnRegistry(pipelineOf(registry)).every((step) => step["continue-on-error"] || step.with?.["optional"]),
    ).toBe(false);
  });

  it("has steps that tell each other apart where one job logs in twice", () => {
    const pipeline = pipelineOf(amazon, { copies: [google, flyApp] });
    const ids = [...loginToOwnRegistry(pipeline), ...pipeline.copies.flatMap((copy) => login(pipeline, copy))].flatMap(
      ({ id }) => id ?? [],
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(
      plainly(grant(loginPermissionsOfAll([pipelineOf(ghcr("acme")).registry, ...pipeline.copies], "write"))),
    ).toEqual({ packages: "write", "id-token": "write" });
  });
});

describe("a program that asks the registry itself", () => {
  const envOf = (registry: NonNullable<ConfigInput["registry"]>): object =>
    accessToOwnRegistry(pipelineOf(registry)).env;
  it("gets the user name and the password that Docker would get", () => {
    // It is given the job's own token anyway.
    expect(envOf(ghcr("acme"))).toEqual({});
    expect(envOf({ ...ghcr("acme"), username: "BOT", password: "BOT_TOKEN" })).toEqual({
      REGISTRY_USERNAME: "${{ secrets.BOT }}",
      REGISTRY_PASSWORD: "${{ secrets.BOT_TOKEN }}",
    });
    expect(envOf(flyApp)).toEqual({ REGISTRY_USERNAME: "x", REGISTRY_PASSWORD: "${{ secrets.FLYIO_AUTH_TOKEN }}" });
    expect(envOf(google)).toMatchObject({ REGISTRY_USERNAME: "oauth2accesstoken" });
    expect(Object.keys(envOf(amazon))).toEqual([
      "AWS_ACCESS_KEY_ID",
      "AWS_SECRET_ACCESS_KEY",
      "AWS_SESSION_TOKEN",
      "AWS_REGION",
    ]);
    expect(accessToOwnRegistry({ ...pipelineOf(ghcr("acme")), registry: undefined })).toEqual({ steps: [], env: {} });
  });

  it("deletes packages of GitHub as the workflow itself, also where a bot pushes them", () => {
    expect(
      plainly(
        grant(accessPermissions(pipelineOf({ ...ghcr("acme"), username: "BOT", password: "BOT_TOKEN" }), "write")),
      ),
    ).toEqual({ packages: "write" });
    expect(plainly(grant(accessPermissions(pipelineOf(amazon), "write")))).toEqual({ "id-token": "write" });
  });
});
