// The files of a folder.
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
