/**
 * Runs the command line as it is built. In the quick lane in this process, which has its rules loaded and warm; in the slow
 * lane the same tests start a process each, as users do.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Io } from "../../src/cli/io.ts";

const DIST = new URL("../../dist/", import.meta.url);
export const CLI = fileURLToPath(new URL("cli.js", DIST));
if (!existsSync(CLI)) throw new Error("dist/cli.js is missing. Run `npm run build` first; `npm test` does.");

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface Started {
  /** Beside this process' own variables, but for those that change what Pipewright prints. */
  env?: Record<string, string>;
  /** What stands in standard input. */
  stdin?: string;
}

/** Runs `pipewright <args>` in a folder and waits for its end. */
export const pipewright = (cwd: string, args: readonly string[], env: Record<string, string> = {}, stdin = "") =>
  (process.env["PIPEWRIGHT_SLOW"] === "1" ? startPipewright : callPipewright)(cwd, args, { env, stdin });

/** The same as a process of its own, whatever the lane. */
export function startPipewright(
  cwd: string,
  args: readonly string[],
  { env = {}, stdin = "" }: Started = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args], { cwd, env: environment(env) });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    // It may end before it has read everything.
    child.stdin.on("error", () => undefined).end(stdin);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

async function callPipewright(
  cwd: string,
  args: readonly string[],
  { env = {}, stdin = "" }: Started = {},
): Promise<Finished> {
  const { run } = await program();
  let stdout = "";
  let stderr = "";
  const code = await run(args, {
    cwd,
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env: environment(env),
    isTTY: false,
    stdin: async () => stdin,
    now: () => performance.now(),
    interruptible: (work) => work(new AbortController().signal),
  });
  return { code, stdout, stderr };
}

/** The chunk of the bundle that `dist/cli.js` hands its arguments to. */
function program(): Promise<{ run(args: readonly string[], io: Io): Promise<number> }> {
  const name = readdirSync(new URL("chunks", DIST)).find((file) => /^program-\w+\.js$/.test(file));
  if (name === undefined) throw new Error("dist/chunks has no program. Run `npm run build`.");
  return import(/* @vite-ignore */ new URL(`chunks/${name}`, DIST).href);
}

const environment = (more: Record<string, string>): Record<string, string | undefined> => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(NO_COLOR|FORCE_COLOR|GITHUB_STEP_SUMMARY|PIPEWRIGHT_.*)$/.test(name),
    ),
  ),
  ...more,
});

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
    ...consumers.map((name) => `    ${JSON.stringify(name)}: { needs: "app", dispatch: true, run: "true" },`),
    "  },",
    "});",
    "",
  ].join("\n");

/** A repository that such a config fits. */
export const hello = (...consumers: string[]): Record<string, string> => ({
  "ci.config.ts": configOf(...consumers),
  Dockerfile: "FROM scratch\n",
});
