/** What is built, resolved. */
import type { EventClass, ScanConfig, SetupConfig } from "../../config/schema.ts";
import type { Cache } from "./caches.ts";

/** The time that is planned for a job, in minutes; fractions are allowed. */
export interface Budget {
  targetMinutes: number;
  maximumMinutes: number;
}

export interface BakeTarget {
  /** The key of the bake build, which all of its targets share. */
  group: string;
  file: string;
  /** The target's name in the bake file. */
  target: string;
}

export interface FileLimit {
  glob: string;
  bytes: number;
}

/** One job of a build: the platforms that it makes and where it runs. */
export interface BuildEntry {
  /** Short, for job and tag names: `amd64`, or `all` where one job makes every platform. */
  name: string;
  platforms: readonly string[];
  runner: string;
}

export type Scan = ScanConfig & { timeoutMinutes: number };

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
  /** What makes the image: a Dockerfile of its own, or a target of a bake file that is built together with others. */
  bake: BakeTarget | undefined;
  cache: "gha" | "registry" | "registry-per-branch" | false;
  timeoutMinutes: number;
  inputs: readonly string[] | undefined;
  scan: Scan | false;
  sbom: boolean;
  provenance: "min" | "max" | false;
  attest: boolean;
  sign: boolean;
  /** Further labels; `{run}` and its like still stand in them. */
  labels: Readonly<Record<string, string>>;
  /** The most that one platform may take, compressed. */
  maxBytes: number | undefined;
  budget: Budget | undefined;
  fallback: boolean;
  /**
   * A short digest of everything but the sources that decides what the image holds: Dockerfile, context, target and
   * arguments. It is written on the image as a label, and an image is shared only where it is the same.
   */
  recipe: string;
}

export type ScannedImage = ImageBuild & { scan: Scan };

export interface FilesBuild {
  kind: "files";
  key: string;
  /** The name of the artifact that consumers take. */
  artifact: string;
  setup: SetupConfig | undefined;
  caches: readonly Cache[];
  /** Commands that fetch, and are tried again. */
  prepare: readonly string[];
  run: readonly string[];
  env: Readonly<Record<string, string | number | boolean>>;
  paths: readonly string[];
  inputs: readonly string[] | undefined;
  maxSizes: readonly FileLimit[];
  attest: boolean;
  timeoutMinutes: number;
  budget: Budget | undefined;
  keepDays: number;
}

export type Build = ImageBuild | FilesBuild;
