/** Runs the real command line, as a process of its own, on the built bundle. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
if (!existsSync(CLI)) throw new Error("dist/cli.js is missing. Run `npm run build` first; `npm test` does.");

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `pipewright <args>` in a folder and waits for its end. */
export function pipewright(cwd: string, args: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const inherited = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(NO_COLOR|FORCE_COLOR|GITHUB_STEP_SUMMARY|PIPEWRIGHT_.*)$/.test(name)),
    );
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd,
      env: { ...inherited, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** A config with one image and the given consumers. */
export const configOf = (...consumers: string[]): string =>
  [
    'import { defineConfig, ghcr, image } from "pipewright";',
    "",
    "export default defineConfig({",
    '  project: "hello",',
    '  registry: ghcr("octocat"),',
    "  builds: { app: image({}) },",
    "  consumers: {",
    ...consumers.map((name) => `    ${JSON.stringify(name)}: { needs: "app", run: "true" },`),
    "  },",
    "});",
    "",
  ].join("\n");

/** A repository that such a config fits. */
export const hello = (...consumers: string[]): Record<string, string> => ({
  "ci.config.ts": configOf(...consumers),
  Dockerfile: "FROM scratch\n",
});
