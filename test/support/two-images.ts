/**
 * A system that no one planned for: two images and files, one consumer that needs both images, a registry that is not
 * GitHub's, branches by other names, and commits of twelve characters.
 */
import { days, defineConfig, files, image, minutes, registry } from "../../src/index.ts";

export const twoImages = defineConfig({
  project: "depot",
  topology: "workflow_run",
  registry: registry("quay.io", { namespace: "harbour/team", username: "QUAY_USER", password: "QUAY_TOKEN" }),
  branches: { main: "trunk", integration: ["next", "lts/v2"], feature: ["topic/*", "spike/**"] },
  channels: { trunk: "stable", next: "edge", "lts/v2": "lts-v2" },
  tags: { shaLength: 12, commit: "{branch}-{sha}", pullRequest: "review-{number}-{sha}" },
  mergeQueue: true,
  builds: {
    api: image({
      context: "api",
      dockerfile: "api/Dockerfile",
      image: "depot-api",
      platforms: ["linux/amd64", "linux/arm64"],
      multiPlatform: "emulated",
      cache: "registry",
    }),
    worker: image({
      context: "worker",
      dockerfile: "worker/Dockerfile",
      image: "depot-worker",
      target: "runtime",
      sbom: false,
      provenance: false,
      scan: false,
      fallback: false,
    }),
    client: files({
      setup: { go: "1.25", cache: "go" },
      run: "make client",
      paths: ["out/client.tar.gz"],
      keep: days(3),
    }),
  },
  consumers: {
    contract: {
      name: "Contract tests",
      needs: ["api", "worker", "client"],
      services: {
        broker: {
          image: "rabbitmq:4.1.1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
          ports: [5672],
          options: "--health-cmd 'rabbitmq-diagnostics ping'",
        },
        cache: { image: "redis:8.2" },
      },
      setup: { python: "3.13", cache: "pip" },
      run: [
        "pip install -r tests/requirements.txt",
        'pytest --api "$IMAGE_API" --worker "$IMAGE_WORKER" --client "$FILES_CLIENT"',
      ],
      secrets: ["LICENCE_KEY"],
      artifacts: [{ name: "report", path: ["report.xml", "logs/**"], when: "always", keep: days(14) }],
      timeout: minutes(40),
    },
    load: {
      name: "Load test",
      needs: "api",
      on: ["integration", "main"],
      required: false,
      forks: false,
      run: "./load.sh",
      dispatch: false,
    },
  },
  retention: { dryRun: false, protect: ["stable-*"] },
  release: { tags: "release-*", wait: minutes(90) },
  queue: "single",
});
