// Files of a folder by globs, for programs that must not depend on a newer Node.js for it.
import { readdirSync } from "node:fs";

/** Every file below a folder, as paths with `/` in a fixed order. Throws at what is neither file nor folder: a link could name any file of the runner. */
export function filesBelow(folder, prefix = "") {
  const files = [];
  for (const entry of readdirSync(`${folder}/${prefix}`, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const path = `${prefix}${entry.name}`;
    if (entry.isDirectory()) files.push(...filesBelow(folder, `${path}/`));
    else if (entry.isFile()) files.push(path);
    else throw new Error(`${path} is neither a file nor a folder.`);
  }
  return files;
}

/** `*` and `?` stay within a folder, `**` stands for any number of them. */
export function globPattern(glob) {
  const source = glob
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replace(/\*\*\/|\*\*|\*|\?/g, (sign) => ({ "**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]" })[sign]);
  return new RegExp(`^${source}$`, "su");
}

/** The files that one of the globs names; a glob that begins with `!` excludes. Throws when a glob names none. */
export function filesByGlobs(files, globs) {
  const excluded = globs.filter((glob) => glob.startsWith("!")).map((glob) => globPattern(glob.slice(1)));
  const found = new Set();
  for (const glob of globs.filter((one) => !one.startsWith("!"))) {
    const pattern = globPattern(glob);
    const named = files.filter((file) => pattern.test(file) && !excluded.some((other) => other.test(file)));
    if (named.length === 0)
      throw new Error(`No file is named by ${glob}. There are: ${files.slice(0, 20).join(", ") || "none"}.`);
    for (const file of named) found.add(file);
  }
  return files.filter((file) => found.has(file));
}
