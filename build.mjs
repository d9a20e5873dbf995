// Bundles the command line and the public API. Code splitting keeps start-up lean: a module that only one command
// needs (ts-morph's part of the config room, prettier, the docs compiler) is read from disk only when that command runs.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { programsForBundle } from "./programs-module.mjs";

/** zod's words in fifty languages: Pipewright says in its own what is wrong, so none of them is read at every start. */
const withoutLocales = {
  name: "without-locales",
  setup(bundler) {
    bundler.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: "export {};" }));
  },
};

/** What a remembered config depends on beside its own text: every source of the bundle. */
const digest = createHash("sha256");
for (const folder of ["src", "templates", "package-lock.json"]) {
  const files = folder.endsWith(".json") ? [folder] : (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) digest.update(`${file}\n`).update(await readFile(file));
}

// Built beside the old one and then put in its place, so that whoever runs it meanwhile finds one or the other.
const fresh = `dist.${process.pid}`;
await build({
  entryPoints: { cli: "src/cli/main.ts", index: "src/index.ts", "config-worker": "src/cli/config-worker.ts", "lint-worker": "src/cli/lint/worker.ts" },
  outdir: fresh,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  chunkNames: "chunks/[name]-[hash]",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  plugins: [programsForBundle, withoutLocales],
  define: { PIPEWRIGHT_BUILD: JSON.stringify(digest.digest("hex").slice(0, 16)) },
  // Heavy or self-resolving packages stay what they are, installed beside the bundle.
  external: ["ts-morph", "prettier", "jiti"],
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
});
// The declarations in dist/types name the one library that compiler and programs share, by its path from there.
await mkdir(join(fresh, "templates/lib"), { recursive: true });
await copyFile("templates/lib/tags.d.mts", join(fresh, "templates/lib/tags.d.mts"));
await rm("dist", { recursive: true, force: true });
await rename(fresh, "dist");
