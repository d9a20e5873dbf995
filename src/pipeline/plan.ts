/** Makes the plan of a config: resolves names and defaults, derives what follows from them. Pure. */
import { createHash } from "node:crypto";
import { inDays, inHours, inMinutes, inSeconds } from "../config/durations.ts";
import type { Problem } from "../config/problem.ts";
import type { Config, ConsumerConfig, EventClass, FilesBuildConfig, ImageBuildConfig, WorkflowKind } from "../config/schema.ts";
import { checkInvariants } from "./invariants.ts";
import { imageIn } from "./images.ts";
import { tagRules } from "./tags.ts";
import {
  type Build,
  type BuildEntry,
  type Channel,
  type Consumer,
  type FilesBuild,
  type ImageBuild,
  type Pipeline,
  type Registry,
  type RepositoryFacts,
  type Retention,
  type Runners,
  type TestStep,
  TRANSIENT_CLASSES,
  type WorkflowFile,
} from "./types.ts";

export interface Plan {
  pipeline: Pipeline;
  /** What would not fit together. A plan with problems must not be compiled. */
  problems: Problem[];
}

const DEFAULT_RUNNERS: Runners = {
  default: "ubuntu-24.04",
  "linux/amd64": "ubuntu-24.04",
  "linux/arm64": "ubuntu-24.04-arm",
};

const WORKFLOW_DEFAULTS: Readonly<Record<WorkflowKind, WorkflowFile>> = {
  build: { name: "Build", path: "build" },
  nightly: { name: "Nightly Build", path: "nightly-build" },
  cleanup: { name: "Container Registry Cleanup", path: "container-prune" },
  metrics: { name: "CI Performance Metrics", path: "ci-metrics" },
  promote: { name: "Promote Images", path: "promote" },
  release: { name: "Release", path: "release" },
  check: { name: "CI Config", path: "ci-config" },
};

/** Of two minutes' grace, a job can still upload what its tests left when they hit their own limit. */
const GRACE_MINUTES = 2;

const NOTHING_KNOWN: RepositoryFacts = { dockerfiles: {} };

/** @param repository what was read of the repository; without it, what depends on it is not asked. */
export function plan(config: Config, repository: RepositoryFacts = NOTHING_KNOWN): Plan {
  const pipeline = makePipeline(config);
  return { pipeline, problems: checkInvariants(config, pipeline, repository) };
}

/** The Dockerfiles that a caller should read for `plan`, relative to the repository's root. */
export const dockerfilesOf = (config: Config): string[] => [...new Set(Object.values(config.builds).flatMap((build) => (build.kind === "image" ? [build.dockerfile] : [])))];

function makePipeline(config: Config): Pipeline {
  const events = eventsOf(config);
  const channels = channelsOf(config);
  const runners: Runners = { ...DEFAULT_RUNNERS, ...config.runners, default: config.runners["default"] ?? DEFAULT_RUNNERS.default };
  const registry = registryOf(config);
  const builds = Object.entries(config.builds).map(([key, build]) =>
    build.kind === "image" ? imageBuild(key, build, { registry, events, runners }) : filesBuild(key, build),
  );
  const images = builds.filter((build) => build.kind === "image");
  const consumers = Object.entries(config.consumers)
    .filter(([, consumer]) => consumer.enabled)
    .map(([key, consumer]) => consumerOf(key, consumer, { config, builds, events, runners }));
  return {
    project: config.project,
    registry,
    copies: config.copies.map((copy) => ({
      host: copy.host,
      namespace: copy.namespace ?? registry?.namespace,
      username: copy.username,
      password: copy.password,
      of: copy.of ?? [...channels.map((channel) => channel.of), ...(config.release ? ["release"] : [])],
    })),
    branches: config.branches,
    channels: images.length > 0 ? channels : [],
    tags: config.tags,
    rules: tagRules(config.tags, config.branches, Object.fromEntries(channels.map(({ of, tag }) => [of, tag]))),
    events,
    builds,
    consumers,
    pullRequests: config.pullRequests,
    mergeQueue: config.mergeQueue,
    forks: config.forks,
    freshness: config.freshness,
    moveTags: config.moveTags,
    retention: config.retention && images.length > 0 ? retentionOf(config.retention) : false,
    nightly: config.nightly && { schedule: config.nightly.schedule, test: config.nightly.test },
    release: config.release && images.length > 0 ? { tags: config.release.tags, waitMinutes: inMinutes(config.release.wait) } : false,
    metrics: config.metrics && { ...config.metrics, keepDays: inDays(config.metrics.keep) },
    check: config.check && { ...config.check, timeoutMinutes: inMinutes(config.check.timeout) },
    notify: config.notify,
    queue: config.queue,
    runners,
    workflows: workflowsOf(config, images.length > 0, channels),
    pins: config.actions,
  };
}

function eventsOf(config: Config): EventClass[] {
  const has: Record<EventClass, boolean> = {
    pullRequest: config.pullRequests !== false,
    feature: config.branches.feature.length > 0,
    integration: config.branches.integration.length > 0,
    main: true,
    queue: config.mergeQueue,
    nightly: config.nightly !== false,
    manual: true,
    release: config.release !== false,
  };
  return (Object.keys(has) as EventClass[]).filter((event) => has[event]);
}

function channelsOf(config: Config): Channel[] {
  const [firstIntegration] = config.branches.integration;
  const chosen: Record<string, string | false> = {
    [config.branches.main]: "latest",
    // A pattern stands for several branches, which one tag cannot follow.
    ...(firstIntegration === undefined || firstIntegration.includes("*") ? {} : { [firstIntegration]: "dev" }),
    ...(config.nightly ? { nightly: "nightly" } : {}),
    ...config.channels,
  };
  return Object.entries(chosen).flatMap(([of, tag]) => (tag === false ? [] : [{ of, tag }]));
}

function registryOf(config: Config): Pipeline["registry"] {
  const { registry } = config;
  if (!registry) return undefined;
  return {
    host: registry.host,
    namespace: registry.namespace,
    username: registry.username,
    password: registry.password,
    cleanup: registry.cleanup ?? (registry.host === "ghcr.io" ? "packages" : "oci"),
    owner: registry.owner,
  };
}

interface BuildContext {
  registry: Registry | undefined;
  events: readonly EventClass[];
  runners: Runners;
}

function imageBuild(key: string, build: ImageBuildConfig, { registry, events, runners }: BuildContext): ImageBuild {
  const args = Object.fromEntries(Object.entries(build.args).map(([name, value]) => [name, String(value)]));
  const { dockerfile, context, target } = build;
  const recipe = createHash("sha256").update(JSON.stringify({ dockerfile, context, target, args })).digest("hex").slice(0, 12);
  return {
    kind: "image",
    key,
    image: imageIn(registry ?? { host: "localhost", namespace: undefined }, build.image ?? key),
    dockerfile,
    context,
    target,
    args,
    entries: Object.fromEntries(events.map((event) => [event, entriesOf(build, event, runners)])),
    cache: build.cache,
    timeoutMinutes: inMinutes(build.timeout),
    inputs: build.inputs,
    scan: build.scan && { ...build.scan, timeoutMinutes: inMinutes(build.scan.timeout) },
    sbom: build.sbom,
    provenance: build.provenance,
    attest: build.attest,
    fallback: build.fallback === "artifact",
    recipe,
  };
}

function entriesOf(build: ImageBuildConfig, event: EventClass, runners: Runners): BuildEntry[] {
  const platforms = Array.isArray(build.platforms) ? build.platforms : (build.platforms[event] ?? build.platforms.default);
  if (build.multiPlatform === "emulated") return [{ name: "all", platforms, runner: runners.default }];
  return platforms.map((platform) => ({
    name: platform.split("/").slice(1).join("-"),
    platforms: [platform],
    runner: runners[platform] ?? runners.default,
  }));
}

function filesBuild(key: string, build: FilesBuildConfig): FilesBuild {
  return {
    kind: "files",
    key,
    artifact: `files-${key}`,
    setup: build.setup,
    run: typeof build.run === "string" ? [build.run] : build.run,
    env: build.env,
    paths: build.paths,
    timeoutMinutes: inMinutes(build.timeout),
    keepDays: inDays(build.keep),
  };
}

interface ConsumerContext {
  config: Config;
  builds: readonly Build[];
  events: readonly EventClass[];
  runners: Runners;
}

function consumerOf(key: string, consumer: ConsumerConfig, { config, builds, events, runners }: ConsumerContext): Consumer {
  const needed = [consumer.needs].flat();
  const own = builds.filter((build) => needed.includes(build.key));
  const images = own.filter((build) => build.kind === "image");
  const shown = images.find((build) => build.key === consumer.container?.build) ?? images[0];
  const timeoutMinutes = inMinutes(consumer.timeout);
  const testMinutes = consumer.testTimeout ? inMinutes(consumer.testTimeout) : Math.max(1, timeoutMinutes - GRACE_MINUTES);
  const tested = consumer.on ?? events.filter((event) => event !== "release" && (event !== "nightly" || (config.nightly && config.nightly.test)));
  const { secrets } = consumer;
  return {
    key,
    name: consumer.name ?? key,
    path: workflowPath(config, consumer.file ?? key),
    builds: own,
    steps: stepsOf(consumer, testMinutes),
    setup: consumer.setup,
    env: consumer.env,
    matrix: consumer.matrix,
    maxParallel: consumer.maxParallel,
    services: consumer.services,
    container: consumer.container && shown ? { ...consumer.container, build: shown, name: consumer.container.name ?? `${config.project}-${key}` } : undefined,
    localTag: consumer.localTag,
    artifacts: consumer.artifacts.map((artifact) => ({
      name: artifact.name,
      paths: [artifact.path].flat(),
      when: artifact.when,
      keepDays: inDays(artifact.keep),
    })),
    timeoutMinutes,
    pull: { attempts: consumer.pull.attempts, delaySeconds: inSeconds(consumer.pull.delay) },
    dispatch: consumer.dispatch,
    secrets: Array.isArray(secrets) ? { names: secrets, grant: "trusted" } : secrets,
    forks: consumer.forks && config.forks === "test",
    events: tested,
    required: consumer.required,
    source: consumer.source,
    runner: consumer.runner ?? (config.runners["default"] === undefined ? runnerOf(images, runners) : undefined) ?? runners.default,
    checkout: consumer.checkout,
  };
}

/** Where an image runs that is not made for the default runner. */
function runnerOf(images: readonly ImageBuild[], runners: Runners): string | undefined {
  const made = images.flatMap((build) => Object.values(build.entries).map((entries) => entries.flatMap((entry) => entry.platforms)));
  if (made.every((platforms) => platforms.includes("linux/amd64"))) return undefined;
  const shared = Object.keys(runners).find((platform) => made.every((platforms) => platforms.includes(platform)));
  return shared === undefined ? undefined : runners[shared];
}

function stepsOf(consumer: ConsumerConfig, testMinutes: number): TestStep[] {
  const commands = [consumer.run ?? []].flat();
  const nothing = { uses: undefined, with: {}, env: {}, workingDirectory: undefined, when: "success" } as const;
  if (!consumer.steps) return commands.map((run) => ({ ...nothing, name: stepName(run), run, timeoutMinutes: testMinutes }));
  return consumer.steps.map((step) => ({
    ...nothing,
    ...("run" in step ? { run: step.run, workingDirectory: step.workingDirectory } : { run: undefined, uses: step.uses, with: step.with }),
    name: step.name,
    env: step.env,
    timeoutMinutes: step.timeout ? inMinutes(step.timeout) : testMinutes,
    when: step.when,
  }));
}

/** A command's first line, short enough to stand in a list of steps. */
function stepName(run: string): string {
  const [line = ""] = run.trim().split("\n");
  const short = line.length > 60 ? `${line.slice(0, 57)}...` : line;
  return `Run ${short}`;
}

function retentionOf(config: Exclude<Config["retention"], false>): Retention {
  return {
    ...config,
    timeoutMinutes: inMinutes(config.timeout),
    hours: Object.fromEntries(TRANSIENT_CLASSES.map((name) => [name, inHours(config[name])])) as Retention["hours"],
    minimumAgeHours: inHours(config.minimumAge),
  };
}

const workflowPath = (config: Config, file: string): string => `.github/workflows/${config.files.prefix}${file.replace(/\.ya?ml$/, "")}.yml`;

function workflowsOf(config: Config, hasImages: boolean, channels: readonly Channel[]): Pipeline["workflows"] {
  const present: Record<WorkflowKind, boolean> = {
    build: true,
    nightly: config.nightly !== false,
    cleanup: config.retention !== false && hasImages,
    metrics: config.metrics !== false,
    promote: config.moveTags === "after-tests" && hasImages && channels.length > 0,
    release: config.release !== false && hasImages,
    check: config.check !== false,
  };
  return Object.fromEntries(
    (Object.keys(present) as WorkflowKind[])
      .filter((kind) => present[kind])
      .map((kind) => [
        kind,
        { name: config.names[kind] ?? WORKFLOW_DEFAULTS[kind].name, path: workflowPath(config, config.files.names[kind] ?? WORKFLOW_DEFAULTS[kind].path) },
      ]),
  );
}
