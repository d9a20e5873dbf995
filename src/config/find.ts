import { readFile, readdir, stat } from "node:fs/promises";
import { extname, relative, resolve, sep } from "node:path";
import { userError } from "./user-error.ts";

const CODE_EXTENSIONS = [".ts", ".mts", ".js", ".mjs"] as const;
const DATA_EXTENSIONS = [".json", ".yaml", ".yml"] as const;
const NAMES = [...CODE_EXTENSIONS, ...DATA_EXTENSIONS].map((extension) => `ci.config${extension}`);

export interface ConfigFile {
  /** Relative to the folder that was searched, with forward slashes: how messages call it. */
  name: string;
  absolute: string;
  /** TypeScript and JavaScript are evaluated, JSON and YAML are read. */
  language: "code" | "json" | "yaml";
  /** The contents, without a byte order mark. */
  text: string;
}

/**
 * @param cwd the folder to search
 * @param file a path that was given by name, relative to `cwd`; then nothing is searched
 */
export async function findConfigFile(cwd: string, file?: string): Promise<ConfigFile> {
  const absolute = resolve(cwd, file ?? (await onlyCandidate(cwd)));
  const name = relative(cwd, absolute).split(sep).join("/") || ".";
  const language = languageOf(name);
  const text = (await readText(absolute, name)).replace(/^\uFEFF/, "");
  if (text.trim() === "")
    throw userError("The config is empty.", {
      location: { file: name, line: 1, column: 1 },
      hint: "`pipewright init --dry-run` shows one to begin with.",
    });
  return { name, absolute, language, text };
}

async function onlyCandidate(cwd: string): Promise<string> {
  const names = await readdir(cwd).catch((error: unknown) => {
    throw userError(`The folder ${cwd} cannot be read: ${reason(error)}.`);
  });
  const present = NAMES.filter((name) => names.includes(name));
  const [only, another] = present;
  if (only === undefined) {
    throw userError(`There is no ci.config.ts in ${cwd}.`, {
      hint: `\`pipewright init\` writes one, and \`--config\` names one elsewhere. These are looked for: ${NAMES.join(", ")}.`,
    });
  }
  if (another !== undefined)
    throw userError(`There are several configs in ${cwd}: ${present.join(", ")}.`, {
      hint: "Keep one, or name one with `--config`.",
    });
  return only;
}

function languageOf(name: string): ConfigFile["language"] {
  const extension = extname(name).toLowerCase();
  if (CODE_EXTENSIONS.some((known) => known === extension)) return "code";
  if (extension === ".json") return "json";
  if (extension === ".yaml" || extension === ".yml") return "yaml";
  throw userError(`${name} is no kind of config that Pipewright reads.`, {
    hint: `It reads ${[...CODE_EXTENSIONS, ...DATA_EXTENSIONS].join(", ")}.`,
  });
}

async function readText(absolute: string, name: string): Promise<string> {
  try {
    if ((await stat(absolute)).isDirectory())
      throw userError(`${name} is a folder, not a file.`, {
        hint: "Rename the folder, or name the config with `--config`.",
      });
    return await readFile(absolute, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error) throw userError(`${name} cannot be read: ${reason(error)}.`);
    throw error;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  ENOENT: "there is no such file",
  ELOOP: "its symbolic links go round in a circle",
  ENOTDIR: "its path leads through a file",
};

function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return REASONS[code] ?? code;
}
