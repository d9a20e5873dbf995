/** What each kind of target hands to its program, as its settings turn it. */
import { describe, expect, it } from "vitest";
import webauthn from "../../examples/webauthn/ci.config.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { planOf } from "../support/plan-of.ts";
import { jobOf, readWorkflows, stepOf } from "../support/read-workflows.ts";

const login = { username: "USER", password: "PASSWORD" };
const job = (target: NonNullable<ConfigInput["publish"]>[string]) => {
  const { pipeline, problems } = planOf({ ...webauthn, publish: { it: target } });
  expect(problems).toEqual([]);
  return jobOf(readWorkflows(pipeline), "main-ci-cd.yml", "deliver-it");
};

describe("npm", () => {
  const step = (change: object) =>
    stepOf(job({ kind: "npm", from: "client-typescript", ...change }), "Publish the package");

  it("trusts the workflow where there is no token: then the job says who it is", () => {
    expect(step({}).env).toMatchObject({ TRUSTED: true, PROVENANCE: true, ACCESS: "public" });
    expect(step({}).env).not.toHaveProperty("NODE_AUTH_TOKEN");
    expect(job({ kind: "npm", from: "client-typescript" }).permissions).toEqual({ "id-token": "write" });
  });

  it("takes a token in the one step that publishes", () => {
    expect(step({ token: "NPM_TOKEN" }).env).toMatchObject({
      TRUSTED: false,
      NODE_AUTH_TOKEN: "${{ secrets.NPM_TOKEN }}",
      PROVENANCE: true,
    });
    expect(
      job({ kind: "npm", from: "client-typescript", token: "NPM_TOKEN" }).steps.filter(({ env }) =>
        JSON.stringify(env).includes("secrets.NPM_TOKEN }}"),
      ),
    ).toHaveLength(1);
  });

  it("vouches for no package that nobody else can see: then a job with a token has no identity", () => {
    const elsewhere = { token: "NPM_TOKEN", access: "restricted", registry: "https://npm.example.com" } as const;
    expect(step(elsewhere).env).toMatchObject({ PROVENANCE: false, REGISTRY_URL: "https://npm.example.com" });
    expect(job({ kind: "npm", from: "client-typescript", ...elsewhere }).permissions).toEqual({});
  });
});

describe("images", () => {
  const to = { host: "docker.io", namespace: "acme", ...login };

  it("stand for the version, the commit and the channel in their tags", () => {
    const { env } = stepOf(
      job({ kind: "images", to, images: "webauthn-server", tags: ["v{version}-{commit}"] }),
      "Copy the tested image of webauthn-server",
    );
    expect(env["COPIES"]).toBe(
      "docker.io/acme/webauthn-server:v${{ needs.plan.outputs.version }}-${{ needs.plan.outputs.sha }}",
    );
  });

  it("that have no moving tag ask nobody which commit is the newest", () => {
    expect(
      job({ kind: "images", to, images: "webauthn-server", tags: ["{version}"] }).steps.map(({ program }) => program),
    ).not.toContain("still-newest.sh");
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
    const { env } = stepOf(
      job({ kind: "maven", from: "client-android", username: "A", password: "B", signingKey: "C", timeout: "20m" }),
      "Publish the artifacts",
    );
    expect(env).toMatchObject({ TIMEOUT_SECONDS: 1080, SIGNING_KEY: "${{ secrets.C }}" });
    expect(env).not.toHaveProperty("SIGNING_PASSWORD");
  });
});

describe("what is published by hand", () => {
  it("has the version of a push to main; every other run by hand has a prerelease's", () => {
    const plan = jobOf(readWorkflows(planOf(webauthn).pipeline), "main-ci-cd.yml", "plan");
    expect(stepOf(plan, "Decide the version").env["CLASS"]).toBe(
      "${{ steps.plan.outputs.class == 'manual' && inputs.force_publish && github.ref_name == 'main' && 'main' || steps.plan.outputs.class }}",
    );
  });
});
