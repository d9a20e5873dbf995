import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { contents, folder } from "./folder.ts";
import { CLI } from "./pipewright.ts";

describe("an interrupt", () => {
  test.each(["SIGINT", "SIGTERM"] as const)(
    "at any moment (%s) leaves all files or none",
    { timeout: 120_000 },
    async (signal) => {
      const root = await folder({ "ci.config.yaml": yamlOf(60), Dockerfile: "FROM scratch\n" });
      const whole = await startAndInterrupt(root, signal, 60_000);
      for (const part of [0.5, 0.7, 0.8, 0.9, 0.95]) {
        await rm(join(root, ".github"), { recursive: true, force: true });
        await startAndInterrupt(root, signal, part * whole);
        const files = Object.keys(await contents(root)).filter((path) => path.startsWith(".github/"));
        expect(files.filter((path) => !path.endsWith(".yml"))).toEqual([]);
        expect([0, 60]).toContain(files.filter((path) => path.includes("/test-")).length);
      }
    },
  );

  const yamlOf = (count: number): string =>
    [
      "project: hello",
      "registry: { host: ghcr.io, namespace: octocat }",
      "builds: { app: { kind: image } }",
      "consumers:",
    ]
      .concat(Array.from({ length: count }, (_, index) => `  test-${index}: { needs: app, run: "true" }`))
      .join("\n");

  function startAndInterrupt(root: string, signal: NodeJS.Signals, after: number): Promise<number> {
    return new Promise((resolve) => {
      const start = performance.now();
      const child = spawn(process.execPath, [CLI, "generate"], { cwd: root, stdio: "ignore" });
      const timer = setTimeout(() => child.kill(signal), after);
      child.on("close", () => {
        clearTimeout(timer);
        resolve(performance.now() - start);
      });
    });
  }
});
