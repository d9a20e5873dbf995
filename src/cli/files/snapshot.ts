/** Reads what lies in the repository: the declared files, and every other file that carries Pipewright's stamp or that plan.json lists. */
import { readFileSync } from "node:fs";
import { access, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { userError } from "../../config/user-error.ts";
import { PLAN_FILE } from "../../pipeline/plan-file.ts";
import { PROGRAMS_FOLDER } from "../../programs/programs.ts";
import {
  current,
  type Declared,
  type Existing,
  type FileStatus,
  sameButEndings,
  statusOfDeclared,
  statusOfUndeclared,
} from "./changes.ts";
import { storedAs } from "./git-endings.ts";
import { inParallel } from "./in-parallel.ts";
import { type Target, targetInside } from "./inside.ts";
import { type Recorded, readRecorded } from "./recorded.ts";
import { readSource, withoutCarriageReturns } from "./stamp.ts";

/** Where generated files live. Nothing is ever looked for, or removed, in another folder. */
const WORKFLOWS = ".github/workflows";
/** An earlier version wrote its shared steps there. */
const ACTIONS = ".github/actions";

export interface DeclaredText {
  path: string;
  /** Makes the whole text, header included. Asked once. */
  text: () => Promise<string>;
}

/** So many files are made and read at once. */
const AT_ONCE = 16;

/**
 * Every declared file with its state, then the generated files that are no longer declared, each in the order of
 * their paths. A file that is as it should be is compared as bytes, and forgotten.
 */
export async function compareWithRepository(
  root: string,
  config: string,
  files: readonly DeclaredText[],
): Promise<FileStatus[]> {
  refuseDuplicates(files);
  const compared = await inParallel(files, AT_ONCE, (file) => compare(root, file));
  const differing = compared.filter((each) => "declared" in each);
  const paths = new Set(compared.map((each) => ("declared" in each ? each.declared.file : each.file)));
  const plan = await readBytes((await targetInside(root, PLAN_FILE)).file);
  const recorded = plan && readRecorded(plan.toString("utf8"));
  const others = await Promise.all(
    (await generatedFiles(root, recorded)).filter(({ file }) => !paths.has(file)).map(existingFile),
  );
  const fromGit = await endingsFromGit(root, differing);
  const present = [plan, ...differing.map(({ existing }) => existing.bytes), ...others.map(({ bytes }) => bytes)];
  const sources = { config, exists: await existingSources(root, present), recorded };
  const statuses = compared.map((each) =>
    "declared" in each
      ? statusOfDeclared(each.declared, { ...each.existing, endingsFromGit: fromGit.has(each.declared.file) }, sources)
      : each,
  );
  return [
    ...statuses.sort(byPath),
    ...others.flatMap((existing) => statusOfUndeclared(existing, sources) ?? []).sort(byPath),
  ];
}

interface Difference {
  declared: Declared;
  existing: Existing;
}

async function compare(root: string, { path, text }: DeclaredText): Promise<FileStatus | Difference> {
  const target = await targetInside(root, path);
  const after = Buffer.from(await text(), "utf8");
  const bytes = await readBytes(target.file);
  if (bytes?.equals(after)) return current(target);
  return { declared: { ...target, bytes: after }, existing: { ...target, bytes, endingsFromGit: false } };
}

const existingFile = async (target: Target): Promise<Existing> => ({
  ...target,
  bytes: await readBytes(target.file),
  endingsFromGit: false,
});

const byPath = (one: Target, other: Target): number => (one.path < other.path ? -1 : 1);

/** macOS and Windows keep `Build.yml` and `build.yml` in one file, so they are one name everywhere. */
function refuseDuplicates(files: readonly { path: string }[]): void {
  const seen = new Map<string, string>();
  for (const { path } of files) {
    const earlier = seen.get(path.toLowerCase());
    if (earlier !== undefined) {
      throw userError(
        `Two generated files have the name ${path}${earlier === path ? "" : ` (the other is written ${earlier})`}.`,
        {
          hint: "Give one of them another `file` in the config.",
        },
      );
    }
    seen.set(path.toLowerCase(), path);
  }
}

async function generatedFiles(root: string, recorded: Recorded | undefined): Promise<Target[]> {
  const workflows = await entriesOf(root, WORKFLOWS);
  const actions = await Promise.all(
    (await entriesOf(root, ACTIONS)).filter((entry) => entry.isFolder).map(({ path }) => entriesOf(root, path)),
  );
  const single = [
    ".github/actionlint.yaml",
    `${PROGRAMS_FOLDER}/.gitattributes`,
    PLAN_FILE,
    ...(recorded?.digests.keys() ?? []),
  ];
  return [
    ...(await Promise.all(single.map((path) => targetInside(root, path)))).map((target) => ({
      ...target,
      isFolder: false,
    })),
    ...workflows.filter(({ path }) => /\.ya?ml$/.test(path)),
    ...actions.flat().filter(({ path }) => /\/action\.ya?ml$/.test(path)),
  ].filter((entry) => !entry.isFolder);
}

/** A link is nobody's generated file: what it points at may be outside of the repository. */
async function entriesOf(root: string, path: string): Promise<(Target & { isFolder: boolean })[]> {
  const folder = await targetInside(root, path);
  const entries = await readdir(folder.file, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map((entry) => ({
      path: `${path}/${entry.name}`,
      file: join(folder.file, entry.name),
      isFolder: entry.isDirectory(),
    }));
}

async function readBytes(file: string): Promise<Buffer | undefined> {
  try {
    // Without waiting: small files come faster so than through the thread pool.
    return readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (code === "EISDIR")
      throw userError(`${file} is a folder, and a generated file is to be written there.`, {
        hint: "Move the folder away.",
      });
    throw userError(`${file} could not be read (${String(code)}).`, { hint: "Check its permissions." });
  }
}

async function endingsFromGit(root: string, differing: readonly Difference[]): Promise<Set<string>> {
  const suspects = differing.filter(
    ({ declared, existing }) => existing.bytes !== undefined && sameButEndings(existing.bytes, declared.bytes),
  );
  if (suspects.length === 0) return new Set();
  return storedAs(
    root,
    new Map(suspects.map(({ declared: { file, bytes } }) => [file, withoutCarriageReturns(bytes.toString("utf8"))])),
  );
}

/** Answers, for the configs that the stamps name, whether they still exist. */
async function existingSources(
  root: string,
  files: readonly (Buffer | undefined)[],
): Promise<(source: string) => boolean> {
  const named = new Set(
    files.flatMap((bytes) => (bytes === undefined ? [] : (readSource(bytes.toString("utf8")) ?? []))),
  );
  const checked = await Promise.all(
    [...named].map(async (source) => ({ source, there: await isThere(resolve(root, source)) })),
  );
  const there = new Set(checked.filter((check) => check.there).map((check) => check.source));
  return (source) => there.has(source);
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
