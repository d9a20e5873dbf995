/** Who tests, resolved. */
import type {
  ConsumerConfig,
  ContainerConfig,
  CoverageConfig,
  DeploymentConfig,
  EventClass,
  SetupConfig,
} from "../../config/schema.ts";
import type { Budget, Build, ImageBuild } from "./builds.ts";
import type { Cache } from "./caches.ts";
import type { EnvironmentRef } from "./publish.ts";

export interface TestStep {
  name: string;
  run: string | undefined;
  uses: string | undefined;
  with: Readonly<Record<string, string | number | boolean>>;
  env: Readonly<Record<string, string | number | boolean>>;
  timeoutMinutes: number;
  workingDirectory: string | undefined;
  when: "success" | "always" | "failure";
}

export interface ConsumerArtifact {
  name: string;
  paths: readonly string[];
  when: "always" | "failure" | "success";
  /** Days by the result of the tests; the same twice where it does not matter. */
  keepDays: { success: number; failure: number };
}

export type ConsumerDeployment = Omit<
  DeploymentConfig,
  "create" | "deploy" | "fromSource" | "healthy" | "logs" | "destroy" | "delay" | "timeout"
> & {
  /** What the unique names begin with. */
  name: string;
  create: readonly string[];
  deploy: readonly string[];
  fromSource: readonly string[];
  healthy: readonly string[];
  logs: readonly string[];
  destroy: readonly string[];
  delaySeconds: number;
  timeoutSeconds: number;
};

export interface Consumer {
  key: string;
  /** What its verdict is called: the context of its commit status, or its check. */
  name: string;
  /** The workflow that it is part of: one of its own, or that of its group. */
  workflow: string;
  path: string;
  /** The key of the consumers that share its workflow. */
  group: string | undefined;
  /** What is tested; nothing where the consumer checks the code itself. */
  builds: readonly Build[];
  /** The consumers, by key, that must have passed before. */
  after: readonly string[];
  failure: "fast" | "slow" | "soft";
  steps: readonly TestStep[];
  setup: SetupConfig | undefined;
  caches: readonly Cache[];
  /** Commands that fetch, and are tried again. */
  prepare: readonly string[];
  env: Readonly<Record<string, string | number | boolean>>;
  matrix: Readonly<Record<string, readonly (string | number | boolean)[]>> | undefined;
  maxParallel: number | undefined;
  services: ConsumerConfig["services"];
  container: (Omit<ContainerConfig, "build"> & { build: ImageBuild; name: string }) | undefined;
  deployment: ConsumerDeployment | undefined;
  coverage: CoverageConfig | undefined;
  results: { junit: readonly string[]; flakeBudget: number } | undefined;
  diagnostics: { paths: readonly string[]; run: readonly string[] } | undefined;
  budget: Budget | undefined;
  environment: EnvironmentRef | undefined;
  localTag: string | undefined;
  artifacts: readonly ConsumerArtifact[];
  timeoutMinutes: number;
  pull: { attempts: number; delaySeconds: number };
  dispatch: boolean;
  /** Keys of the matrix of which a manual run can pick one value. */
  choose: readonly string[];
  /** What happens when the image cannot be had. */
  fallback: "build" | "fail";
  secrets: { names: readonly string[]; grant: "trusted" | "always" };
  /** Whether pull requests from forks are tested. */
  forks: boolean;
  /** The events whose builds are tested. */
  events: readonly EventClass[];
  required: boolean;
  source: "registry" | "build";
  runner: string;
  checkout: ConsumerConfig["checkout"];
}
