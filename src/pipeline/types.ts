/**
 * The plan: builds, consumers, tags, retention and triggers as one graph, with every default in its place and every name
 * resolved. The compiler, the docs and `explain-config` read it; none of them looks at the config again.
 */
import type { ActionPin } from "../actions/catalogue.ts";
import type {
  Config,
  ConsumerConfig,
  ContainerConfig,
  EventClass,
  MetricsConfig,
  RetentionConfig,
  ScanConfig,
  SetupConfig,
  WorkflowKind,
} from "../config/schema.ts";
import type { TagRules } from "./tags.ts";

export type { EventClass, WorkflowKind };

/** A registry with its credentials, as names of secrets; without a password the job's own token logs in. */
export interface Registry {
  host: string;
  namespace: string | undefined;
  username: string | undefined;
  password: string | undefined;
}

/** One job of a build: the platforms that it makes and where it runs. */
export interface BuildEntry {
  /** Short, for job and tag names: `amd64`, or `all` where one job makes every platform. */
  name: string;
  platforms: readonly string[];
  runner: string;
}

export interface ImageBuild {
  kind: "image";
  key: string;
  /** The image's full name without a tag: `ghcr.io/wikid82/charon`. */
  image: string;
  dockerfile: string;
  context: string;
  target: string | undefined;
  args: Readonly<Record<string, string>>;
  /** What each event builds; an event that the pipeline does not have is absent. */
  entries: Readonly<Partial<Record<EventClass, readonly BuildEntry[]>>>;
  cache: "gha" | "registry" | false;
  timeoutMinutes: number;
  inputs: readonly string[] | undefined;
  scan: (ScanConfig & { timeoutMinutes: number }) | false;
  sbom: boolean;
  provenance: "min" | "max" | false;
  attest: boolean;
  fallback: boolean;
  /**
   * A short digest of everything but the sources that decides what the image holds: Dockerfile, context, target and
   * arguments. It is written on the image as a label, and an image is shared only where it is the same.
   */
  recipe: string;
}

export interface FilesBuild {
  kind: "files";
  key: string;
  /** The name of the artifact that consumers take. */
  artifact: string;
  setup: SetupConfig | undefined;
  run: readonly string[];
  env: Readonly<Record<string, string | number | boolean>>;
  paths: readonly string[];
  timeoutMinutes: number;
  keepDays: number;
}

export type Build = ImageBuild | FilesBuild;

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
  keepDays: number;
}

export interface Consumer {
  key: string;
  /** The workflow's name, and the context of its commit status. */
  name: string;
  path: string;
  builds: readonly Build[];
  steps: readonly TestStep[];
  setup: SetupConfig | undefined;
  env: Readonly<Record<string, string | number | boolean>>;
  matrix: Readonly<Record<string, readonly (string | number | boolean)[]>> | undefined;
  maxParallel: number | undefined;
  services: ConsumerConfig["services"];
  container: (Omit<ContainerConfig, "build"> & { build: ImageBuild; name: string }) | undefined;
  localTag: string | undefined;
  artifacts: readonly ConsumerArtifact[];
  timeoutMinutes: number;
  pull: { attempts: number; delaySeconds: number };
  dispatch: boolean;
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

/** A tag that moves: `latest` follows main, `nightly` the newest tested nightly build. */
export interface Channel {
  /** The branch, or `nightly`. */
  of: string;
  tag: string;
}

/** A registry that receives copies, and whose images it copies. */
export interface RegistryCopy extends Registry {
  of: readonly string[];
}

/** The runner's label by platform, and the one for everything else. */
export type Runners = Readonly<Record<string, string>> & { readonly default: string };

export interface WorkflowFile {
  name: string;
  path: string;
}

export interface Retention extends Omit<RetentionConfig, "timeout"> {
  timeoutMinutes: number;
  /** The oldest that an image of a class may become, in hours; what is not listed is kept for ever. */
  hours: Readonly<Record<TransientClass, number>>;
  minimumAgeHours: number;
}

/** What the plan wants to know of the repository beside its config. Read by whoever calls, so that the plan stays pure. */
export interface RepositoryFacts {
  /** The text of each Dockerfile that the config names, by path; `null` where there is none. */
  dockerfiles: Readonly<Record<string, string | null>>;
}

export const TRANSIENT_CLASSES = ["pullRequest", "branch", "commit", "queue", "nightly", "manual", "staging"] as const;
export type TransientClass = (typeof TRANSIENT_CLASSES)[number];

export interface Pipeline {
  project: string;
  /** The config file's name, for the header of generated files and the docs. */
  registry: (Registry & { cleanup: "packages" | "oci"; owner: "user" | "organization" | undefined }) | undefined;
  copies: readonly RegistryCopy[];
  branches: Config["branches"];
  channels: readonly Channel[];
  tags: Config["tags"];
  rules: TagRules;
  /** The events that build something, in a fixed order. */
  events: readonly EventClass[];
  builds: readonly Build[];
  /** Enabled consumers only. */
  consumers: readonly Consumer[];
  pullRequests: Config["pullRequests"];
  mergeQueue: boolean;
  forks: Config["forks"];
  freshness: Config["freshness"];
  moveTags: Config["moveTags"];
  retention: Retention | false;
  nightly: { schedule: string; test: boolean } | false;
  release: { tags: string; waitMinutes: number } | false;
  metrics: (MetricsConfig & { keepDays: number }) | false;
  check: { setup: SetupConfig; install: string; run: string; lint: string | false; timeoutMinutes: number } | false;
  notify: { webhook: string; on: readonly string[] } | undefined;
  queue: Config["queue"];
  runners: Runners;
  /** The workflows that the pipeline has, beside one a consumer. */
  workflows: Readonly<Partial<Record<WorkflowKind, WorkflowFile>>>;
  pins: Readonly<Record<string, ActionPin>>;
}
