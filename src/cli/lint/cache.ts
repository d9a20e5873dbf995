/**
 * Remembers what rules found. One file holds what a repository came to under some settings: the findings of each file by
 * a digest of its path and text, and those of the files together by a digest of all texts, with everything else that the
 * rules asked of the repository. A file begins with a digest of the rest, so a damaged one is read as none; it is written beside and then renamed, so that of
 * two runs at once one wins whole.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../config/cache-folder.ts";
import type { Finding } from "../../lint/finding.ts";
import type { RuleInfo } from "../../lint/report.ts";
import type { LintSettings } from "../../lint/settings.ts";
import type { Asked } from "./repository-files.ts";

declare const PIPEWRIGHT_BUILD: string | undefined;
const build = typeof PIPEWRIGHT_BUILD === "string" ? PIPEWRIGHT_BUILD : undefined;

export interface Remembered {
  /** The settings after `--only` and `--skip`, and every rule. */
  settings: LintSettings;
  rules: readonly RuleInfo[];
  each: Record<string, Finding[]>;
  together: Record<string, { asked: Asked[]; findings: Finding[] }>;
}

export interface Cache {
  read(): Remembered | undefined;
  write(remembered: Remembered): void;
}

const NOTHING: Cache = { read: () => undefined, write: () => undefined };
/** One file for each set of settings; the oldest go. */
const MOST_FILES = 16;

export const digestOf = (...parts: readonly string[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("base64url");

/** @param asked everything beside the files that findings depend on */
export function cacheFor(root: string, asked: unknown, wanted: boolean): Cache {
  const folder = wanted && build !== undefined ? cacheFolder(root) : false;
  if (folder === false || build === undefined) return NOTHING;
  const own = join(folder, "lint", digestOf(root).slice(0, 16));
  const file = join(own, `${digestOf(build, JSON.stringify(asked))}.json`);
  return {
    read() {
      try {
        const text = readFileSync(file, "utf8");
        const [digest = ""] = text.split("\n", 1);
        const body = text.slice(digest.length + 1);
        return digestOf(body) === digest ? (JSON.parse(body) as Remembered) : undefined;
      } catch {
        return undefined;
      }
    },
    write(remembered) {
      const fresh = `${file}.${randomUUID()}`;
      try {
        mkdirSync(own, { recursive: true });
        const body = JSON.stringify(remembered);
        writeFileSync(fresh, `${digestOf(body)}\n${body}`);
        renameSync(fresh, file);
        prune(own);
      } catch {
        rmSync(fresh, { force: true });
      }
    },
  };
}

/** What `cache` knows, and in memory what is found from now on: texts that are only tried out are not remembered. */
export function inMemory(cache: Cache): Cache {
  let last: Remembered | undefined;
  return {
    read: () => (last ??= cache.read()),
    write: (remembered) =>
      void (last = {
        ...remembered,
        each: { ...last?.each, ...remembered.each },
        together: { ...last?.together, ...remembered.together },
      }),
  };
}

function prune(folder: string): void {
  const files = readdirSync(folder);
  if (files.length <= MOST_FILES) return;
  const aged = files
    .map((name) => ({ path: join(folder, name), age: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.age - a.age);
  for (const { path } of aged.slice(MOST_FILES)) rmSync(path, { force: true });
}
