/** Paths of the workspace. */

/** `./a/../b/` is `b`; the root is `.`. */
export function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  const joined = parts.join("/");
  return path.startsWith("/") ? `/${joined}` : joined === "" ? "." : joined;
}

/** A relative path from a folder of the workspace; nothing where it leads out of it, or is not known. */
export function resolvedPath(folder: string | undefined, path: string | undefined): string | undefined {
  if (folder === undefined || path === undefined || path === "" || /^[/~-]/.test(path)) return undefined;
  const resolved = normal(`${folder}/${path}`);
  return resolved.startsWith("..") ? undefined : resolved;
}
