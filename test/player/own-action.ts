/** The file of an action that lies in the repository itself (docs.github.com, "Metadata syntax reference"). */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type Json, objectAt, onlyKeys, PlayerError, stringAt } from "./json.ts";
import { parseStep, type StepDefinition } from "./step-definition.ts";

interface OwnInputs {
  /** Name -> its default, if it has one. */
  readonly inputs: ReadonlyMap<string, Json | undefined>;
}

export interface CompositeAction extends OwnInputs {
  readonly kind: "composite";
  /** Name -> the text of its value. */
  readonly outputs: ReadonlyMap<string, Json>;
  readonly steps: readonly StepDefinition[];
}

export interface NodeAction extends OwnInputs {
  readonly kind: "node";
  /** The file that the runner's own Node runs, from the action's folder. */
  readonly main: string;
  /** The file that it runs when the job ends, whatever has come of it. */
  readonly post: string | undefined;
}

export type OwnAction = CompositeAction | NodeAction;

/** Reads `action.yml` or `action.yaml`; undefined where there is neither. Throws a `PlayerError` for an action of another kind. */
export function readOwnAction(folder: string, uses: string): OwnAction | undefined {
  const file = ["action.yml", "action.yaml"].map((name) => join(folder, name)).find((path) => existsSync(path));
  if (file === undefined) return undefined;
  const root = objectAt(parse(readFileSync(file, "utf8")) as Json, uses);
  onlyKeys(root, ["name", "description", "author", "branding", "inputs", "outputs", "runs"], uses);
  const runs = objectAt(root["runs"], `${uses}: runs`);
  const inputs = new Map(
    Object.entries(objectAt(root["inputs"], `${uses}: inputs`)).map(([name, value]) => {
      const input = objectAt(value, `${uses}: inputs.${name}`);
      onlyKeys(input, ["description", "required", "default", "deprecationMessage"], `${uses}: inputs.${name}`);
      return [name, input["default"]] as const;
    }),
  );
  if (runs["using"] === "node24") {
    onlyKeys(runs, ["using", "main", "post"], `${uses}: runs`);
    const main = stringAt(runs["main"], `${uses}: runs.main`);
    if (main === undefined) throw new PlayerError(`${uses} has no \`main\`.`);
    return { kind: "node", inputs, main, post: stringAt(runs["post"], `${uses}: runs.post`) };
  }
  if (runs["using"] !== "composite")
    throw new PlayerError(
      `${uses}: the player plays composite actions and those for node24 of a repository, not \`${String(runs["using"])}\`.`,
    );
  onlyKeys(runs, ["using", "steps"], `${uses}: runs`);
  const steps = Array.isArray(runs["steps"]) ? runs["steps"] : [];
  if (steps.length === 0) throw new PlayerError(`${uses} has no steps.`);
  return {
    kind: "composite",
    inputs,
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
