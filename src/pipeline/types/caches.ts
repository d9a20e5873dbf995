/** Caches that jobs share, resolved. */
import type { SetupConfig } from "../../config/schema.ts";

export interface Cache {
  key: string;
  paths: readonly string[];
  /** The files whose content the key is made of, as globs. */
  files: readonly string[];
  perCommit: boolean;
  keepHours: number;
  /** Commands that fill it ahead of time; empty where nothing does. */
  fill: readonly string[];
  setup: SetupConfig | undefined;
}

export interface WarmUp {
  schedule: string;
  timeoutMinutes: number;
  maxGigabytes: number;
}
