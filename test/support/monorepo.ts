/** A repository of two systems that share nothing but the check of their config, and a third one that only builds. */
import { defineConfig, files, ghcr, image, npmPackage, pipeline, publishImages } from "../../src/index.ts";

export const monorepo = defineConfig({
  project: "shop",
  pipelines: {
    api: pipeline({
      registry: ghcr("acme"),
      builds: {
        app: image({ image: "api", dockerfile: "api/Dockerfile", context: "api", inputs: ["api/**"] }),
        dist: files({ run: "make -C api dist", paths: ["api/dist/**"], caches: ["deps"] }),
      },
      caches: { deps: { paths: ["~/.cache/go"], files: ["api/go.sum"], fill: "make -C api deps" } },
      warmUp: {},
      consumers: {
        unit: { run: "make -C api test", caches: ["deps"], coverage: { file: "cover.out", format: "go" }, results: { junit: ["report.xml"] } },
        smoke: { needs: "app", run: "./api/smoke.sh" },
      },
      bases: { go: { dockerfile: "api/base/Dockerfile", image: "go-base", pins: ["api/Dockerfile"] } },
      nightly: {},
      release: {},
      metrics: {},
      flakes: {},
    }),
    web: pipeline({
      project: "storefront",
      topology: "workflow_call",
      registry: ghcr("acme"),
      files: { prefix: "store-" },
      names: { build: "Storefront" },
      builds: {
        app: image({ image: "web", dockerfile: "web/Dockerfile", context: "web", inputs: ["web/**"] }),
        dist: files({ run: "npm pack ./web", paths: ["*.tgz"] }),
      },
      caches: { deps: { paths: ["~/.npm"], files: ["web/package-lock.json"], fill: "npm ci --prefix web" } },
      warmUp: {},
      consumers: {
        unit: { run: "npm test --prefix web", caches: ["deps"], coverage: { file: "lcov.info", format: "lcov" }, results: { junit: ["report.xml"] } },
        e2e: { name: "Storefront E2E", needs: "app", after: ["unit"], run: "./web/e2e.sh" },
        package: { needs: "dist", run: "./web/check-package.sh" },
      },
      publish: {
        hub: publishImages({ to: { host: "docker.io", namespace: "acme", username: "DOCKERHUB_USERNAME", password: "DOCKERHUB_TOKEN" }, images: "app" }),
        npm: npmPackage({ from: "dist", on: ["release"] }),
      },
      nightly: {},
      release: {},
      metrics: {},
      flakes: {},
    }),
    tools: pipeline({ registry: ghcr("acme"), builds: { app: image({ image: "tools", dockerfile: "tools/Dockerfile", context: "tools", inputs: ["tools/**"] }) } }),
  },
});
