/** A few questions that many rows ask of emitted files. */
import type { Json } from "../../player/json.ts";
import type { StepDefinition } from "../../player/workflow-file.ts";
import { filesOfPrograms, type ProgramName } from "../../../src/programs/programs.ts";
import { type Emission, shortNameOfProgramFile, valueAt } from "./emission.ts";

export const same = (value: Json | undefined, expected: Json): boolean =>
  JSON.stringify(value) === JSON.stringify(expected);

/** Whether the list holds the value. */
export const holdsValue = (list: Json | undefined, value: Json): boolean => Array.isArray(list) && list.includes(value);

/** Whether one of the plan's alternatives matches the whole text. */
export const matchesAny = (alternatives: Json | undefined, text: string): boolean =>
  Array.isArray(alternatives) && alternatives.some((one) => new RegExp(`^(?:${String(one)})$`).test(text));

export const onOf = (files: Emission, file: string, path: string): Json | undefined =>
  valueAt(files.workflow(file)?.on, path);

/** What a step runs: its script, or its program with every piece that this takes; empty where there is no such step. */
export function script(files: Emission, file: string, job: string, step: string): string {
  const found = files.step(file, job, step);
  return found === undefined ? "" : scriptOf(files, found);
}

export function scriptOf(files: Emission, { uses, run }: Pick<StepDefinition, "uses" | "run">): string {
  const program = /\.github\/pipewright\/([\w-]+)$/.exec(uses ?? "")?.[1];
  return program === undefined ? (run ?? "") : programOf(files, program);
}

/** The text of a program with every piece that it takes. */
export const programOf = (files: Emission, program: string): string =>
  filesOfPrograms([program as ProgramName])
    .filter((path) => !path.endsWith("/action.yml"))
    .map((path) => files.text(shortNameOfProgramFile(path)))
    .join("\n");

/** The input of an action's step. */
export const input = (files: Emission, file: string, job: string, step: string, name: string): Json | undefined =>
  files.step(file, job, step)?.with[name];

/** What a step hands on by the name of a variable: `DRY_RUN` is one of its environment, or the input `dry-run`. */
export function variable(files: Emission, file: string, job: string, step: string, name: string): Json | undefined {
  const found = files.step(file, job, step);
  return found?.env[name] ?? found?.with[name.toLowerCase().replaceAll("_", "-")];
}

/** The text of a shell function, wherever it stands in a script. */
export const shellFunction = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}\\(\\) \\{\\n[\\s\\S]*?^\\}`, "m").exec(text)?.[0];

/** The same of a function in a module. */
export const moduleFunction = (text: string, name: string): string | undefined =>
  new RegExp(`^(?:export )?(?:async )?function ${name}\\([\\s\\S]*?^\\}`, "m").exec(text)?.[0];
