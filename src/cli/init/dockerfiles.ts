import { existsSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";

export interface Dockerfile {
  /** Relative to the repository, with forward slashes. */
  path: string;
  /** The folder that its COPY and ADD read from. */
  context: string;
  /** What tells it from the repository's other Dockerfiles: its folder's name, or the name's own ending. */
  name: string | undefined;
}

const DEEPEST = 4;
/** Folders whose Dockerfiles are not the repository's own product. */
const PASSED_OVER = new Set([
  "node_modules",
  "vendor",
  "dist",
  "build",
  "target",
  "test",
  "tests",
  "fixtures",
  "testdata",
  "example",
  "examples",
]);

/** Every Dockerfile of a repository, those nearest to its root first. */
export async function findDockerfiles(root: string): Promise<Dockerfile[]> {
  const paths = await pathsIn(root, "", 0);
  const byDepth = (path: string): number => path.split("/").length;
  return paths
    .sort((a, b) => byDepth(a) - byDepth(b) || a.length - b.length || (a < b ? -1 : 1))
    .map((path) => ({ path, context: contextOf(root, path), name: distinctName(path) }));
}

async function pathsIn(root: string, folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory())
        return depth < DEEPEST && !entry.name.startsWith(".") && !PASSED_OVER.has(entry.name.toLowerCase())
          ? pathsIn(root, path, depth + 1)
          : [];
      return entry.isFile() && isDockerfile(entry.name) ? [path] : [];
    }),
  );
  return found.flat();
}

const isDockerfile = (name: string): boolean =>
  /^(Dockerfile|Containerfile)(\.[\w-]+)?$|^[\w-]+\.Dockerfile$/i.test(name) &&
  !/\.(dockerignore|md|txt|j2|tpl|tmpl)$/i.test(name);

function distinctName(path: string): string | undefined {
  const file = basename(path);
  const ending =
    /^(?:Dockerfile|Containerfile)\.([\w-]+)$/i.exec(file)?.[1] ?? /^([\w-]+)\.Dockerfile$/i.exec(file)?.[1];
  if (ending !== undefined) return ending;
  const folders = dirname(path)
    .split("/")
    .filter((name) => name !== "." && !/^(docker|container|build|deploy|\.docker)s?$/i.test(name));
  return folders.at(-1);
}

/** The Dockerfile's own folder, or the root when what it copies lies there. */
function contextOf(root: string, path: string): string {
  const folder = posix.dirname(path);
  if (folder === ".") return ".";
  const copied = [
    ...readFileSync(join(root, path), "utf8").matchAll(/^\s*(?:COPY|ADD)\s+(?!--from)((?:--\S+\s+)*)(\S+)\s/gim),
  ].map((match) => match[2] ?? "");
  const sources = copied
    .filter((source) => /^[\w@]/.test(source) && !source.includes("://") && !source.includes("$"))
    .map((source) => source.replace(/[*?[].*$/, ""));
  const fromRoot = sources.some(
    (source) => source !== "" && !existsSync(join(root, folder, source)) && existsSync(join(root, source)),
  );
  return fromRoot ? "." : folder;
}
