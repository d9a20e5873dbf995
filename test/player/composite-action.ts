/** The file of a composite action (docs.github.com, "Metadata syntax reference"). */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type Json, objectAt, onlyKeys, PlayerError, stringAt } from "./json.ts";
import { parseStep, type StepDefinition } from "./step-definition.ts";

export interface CompositeAction {
  /** Name -> its default, if it has one. */
  readonly inputs: ReadonlyMap<string, Json | undefined>;
  /** Name -> the text of its value. */
  readonly outputs: ReadonlyMap<string, Json>;
  readonly steps: readonly StepDefinition[];
}

/** Reads `action.yml` or `action.yaml`; undefined where there is neither. Throws a `PlayerError` for an action of another kind. */
export function readCompositeAction(folder: string, uses: string): CompositeAction | undefined {
  const file = ["action.yml", "action.yaml"].map((name) => join(folder, name)).find((path) => existsSync(path));
  if (file === undefined) return undefined;
  const root = objectAt(parse(readFileSync(file, "utf8")) as Json, uses);
  onlyKeys(root, ["name", "description", "author", "branding", "inputs", "outputs", "runs"], uses);
  const runs = objectAt(root["runs"], `${uses}: runs`);
  if (runs["using"] !== "composite")
    throw new PlayerError(
      `${uses}: the player plays only composite actions of a repository, not \`${String(runs["using"])}\`.`,
    );
  onlyKeys(runs, ["using", "steps"], `${uses}: runs`);
  const steps = Array.isArray(runs["steps"]) ? runs["steps"] : [];
  if (steps.length === 0) throw new PlayerError(`${uses} has no steps.`);
  return {
    inputs: new Map(
      Object.entries(objectAt(root["inputs"], `${uses}: inputs`)).map(([name, value]) => {
        const input = objectAt(value, `${uses}: inputs.${name}`);
        onlyKeys(input, ["description", "required", "default", "deprecationMessage"], `${uses}: inputs.${name}`);
        return [name, input["default"]];
      }),
    ),
    outputs: new Map(
      Object.entries(objectAt(root["outputs"], `${uses}: outputs`)).map(([name, value]) => [
        name,
        objectAt(value, `${uses}: outputs.${name}`)["value"] ?? "",
      ]),
    ),
    steps: steps.map((value, index) => {
      const where = `${uses}: runs.steps[${index}]`;
      const step = parseStep(objectAt(value, where), where);
      if (step.timeoutMinutes !== undefined)
        throw new PlayerError(`${where}: a composite action's step knows no \`timeout-minutes\`.`);
      if (step.run !== undefined && stringAt(step.shell, where) === undefined)
        throw new PlayerError(`${where} has no \`shell\`.`);
      return step;
    }),
  };
}
