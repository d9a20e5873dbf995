import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { pipewright: new URL("./src/index.ts", import.meta.url).pathname } },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: process.env["PIPEWRIGHT_SLOW"] ? [] : ["test/execution/**", "test/oracles/**", "test/package/**"],
    testTimeout: 30_000,
  },
});
