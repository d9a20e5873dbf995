/** Holds what is written inside the repository: no `..`, no symbolic link that leads out of it, nothing under `.git`. */
import { lstat, readlink, realpath } from "node:fs/promises";
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
  const realRoot = await realpath(root);
  const file = await resolveLinks(lexical, path);
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
async function resolveLinks(file: string, path: string): Promise<string> {
  const link = await lstat(file).catch(() => undefined);
  if (!link) return join(await resolveLinks(dirname(file), path), file.slice(dirname(file).length));
  try {
    return await realpath(file);
  } catch {
    const points = await readlink(file).catch(() => "nowhere");
    throw userError(
      `The file ${path} cannot be written: ${file} is a symbolic link to ${points}, which does not exist.`,
      {
        hint: "Remove the broken link.",
      },
    );
  }
}
