/** A second thread that runs rules. */
import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { Work, Worked } from "../../lint/pass.ts";
import type { LintSettings } from "../../lint/settings.ts";
import type { Asked } from "./repository-files.ts";

export interface HelperTask {
  task: Work;
  settings: LintSettings;
  root: string;
}

export interface HelperAnswer {
  done: Worked;
  /** By group. */
  asked: Asked[][];
}

export interface Helper {
  run(task: HelperTask): Promise<HelperAnswer>;
}

/** Nothing in a source tree: there the bundle of the thread is missing. */
export function startHelper(): Helper | undefined {
  const bundle = ["./lint-worker.js", "../lint-worker.js"].map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
  if (!bundle) return undefined;
  return {
    run: (task) =>
      new Promise((resolve, reject) => {
        const worker = new Worker(bundle, { workerData: task, execArgv: [] });
        worker.once("message", (answer: HelperAnswer) => {
          resolve(answer);
          void worker.terminate();
        });
        worker.once("error", reject);
        worker.once("exit", (code) => reject(new Error(`The second thread ended with ${code}.`)));
      }),
  };
}
