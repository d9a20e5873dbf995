/** The second thread's program. */
import { parentPort, workerData } from "node:worker_threads";
import { RULES } from "../../lint/rules/index.ts";
import { SECOND_THREAD_BEGAN, type SharedWork, takePieces } from "./pieces.ts";

const task = workerData as SharedWork;
Atomics.store(new Int32Array(task.counters), SECOND_THREAD_BEGAN, 1);
parentPort?.postMessage(await takePieces(RULES, task));
