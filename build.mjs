// Bundles the command line and the public API. Code splitting keeps start-up lean: a module that only one command
// needs (ts-morph's part of the config room, prettier, the docs compiler) is read from disk only when that command runs.
import { readFile, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { build } from "esbuild";

/** `import text from "./program.sh?raw"` carries a runner program's text in the bundle. */
const programsAsText = {
  name: "programs-as-text",
  setup(bundler) {
    bundler.onResolve({ filter: /\?raw$/ }, ({ path, importer }) => ({
      path: resolve(dirname(importer), path.replace(/\?raw$/, "")),
      namespace: "text",
    }));
    bundler.onLoad({ filter: /.*/, namespace: "text" }, async ({ path }) => ({ contents: await readFile(path, "utf8"), loader: "text" }));
  },
};

await rm("dist", { recursive: true, force: true });
await build({
  entryPoints: { cli: "src/cli/main.ts", index: "src/index.ts", "config-worker": "src/config/worker.ts" },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  chunkNames: "chunks/[name]-[hash]",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  plugins: [programsAsText],
  // Heavy or self-resolving packages stay what they are, installed beside the bundle.
  external: ["ts-morph", "prettier", "jiti"],
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
});
