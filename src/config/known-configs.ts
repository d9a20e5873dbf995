/**
 * Remembers what a config came to. A config that reaches for nothing outside of itself comes to the same every time, so
 * the text of its file, and the build of Pipewright that read it, are all that need to be compared: no thread, no
 * transformer and no schema are started for a config that has not changed.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFolder } from "./cache-folder.ts";
import type { ConfigFile } from "./find.ts";
import type { Config } from "./schema.ts";

/** A digest of Pipewright's own sources, written into the bundle. In a source tree, where it is absent, nothing is remembered. */
declare const PIPEWRIGHT_BUILD: string | undefined;
const build = typeof PIPEWRIGHT_BUILD === "string" ? PIPEWRIGHT_BUILD : undefined;

/** Whatever gives another value another time or elsewhere, and whatever could lead to it under another name. */
const OUTSIDE =
  /\b(?:process|global|globalThis|window|self|require|module|exports|eval|Function|constructor|prototype|__proto__|__dirname|__filename|Date|Intl|random|performance|crypto|fetch|navigator|WebAssembly|Atomics|Buffer|console|queueMicrotask|structuredClone|setTimeout|setInterval|setImmediate|await|async|stack|Reflect|Proxy|Symbol)\b|\btoLocale|\bimport\s*[.(]|\\u/;
const IMPORT = /\b(?:import|export)\b[^;"']*?\bfrom\s*["']([^"']+)["']|\bimport\s*["']([^"']+)["']/g;

/** Whether a config's value follows from its text alone. When in doubt it does not; a mention in a comment is a doubt. */
export function isSelfContained({ language, text }: Pick<ConfigFile, "language" | "text">): boolean {
  if (language !== "code") return true;
  return !OUTSIDE.test(text) && [...text.matchAll(IMPORT)].every(([, from, bare]) => (from ?? bare) === "pipewright");
}

/** The config that this file came to the last time, or `undefined`. A file's name tells what kind of config it holds. */
export async function knownConfig<Kind = Config>(file: ConfigFile): Promise<Kind | undefined> {
  const path = pathOf(file);
  if (path === undefined) return undefined;
  try {
    return JSON.parse(await readFile(path, "utf8")) as Kind;
  } catch {
    return undefined;
  }
}

/** Remembers a config for the next run. Whatever goes wrong only costs that run its time. */
export async function rememberConfig(file: ConfigFile, config: object): Promise<void> {
  const path = pathOf(file);
  if (path === undefined) return;
  const fresh = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(fresh, JSON.stringify(config));
    await rename(fresh, path);
  } catch {
    await rm(fresh, { force: true }).catch(() => undefined);
  }
}

function pathOf(file: ConfigFile): string | undefined {
  if (build === undefined || !isSelfContained(file)) return undefined;
  const folder = cacheFolder(dirname(file.absolute));
  if (folder === false) return undefined;
  const key = createHash("sha256").update(`${build}\n${file.language}\n${file.name}\n${file.text}`).digest("hex");
  return join(folder, "configs", `${key}.json`);
}
