/** What each kind of target hands to its program, as its settings turn it. */
import { describe, expect, it } from "vitest";
import webauthn from "../../examples/webauthn/ci.config.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { planFile } from "../../src/pipeline/plan-file.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";
import { planOf } from "../support/plan-of.ts";
import { jobOf, readWorkflows, stepOf } from "../support/read-workflows.ts";

const login = { username: "USER", password: "PASSWORD" };
type Target = NonNullable<ConfigInput["publish"]>[string];
const pipelineOf = (target: Target): Pipeline => {
  const { pipeline, problems } = planOf({ ...webauthn, publish: { it: target } });
  expect(problems).toEqual([]);
  return pipeline;
};
const job = (target: Target) => jobOf(readWorkflows(pipelineOf(target)), "main-ci-cd.yml", "deliver-it");
/** What its program reads in plan.json. */
const planned = (target: Target) => planFile([pipelineOf(target)], {}).pipelines[""]?.publish["it"];

describe("npm", () => {
  const target = (change: object): Target => ({ kind: "npm", from: "client-typescript", ...change });
  const step = (change: object) => stepOf(job(target(change)), "Publish the package");

  it("trusts the workflow where there is no token: then the job says who it is", () => {
    expect(planned(target({}))).toMatchObject({
      trusted: true,
      provenance: true,
      access: "public",
      registry: "https://registry.npmjs.org",
    });
    expect(step({}).env).not.toHaveProperty("NODE_AUTH_TOKEN");
    expect(job({ kind: "npm", from: "client-typescript" }).permissions).toEqual({ "id-token": "write" });
  });

  it("takes a token in the one step that publishes", () => {
    expect(planned(target({ token: "NPM_TOKEN" }))).toMatchObject({ trusted: false, provenance: true });
    expect(step({ token: "NPM_TOKEN" }).env).toEqual({ NODE_AUTH_TOKEN: "${{ secrets.NPM_TOKEN }}" });
    expect(
      job({ kind: "npm", from: "client-typescript", token: "NPM_TOKEN" }).steps.filter(({ env }) =>
        JSON.stringify(env).includes("secrets.NPM_TOKEN }}"),
      ),
    ).toHaveLength(1);
  });

  it("publishes with an npm that knows how, the version and under the channel of the run", () => {
    expect(job(target({})).steps.map(({ name }) => name)).toContain("Set up Node.js");
    expect(step({}).with).toEqual({
      target: "it",
      version: "${{ needs.plan.outputs.version }}",
      "dist-tag": "${{ needs.plan.outputs.channel }}",
    });
  });

  it("vouches for no package that nobody else can see: then a job with a token has no identity", () => {
    const elsewhere = { token: "NPM_TOKEN", access: "restricted", registry: "https://npm.example.com" } as const;
    expect(planned(target(elsewhere))).toMatchObject({ provenance: false, registry: "https://npm.example.com" });
    expect(job({ kind: "npm", from: "client-typescript", ...elsewhere }).permissions).toEqual({});
  });
});

describe("images", () => {
  const to = { host: "docker.io", namespace: "acme", ...login };

  it("stand for the version, the commit and the channel in their tags", () => {
    const target = { kind: "images" as const, to, images: "webauthn-server", tags: ["v{version}-{commit}"] };
    const step = stepOf(job(target), "Copy the tested image of webauthn-server");
    expect(step.with).toMatchObject({
      build: "webauthn-server",
      target: "it",
      version: "${{ needs.plan.outputs.version }}",
      sha: "${{ needs.plan.outputs.sha }}",
    });
    expect(step.with).not.toHaveProperty("channel");
    expect(planned(target)).toMatchObject({
      names: { "webauthn-server": "docker.io/acme/webauthn-server" },
      tags: [{ pattern: "v{version}-{commit}", moves: false }],
    });
  });

  it("that have no moving tag ask nobody which commit is the newest", () => {
    const step = (tag: string) =>
      stepOf(
        job({ kind: "images", to, images: "webauthn-server", tags: [tag] }),
        "Copy the tested image of webauthn-server",
      );
    expect(step("{version}").with).not.toHaveProperty("gh-token");
    expect(step("{channel}").with).toHaveProperty("gh-token");
  });

  it("hold no identity and no attestation where nothing is signed", () => {
    expect(job({ kind: "images", to, images: "webauthn-server" }).permissions).toEqual({
      contents: "read",
      packages: "write",
    });
    expect(job({ kind: "images", to, images: "webauthn-server", sign: true }).permissions).toMatchObject({
      "id-token": "write",
    });
    expect(job({ kind: "images", to, images: "webauthn-server", attest: true }).permissions).toMatchObject({
      "id-token": "write",
      attestations: "write",
    });
  });
});

describe("Maven Central", () => {
  it("has time to decide until shortly before the job's end, and needs no password for a key without one", () => {
    const target = {
      kind: "maven" as const,
      from: "client-android",
      username: "A",
      password: "B",
      signingKey: "C",
      timeout: "20m" as const,
    };
    const { with: inputs } = stepOf(job(target), "Publish the artifacts");
    expect(planned(target)).toMatchObject({ timeoutSeconds: 1080, from: "client-android" });
    expect(inputs).toMatchObject({ "signing-key": "${{ secrets.C }}" });
    expect(inputs).not.toHaveProperty("signing-password");
  });
});

describe("what is published by hand", () => {
  it("has the version of a push to main; every other run by hand has a prerelease's", () => {
    // test/execution/versions.test.ts plays it; here is what it is told.
    const { pipeline } = planOf(webauthn);
    const plan = jobOf(readWorkflows(pipeline), "main-ci-cd.yml", "plan");
    expect(stepOf(plan, "Decide the version").with).toEqual({ plan: "${{ steps.plan.outputs.plan }}" });
    const part = planFile([pipeline], {}).pipelines[""];
    expect(part?.versionBase).toBe("1.0");
    expect(Object.values(part?.publish ?? {}).some(({ on }) => on.includes("main"))).toBe(true);
  });
});
