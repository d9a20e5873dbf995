/**
 * Evaluates one config in a thread of its own, so that a config that runs for ever, exits or exhausts memory takes
 * nothing with it.
 */
import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { Jiti } from "jiti";
import { cross } from "./crossing.ts";
import type { Evaluation, EvaluationRequest } from "./evaluation.ts";
import { explainThrown } from "./thrown.ts";

// Required rather than imported: Node reads a CommonJS file of this size several times as long for an import.
const { createJiti } = createRequire(import.meta.url)("jiti") as typeof import("jiti");
const request = workerData as EvaluationRequest;

/**
 * Sends the thread's only answer and ends it.
 *
 * @param pipewright what `import ... from "pipewright"` gets: this very package, whether or not it is installed there
 */
export async function answer(pipewright: object): Promise<never> {
  const jiti = (sourceMaps: boolean): Jiti =>
    createJiti(request.file, {
      fsCache: request.cache,
      interopDefault: false,
      sourceMaps,
      virtualModules: { pipewright },
    });
  /** The text that runs for a TypeScript file, with its source map at the end: only needed once something went wrong. */
  const transform = (source: string, filename: string): string =>
    jiti(true).transform({ source, filename, ts: /\.m?ts$/.test(filename), async: true });
  const explain = (thrown: unknown) => explainThrown(thrown, { transform, exported: Object.keys(pipewright) });

  const exit = process.exit.bind(process);
  process.exit = (code) => {
    send({
      ...explain(new Error("exit")),
      kind: "failure",
      message: "The config calls process.exit().",
      hint: "Let it export a value, or throw an error that says what is missing.",
    });
    return exit(code);
  };
  // What is thrown outside of the import, in a timer or an unhandled promise, ends the config as well.
  process.on("uncaughtException", (error) => {
    send(explain(error));
    exit(1);
  });

  try {
    send(await evaluate(jiti(false)));
  } catch (error) {
    send(explain(error));
  }
  return exit(0);
}

async function evaluate(jiti: Jiti): Promise<Evaluation> {
  const exported = defaultExport(await jiti.import(request.file));
  if (exported.kind === "failure") return exported;
  return { kind: "value", ...cross(await exported.value) };
}

function defaultExport(
  module: unknown,
): { kind: "exported"; value: unknown } | Extract<Evaluation, { kind: "failure" }> {
  const names = typeof module === "object" && module !== null ? Object.keys(module) : [];
  if (typeof module === "object" && module !== null && "default" in module && module.default !== undefined) {
    return { kind: "exported", value: module.default };
  }
  const others = names.filter((name) => name !== "default");
  return {
    kind: "failure",
    message:
      others.length === 0
        ? "The config exports nothing."
        : `The config has no default export, only ${others.map((name) => `\`${name}\``).join(", ")}.`,
    hint: "Write `export default defineConfig({ ... })`.",
  };
}

function send(evaluation: Evaluation): void {
  parentPort?.postMessage(evaluation);
}
