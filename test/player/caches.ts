/**
 * The caches of a repository (docs.github.com, "Dependency caching reference"): who may read which, how a key is found,
 * and that a cache never changes.
 */
import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { createHash } from "node:crypto";
import { dirname, join, relative } from "node:path";
import { isObject, PlayerError } from "./json.ts";
import type { GitHubEvent } from "./events.ts";

export interface Cache {
  readonly id: number;
  readonly key: string;
  /** The ref that it was made on: its scope. */
  readonly ref: string;
  /** Stands for the paths: another list of paths is another cache under the same key. */
  readonly version: string;
  readonly folder: string;
  readonly size: number;
  readonly createdAt: Date;
  lastAccessedAt: Date;
}

/** The refs whose caches a run may read, the first one being where it writes. */
export function cacheScopes(event: GitHubEvent, defaultBranch: string): readonly string[] {
  const main = `refs/heads/${defaultBranch}`;
  const base = event.name === "pull_request" ? [`refs/heads/${event.baseRef}`] : [];
  return [...new Set([event.ref, ...base, main])];
}

/** A workflow_run that a fork's run has caused may read the default branch's caches, and write none. */
export function mayWriteCaches(event: GitHubEvent): boolean {
  const triggering = event.payload["workflow_run"];
  const head = isObject(triggering) ? triggering["head_repository"] : undefined;
  return !(isObject(head) && head["fork"] === true);
}

export const cacheVersion = (paths: readonly string[]): string =>
  createHash("sha256").update(paths.join("|")).digest("hex");

/** The exact key in the nearest scope, else the newest cache whose key begins with the key or with one of `prefixes`, in their order. */
export function findCache(
  caches: readonly Cache[],
  scopes: readonly string[],
  version: string,
  key: string,
  prefixes: readonly string[],
): Cache | undefined {
  for (const ref of scopes) {
    const visible = caches.filter((cache) => cache.ref === ref && cache.version === version);
    const exact = visible.find((cache) => cache.key === key);
    if (exact) return exact;
    for (const prefix of [key, ...prefixes]) {
      const newest = visible.filter((cache) => cache.key.startsWith(prefix)).at(-1);
      if (newest) return newest;
    }
  }
  return undefined;
}

/** Where a machine has its files: a cache of one machine is restored on another. */
export interface Places {
  readonly root: string;
  readonly home: string;
  readonly temp: string;
}

const PLACES = ["root", "home", "temp"] as const;

/** Copies files into a cache's folder, by where they stand in the workspace, the home folder or the runner's temporary one. */
export function storePaths(folder: string, files: readonly string[], places: Places): void {
  for (const file of files) {
    const target = placeOf(file, places);
    if (target === undefined)
      throw new PlayerError(
        `The player caches files of the workspace, of the home folder and of the temporary one only, not ${file}.`,
      );
    mkdirSync(dirname(join(folder, target)), { recursive: true });
    cpSync(file, join(folder, target));
  }
}

function placeOf(file: string, places: Places): string | undefined {
  for (const place of PLACES) {
    const below = relative(places[place], file);
    if (!below.startsWith("..")) return join(place, below);
  }
  return undefined;
}

export function restorePaths(folder: string, places: Places): void {
  for (const place of PLACES)
    if (existsSync(join(folder, place))) cpSync(join(folder, place), places[place], { recursive: true, force: true });
}

export function dropCache(caches: Cache[], cache: Cache): void {
  caches.splice(caches.indexOf(cache), 1);
  rmSync(cache.folder, { recursive: true, force: true });
}
