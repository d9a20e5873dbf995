/** Makes the plan of a config: resolves names and defaults, derives what follows from them. Pure. */
import { inDays, inHours, inMinutes, inSeconds } from "../config/durations.ts";
import type { Problem } from "../config/problem.ts";
import type { Config, EventClass } from "../config/schema.ts";
import { withUnixLines } from "../config/line-ends.ts";
import { isBranchName } from "./branch-names.ts";
import { GATE_CHECK, NIGHTLY_READY_CHECK, ofMember, PUBLISHED_CHECK, READY_CHECK } from "./check-names.ts";
import { imageIn } from "./images.ts";
import { checkInvariants } from "./invariants.ts";
import { buildsOf } from "./plan/builds.ts";
import { consumerOf, environmentOf } from "./plan/consumers.ts";
import { publishTargetsOf } from "./plan/publish.ts";
import { copiesOf, registryElsewhere, registryOf } from "./plan/registries.ts";
import { retentionOf } from "./plan/retention.ts";
import { channelsToNotify } from "./plan/notify.ts";
import { workflowsOf } from "./plan/workflows.ts";
import { buildsParts, runsThatBuild, scannedApart } from "./runs.ts";
import { tagRules } from "./tags.ts";
import type { BaseImage, Cache, Channel, Pipeline, Registry, RepositoryFacts, Runners } from "./types.ts";

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

const NOTHING_KNOWN: RepositoryFacts = { dockerfiles: {} };

/**
 * @param repository what was read of the repository; without it, what depends on it is not asked
 * @param member the pipeline's key, where it is one of several
 */
export function plan(written: Config, repository: RepositoryFacts = NOTHING_KNOWN, member?: string): Plan {
  const config = withUnixLines(written);
  const pipeline = withCalled(makePipeline(config, member));
  return { pipeline, problems: checkInvariants(config, pipeline, repository) };
}

/** The Dockerfiles that a caller should read for `plan`, relative to the repository's root. */
export const dockerfilesOf = (config: Config): string[] => [
  ...new Set(
    Object.values(config.builds).flatMap((build) =>
      build.kind === "image"
        ? [build.dockerfile]
        : build.kind === "bake"
          ? Object.values(build.targets).map(({ dockerfile }) => dockerfile)
          : [],
    ),
  ),
];

/** What is built, or scanned, is a workflow of its own only where the whole plan calls for it. */
function withCalled(pipeline: Pipeline): Pipeline {
  const { builds, files, scan, ...workflows } = pipeline.workflows;
  const parts = buildsParts(pipeline);
  return {
    ...pipeline,
    workflows: {
      ...workflows,
      ...(builds && parts.length > 0 && { builds }),
      ...(files && parts.includes("files") && { files }),
      ...(scan && scannedApart(pipeline, runsThatBuild(pipeline)).length > 0 && { scan }),
    },
  };
}

function makePipeline(config: Config, member: string | undefined): Pipeline {
  const events = eventsOf(config);
  const channels = channelsOf(config);
  const runners: Runners = {
    ...DEFAULT_RUNNERS,
    ...config.runners,
    default: config.runners["default"] ?? DEFAULT_RUNNERS.default,
  };
  const registry = registryOf(config);
  const caches = Object.entries(config.caches).map(([key, cache]) => cacheOf(key, cache));
  const builds = buildsOf(config, { registry, events, runners, caches });
  const images = builds.filter((build) => build.kind === "image");
  const consumers = Object.entries(config.consumers)
    .filter(([, consumer]) => consumer.enabled)
    .map(([key, consumer]) => consumerOf(key, consumer, { config, member, builds, caches, events, runners }));
  return {
    project: config.project,
    member,
    checks: {
      ready: READY_CHECK + ofMember(member),
      nightlyReady: NIGHTLY_READY_CHECK + ofMember(member),
      gate: GATE_CHECK + ofMember(member),
      published: PUBLISHED_CHECK + ofMember(member),
    },
    topology: config.topology,
    gates: config.gates,
    registry,
    copies: copiesOf(config, registry, channels),
    mirrors: config.mirrors.map((mirror) => registryElsewhere(mirror, registry)),
    branches: config.branches,
    channels: images.length > 0 ? channels : [],
    tags: config.tags,
    rules: tagRules(config.tags, config.branches, Object.fromEntries(channels.map(({ of, tag }) => [of, tag]))),
    events,
    builds,
    bases: basesOf(config, registry),
    version: config.version,
    consumers,
    publish: publishTargetsOf(config, builds, registry),
    caches,
    warmUp: config.warmUp && {
      schedule: config.warmUp.schedule,
      timeoutMinutes: inMinutes(config.warmUp.timeout),
      maxGigabytes: config.warmUp.maxGigabytes,
    },
    retry: config.retry && {
      attempts: config.retry.attempts,
      delaySeconds: inSeconds(config.retry.delay),
      growth: config.retry.growth,
      jitter: config.retry.jitter,
    },
    pullRequests: config.pullRequests,
    mergeQueue: config.mergeQueue,
    forks: config.forks,
    freshness: config.freshness,
    failedTests: config.failedTests,
    moveTags: config.moveTags,
    retention: config.retention && images.length > 0 ? retentionOf(config.retention) : false,
    nightly: config.nightly && { schedule: config.nightly.schedule, test: config.nightly.test },
    release:
      config.release && images.length > 0
        ? {
            tags: config.release.tags,
            waitMinutes: inMinutes(config.release.wait),
            environment: environmentOf(config.release.environment),
          }
        : false,
    metrics: config.metrics && { ...config.metrics, keepDays: inDays(config.metrics.keep) },
    flakes: config.flakes,
    check: config.check && { ...config.check, timeoutMinutes: inMinutes(config.check.timeout) },
    notify: channelsToNotify(config.notify),
    queue: config.queue,
    programs: config.programs,
    foldsPrograms: config.files.fold,
    runners,
    workflows: workflowsOf(config, {
      member,
      hasImages: images.length > 0,
      hasWork: builds.length + consumers.length > 0,
      channels,
    }),
    pins: config.actions,
  };
}

const cacheOf = (key: string, cache: Config["caches"][string]): Cache => ({
  key,
  paths: cache.paths,
  files: cache.files,
  perCommit: cache.perCommit,
  keepHours: inHours(cache.keep),
  fill: [cache.fill ?? []].flat(),
  setup: cache.setup,
});

const basesOf = (config: Config, registry: Registry | undefined): BaseImage[] =>
  Object.entries(config.bases).map(([key, base]) => ({
    ...base,
    key,
    image: imageIn(registry ?? { host: "localhost", namespace: undefined }, base.image ?? key),
    args: Object.fromEntries(Object.entries(base.args).map(([name, value]) => [name, String(value)])),
    token: base.token,
    scan: base.scan && { ...base.scan, timeoutMinutes: inMinutes(base.scan.timeout) },
    timeoutMinutes: inMinutes(base.timeout),
  }));

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
    ...(firstIntegration === undefined || !isBranchName(firstIntegration) ? {} : { [firstIntegration]: "dev" }),
    ...(config.nightly ? { nightly: "nightly" } : {}),
    ...config.channels,
  };
  return Object.entries(chosen).flatMap(([of, tag]) => (tag === false ? [] : [{ of, tag }]));
}
