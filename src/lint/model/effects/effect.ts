/** What all effects have in common, and how inputs are read. */
import { type Pair, scalarOf } from "../../../workflow/yaml/node.ts";
import type { Span } from "../../../workflow/yaml/node.ts";
import { valueOfScalar } from "../evaluate.ts";
import { and } from "../known.ts";
import type { Effect, Known, StepRun } from "../model.ts";
import { HOLE, literal, textOf, type Value } from "../value.ts";
import { folderOf } from "./recipe.ts";

export type EffectBase = Pick<
  Effect,
  "job" | "step" | "document" | "at" | "by" | "happens" | "tolerated" | "script"
> & {
  /** Where relative paths begin, from the workspace's root; nothing where it is not known. */
  folder: string | undefined;
};

/** `within`: what is known of the command inside of its script. */
export const effectBase = (
  step: StepRun,
  at: Span,
  by: string,
  within: { happens: Known; tolerated: boolean; folder?: string | undefined; script?: Effect["script"] } = {
    happens: true,
    tolerated: false,
    folder: folderOf(step),
  },
): EffectBase => ({
  job: step.job,
  step,
  document: step.document,
  at,
  by,
  happens: and(step.job.happens, step.happens, within.happens),
  script: within.script,
  folder: within.folder,
  tolerated: within.tolerated || isTrue(step.step.continueOnError?.value) || isTrue(step.outer.continueOnError?.value),
});

const isTrue = (text: string | undefined): boolean => text === "true";

export const inputPair = (step: StepRun, name: string): Pair | undefined => step.step.with.get(name);

/** An input's value; nothing where it is not given. */
export function inputValue(step: StepRun, ...names: string[]): Value | undefined {
  for (const name of names) {
    const pair = inputPair(step, name);
    if (!pair) continue;
    const node = scalarOf(pair.value);
    return node ? valueOfScalar(node, step.scope) : HOLE;
  }
  return undefined;
}

export const inputText = (step: StepRun, ...names: string[]): string | undefined => {
  const value = inputValue(step, ...names);
  return value && textOf(value);
};

/** `true`, `false`, or not known; an input that is not given is false. */
export function inputTruth(step: StepRun, name: string): Known {
  const value = inputValue(step, name) ?? literal("false");
  const texts = new Set(value.map((template) => textOf([template])?.trim().toLowerCase()));
  const [only] = texts;
  if (texts.size !== 1 || only === undefined) return undefined;
  return only === "true" ? true : only === "false" || only === "" ? false : undefined;
}

export const inputPlace = (step: StepRun, ...names: string[]): Span => {
  for (const name of names) {
    const pair = inputPair(step, name);
    if (pair) return pair.value;
  }
  return step.step.uses?.node ?? step.step.node;
};
