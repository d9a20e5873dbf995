/** Finds what there is to lint by walking the repository: a hundred times faster than starting git. */
import { type Dirent, existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { didYouMean } from "../../nearest.ts";
import { userError } from "../../config/user-error.ts";
import { fits } from "../../lint/glob.ts";
import { isActionPath } from "../../lint/paths.ts";

/** Other people's code, and what tools leave behind. */
const FOREIGN = new Set([
  "node_modules",
  "bower_components",
  "vendor",
  ".git",
  ".hg",
  ".svn",
  ".venv",
  "venv",
  "__pycache__",
  ".tox",
  ".cache",
  ".next",
  ".nuxt",
  ".gradle",
  ".terraform",
  "Pods",
]);
/** Build output lies at the root; deeper down these are names of actions as well. */
const OUTPUT = new Set(["dist", "build", "out", "target", "coverage"]);
const WORKFLOWS = ".github/workflows";
const YAML = /\.ya?ml$/i;

/** The folder whose `.github` counts: the nearest one at or above `folder` that has a `.github` or a `.git`. */
export function repositoryRoot(folder: string): string {
  for (let each = folder; ; each = dirname(each)) {
    if (existsSync(join(each, WORKFLOWS)) || existsSync(join(each, ".git"))) return each;
    if (dirname(each) === each) return folder;
  }
}

/** Every workflow and action of a repository, by path from its root, in order. */
export function filesOfRepository(root: string): string[] {
  const workflows = entriesOf(join(root, WORKFLOWS))
    .filter((entry) => YAML.test(entry.name) && isFile(entry, join(root, WORKFLOWS)))
    .map(({ name }) => `${WORKFLOWS}/${name}`);
  const actions: string[] = [];
  walk(root, "", (folder, entries) => {
    for (const entry of entries)
      if (isActionPath(entry.name) && isFile(entry, join(root, folder)))
        actions.push(folder === "" ? entry.name : `${folder}/${entry.name}`);
  });
  return [...workflows, ...actions.filter((path) => !path.startsWith(`${WORKFLOWS}/`))].sort();
}

/** Every folder that something may lie in that counts, absolute. */
export function foldersOfRepository(root: string): string[] {
  const folders: string[] = [];
  walk(root, "", (folder) => void folders.push(join(root, folder)));
  return folders;
}

function walk(root: string, folder: string, visit: (folder: string, entries: readonly Dirent[]) => void): void {
  const entries = entriesOf(join(root, folder));
  // A submodule, or a clone inside the clone, is a repository of its own.
  if (folder !== "" && entries.some(({ name }) => name === ".git")) return;
  visit(folder, entries);
  for (const entry of entries) {
    if (!entry.isDirectory() || FOREIGN.has(entry.name) || (folder === "" && OUTPUT.has(entry.name))) continue;
    walk(root, folder === "" ? entry.name : `${folder}/${entry.name}`, visit);
  }
}

/** A link that leads nowhere counts, so that it is not passed over in silence; a folder or a pipe is no workflow. */
function isFile(entry: Dirent, folder: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isFile();
  return statSync(join(folder, entry.name), { throwIfNoEntry: false })?.isFile() ?? true;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/**
 * The files that a person names: paths, folders and globs, relative to `cwd`. Throws a `UserError` for one that names
 * nothing. Gives paths from the root, with `/`; a file outside of the repository has a path with `..`.
 */
export function namedFiles(names: readonly string[], cwd: string, root: string, known: readonly string[]): string[] {
  const fromRoot = (absolute: string): string => relative(root, absolute).split(sep).join("/");
  const files = names.flatMap((name): string[] => {
    const absolute = resolve(cwd, name);
    const found = statSync(absolute, { throwIfNoEntry: false });
    if (found?.isFile()) return [fromRoot(absolute)];
    if (found?.isDirectory()) return filesIn(absolute, fromRoot(absolute), known);
    const glob = fromRoot(absolute);
    const fitting = /[*?{]/.test(name)
      ? [
          ...new Set([
            ...known,
            ...yamlBelow(resolve(cwd, name.replace(/(?:^|\/)[^/]*[*?{].*$/, "") || ".")).map(fromRoot),
          ]),
        ].filter((path) => fits(path, glob))
      : [];
    if (fitting.length > 0) return fitting;
    const hint = didYouMean(glob, known);
    throw userError(
      /[*?{]/.test(name) ? `No file fits ${name}.` : `There is no file ${name}.`,
      hint === undefined || known.length > 12 ? {} : { hint },
    );
  });
  return [...new Set(files)];
}

/** A folder stands for the workflows and actions below it, or else for every YAML file. */
function filesIn(folder: string, path: string, known: readonly string[]): string[] {
  const below = path === "" ? [...known] : known.filter((file) => file.startsWith(`${path}/`));
  if (below.length > 0) return below;
  const all = yamlBelow(folder).map((file) =>
    [path, relative(folder, file).split(sep).join("/")].filter((part) => part !== "").join("/"),
  );
  if (all.length === 0) throw userError(`There is no workflow or action in ${folder}.`);
  return all;
}

function yamlBelow(folder: string): string[] {
  return entriesOf(folder)
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return FOREIGN.has(entry.name) ? [] : yamlBelow(path);
      return YAML.test(entry.name) && isFile(entry, folder) ? [path] : [];
    })
    .sort();
}
