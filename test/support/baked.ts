/** A site whose images one bake file describes: one for tests on every event, others that ship from main. */
import type { ConfigInput } from "../../src/config/schema.ts";

const shipping = ["integration", "main", "nightly", "manual", "release"] as const;

export const baked: ConfigInput = {
  project: "site",
  topology: "workflow_run",
  registry: { host: "ghcr.io", namespace: "acme" },
  branches: { integration: ["staging"], feature: ["feature/**"] },
  builds: {
    stack: {
      kind: "bake",
      file: "deploy/docker-bake.hcl",
      platforms: {
        default: ["linux/amd64"],
        main: ["linux/amd64", "linux/arm64"],
        nightly: ["linux/amd64", "linux/arm64"],
        release: ["linux/amd64", "linux/arm64"],
      },
      cache: "registry-per-branch",
      inputs: ["deploy/**", "src/**"],
      labels: { "com.example.build.run": "{run}", "com.example.build.branch": "{branch}" },
      maxSize: "900 MB",
      attest: true,
      budget: { target: "3m", maximum: "6m" },
      targets: {
        test: {
          image: "site-test",
          dockerfile: "deploy/Dockerfile",
          args: { SKIP_JS_BUILD: 1 },
          scan: false,
          maxSize: "2 GB",
        },
        web: { image: "site-web", dockerfile: "deploy/Dockerfile", args: { VERSION: "{version}" }, on: [...shipping] },
        worker: { image: "site-worker", dockerfile: "deploy/Dockerfile", target: "celery", on: [...shipping] },
      },
    },
    tools: { kind: "image", dockerfile: "tools/Dockerfile", cache: "registry" },
  },
  consumers: {
    tests: { needs: "test", run: "./test.sh" },
    smoke: {
      needs: "web",
      container: { ports: [8000], health: { url: "http://localhost:8000/health" } },
      run: "./smoke.sh",
    },
  },
  bases: {
    "site-base": {
      dockerfile: "deploy/Dockerfile.base",
      platforms: ["linux/amd64", "linux/arm64"],
      pins: ["deploy/Dockerfile"],
    },
    tools: {
      dockerfile: "tools/Dockerfile.base",
      image: "tools-base",
      pins: ["tools/Dockerfile", "deploy/Dockerfile"],
      token: "BASES_TOKEN",
      scan: false,
      args: { DEBIAN: "trixie" },
    },
  },
  nightly: {},
  release: {},
  metrics: {},
  mergeQueue: true,
};

/** The same in one run with its tests, which takes back the tags of what has failed. */
export const bakedInOneRun: ConfigInput = { ...baked, topology: "workflow_call", failedTests: "withdraw" };
