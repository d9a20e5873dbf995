/** A few questions that many rows ask of emitted files. */
import type { Json } from "../../player/json.ts";
import { type Emission, valueAt } from "./emission.ts";

export const same = (value: Json | undefined, expected: Json): boolean =>
  JSON.stringify(value) === JSON.stringify(expected);

/** Whether the list holds the value. */
export const holdsValue = (list: Json | undefined, value: Json): boolean => Array.isArray(list) && list.includes(value);

export const onOf = (files: Emission, file: string, path: string): Json | undefined =>
  valueAt(files.workflow(file)?.on, path);

/** The script of a step, empty where there is none. */
export const script = (files: Emission, file: string, job: string, step: string): string =>
  files.step(file, job, step)?.run ?? "";

/** The input of an action's step. */
export const input = (files: Emission, file: string, job: string, step: string, name: string): Json | undefined =>
  files.step(file, job, step)?.with[name];

/** An environment variable of a step. */
export const variable = (files: Emission, file: string, job: string, step: string, name: string): Json | undefined =>
  files.step(file, job, step)?.env[name];

/** The text of a shell function, wherever it stands in a script. */
export const shellFunction = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}\\(\\) \\{\\n[\\s\\S]*?^\\}`, "m").exec(text)?.[0];
