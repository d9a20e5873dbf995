/**
 * Brings generated files into the format that the repository's own Prettier would give them. What the compiler emits
 * is clean under Prettier's defaults, so nothing is loaded where the repository configures nothing.
 */
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { GeneratedFile } from "../compiler/compile.ts";
import { userError } from "../config/user-error.ts";
import { isWithin } from "./files/inside.ts";

/** The part of Prettier that is used, the same in its versions 2 and 3. */
interface Prettier {
  getFileInfo(file: string, options: { ignorePath: string }): Promise<{ ignored: boolean }>;
  resolveConfig(file: string, options: { editorconfig: boolean }): Promise<Record<string, unknown> | null>;
  format(text: string, options: Record<string, unknown>): string | Promise<string>;
}

const CONFIG_FILE = /^(\.prettierrc(\..+)?|prettier\.config\.[cm]?[jt]s|\.editorconfig)$/;

/** Formats one generated file. */
export type Formatter = (file: GeneratedFile) => Promise<string>;

/** What brings files at these paths into the format of the repository at `root`, whose working tree begins at `top`. */
export async function formatterFor(root: string, top: string, paths: readonly string[]): Promise<Formatter> {
  const folders = new Set(paths.flatMap((path) => foldersAbove(resolve(root, path), top)));
  const configured = await Promise.all([...folders].map(configuresPrettier));
  if (!configured.includes(true)) return async (file) => file.body;
  const prettier = await loadPrettier(root);
  return (file) => format(prettier, root, file);
}

async function format(prettier: Prettier, root: string, { path, body }: GeneratedFile): Promise<string> {
  const filepath = resolve(root, path);
  try {
    const { ignored } = await prettier.getFileInfo(filepath, { ignorePath: join(root, ".prettierignore") });
    if (ignored) return body;
    const options = await prettier.resolveConfig(filepath, { editorconfig: true });
    if (!options || Object.keys(options).length === 0) return body;
    return await prettier.format(body, { ...options, filepath });
  } catch (error) {
    throw userError(`Prettier could not format ${path} with the repository's settings: ${firstLine(error)}`, {
      hint: "Mend the Prettier config, or list the file in .prettierignore.",
    });
  }
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";

function foldersAbove(file: string, top: string): string[] {
  const folder = dirname(file);
  return !isWithin(top, folder) || folder === file ? [] : [folder, ...foldersAbove(folder, top)];
}

async function configuresPrettier(folder: string): Promise<boolean> {
  const names: string[] = await readdir(folder).catch(() => []);
  if (names.some((name) => CONFIG_FILE.test(name))) return true;
  if (!names.includes("package.json")) return false;
  try {
    const manifest: unknown = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    return typeof manifest === "object" && manifest !== null && "prettier" in manifest;
  } catch {
    return false; // Not for us to complain about.
  }
}

/** The repository's own Prettier, whose version decides about details; where it has none, ours. */
async function loadPrettier(root: string): Promise<Prettier> {
  try {
    const own = createRequire(join(root, "package.json")).resolve("prettier");
    const module = (await import(pathToFileURL(own).href)) as { default?: Prettier } & Prettier;
    return module.default ?? module;
  } catch {
    return (await import("prettier")) as Prettier;
  }
}
