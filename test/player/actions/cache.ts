/** actions/cache and its two halves: restores from what the run's ref may read, and saves for the run's own ref. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { knownAction } from "../../../src/actions/catalogue.ts";
import { type Action, type ActionContext, ActionFailed } from "../action.ts";
import {
  type Cache,
  cacheScopes,
  cacheVersion,
  findCache,
  mayWriteCaches,
  type Places,
  restorePaths,
  storePaths,
} from "../caches.ts";
import { findFiles, listFiles } from "../glob.ts";
import { PlayerError } from "../json.ts";

/** GitHub's limit for a key. */
const LONGEST_KEY = 512;

const lines = (text: string | undefined): string[] =>
  (text ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
const inputsOf = (name: string): string[] => Object.keys(knownAction(name)?.inputs ?? {});

interface Wanted {
  readonly key: string;
  readonly prefixes: readonly string[];
  /** As they are written: another list is another cache. */
  readonly patterns: readonly string[];
}

function wantedBy({ inputs }: ActionContext): Wanted {
  const { key = "" } = inputs;
  const patterns = lines(inputs["path"]);
  if (key.includes(",")) throw new ActionFailed(`Key Validation Error: ${key} cannot contain commas.`);
  if (key.length > LONGEST_KEY)
    throw new ActionFailed(`Key Validation Error: ${key} cannot be larger than ${LONGEST_KEY} characters.`);
  for (const pattern of patterns)
    if (pattern.startsWith("!"))
      throw new PlayerError(`The stand-in of actions/cache does not play the pattern \`${pattern}\`.`);
  return { key, prefixes: lines(inputs["restore-keys"]), patterns };
}

/** Where a pattern points: `~` is the home folder. */
const absolute = (context: ActionContext, pattern: string): string =>
  resolve(context.workspace, pattern.replace(/^~(?=\/|$)/, context.env["HOME"] ?? "~"));

const placesOf = (context: ActionContext): Places => ({
  root: context.workspace,
  home: context.env["HOME"] ?? "",
  temp: context.temp,
});

/** GitHub's machines have their temporary folder at one place; here each has its own. */
const versionOf = ({ temp }: ActionContext, patterns: readonly string[]): string =>
  cacheVersion(patterns.map((pattern) => pattern.replace(temp, "{temp}")));

function restore(context: ActionContext): { outputs: Record<string, string>; found: Cache | undefined } {
  const { host, run, inputs } = context;
  const wanted = wantedBy(context);
  const found = findCache(
    host.caches,
    cacheScopes(run.event, host.repository.defaultBranch),
    versionOf(context, wanted.patterns),
    wanted.key,
    wanted.prefixes,
  );
  const primary = { "cache-primary-key": wanted.key };
  if (!found) {
    if (inputs["fail-on-cache-miss"] === "true")
      throw new ActionFailed(
        `Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: ${wanted.key}`,
      );
    context.print(`Cache not found for input keys: ${[wanted.key, ...wanted.prefixes].join(", ")}`);
    return { outputs: primary, found };
  }
  if (inputs["lookup-only"] !== "true") {
    found.lastAccessedAt = host.now();
    restorePaths(found.folder, placesOf(context));
  }
  context.print(`Cache restored from key: ${found.key}`);
  return {
    outputs: { ...primary, "cache-hit": String(found.key === wanted.key), "cache-matched-key": found.key },
    found,
  };
}

function save(context: ActionContext, { key, patterns }: Wanted): void {
  const { host, run } = context;
  const [ref = ""] = cacheScopes(run.event, host.repository.defaultBranch);
  const version = versionOf(context, patterns);
  if (!mayWriteCaches(run.event)) {
    context.print("::warning::Cache save failed: the cache is read-only for this run.");
    return;
  }
  if (host.caches.some((cache) => cache.ref === ref && cache.key === key && cache.version === version)) {
    context.print(
      `::warning::Failed to save: Unable to reserve cache with key ${key}, another job may be creating this cache.`,
    );
    return;
  }
  const files = patterns.flatMap((pattern) =>
    findFiles(context.workspace, [absolute(context, pattern)], { hidden: true }),
  );
  if (files.length === 0) {
    context.print(
      "::warning::Path Validation Error: Path(s) specified in the action for caching do(es) not exist, hence no cache is being saved.",
    );
    return;
  }
  const id = host.caches.reduce((highest, cache) => Math.max(highest, cache.id), 0) + 1;
  const folder = host.folder(`caches/${id}`);
  storePaths(folder, files, placesOf(context));
  const size = listFiles(folder).reduce((sum, file) => sum + statSync(file).size, 0);
  host.caches.push({ id, key, ref, version, folder, size, createdAt: host.now(), lastAccessedAt: host.now() });
  context.print(`Cache saved with key: ${key}`);
}

export const cache: Action = {
  name: "actions/cache",
  inputs: inputsOf("actions/cache"),
  required: ["path", "key"],
  run(context) {
    const wanted = wantedBy(context);
    const { outputs, found } = restore(context);
    context.after(() => {
      if (context.status() !== "success") return;
      if (found?.key === wanted.key)
        context.print(`Cache hit occurred on the primary key ${wanted.key}, not saving cache.`);
      else save(context, wanted);
    });
    const { "cache-hit": hit = "" } = outputs;
    return Promise.resolve({ "cache-hit": hit });
  },
};

export const cacheRestore: Action = {
  name: "actions/cache/restore",
  inputs: inputsOf("actions/cache/restore"),
  required: ["path", "key"],
  run: (context) => Promise.resolve(restore(context).outputs),
};

export const cacheSave: Action = {
  name: "actions/cache/save",
  inputs: inputsOf("actions/cache/save"),
  required: ["path", "key"],
  run(context) {
    save(context, wantedBy(context));
    return Promise.resolve({});
  },
};
