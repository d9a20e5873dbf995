/** The systems on which the pipeline contract is tested: the examples, this project, and Charon with options turned. */
import charon from "../../examples/charon/ci.config.ts";
import minimal from "../../examples/minimal/ci.config.ts";
import own from "../../ci.config.ts";
import { type ConfigInput, configSchema, type ConsumerInput, type ImageBuildInput } from "../../src/config/schema.ts";
import { plans } from "../../src/pipeline/plans.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";
import { deployedSystems } from "./deployed.ts";
import { baked, bakedInOneRun } from "./baked.ts";
import { monorepo } from "./monorepo.ts";
import { planOf } from "./plan-of.ts";
import { published } from "./published.ts";
import { type EmittedWorkflow, readWorkflows } from "./read-workflows.ts";
import { twoImages } from "./two-images.ts";

export interface System {
  readonly name: string;
  readonly config: ConfigInput;
  readonly pipeline: Pipeline;
  readonly workflows: readonly EmittedWorkflow[];
}

/** Plans and compiles a config that has no problems. */
export function systemOf(name: string, config: ConfigInput): System {
  const { pipeline, problems } = planOf(config);
  if (problems.length > 0)
    throw new Error(`${name}: ${problems.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n")}`);
  return compiledWhenAsked({ name, config, pipeline });
}

/** Most files ask some systems only, and many nothing but the plan. What one has asked for, the next finds compiled. */
function compiledWhenAsked(system: Omit<System, "workflows">): System {
  let workflows: System["workflows"] | undefined;
  return {
    ...system,
    get workflows() {
      return (workflows ??= readWorkflows(system.pipeline));
    },
  };
}

/** Each of several pipelines that one config declares. */
export function systemsOf(name: string, config: ConfigInput): System[] {
  const { pipelines, problems } = plans(configSchema.parse(config));
  if (problems.length > 0)
    throw new Error(`${name}: ${problems.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n")}`);
  return pipelines.flatMap((pipeline) => {
    const own = pipeline.member === undefined ? undefined : config.pipelines?.[pipeline.member];
    return own
      ? [
          compiledWhenAsked({
            name: `${name}: ${pipeline.member}`,
            config: { ...own, project: pipeline.project },
            pipeline,
          }),
        ]
      : [];
  });
}

/** Charon with two of its consumers, which is as telling and much shorter. */
const wholeCharon: ConfigInput = charon;
const someConsumers = Object.fromEntries(
  Object.entries(wholeCharon.consumers ?? {}).filter(([key]) => key === "e2e-tests" || key === "security-pr"),
);
export const shortCharon: ConfigInput = { ...wholeCharon, consumers: someConsumers };

export const withImage = (change: Partial<ImageBuildInput>, config: ConfigInput = shortCharon): ConfigInput => ({
  ...config,
  builds: Object.fromEntries(
    Object.entries(config.builds ?? {}).map(([key, build]) => [
      key,
      build.kind === "image" ? { ...build, ...change } : build,
    ]),
  ),
});

export const withConsumers = (change: Partial<ConsumerInput>, config: ConfigInput = shortCharon): ConfigInput => ({
  ...config,
  consumers: Object.fromEntries(
    Object.entries(config.consumers ?? {}).map(([key, consumer]) => [key, { ...consumer, ...change }]),
  ),
});

/** The same, with its tests in the run that builds, where groups have nothing to share. */
export const inOneRun = (config: ConfigInput): ConfigInput => ({
  ...withConsumers({ group: undefined } as Partial<ConsumerInput>, config),
  topology: "workflow_call",
});

/** A library without an image: what is kept of its tests, and what is fetched for them. */
const careful: ConfigInput = {
  project: "careful",
  topology: "workflow_run",
  builds: {
    archive: {
      kind: "files",
      setup: { go: "1.25" },
      caches: ["modules"],
      prepare: "go mod download",
      run: "make archive",
      paths: ["dist/**"],
      maxSizes: { "dist/*": "10MB" },
      attest: true,
    },
  },
  consumers: {
    unit: {
      run: "make test",
      setup: { go: "1.25", cache: "go" },
      caches: ["modules"],
      prepare: "go mod download",
      coverage: { file: "coverage.out", format: "go", minimum: 80, packages: { "./core/...": 95 } },
      results: { junit: ["unit.xml"], flakeBudget: 0 },
      diagnostics: { run: "make state", paths: ["state"] },
    },
    system: {
      needs: "archive",
      matrix: { os: ["a", "b"] },
      run: "make system",
      coverage: { file: "c.lcov", format: "lcov" },
      results: { junit: ["system.xml"] },
      diagnostics: true,
      caches: ["modules"],
    },
    style: { run: "make style", failure: "soft", environment: "checks" },
  },
  caches: {
    modules: {
      paths: ["~/go/pkg/mod"],
      files: ["go.sum"],
      perCommit: true,
      setup: { go: "1.25" },
      fill: "go mod download",
    },
  },
  warmUp: {},
  retry: {},
  flakes: { issues: true },
  metrics: { thresholds: { flakePercent: 0.1, cacheHitPercent: 85 } },
  notify: [
    { webhook: "PAGER", format: "json", tier: "critical" },
    { webhook: "CHAT", format: "slack", tier: "warning" },
  ],
};

/** A consumer with everything that a consumer may have, of an image and of files. */
const everything: ConfigInput = {
  project: "all",
  topology: "workflow_run",
  registry: {
    host: "registry.example.com",
    namespace: "team",
    username: "REGISTRY_USER",
    password: "REGISTRY_PASSWORD",
  },
  builds: {
    app: { kind: "image", inputs: ["Dockerfile", "src/**"], cache: "registry", scan: { ignoreFile: ".trivyignore" } },
    "app-web": { kind: "image", dockerfile: "web/Dockerfile" },
    dist: { kind: "files", run: "make dist", paths: ["dist/**"] },
  },
  consumers: {
    test: {
      name: 'It\'s "all" | of it',
      needs: ["app", "app-web", "dist"],
      setup: { node: 24, python: "3.13", go: "1.25", java: 21, cache: "maven" },
      matrix: { platform: ["linux/amd64", "linux/arm64"], data_base: ["pg", "my:sql"] },
      maxParallel: 2,
      services: { db: { image: "postgres:17", ports: [5432], env: { POSTGRES_PASSWORD: "x" } } },
      container: {
        build: "app-web",
        ports: ["8080:80"],
        args: ["--now"],
        env: { A: 1 },
        health: { url: "http://localhost:8080/" },
      },
      steps: [
        { name: "Prepare", run: "make prepare", workingDirectory: "tests" },
        { name: "Test", run: "make test", timeout: "5m" },
        { name: "Tell", run: "make tell", when: "always" },
        { name: "Scan", uses: "anchore/scan-action", with: { path: "." }, when: "failure" },
      ],
      artifacts: [
        { name: "report", path: ["report", "logs"] },
        { name: "dump", path: "dump", when: "failure" },
        { name: "coverage", path: "coverage", when: "success" },
      ],
      secrets: ["LICENCE", "API_KEY"],
      checkout: { depth: 0, submodules: true, lfs: true },
    },
    "test-app": { needs: "app", run: "make app", secrets: { names: ["LICENCE"], grant: "always" }, forks: false },
    package: { needs: "dist", run: "make package" },
  },
  nightly: {},
  release: {},
  metrics: {},
  mergeQueue: true,
  branches: { feature: ["**"] },
  notify: { webhook: "HOOK", on: ["build", "nightly", "release", "cleanup", "promote", "metrics"] },
  runners: { default: "ubuntu-latest" },
};

const single: readonly System[] = (
  [
    ["Charon", charon],
    ["the minimal example", minimal],
    ["this project", own],
    ["a system that no one planned for", twoImages],
    ["a system with every part", everything],
    ["a library whose tests are looked after", careful],
    ["a library whose tests are looked after in one run", { ...careful, topology: "workflow_call" }],
    ["Charon on emulated platforms", withImage({ multiPlatform: "emulated" })],
    ["Charon with its cache in the registry", withImage({ cache: "registry" })],
    ["Charon without a scan", withImage({ scan: false })],
    [
      "Charon with a scan that only reports",
      withImage({ scan: { block: false, sarif: false, ignoreFile: ".trivyignore" } }),
    ],
    ["Charon without attestations", withImage({ sbom: false, provenance: false, attest: false })],
    ["Charon without a fallback", withImage({ fallback: false })],
    ["Charon without inputs and cache", withImage({ inputs: undefined, cache: false })],
    ["Charon that builds forks", { ...shortCharon, forks: "build" }],
    ["Charon that ignores forks", { ...shortCharon, forks: "ignore" }],
    ["Charon that moves tags at the build", { ...shortCharon, moveTags: "at-build" }],
    ["Charon that warns of another commit", { ...shortCharon, freshness: "warn" }],
    ["Charon with whole commits in its tags", { ...shortCharon, tags: { shaLength: 40 } }],
    [
      "Charon with tags of its own",
      {
        ...shortCharon,
        tags: {
          commit: "{branch}-{sha}",
          pullRequest: "review-{number}-{sha}",
          queue: "queue-{sha}",
          nightly: "night-{date}",
          staging: "tmp-{sha}-{platform}",
        },
      },
    ],
    ["Charon whose consumers build for themselves", withConsumers({ source: "build" })],
    ["Charon whose pull requests stay out of the registry", { ...shortCharon, pullRequests: "artifact" }],
    ["Charon without pull requests", { ...shortCharon, pullRequests: false, mergeQueue: false }],
    [
      "Charon with little around it",
      {
        ...shortCharon,
        retention: false,
        nightly: false,
        metrics: false,
        release: false,
        check: false,
        notify: undefined,
        copies: [],
        channels: undefined,
      },
    ],
    ["Charon with long queues", { ...shortCharon, queue: "max" }],
    ["Charon without dispatches", withConsumers({ dispatch: false })],
    ["Charon in one run", inOneRun(wholeCharon)],
    [
      "Charon in one run scanned beside its tests",
      inOneRun(withImage({ scan: { apart: true, ignoreFile: ".trivyignore" } })),
    ],
    ["a system with every part in one run", inOneRun(everything)],
    ["Charon in one run, with two consumers", inOneRun(shortCharon)],
    ["Charon in one run that builds forks", inOneRun({ ...shortCharon, forks: "build" })],
    ["Charon in one run that ignores forks", inOneRun({ ...shortCharon, forks: "ignore" })],
    ["Charon in one run that moves tags at the build", inOneRun({ ...shortCharon, moveTags: "at-build" })],
    ["Charon in one run whose consumers build for themselves", inOneRun(withConsumers({ source: "build" }))],
    [
      "Charon in one run whose consumers come after each other",
      inOneRun({
        ...shortCharon,
        consumers: Object.fromEntries(
          Object.entries(someConsumers).map(([key, consumer]) => [
            key,
            key === "e2e-tests" ? { ...consumer, after: ["security-pr"] } : consumer,
          ]),
        ),
      }),
    ],
    [
      "Charon in one run that only warns and fails for want of an image",
      inOneRun(withConsumers({ failure: "soft", fallback: "fail" })),
    ],
    ["Charon in one run without dispatches", inOneRun(withConsumers({ dispatch: false }))],
    ["Charon in one run without pull requests", inOneRun({ ...shortCharon, pullRequests: false, mergeQueue: false })],
    [
      "Charon in one run whose pull requests stay out of the registry",
      inOneRun({ ...shortCharon, pullRequests: "artifact" }),
    ],
    [
      "Charon in one run with little around it",
      inOneRun({
        ...shortCharon,
        retention: false,
        nightly: false,
        metrics: false,
        release: false,
        check: false,
        notify: undefined,
        copies: [],
        channels: undefined,
      }),
    ],
    ["Charon in one run with nightly tests for nobody", inOneRun({ ...shortCharon, nightly: { test: false } })],
    [
      "Charon in one run whose major releases are approved",
      inOneRun({ ...shortCharon, release: { environment: { name: "Live / EU", when: "major" } }, queue: "max" }),
    ],
    [
      "Charon in one run that takes failed tags back and cleans up",
      inOneRun({
        ...shortCharon,
        failedTests: "withdraw",
        retention: { ...(shortCharon.retention || {}), afterRun: {} },
      }),
    ],
    ...deployedSystems,
    ...published,
    ["a site whose images are baked", baked],
    ["a site whose images are baked, in one run", bakedInOneRun],
  ] satisfies [string, ConfigInput][]
).map(([name, config]) => systemOf(name, config));

export const systems: readonly System[] = [...single, ...systemsOf("a monorepo", monorepo)];

export function systemNamed(name: string): System {
  const system = systems.find((one) => one.name === name);
  if (!system) throw new Error(`No system is called "${name}".`);
  return system;
}
