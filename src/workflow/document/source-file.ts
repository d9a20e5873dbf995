/** A file of the repository as text, lines and YAML. */
import type { YamlFile } from "../yaml/node.ts";
import { type Lines, linesOf } from "../yaml/position.ts";
import { readYaml } from "../yaml/read.ts";

export interface SourceFile {
  /** From the repository's root, with `/`. */
  path: string;
  text: string;
  lines: Lines;
  yaml: YamlFile;
}

export async function readSource(path: string, text: string): Promise<SourceFile> {
  return { path, text, lines: linesOf(text), yaml: await readYaml(text) };
}
