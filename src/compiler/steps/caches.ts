/** Caches that jobs share: restored wherever they are named, and saved by main alone, so that no pull request writes what main reads. */
import { cacheKeyBeginning } from "../../pipeline/check-names.ts";
import { restoreCacheStep, saveCacheStep } from "../../pipeline/step-names.ts";
import type { Cache, Pipeline } from "../../pipeline/types.ts";
import type { Step } from "../../workflow/model.ts";
import { every, expression } from "../expressions.ts";
import { useAction } from "./action.ts";
import { noteCacheMiss } from "./tools.ts";

const idOf = (cache: Cache): string => `cache-${cache.key}`;

const pathsOf = (cache: Cache): string =>
  cache.paths.length === 1 ? (cache.paths[0] ?? "") : `${cache.paths.join("\n")}\n`;

/** The key without the commit: what the content of the files gives. */
const contentKey = (pipeline: Pipeline, cache: Cache): string =>
  `${cacheKeyBeginning(pipeline, cache.key)}${expression("runner.os")}-${expression(`hashFiles(${cache.files.map((glob) => `'${glob.replaceAll("'", "''")}'`).join(", ")})`)}`;

/**
 * @param commit an expression for the commit that the job works on
 * @param onlyIf when they may be restored
 */
export const restoreCaches = (pipeline: Pipeline, caches: readonly Cache[], commit: string, onlyIf?: string): Step[] =>
  caches.flatMap((cache) => [
    useAction(pipeline, "actions/cache/restore", {
      name: restoreCacheStep(cache.key),
      id: idOf(cache),
      if: onlyIf,
      with: {
        path: pathsOf(cache),
        key: cache.perCommit ? `${contentKey(pipeline, cache)}-${expression(commit)}` : contentKey(pipeline, cache),
        "restore-keys": cache.perCommit
          ? `${contentKey(pipeline, cache)}-\n${cacheKeyBeginning(pipeline, cache.key)}${expression("runner.os")}-\n`
          : `${cacheKeyBeginning(pipeline, cache.key)}${expression("runner.os")}-`,
      },
    }),
    noteCacheMiss(cache.key, idOf(cache), onlyIf),
  ]);

/** @param onlyIf keeps everything but main's own runs away; none where the job is always main's */
export const saveCaches = (pipeline: Pipeline, caches: readonly Cache[], onlyIf?: string): Step[] =>
  caches.map((cache) =>
    useAction(pipeline, "actions/cache/save", {
      name: saveCacheStep(cache.key),
      if: every(onlyIf, `steps.${idOf(cache)}.outputs.cache-hit != 'true'`),
      continueOnError: true,
      // The key as it was restored: the commands may have changed the files that it is made of.
      with: { path: pathsOf(cache), key: expression(`steps.${idOf(cache)}.outputs.cache-primary-key`) },
    }),
  );
