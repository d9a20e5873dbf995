/** Reads what lies in the repository: the declared files, and every other file that carries Pipewright's stamp. */
import { access, readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readStamp, withoutCarriageReturns } from "../../compiler/stamp.ts";
import { userError } from "../../config/user-error.ts";
import { type Declared, type Existing, type FileStatus, sameButEndings, statusOfDeclared, statusOfUndeclared } from "./changes.ts";
import { storedAs } from "./git-endings.ts";
import { type Target, targetInside } from "./inside.ts";

/** Where generated files live. Nothing is ever looked for, or removed, in another folder. */
const WORKFLOWS = ".github/workflows";

export interface DeclaredText {
  path: string;
  text: string;
}

/**
 * Every declared file with its state, then the generated files that are no longer declared, each in the order of
 * their paths.
 */
export async function compareWithRepository(root: string, config: string, files: readonly DeclaredText[]): Promise<FileStatus[]> {
  refuseDuplicates(files);
  const declared: Declared[] = await Promise.all(files.map(async (file) => ({ ...(await targetInside(root, file.path)), text: file.text })));
  const paths = new Set(declared.map((file) => file.file));
  const others = (await generatedFiles(root)).filter((target) => !paths.has(target.file));
  const texts = new Map(await Promise.all([...declared, ...others].map(async ({ file }) => [file, await readText(file)] as const)));
  const fromGit = await endingsFromGit(root, declared, texts);
  const existing = (target: Target): Existing => ({ ...target, text: texts.get(target.file), endingsFromGit: fromGit.has(target.file) });
  const sources = { config, exists: await existingSources(root, [...texts.values()]) };
  return [
    ...declared.map((file) => statusOfDeclared(file, existing(file), sources)).sort(byPath),
    ...others.flatMap((target) => statusOfUndeclared(existing(target), sources) ?? []).sort(byPath),
  ];
}

const byPath = (one: Target, other: Target): number => (one.path < other.path ? -1 : 1);

/** macOS and Windows keep `Build.yml` and `build.yml` in one file, so they are one name everywhere. */
function refuseDuplicates(files: readonly DeclaredText[]): void {
  const seen = new Map<string, string>();
  for (const { path } of files) {
    const earlier = seen.get(path.toLowerCase());
    if (earlier !== undefined) {
      throw userError(`Two generated files have the name ${path}${earlier === path ? "" : ` (the other is written ${earlier})`}.`, {
        hint: "Give one of them another `file` in the config.",
      });
    }
    seen.set(path.toLowerCase(), path);
  }
}

async function generatedFiles(root: string): Promise<Target[]> {
  const folder = await targetInside(root, WORKFLOWS);
  const names = await readdir(folder.file, { withFileTypes: true }).catch(() => []);
  // A link is nobody's generated file: what it points at may be outside of the repository.
  return names
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => ({ path: `${WORKFLOWS}/${entry.name}`, file: join(folder.file, entry.name) }));
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (code === "EISDIR") throw userError(`${file} is a folder, and a generated file is to be written there.`, { hint: "Move the folder away." });
    throw userError(`${file} could not be read (${String(code)}).`, { hint: "Check its permissions." });
  }
}

async function endingsFromGit(root: string, declared: readonly Declared[], texts: ReadonlyMap<string, string | undefined>): Promise<Set<string>> {
  const suspects = declared.filter(({ file, text }) => sameButEndings(texts.get(file) ?? "", text));
  if (suspects.length === 0) return new Set();
  return storedAs(root, new Map(suspects.map(({ file, text }) => [file, withoutCarriageReturns(text)])));
}

/** Answers, for the configs that the stamps name, whether they still exist. */
async function existingSources(root: string, texts: readonly (string | undefined)[]): Promise<(source: string) => boolean> {
  const named = new Set(texts.flatMap((text) => (text === undefined ? [] : (readStamp(text)?.source ?? []))));
  const checked = await Promise.all([...named].map(async (source) => ({ source, there: await isThere(resolve(root, source)) })));
  const there = new Set(checked.filter((check) => check.there).map((check) => check.source));
  return (source) => there.has(source);
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
