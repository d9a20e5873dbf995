/** The second thread's program. */
import { parentPort, workerData } from "node:worker_threads";
import { work } from "../../lint/pass.ts";
import { RULES } from "../../lint/rules/index.ts";
import type { HelperAnswer, HelperTask } from "./helper.ts";
import { type Asked, filesOnDisk, recorded } from "./repository-files.ts";

const { task, settings, root } = workerData as HelperTask;
const files = filesOnDisk(root);
const asked = task.together.map((): Asked[] => []);
const done = await work(task, (group) => recorded(files, asked[task.together.indexOf(group)] ?? []), RULES, settings);
parentPort?.postMessage({ done, asked } satisfies HelperAnswer);
