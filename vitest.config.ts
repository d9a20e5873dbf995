import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { programsForTests } from "./programs-module.mjs";

/** Tests that run real programs mostly wait for them, so more of them than there are processors go side by side. */
const slow = process.env["PIPEWRIGHT_SLOW"] === "1";

export default defineConfig({
  plugins: [programsForTests],
  resolve: { alias: { pipewright: new URL("./src/index.ts", import.meta.url).pathname } },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: slow ? [] : ["test/execution/**", "test/oracles/**", "test/package/**"],
    maxWorkers: slow ? 2 * availableParallelism() : availableParallelism(),
    // A machine may be busy with other things; a test that hangs is found all the same.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
