/** Who tests, from the config. */
import { inDays, inMinutes, inSeconds } from "../../config/durations.ts";
import type { Config, ConsumerConfig, DeploymentConfig, EventClass } from "../../config/schema.ts";
import type {
  Build,
  Cache,
  Consumer,
  ConsumerDeployment,
  EnvironmentRef,
  ImageBuild,
  Runners,
  TestStep,
} from "../types.ts";
import { budgetOf } from "./times.ts";
import { workflowPath } from "./workflows.ts";

/** Of two minutes' grace, a job can still upload what its tests left when they hit their own limit. */
const GRACE_MINUTES = 2;

export interface ConsumerContext {
  config: Config;
  member: string | undefined;
  builds: readonly Build[];
  caches: readonly Cache[];
  events: readonly EventClass[];
  runners: Runners;
}

export function consumerOf(
  key: string,
  consumer: ConsumerConfig,
  { config, member, builds, caches, events, runners }: ConsumerContext,
): Consumer {
  const needed = [consumer.needs].flat();
  const own = builds.filter((build) => needed.includes(build.key));
  const images = own.filter((build) => build.kind === "image");
  const shown = images.find((build) => build.key === consumer.container?.build) ?? images[0];
  const timeoutMinutes = inMinutes(consumer.timeout);
  const testMinutes = consumer.testTimeout
    ? inMinutes(consumer.testTimeout)
    : Math.max(1, timeoutMinutes - GRACE_MINUTES);
  // A target of a bake file may be built on some events only.
  const isBuilt = (event: EventClass): boolean => images.every((build) => build.entries[event] !== undefined);
  const tested =
    consumer.on ??
    events.filter(
      (event) =>
        isBuilt(event) && event !== "release" && (event !== "nightly" || (config.nightly && config.nightly.test)),
    );
  const { secrets } = consumer;
  const fallback = consumer.fallback ?? (config.topology === "workflow_call" && own.length > 0 ? "build" : "fail");
  const titled = (title: string): string => (member === undefined ? title : `${member}: ${title}`);
  const name = consumer.name ?? titled(key);
  // One that builds for itself follows nobody, and so leaves its group until it does again.
  const group = consumer.source === "registry" && own.length > 0 ? consumer.group : undefined;
  const groupName = group === undefined ? undefined : (config.groups[group]?.name ?? titled(group));
  const groupFile = group === undefined ? undefined : (config.groups[group]?.file ?? group);
  return {
    key,
    name,
    workflow: groupName ?? name,
    path: workflowPath(config, groupFile ?? consumer.file ?? key),
    group,
    builds: own,
    after: consumer.after,
    failure: consumer.failure,
    steps: stepsOf(consumer, testMinutes),
    setup: consumer.setup,
    caches: caches.filter((cache) => consumer.caches.includes(cache.key)),
    prepare: [consumer.prepare ?? []].flat(),
    env: consumer.env,
    matrix: consumer.matrix,
    maxParallel: consumer.maxParallel,
    services: consumer.services,
    container:
      consumer.container && shown
        ? { ...consumer.container, build: shown, name: consumer.container.name ?? `${config.project}-${key}` }
        : undefined,
    deployment: consumer.deployment && deploymentOf(consumer.deployment, `${config.project}-${key}`),
    coverage: consumer.coverage,
    results: consumer.results,
    diagnostics: diagnosticsOf(consumer.diagnostics),
    budget: budgetOf(consumer.budget),
    environment: environmentOf(consumer.environment),
    localTag: consumer.localTag,
    artifacts: consumer.artifacts.map((artifact) => ({
      name: artifact.name,
      paths: [artifact.path].flat(),
      when: artifact.when,
      keepDays:
        typeof artifact.keep === "string"
          ? { success: inDays(artifact.keep), failure: inDays(artifact.keep) }
          : { success: inDays(artifact.keep.success), failure: inDays(artifact.keep.failure) },
    })),
    timeoutMinutes,
    pull: { attempts: consumer.pull.attempts, delaySeconds: inSeconds(consumer.pull.delay) },
    // By hand there is no run that has made the files, so they must be made there.
    dispatch:
      (consumer.dispatch ?? (config.topology === "workflow_run" || consumer.choose.length > 0)) &&
      !(config.topology === "workflow_call" && fallback === "fail" && own.some((build) => build.kind === "files")),
    choose: consumer.choose,
    fallback,
    secrets: Array.isArray(secrets) ? { names: secrets, grant: "trusted" } : secrets,
    // What is deployed takes secrets, which no fork's run has.
    forks: consumer.forks && config.forks === "test" && consumer.deployment === undefined,
    events: tested,
    required: consumer.required,
    source: consumer.source,
    runner:
      consumer.runner ??
      (config.runners["default"] === undefined ? runnerOf(images, runners) : undefined) ??
      runners.default,
    checkout: consumer.checkout,
  };
}

/** Where an image runs that is not made for the default runner. */
function runnerOf(images: readonly ImageBuild[], runners: Runners): string | undefined {
  const made = images.flatMap((build) =>
    Object.values(build.entries).map((entries) => entries.flatMap((entry) => entry.platforms)),
  );
  if (made.every((platforms) => platforms.includes("linux/amd64"))) return undefined;
  const shared = Object.keys(runners).find((platform) => made.every((platforms) => platforms.includes(platform)));
  return shared === undefined ? undefined : runners[shared];
}

/** The step of commands that the config gives no name. */
const TEST_STEP = "Run the tests";

function stepsOf(consumer: ConsumerConfig, testMinutes: number): TestStep[] {
  const commands = [consumer.run ?? []].flat();
  const nothing = { uses: undefined, with: {}, env: {}, workingDirectory: undefined, when: "success" } as const;
  if (!consumer.steps)
    return commands.map((run, index) => ({
      ...nothing,
      name: commands.length === 1 ? TEST_STEP : `${TEST_STEP} (${index + 1} of ${commands.length})`,
      run,
      timeoutMinutes: testMinutes,
    }));
  return consumer.steps.map((step) => ({
    ...nothing,
    ...("run" in step
      ? { run: step.run, workingDirectory: step.workingDirectory }
      : { run: undefined, uses: step.uses, with: step.with }),
    name: step.name,
    env: step.env,
    timeoutMinutes: step.timeout ? inMinutes(step.timeout) : testMinutes,
    when: step.when,
  }));
}

/** Names of Fly.io's apps and of many other places have at most 30 characters before what makes them unique. */
const NAME_LENGTH = 30;

function deploymentOf(deployment: DeploymentConfig, name: string): ConsumerDeployment {
  return {
    ...deployment,
    name: deployment.name ?? name.slice(0, NAME_LENGTH).replace(/-+$/, ""),
    create: [deployment.create ?? []].flat(),
    deploy: [deployment.deploy].flat(),
    fromSource: [deployment.fromSource ?? []].flat(),
    healthy: [deployment.healthy].flat(),
    logs: [deployment.logs ?? []].flat(),
    destroy: [deployment.destroy].flat(),
    delaySeconds: inSeconds(deployment.delay),
    timeoutSeconds: inSeconds(deployment.timeout),
  };
}

function diagnosticsOf(diagnostics: ConsumerConfig["diagnostics"]): Consumer["diagnostics"] {
  if (diagnostics === false) return undefined;
  if (diagnostics === true) return { paths: [], run: [] };
  return { paths: diagnostics.paths ?? [], run: [diagnostics.run ?? []].flat() };
}

/** The short form of an environment is its name. */
export const environmentOf = (environment: ConsumerConfig["environment"]): EnvironmentRef | undefined =>
  typeof environment === "string"
    ? { name: environment, url: undefined, when: "always", secrets: "environment" }
    : environment && {
        name: environment.name,
        url: environment.url,
        when: environment.when,
        secrets: environment.secrets,
      };
