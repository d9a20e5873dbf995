/** Paths in the repository, with `/` whatever the machine. */

/** The parts of a path, with `.` and `..` resolved as far as they can be: one that leaves the repository begins with `..`. */
export function partsOf(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return parts;
}

/** Whether a path is absolute, here or on Windows, or leads out of the repository. */
export const leavesRepository = (path: string): boolean =>
  path.startsWith("/") || /^[A-Za-z]:|\\/.test(path) || partsOf(path)[0] === "..";
