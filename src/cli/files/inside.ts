/** Holds what is written inside the repository: no `..`, no symbolic link that leads out of it, nothing under `.git`. */
import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { userError } from "../../config/user-error.ts";

export interface Target {
  /** As declared: relative to the repository's root, with forward slashes. */
  path: string;
  /** Where the bytes are, symbolic links resolved. */
  file: string;
}

/**
 * Resolves a declared path. Throws a `UserError` for a path that leaves `root`, lexically or through a symbolic link,
 * and for a broken link, since whatever it meant to point at would be replaced.
 */
export async function targetInside(root: string, path: string): Promise<Target> {
  const lexical = resolve(root, path);
  if (isAbsolute(path) || path.includes("\\") || lexical === resolve(root) || !isWithin(root, lexical)) {
    throw userError(`The file ${path} would lie outside of the repository.`, {
      hint: "Generated files are named by a relative path without `..` that stays below the folder of the config.",
    });
  }
  if (relative(root, lexical).split(sep).includes(".git")) {
    throw userError(`The file ${path} would lie in git's own folder.`, { hint: "Choose another file name." });
  }
  // Looked up without waiting: for a hundred small questions the thread pool takes longer than the disk.
  const realRoot = realpathSync.native(root);
  const file = resolveLinks(lexical, path);
  if (!isWithin(realRoot, file)) {
    throw userError(
      `The file ${path} would be written to ${file}, through a symbolic link that leaves the repository.`,
      {
        hint: "Replace the link by a real folder or file.",
      },
    );
  }
  return { path, file };
}

/** Whether a path is a folder itself or lies below it. Symbolic links are not looked at. */
export const isWithin = (folder: string, path: string): boolean => {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
};

/** The real path of a file that need not exist: that of the deepest folder which does, and the rest behind it. */
function resolveLinks(file: string, path: string): string {
  if (!isThere(file)) return join(resolveLinks(dirname(file), path), file.slice(dirname(file).length));
  try {
    return realpathSync.native(file);
  } catch {
    const points = pointsTo(file);
    throw userError(
      `The file ${path} cannot be written: ${file} is a symbolic link to ${points}, which does not exist.`,
      {
        hint: "Remove the broken link.",
      },
    );
  }
}

/** Also where a link leads nowhere; what cannot be looked at is not there. */
function isThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function pointsTo(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "nowhere";
  }
}
