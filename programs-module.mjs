/**
 * The programs of `templates/` as a module, `pipewright:programs`: the text of every file that may be emitted, by its path.
 * One plugin for the bundler and for the tests.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const NAME = "pipewright:programs";
const TEMPLATES = fileURLToPath(new URL("templates/", import.meta.url));

/** What is emitted: not the types that only the type checker reads, nor the settings of the formatter. */
const isEmitted = (path) => /\.(sh|mjs|yml)$/.test(path);

/** `pull-image/pull-image.sh` -> its text. */
export async function programFiles() {
  const entries = await readdir(TEMPLATES, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(TEMPLATES, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter(isEmitted)
    .sort();
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await readFile(join(TEMPLATES, path), "utf8")])));
}

async function moduleText() {
  const files = await programFiles();
  const digests = Object.entries(files).map(([path, text]) => [path, createHash("sha256").update(text).digest("hex")]);
  return `export const files = ${JSON.stringify(files)};\nexport const digests = ${JSON.stringify(Object.fromEntries(digests))};\n`;
}

/** For esbuild. */
export const programsForBundle = {
  name: "programs",
  setup(bundler) {
    bundler.onResolve({ filter: /^pipewright:programs$/ }, ({ path }) => ({ path, namespace: "programs" }));
    bundler.onLoad({ filter: /.*/, namespace: "programs" }, async () => ({ contents: await moduleText(), loader: "js" }));
  },
};

/** For vitest. */
export const programsForTests = {
  name: "programs",
  resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
  load: (id) => (id === `\0${NAME}` ? moduleText() : undefined),
};
