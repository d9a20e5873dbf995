/**
 * Reusable workflows as files: what they take, and whether GitHub starts a run that calls them (docs.github.com, "Reusing
 * workflow configurations" and "Workflow syntax: on.workflow_call").
 */
import { type Json, type JsonObject, objectAt, onlyKeys, PlayerError } from "./json.ts";
import { declaredPermissions, excess, type TokenPermissions } from "./permissions.ts";
import type { JobDefinition, WorkflowFile } from "./workflow-file.ts";

/** The top-level caller counts as the first level (docs.github.com, "Limitations of reusable workflows"). */
const MOST_LEVELS = 10;
const MOST_WORKFLOWS = 50;

type InputType = "string" | "boolean" | "number";

export interface CallInput {
  readonly type: InputType;
  readonly required: boolean;
  readonly default: Json | undefined;
}

/** What `on.workflow_call` declares. */
export interface CallInterface {
  readonly inputs: ReadonlyMap<string, CallInput>;
  /** Name -> whether it is required. */
  readonly secrets: ReadonlyMap<string, boolean>;
  /** Name -> the text of its value. */
  readonly outputs: ReadonlyMap<string, Json>;
}

/** The run does not start, or the call does not: GitHub's own sentence. */
export class CallRefused extends Error {
  override name = "CallRefused";
}

/** Undefined for a workflow that cannot be called. */
export function callInterface(workflow: WorkflowFile): CallInterface | undefined {
  if (!("workflow_call" in workflow.on)) return undefined;
  const where = `${workflow.path}: on.workflow_call`;
  const declared = objectAt(workflow.on["workflow_call"], where);
  onlyKeys(declared, ["inputs", "secrets", "outputs"], where);
  const entries = (key: string, known: readonly string[]): [string, JsonObject][] =>
    Object.entries(objectAt(declared[key], `${where}.${key}`)).map(([name, value]) => {
      const entry = objectAt(value, `${where}.${key}.${name}`);
      onlyKeys(entry, known, `${where}.${key}.${name}`);
      return [name, entry];
    });
  const inputs = entries("inputs", ["type", "required", "default", "description", "deprecationMessage"]).map(
    ([name, input]): [string, CallInput] => {
      const type = (["string", "boolean", "number"] as const).find((candidate) => candidate === input["type"]);
      if (type === undefined) throw new PlayerError(`${where}.inputs.${name} has no type: string, boolean or number.`);
      return [name, { type, required: input["required"] === true, default: input["default"] }];
    },
  );
  return {
    inputs: new Map(inputs),
    secrets: new Map(
      entries("secrets", ["required", "description"]).map(([name, secret]) => [name, secret["required"] === true]),
    ),
    outputs: new Map(
      entries("outputs", ["value", "description"]).map(([name, output]) => [name, output["value"] ?? ""]),
    ),
  };
}

/**
 * The `inputs` context of a called workflow. `interpolated` are the caller's values after their expressions; throws
 * `CallRefused` for a value of another type: an output is a string, so a boolean input takes it only through an expression.
 */
export function callInputs(
  called: CallInterface,
  interpolated: JsonObject,
  defaults: (value: Json) => Json,
): JsonObject {
  const inputs: JsonObject = {};
  for (const [name, input] of called.inputs) {
    const given = interpolated[name];
    inputs[name] =
      given === undefined || given === null
        ? input.default === undefined
          ? EMPTY[input.type]
          : typed(name, input.type, defaults(input.default))
        : typed(name, input.type, given);
  }
  return inputs;
}

const EMPTY: Readonly<Record<InputType, Json>> = { string: "", boolean: false, number: 0 };

function typed(name: string, type: InputType, value: Json): Json {
  if (typeof value === type) return value;
  if (type === "string" && (typeof value === "boolean" || typeof value === "number")) return String(value);
  throw new CallRefused(
    `The template is not valid. Input '${name}': unexpected value '${typeof value === "object" ? JSON.stringify(value) : String(value)}', expected type: ${type}.`,
  );
}

/** Everything that keeps GitHub from starting a run of `workflow`; `files` are those of the run's commit. */
export function startupProblems(workflow: WorkflowFile, files: readonly WorkflowFile[]): string[] {
  const problems: string[] = [];
  const called = new Set<string>();
  const visit = (caller: WorkflowFile, inherited: TokenPermissions | undefined, level: number): void => {
    for (const job of caller.jobs.values()) {
      if (!job.call) continue;
      const { path } = job.call;
      const error = (text: string): void => void problems.push(`${caller.path}: jobs.${job.id}: ${text}`);
      const file = files.find((candidate) => candidate.path === path);
      const declared = file && callInterface(file);
      if (!file) error(`error parsing called workflow "./${path}": workflow was not found.`);
      else if (!declared)
        error(
          `error parsing called workflow "./${path}": workflow is not reusable as it is missing a \`on.workflow_call\` trigger.`,
        );
      if (!file || !declared) continue;
      called.add(path);
      if (level >= MOST_LEVELS) {
        error(`error calling "./${path}": more than ${MOST_LEVELS} levels of workflows.`);
        continue;
      }
      for (const text of [...inputProblems(job, declared), ...secretProblems(job, declared)]) error(text);
      const granted = declaredPermissions(caller.permissions, job.permissions, inherited);
      for (const text of permissionProblems(path, file, granted)) error(text);
      visit(file, granted, level + 1);
    }
  };
  visit(workflow, undefined, 1);
  if (called.size > MOST_WORKFLOWS)
    problems.push(
      `${workflow.path}: ${called.size} unique reusable workflows are called, and GitHub allows ${MOST_WORKFLOWS}.`,
    );
  return problems;
}

function inputProblems(job: JobDefinition, declared: CallInterface): string[] {
  const given = job.call?.with ?? {};
  const unknown = Object.keys(given).filter((name) => !declared.inputs.has(name));
  const missing = [...declared.inputs].filter(([name, input]) => input.required && !(name in given));
  const wrong = Object.entries(given).flatMap(([name, value]) => {
    const input = declared.inputs.get(name);
    if (!input || (typeof value === "string" && value.includes("${{"))) return [];
    try {
      typed(name, input.type, value);
      return [];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  });
  return [
    ...unknown.map((name) => `Invalid input, ${name} is not defined in the referenced workflow.`),
    ...missing.map(([name]) => `Input ${name} is required, but not provided while calling.`),
    ...wrong,
  ];
}

function secretProblems(job: JobDefinition, declared: CallInterface): string[] {
  const given = job.call?.secrets ?? {};
  if (given === "inherit") return [];
  const unknown = Object.keys(given).filter((name) => !declared.secrets.has(name));
  const missing = [...declared.secrets].filter(([name, required]) => required && !(name in given));
  return [
    ...unknown.map((name) => `Invalid secret, ${name} is not defined in the referenced workflow.`),
    ...missing.map(([name]) => `Secret ${name} is required, but not provided while calling.`),
  ];
}

/** A nested job may ask for what its caller was granted and no more, whether it would run or not (actions/runner, PermissionsHelper). */
function permissionProblems(path: string, file: WorkflowFile, granted: TokenPermissions): string[] {
  const problem = (who: string, beyond: ReturnType<typeof excess>): string[] =>
    beyond
      ? [
          `Error calling workflow './${path}'. The ${who} is requesting '${beyond.requested}', but is only allowed '${beyond.allowed}'.`,
        ]
      : [];
  const whole =
    file.permissions === undefined
      ? []
      : problem("workflow", excess(declaredPermissions(file.permissions, undefined), granted));
  const jobs = [...file.jobs.values()].filter((job) => job.permissions !== undefined);
  return [
    ...whole,
    ...jobs.flatMap((job) =>
      problem(`nested job '${job.id}'`, excess(declaredPermissions(undefined, job.permissions), granted)),
    ),
  ];
}
