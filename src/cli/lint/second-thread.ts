/** A second thread that runs rules. */
import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { type DonePiece, SECOND_THREAD_BEGAN, type SharedWork } from "./pieces.ts";

export interface SecondThread {
  /** What it has done, once nothing is left; at once and nothing where it is only starting by then. Call it when nothing is left to take. */
  done(): Promise<DonePiece[]>;
}

/** Begins at once. Nothing in a source tree: there the bundle of the thread is missing. */
export function startSecondThread(task: SharedWork): SecondThread | undefined {
  const bundle = ["./lint-worker.js", "../lint-worker.js"]
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(url));
  if (!bundle) return undefined;
  const worker = new Worker(bundle, { workerData: task, execArgv: [] });
  const answer = new Promise<DonePiece[]>((resolve, reject) => {
    worker.once("message", (pieces: DonePiece[]) => {
      resolve(pieces);
      void worker.terminate();
    });
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`The second thread ended with ${code}.`)));
  });
  // It may fail before anybody waits for it.
  answer.catch(() => undefined);
  return {
    async done() {
      if (Atomics.load(new Int32Array(task.counters), SECOND_THREAD_BEGAN) === 1) return answer;
      await worker.terminate();
      return [];
    },
  };
}
