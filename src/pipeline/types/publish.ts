/** What is published once everything has passed, resolved. */
import type { PublishTargetConfig, SetupConfig } from "../../config/schema.ts";
import type { PublishedEvent } from "../../config/schema/publish.ts";
import type { FilesBuild, ImageBuild } from "./builds.ts";
import type { Registry } from "./registries.ts";

/** A GitHub environment: its reviewers approve, its secrets are handed to that job alone. */
export interface EnvironmentRef {
  name: string;
  url: string | undefined;
  /** `major` asks for it only where a release is X.0.0. */
  when: "always" | "major";
  /** Who sees the job's secrets: it alone, or every job of the repository. */
  secrets: "environment" | "repository";
}

interface Target {
  key: string;
  on: readonly PublishedEvent[];
  /** The targets, by key, that must have succeeded before. */
  after: readonly string[];
  environment: EnvironmentRef | undefined;
  timeoutMinutes: number;
}

export interface ImagesTarget extends Target {
  kind: "images";
  to: Registry;
  /** Each build with the name that its image gets there. */
  images: readonly { build: ImageBuild; name: string }[];
  /** Patterns with `{version}`, `{commit}` and `{channel}`. */
  tags: readonly string[];
  sign: boolean;
  attest: boolean;
}

export interface NpmTarget extends Target {
  kind: "npm";
  from: FilesBuild;
  access: "public" | "restricted";
  token: string | undefined;
  registry: string | undefined;
}

export interface MavenTarget extends Target {
  kind: "maven";
  from: FilesBuild;
  username: string;
  password: string;
  signingKey: string;
  signingPassword: string | undefined;
}

export interface ReleaseTarget extends Target {
  kind: "githubRelease";
  files: readonly FilesBuild[];
  sboms: readonly ImageBuild[];
  notes: "conventional" | "none";
  checksums: boolean;
}

export interface DeployTarget extends Target {
  kind: "deploy";
  images: readonly ImageBuild[];
  setup: SetupConfig | undefined;
  secrets: readonly string[];
  env: Readonly<Record<string, string | number | boolean>>;
  canary: { run: readonly string[]; verify: readonly string[] } | undefined;
  run: readonly string[];
  health: { url: string; timeoutSeconds: number; intervalSeconds: number } | undefined;
  attempts: number;
  delaySeconds: number;
}

export type PublishTarget = ImagesTarget | NpmTarget | MavenTarget | ReleaseTarget | DeployTarget;
export type PublishKind = PublishTargetConfig["kind"];
