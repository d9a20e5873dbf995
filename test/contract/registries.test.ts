/** What jobs hold and do where the registry is not GitHub's: it logs in by an identity, or by a token that lasts for minutes. */
import { describe, expect, it } from "vitest";
import { knownAction } from "../../src/actions/catalogue.ts";
import { compile, ecr, fly, gar, ghcr, image } from "../../src/index.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { findingsInEmitted } from "../support/lint-emitted.ts";
import { systemOf } from "../support/systems.ts";

const base: ConfigInput = {
  project: "shop",
  builds: { app: image({ inputs: ["Dockerfile", "src/**"] }) },
  consumers: { smoke: { needs: "app", run: "./smoke.sh" } },
  nightly: {},
  release: {},
  metrics: {},
};
const onAmazon = systemOf("a shop on Amazon's registry, with a mirror", {
  ...base,
  registry: ecr({
    account: "123456789012",
    region: "eu-west-1",
    role: "arn:aws:iam::123456789012:role/ci",
    namespace: "shop",
  }),
  copies: [
    gar({
      location: "eu",
      project: "shop-1",
      repository: "images",
      provider: "projects/12/locations/global/workloadIdentityPools/ci/providers/github",
      serviceAccount: "ci@shop-1.iam.gserviceaccount.com",
    }),
  ],
  mirrors: [ghcr("acme")],
  forks: "ignore",
});
const onFly = systemOf("a shop on Fly.io's registry", {
  ...base,
  registry: fly("shop-registry", { token: "FLYIO_AUTH_TOKEN" }),
  branches: { feature: ["feature/**"] },
  builds: { app: image({ cache: "registry", attest: true }) },
});

const jobsOf = ({ workflows }: typeof onFly) => workflows.flatMap((workflow) => workflow.jobs);
const IDENTITY_LOGINS = [
  "aws-actions/configure-aws-credentials",
  "google-github-actions/auth",
  "actions/attest-build-provenance",
];

describe.each([onAmazon, onFly])("$name", (system) => {
  it("proves its identity only in jobs that log in by it or sign, and each of them may", () => {
    for (const job of jobsOf(system)) {
      // A call hands on what the jobs of the called workflow ask for, of which each is looked at itself.
      if (job.calls) continue;
      const proves = job.steps.some(({ action }) => action !== undefined && IDENTITY_LOGINS.includes(action));
      expect(job.permissions["id-token"], job.where).toBe(proves ? "write" : undefined);
    }
  });

  it("holds packages of GitHub only where GitHub's own registry is logged in to", () => {
    for (const job of jobsOf(system)) {
      if (job.calls) continue;
      const logsIn = job.steps.some((step) => step.with["registry"] === "ghcr.io");
      if (!logsIn) expect(job.permissions["packages"], job.where).toBeUndefined();
      else expect(["read", "write"], job.where).toContain(job.permissions["packages"]);
    }
  });

  it("passes its actions what they have and need", () => {
    for (const step of jobsOf(system).flatMap((job) => job.steps)) {
      if (step.program) continue;
      const known = step.action === undefined ? undefined : knownAction(step.action);
      if (step.action !== undefined) expect(known, step.where).toBeDefined();
      for (const input of Object.keys(step.with)) expect(Object.keys(known?.inputs ?? {}), step.where).toContain(input);
      for (const [input, kind] of Object.entries(known?.inputs ?? {}))
        if (kind === "required") expect(step.with[input], `${step.where}: ${input}`).toBeTruthy();
    }
  });

  it("lints clean under strict", async () => {
    const findings = await findingsInEmitted(await compile(system.config));
    // Whoever tests in a job that logs in as itself has asked for that: forks are kept out, this repository's branches are not.
    const askedFor = system === onAmazon ? ["untrusted-artifact"] : [];
    expect(findings.filter((finding) => !askedFor.some((rule) => finding.includes(` ${rule}: `)))).toEqual([]);
  });

  it("hands credentials to steps, never to a job", () => {
    for (const job of jobsOf(system)) {
      expect(JSON.stringify(job.env), job.where).not.toMatch(/secrets\.|access_token|AWS_/);
      for (const step of job.steps.filter(({ with: inputs }) => inputs["role-to-assume"] !== undefined))
        expect(step.with["output-env-credentials"], step.where).toBe(false);
    }
  });
});

describe("on Fly.io", () => {
  it("logs in anew before each attempt to push: the program has the token, and only that step", () => {
    const build = jobsOf(onFly).find(({ id }) => id === "build-app");
    const pushes = build?.steps.filter(
      ({ program, with: given }) => program === "export-image" && given["to"] === "push",
    );
    expect(pushes?.map(({ env }) => env)).toEqual([{ FLY_API_TOKEN: "${{ secrets.FLYIO_AUTH_TOKEN }}" }]);
  });

  it("keeps a fork's run from the token", () => {
    const test = jobsOf(onFly).find(({ id, where }) => id === "test" && where.startsWith("smoke"));
    const logins = test?.steps.filter((step) => JSON.stringify(step.env).includes("FLYIO_AUTH_TOKEN")) ?? [];
    expect(logins.map((step) => step.if)).toEqual(["inputs.trusted"]);
  });
});
