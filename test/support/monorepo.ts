/** A repository of three systems that share nothing but the check of their config. */
import {
  type ConfigInput,
  defineConfig,
  files,
  ghcr,
  image,
  npmPackage,
  pipeline,
  publishImages,
} from "../../src/index.ts";

const usual = { topology: "workflow_run" as const, registry: ghcr("acme"), nightly: {}, release: {}, metrics: {} };

export const monorepo = defineConfig({
  project: "shop",
  pipelines: {
    api: pipeline({
      ...usual,
      builds: { app: image({ image: "api", dockerfile: "api/Dockerfile", context: "api", inputs: ["api/**"] }) },
      consumers: { smoke: { needs: "app", run: "./api/smoke.sh" } },
    }),
    web: pipeline({
      ...usual,
      project: "storefront",
      topology: "workflow_call",
      files: { prefix: "store-" },
      names: { build: "Storefront" },
      builds: {
        app: image({ image: "web", dockerfile: "web/Dockerfile", context: "web", inputs: ["web/**"] }),
        dist: files({ run: "npm pack ./web", paths: ["*.tgz"] }),
      },
      consumers: {
        package: { needs: "dist", run: "./web/check-package.sh" },
        e2e: { name: "Storefront E2E", needs: "app", after: ["package"], run: "./web/e2e.sh" },
      },
    }),
    tools: pipeline({
      registry: ghcr("acme"),
      builds: {
        app: image({ image: "tools", dockerfile: "tools/Dockerfile", context: "tools", inputs: ["tools/**"] }),
      },
    }),
  },
});

const publishing: NonNullable<ConfigInput["pipelines"]>[string] = {
  publish: {
    hub: publishImages({
      to: { host: "docker.io", namespace: "acme", username: "DOCKERHUB_USERNAME", password: "DOCKERHUB_TOKEN" },
      images: "app",
    }),
    npm: npmPackage({ from: "dist", on: ["release"] }),
  },
};

/** The same, one of them publishing, and each with what is kept in places that a repository has but once: caches, reports, comments, base images. */
export const keepingMonorepo: ConfigInput = {
  ...monorepo,
  pipelines: Object.fromEntries(
    Object.entries(monorepo.pipelines ?? {}).map(([key, member]) => [
      key,
      {
        ...member,
        ...(key === "web" && publishing),
        caches: { deps: { paths: ["~/.cache"], files: ["lock"], fill: "make deps" } },
        warmUp: {},
        flakes: {},
        metrics: {},
        bases: { base: { image: `${key}-base`, dockerfile: `${key}/base/Dockerfile`, pins: [`${key}/Dockerfile`] } },
        consumers: {
          ...member.consumers,
          unit: {
            run: "make test",
            caches: ["deps"],
            coverage: { file: "lcov.info", format: "lcov" },
            results: { junit: ["report.xml"] },
          },
        },
      },
    ]),
  ),
};
