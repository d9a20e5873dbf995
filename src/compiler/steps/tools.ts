/** Languages and their download caches. */
import type { SetupConfig } from "../../config/schema.ts";
import { cacheMissStep, restoreCacheStep, saveCacheStep } from "../../pipeline/step-names.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { Step } from "../../workflow/model.ts";
import { every, expression } from "../expressions.ts";
import { useAction } from "./action.ts";
import { runScript } from "./program.ts";

/** What the programs written in JavaScript run on. */
export const PROGRAM_TOOLS: SetupConfig = { node: "24" };

interface Cache {
  path: string;
  lockfiles: string;
}

const CACHES: Readonly<Record<"npm" | "pip" | "go" | "maven", Cache>> = {
  npm: { path: "~/.npm", lockfiles: "'**/package-lock.json'" },
  pip: { path: "~/.cache/pip", lockfiles: "'**/requirements*.txt', '**/pyproject.toml'" },
  go: { path: "~/go/pkg/mod", lockfiles: "'**/go.sum'" },
  maven: { path: "~/.m2/repository", lockfiles: "'**/pom.xml'" },
};

const cacheKey = (name: string, cache: Cache): string =>
  `${name}-${expression("runner.os")}-${expression(`hashFiles(${cache.lockfiles})`)}`;

/**
 * Installs the tools and restores their download cache. The setup actions' own caching stays off: it would also save,
 * and a job that runs a pull request's code must not write what a later job of main reads.
 *
 * @param onlyIf when the cache may be restored
 */
export function setUpTools(pipeline: Pipeline, setup: SetupConfig | undefined, onlyIf?: string): Step[] {
  if (!setup) return [];
  const steps: Step[] = [];
  const version = (value: string | number): string => String(value);
  if (setup.node !== undefined)
    steps.push(
      useAction(pipeline, "actions/setup-node", {
        name: "Set up Node.js",
        with: { "node-version": version(setup.node), "package-manager-cache": false },
      }),
    );
  if (setup.python !== undefined)
    steps.push(
      useAction(pipeline, "actions/setup-python", {
        name: "Set up Python",
        with: { "python-version": version(setup.python) },
      }),
    );
  if (setup.go !== undefined)
    steps.push(
      useAction(pipeline, "actions/setup-go", {
        name: "Set up Go",
        with: { "go-version": version(setup.go), cache: false },
      }),
    );
  if (setup.java !== undefined)
    steps.push(
      useAction(pipeline, "actions/setup-java", {
        name: "Set up Java",
        with: { distribution: "temurin", "java-version": version(setup.java) },
      }),
    );
  if (setup.cache) {
    const cache = CACHES[setup.cache];
    steps.push(
      useAction(pipeline, "actions/cache/restore", {
        name: restoreCacheStep(setup.cache),
        id: "cache",
        if: onlyIf,
        with: {
          path: cache.path,
          key: cacheKey(setup.cache, cache),
          "restore-keys": `${setup.cache}-${expression("runner.os")}-`,
        },
      }),
      noteCacheMiss(setup.cache, "cache", onlyIf),
    );
  }
  return steps;
}

/**
 * Runs only when nothing was restored, so that the metrics can tell a miss from a hit. An older cache under a shorter key
 * is a hit: most of what is needed is in it.
 *
 * @param id the id of the step that restores
 * @param onlyIf when it does
 */
export const noteCacheMiss = (cache: string, id: string, onlyIf?: string): Step =>
  runScript(
    {
      name: cacheMissStep(cache),
      if: every(onlyIf, `steps.${id}.outputs.cache-matched-key == ''`),
      timeoutMinutes: 1,
    },
    'echo "Nothing was restored, so everything is fetched."',
  );

/** Saves the download cache; `onlyIf` keeps everything but the main branch's own pushes away from it. */
export function saveToolCache(pipeline: Pipeline, setup: SetupConfig | undefined, onlyIf: string): Step[] {
  if (!setup?.cache) return [];
  const cache = CACHES[setup.cache];
  return [
    useAction(pipeline, "actions/cache/save", {
      name: saveCacheStep(setup.cache),
      if: every(onlyIf, "steps.cache.outputs.cache-hit != 'true'"),
      continueOnError: true,
      // The key as it was restored: the tests may have written more files of the kind that it hashes.
      with: { path: cache.path, key: expression("steps.cache.outputs.cache-primary-key") },
    }),
  ];
}
