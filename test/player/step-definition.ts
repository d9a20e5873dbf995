/** One step, as a job and a composite action hold it. */
import { type Json, type JsonObject, objectAt, onlyKeys, PlayerError, stringAt } from "./json.ts";

export interface StepDefinition {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly if: string | undefined;
  readonly uses: string | undefined;
  readonly with: JsonObject;
  readonly run: string | undefined;
  readonly shell: string | undefined;
  readonly env: JsonObject;
  readonly workingDirectory: string | undefined;
  readonly continueOnError: Json;
  readonly timeoutMinutes: Json | undefined;
}

const STEP_KEYS = [
  "id",
  "name",
  "if",
  "uses",
  "with",
  "run",
  "shell",
  "env",
  "working-directory",
  "continue-on-error",
  "timeout-minutes",
];

/** Reads one step; `where` names it in the messages. Throws a `PlayerError` for what the player cannot play. */
export function parseStep(step: JsonObject, where: string): StepDefinition {
  onlyKeys(step, STEP_KEYS, where);
  const uses = stringAt(step["uses"], `${where}: uses`);
  const run = stringAt(step["run"], `${where}: run`);
  if ((uses === undefined) === (run === undefined))
    throw new PlayerError(`${where} needs exactly one of \`uses\` and \`run\`.`);
  return {
    id: stringAt(step["id"], `${where}: id`),
    name: stringAt(step["name"], `${where}: name`),
    if: stringAt(step["if"], `${where}: if`),
    uses,
    with: objectAt(step["with"], `${where}: with`),
    run,
    shell: stringAt(step["shell"], `${where}: shell`),
    env: objectAt(step["env"], `${where}: env`),
    workingDirectory: stringAt(step["working-directory"], `${where}: working-directory`),
    continueOnError: step["continue-on-error"] ?? false,
    timeoutMinutes: step["timeout-minutes"],
  };
}
