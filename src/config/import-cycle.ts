/**
 * Finds a config that is imported by a file that it imports. Such a config runs before half of its values exist, and
 * would silently compile to something else than what it says.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Location } from "./problem.ts";

export interface ImportCycle {
  /** Absolute paths: the config, what it imports, what that imports, and so on up to the file that imports the config. */
  files: readonly string[];
  /** The specifier in the config. `file` is absolute. */
  location: Location;
}

/** Imports of types are no imports at run time. */
const IMPORT =
  /(?:^|[\s;}])(?:import|export)\s(?!type\s)[^;'"`]*?from\s*(["'])(\.{1,2}\/[^"'\n]+)\1|(?:\bimport|\brequire)\s*\(?\s*(["'])(\.{1,2}\/[^"'\n]+)\3/g;
const EXTENSIONS = ["", ".ts", ".mts", ".js", ".mjs", ".json", "/index.ts", "/index.js"];
const MOST_FILES = 500;

/** @param config the config's absolute path */
export function findImportCycle(config: string, text: string): ImportCycle | undefined {
  const seen = new Set<string>();
  for (const { file, location } of importsOf(config, text)) {
    const way = wayBack(file, config, seen);
    if (way) return { files: [config, ...way], location };
  }
  return undefined;
}

function wayBack(file: string, config: string, seen: Set<string>): string[] | undefined {
  if (seen.has(file) || seen.size >= MOST_FILES) return undefined;
  seen.add(file);
  if (file === config) return [];
  for (const next of importsOf(file, readFileSync(file, "utf8"))) {
    const way = wayBack(next.file, config, seen);
    if (way) return [file, ...way];
  }
  return undefined;
}

function importsOf(file: string, text: string): { file: string; location: Location }[] {
  const code = withoutComments(text);
  return [...code.matchAll(IMPORT)].flatMap((match) => {
    const specifier = match[2] ?? match[4] ?? "";
    const imported = EXTENSIONS.map((extension) => resolve(dirname(file), specifier + extension)).find(
      (path) => /\.\w+$/.test(path) && existsSync(path),
    );
    if (imported === undefined) return [];
    const before = code.slice(0, match.index + match[0].lastIndexOf(specifier) - 1).split("\n");
    return [{ file: imported, location: { file, line: before.length, column: (before.at(-1) ?? "").length + 1 } }];
  });
}

/** Blanks comments and keeps every other character in its place. Strings are passed over, as they may hold `//`. */
function withoutComments(text: string): string {
  return text.replace(
    /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[^])*`|\/\/[^\n]*|\/\*[^]*?\*\//g,
    (part) => (part.startsWith("/") ? part.replace(/[^\n]/g, " ") : part),
  );
}
