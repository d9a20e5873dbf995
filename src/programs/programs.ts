/**
 * The programs that run on runners: which there are, and which files each of them consists of. A program is a folder of
 * `templates/`: an `action.yml` and one program file; what it shares with others lies in `templates/lib`.
 */
import { digests, files } from "pipewright:programs";
import type { ProgramName } from "./declared.ts";

export type { ProgramInputs, ProgramName } from "./declared.ts";

/** The folder of a repository that holds them, from its root. */
export const PROGRAMS_FOLDER = ".github/pipewright";

/** The text of a file of `templates/`. Throws where there is none: that is a mistake of Pipewright's own. */
export function programFile(path: string): string {
  const text = files[path];
  if (text === undefined) throw new Error(`No such file of a program: ${path}`);
  return text;
}

/** The SHA-256 of such a file. */
export const digestOfProgramFile = (path: string): string => digests[path] ?? "";

/** `take-image` -> `take-image/take-image.mjs`. */
export function programPath(name: ProgramName): string {
  const path = [`${name}/${name}.sh`, `${name}/${name}.mjs`].find((candidate) => files[candidate] !== undefined);
  if (path === undefined) throw new Error(`The program ${name} has no file.`);
  return path;
}

/** The text of the program file itself. */
export const programText = (name: ProgramName): string => programFile(programPath(name));

export const programNames = (): ProgramName[] =>
  Object.keys(files).flatMap((path) =>
    path.endsWith("/action.yml") ? [path.slice(0, -"/action.yml".length) as ProgramName] : [],
  );

/** Whether a program reads the plan, and so must know whose. */
export const takesPipeline = (name: ProgramName): boolean => /^ {2}pipeline:$/m.test(programFile(`${name}/action.yml`));

/** Every file that these programs need, by its path below the programs' folder, sorted: they themselves and the pieces that they share. */
export function filesOfPrograms(names: Iterable<ProgramName>): string[] {
  const needed = new Set<string>();
  const need = (path: string): void => {
    if (needed.has(path)) return;
    needed.add(path);
    for (const piece of piecesOf(path)) need(piece);
  };
  for (const name of names) {
    need(`${name}/action.yml`);
    need(programPath(name));
  }
  return [...needed].sort();
}

const SOURCE = /^\s*source "\$\{BASH_SOURCE\[0\]%\/\*\}\/((?:\.\.\/)?[\w./-]+)"$/gm;
const IMPORT = /^(?:import|export) [^;]*?from "(\.[\w./-]+)";$/gm;

/** The files that a program file names: shell programs `source` them, the others `import` them. */
function piecesOf(path: string): string[] {
  if (path.endsWith(".yml")) return [];
  const references = [...programFile(path).matchAll(path.endsWith(".sh") ? SOURCE : IMPORT)];
  return references.map(([, reference = ""]) => resolvePath(path, reference));
}

/** `take-image/take-image.mjs` and `../lib/log.mjs` give `lib/log.mjs`. */
function resolvePath(from: string, reference: string): string {
  const folders = from.split("/").slice(0, -1);
  for (const part of reference.split("/")) {
    if (part === "..") folders.pop();
    else if (part !== ".") folders.push(part);
  }
  return folders.join("/");
}
