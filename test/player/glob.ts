/** The globs of hashFiles and of artifact paths (@actions/glob): `*`, `**`, `?` and `[]` as in a shell, `!` excludes. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";

export interface GlobOptions {
  /** Whether files and folders beginning with a dot are found. */
  readonly hidden: boolean;
}

/** The files below `root` that the patterns mean, sorted. A pattern that names a folder means all below it. */
export function findFiles(root: string, patterns: readonly string[], options: GlobOptions): string[] {
  const found = new Set<string>();
  for (const line of patterns) {
    const exclude = line.startsWith("!");
    const pattern = resolve(root, exclude ? line.slice(1) : line);
    if (exclude) {
      const test = matcher(pattern);
      for (const file of [...found]) if (test(file)) found.delete(file);
      continue;
    }
    const start = literalPart(pattern);
    if (!existsSync(start)) continue;
    const test = matcher(pattern);
    for (const file of listFiles(start)) {
      const below = relative(start, file).split("/");
      if (!options.hidden && below.some((part) => part.startsWith("."))) continue;
      if (test(file)) found.add(file);
    }
  }
  return [...found].sort();
}

/** The folder, or file, that stands before the first wildcard. */
export function literalPart(pattern: string): string {
  const parts = pattern.split("/");
  const wild = parts.findIndex((part) => /[*?[]/.test(part));
  return (wild === -1 ? parts : parts.slice(0, wild)).join("/") || "/";
}

/** Whether a name without folders fits one pattern: an artifact's, or a target's of a bake file. */
export const fitsName = (pattern: string, name: string): boolean => matcher(pattern)(name);

function matcher(pattern: string): (file: string) => boolean {
  let source = "";
  const clean = pattern.replace(/\/+$/, "");
  for (let index = 0; index < clean.length; index += 1) {
    const character = clean.charAt(index);
    if (clean.startsWith("**/", index)) {
      source += "(?:.*/)?";
      index += 2;
    } else if (clean.startsWith("**", index)) {
      source += ".*";
      index += 1;
    } else if (character === "*") source += "[^/]*";
    else if (character === "?") source += "[^/]";
    else source += character.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  }
  const test = new RegExp(`^${source}(?:/.*)?$`, "u");
  return (file) => test.test(file);
}

export function listFiles(start: string): string[] {
  if (!statSync(start).isDirectory()) return [start];
  return readdirSync(start, { withFileTypes: true }).flatMap((entry) => {
    const path = join(start, entry.name);
    if (entry.isDirectory()) return listFiles(path);
    return entry.isFile() ? [path] : [];
  });
}

/** `hashFiles('a', 'b/**')`: empty when nothing matches, as in GitHub. */
export function hashFiles(workspace: string, patterns: readonly string[]): string {
  const inside = patterns.filter((pattern) => !isAbsolute(pattern));
  const files = findFiles(workspace, inside, { hidden: true }).filter(
    (file) => !relative(workspace, file).startsWith(".git/"),
  );
  if (files.length === 0) return "";
  const total = createHash("sha256");
  for (const file of files) total.update(createHash("sha256").update(readFileSync(file)).digest());
  return total.digest("hex");
}
