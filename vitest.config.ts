import { readFile } from "node:fs/promises";
import { defineConfig, type Plugin } from "vitest/config";

/** Programs under templates/ are imported as text, as the bundle does it. */
const programsAsText: Plugin = {
  name: "programs-as-text",
  enforce: "pre",
  async load(id) {
    const [file = ""] = id.split("?");
    if (!/\/templates\/.*\.(sh|mjs)$/.test(file)) return null;
    return `export default ${JSON.stringify(await readFile(file, "utf8"))};`;
  },
};

export default defineConfig({
  plugins: [programsAsText],
  resolve: { alias: { pipewright: new URL("./src/index.ts", import.meta.url).pathname } },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: process.env["PIPEWRIGHT_SLOW"] ? [] : ["test/execution/**", "test/oracles/**", "test/package/**"],
    testTimeout: 30_000,
  },
});
