import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { programsForTests } from "./programs-module.mjs";

/**
 * Two lanes. `npm test` is for every change and stays under two minutes; what starts processes or needs tools lies in
 * the slow one, `npm run test:slow`: what is listed here, and the command line's tests once more, there with a
 * process for each call.
 */
const slow = process.env["PIPEWRIGHT_SLOW"] === "1";
const SLOW = [
  "test/execution/**/*.test.ts",
  "test/oracles/**/*.test.ts",
  "test/package/**/*.test.ts",
  "test/**/*.slow.test.ts",
  // A process for each case.
  "test/templates/{comment,coverage,flakes,flaky-issues,metrics,metrics-measures,prune-caches,release-notes,versions,write-zip}.test.ts",
  // Every system under every rule; `test/examples/lint.test.ts` does it with the examples.
  "test/contract/lint.test.ts",
];

export default defineConfig({
  plugins: [programsForTests],
  resolve: {
    alias: { pipewright: new URL("./src/index.ts", import.meta.url).pathname },
  },
  test: {
    include: slow ? [...SLOW, "test/cli/**/*.test.ts"] : ["test/**/*.test.ts"],
    exclude: slow ? [] : SLOW,
    setupFiles: ["test/support/setup.ts"],
    // Tests that run real programs mostly wait for them, so more of them than there are processors go side by side.
    maxWorkers: slow ? 2 * availableParallelism() : availableParallelism(),
    // One process a worker, so that rules are loaded and systems compiled once in each. A test leaves the process as it
    // found it: no mocked module, no other folder, no variable. What waits for programs anyway may have one of its own.
    pool: "forks",
    isolate: slow,
    // The bundle is tested as it is.
    server: { deps: { external: [/\/dist\//] } },
    // A machine may be busy with other things; a test that hangs is found all the same.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
