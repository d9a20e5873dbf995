/**
 * The plan: builds, consumers, tags, retention and triggers as one graph, with every default in its place and every name
 * resolved. The compiler, the docs and `explain-config` read it; none of them looks at the config again.
 */
import type { ActionPin } from "../actions/catalogue.ts";
import type {
  Config,
  EventClass,
  MetricsConfig,
  RetentionConfig,
  ScanConfig,
  SetupConfig,
  WorkflowKind,
} from "../config/schema.ts";
import type { TagRules } from "./tags.ts";
import type { Build } from "./types/builds.ts";
import type { Cache, WarmUp } from "./types/caches.ts";
import type { Consumer } from "./types/consumers.ts";
import type { NotifyChannel } from "./types/notify.ts";
import type { EnvironmentRef, PublishTarget } from "./types/publish.ts";
import type { CleanupMode, Registry, RegistryCopy } from "./types/registries.ts";

export type * from "./types/builds.ts";
export type * from "./types/caches.ts";
export type * from "./types/consumers.ts";
export type * from "./types/notify.ts";
export type * from "./types/publish.ts";
export type * from "./types/registries.ts";
export type { EventClass, WorkflowKind };

/** A tag that moves: `latest` follows main, `nightly` the newest tested nightly build. */
export interface Channel {
  /** The branch, or `nightly`. */
  of: string;
  tag: string;
}

/** The runner's label by platform, and the one for everything else. */
export type Runners = Readonly<Record<string, string>> & { readonly default: string };

/** A base image that is built ahead of time, and whose digest files pin. */
export interface BaseImage {
  key: string;
  /** Its full name without a tag. */
  image: string;
  dockerfile: string;
  context: string;
  args: Readonly<Record<string, string>>;
  platforms: readonly string[];
  schedule: string;
  pins: readonly string[];
  token: string | undefined;
  scan: (Omit<ScanConfig, "apart"> & { timeoutMinutes: number }) | false;
  timeoutMinutes: number;
}

export interface Retry {
  attempts: number;
  delaySeconds: number;
  growth: "linear" | "exponential";
  jitter: number;
}

export interface WorkflowFile {
  name: string;
  path: string;
}

export interface Retention extends Omit<RetentionConfig, "timeout" | "caches" | "bases"> {
  timeoutMinutes: number;
  /** Layers in the registry: how many branches' stay beside main's, and for how long others do. */
  caches: { keepNewest: number; hours: number };
  /** Base images: how many stay of each, and for how long others do. */
  bases: { keepNewest: number; hours: number };
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
  /** Its key among several pipelines of one config; none for the repository's own. */
  member: string | undefined;
  /** The names of its own checks, which no other pipeline of the repository has. */
  checks: { ready: string; nightlyReady: string; gate: string; published: string };
  topology: Config["topology"];
  gates: Config["gates"];
  /** The config file's name, for the header of generated files and the docs. */
  registry: (Registry & { cleanup: CleanupMode; owner: "user" | "organization" | undefined }) | undefined;
  copies: readonly RegistryCopy[];
  /** Registries that hold every image besides, for when the first one fails. */
  mirrors: readonly Registry[];
  branches: Config["branches"];
  channels: readonly Channel[];
  tags: Config["tags"];
  rules: TagRules;
  /** The events that build something, in a fixed order. */
  events: readonly EventClass[];
  builds: readonly Build[];
  bases: readonly BaseImage[];
  /** The first two numbers of every version; without them versions are 0.0.0 with the tag behind. */
  version: { base: string } | undefined;
  /** Enabled consumers only. */
  consumers: readonly Consumer[];
  /** What is published; nothing where publishing is switched off. */
  publish: readonly PublishTarget[];
  caches: readonly Cache[];
  warmUp: WarmUp | false;
  /** The one policy for what may fail for a moment; each program has its own default. */
  retry: Retry | undefined;
  pullRequests: Config["pullRequests"];
  mergeQueue: boolean;
  forks: Config["forks"];
  freshness: Config["freshness"];
  failedTests: Config["failedTests"];
  moveTags: Config["moveTags"];
  retention: Retention | false;
  nightly: { schedule: string; test: boolean } | false;
  release: { tags: string; waitMinutes: number; environment: EnvironmentRef | undefined } | false;
  metrics: (MetricsConfig & { keepDays: number }) | false;
  flakes: Config["flakes"];
  check: { setup: SetupConfig; install: string; run: string; lint: string | false; timeoutMinutes: number } | false;
  notify: readonly NotifyChannel[];
  queue: Config["queue"];
  /** How workflows find the programs that they use. */
  programs: Config["programs"];
  /** Whether GitHub folds them in a pull request. */
  foldsPrograms: boolean;
  runners: Runners;
  /** The workflows that the pipeline has, beside one a consumer. */
  workflows: Readonly<Partial<Record<WorkflowKind, WorkflowFile>>>;
  pins: Readonly<Record<string, ActionPin>>;
}
