/** Systems that publish: the WebAuthn server as its example has it, with its settings turned, and one with everything else. */
import webauthn from "../../examples/webauthn/ci.config.ts";
import type { ConfigInput } from "../../src/config/schema.ts";

/** Every kind of target, on every event, one after the other, with secrets of environments and major releases that wait. */
const everyTarget: ConfigInput = {
  project: "shop",
  topology: "workflow_call",
  registry: { host: "ghcr.io", namespace: "acme" },
  branches: { integration: ["next"] },
  version: { base: "2.3" },
  builds: {
    app: { kind: "image", inputs: ["Dockerfile", "src/**"] },
    cli: { kind: "files", run: "make cli", paths: ["dist/**"] },
    library: { kind: "files", run: "make library", paths: ["staging/**"], inputs: ["library/**"] },
  },
  consumers: {
    smoke: { needs: ["app", "cli"], run: "./smoke.sh" },
    reviewed: {
      needs: ["app", "library"],
      run: "./review.sh",
      on: ["main", "integration", "release", "nightly", "manual"],
    },
    advice: { needs: "app", run: "./advise.sh", failure: "soft" },
  },
  publish: {
    quay: {
      kind: "images",
      to: { host: "quay.io", namespace: "acme", username: "QUAY_USER", password: "QUAY_PASSWORD" },
      images: "app",
      tags: ["{version}", "{channel}", "newest"],
      on: ["main", "integration", "nightly", "release"],
      environment: "registry",
    },
    npm: {
      kind: "npm",
      from: "cli",
      access: "restricted",
      registry: "https://npm.example.com",
      on: ["main", "release"],
      environment: { name: "packages" },
    },
    central: {
      kind: "maven",
      from: "library",
      username: "CENTRAL_USER",
      password: "CENTRAL_PASSWORD",
      signingKey: "SIGNING_KEY",
      on: ["main", "release"],
      environment: { name: "packages", when: "major" },
    },
    notes: { kind: "githubRelease", files: ["cli"], sboms: ["app"], after: ["npm"] },
    staging: {
      kind: "deploy",
      images: "app",
      run: './deploy.sh "$IMAGE"',
      on: ["main", "release"],
      environment: { name: "staging", url: "https://staging.example.com" },
    },
    live: {
      kind: "deploy",
      images: ["app"],
      setup: { node: 24 },
      secrets: ["DEPLOY_KEY"],
      canary: { run: './deploy.sh --part "$IMAGE"', verify: "./ask.sh" },
      run: ['./deploy.sh "$IMAGE"'],
      health: { url: "https://example.com/health" },
      on: ["release"],
      after: ["staging"],
      environment: { name: "production", when: "major" },
    },
  },
  nightly: {},
  release: { environment: { name: "production", when: "major" } },
  retention: { afterRun: {} },
  failedTests: "withdraw",
  metrics: {},
};

export const published: readonly [string, ConfigInput][] = [
  ["the WebAuthn server", webauthn],
  ["the WebAuthn server that publishes nothing", { ...webauthn, publishing: false }],
  ["the WebAuthn server without a clean-up of its own", { ...webauthn, retention: { dryRun: false } }],
  ["a shop that publishes everything", everyTarget],
];
