/** Evaluates a config written in TypeScript or JavaScript, in a thread with limits on time and memory. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker, type WorkerOptions } from "node:worker_threads";
import { cacheFolder } from "./cache-folder.ts";
import type { Evaluation, EvaluationRequest } from "./evaluation.ts";

const MEMORY_LIMIT_MEGABYTES = 512;

/**
 * @param file the config's absolute path
 * @param timeLimit in milliseconds, from the start of the thread to its answer
 */
export function evaluate(file: string, timeLimit: number): Promise<Evaluation> {
  const request: EvaluationRequest = { file, cache: cacheFolder(dirname(file)) };
  const worker = startWorker({
    workerData: request,
    execArgv: [],
    stdout: true,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MEGABYTES },
  });
  // Standard output belongs to the command: `--json` must stay JSON whatever a config prints.
  worker.stdout.on("data", (chunk) => process.stderr.write(chunk));
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      settle({
        kind: "failure",
        message: `The config did not finish within ${timeLimit / 1000} seconds.`,
        hint: "Look for a loop without end, or something awaited that never comes. PIPEWRIGHT_CONFIG_TIMEOUT sets another limit, in seconds.",
      });
      void worker.terminate();
    }, timeLimit);
    const settle = (evaluation: Evaluation): void => {
      clearTimeout(timer);
      resolve(evaluation);
    };
    worker.once("message", settle);
    worker.once("error", (error) => settle(failed(error)));
    worker.once("exit", () =>
      settle({
        kind: "failure",
        message: "The config never finishes: it awaits something that never settles.",
        hint: "Look for a promise that is neither resolved nor rejected.",
      }),
    );
  });
}

function failed(error: unknown): Evaluation {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ERR_WORKER_OUT_OF_MEMORY") {
    return {
      kind: "failure",
      message: `The config needs more than ${MEMORY_LIMIT_MEGABYTES} megabytes of memory.`,
      hint: "Look for a list that grows without end.",
    };
  }
  return {
    kind: "failure",
    message: `The config could not be evaluated: ${error instanceof Error ? error.message : String(error)}.`,
  };
}

/** In the package the worker is a bundle of its own; in a source tree it is TypeScript, which Node 20 cannot start. */
function startWorker(options: WorkerOptions): Worker {
  const bundle = ["./config-worker.js", "../config-worker.js"]
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(url));
  if (bundle) return new Worker(bundle, options);
  const source = fileURLToPath(new URL("../cli/config-worker.ts", import.meta.url));
  const bootstrap = `require("jiti").createJiti(${JSON.stringify(source)}).import(${JSON.stringify(source)})`;
  return new Worker(bootstrap, { ...options, eval: true });
}
