/**
 * A program of templates/ where a runner would find it: the files that are emitted for it, and a plan.json beside them.
 * Also what its action.yml hands on to it, so that no test passes what no workflow could.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { configSchema } from "../../src/config/schema.ts";
import { planFileSchema, type PipelinePart } from "../../src/pipeline/plan-file/schema.ts";
import { tagsPart } from "../../src/pipeline/plan-file/tags.ts";
import { planFile, printPlanFile } from "../../src/pipeline/plan-file.ts";
import { tagRules } from "../../src/pipeline/tags.ts";
import { filesOfPrograms, programFile, type ProgramName, programPath } from "../../src/programs/programs.ts";
import { planOf, smallConfig } from "./plan-of.ts";

const branches = configSchema.parse({ project: "charon", builds: {}, branches: { integration: ["development"] } });

/** The tag rules of Charon: main, development and feature branches, all patterns as they are by default. */
export const rules = tagRules(branches.tags, branches.branches, {
  main: "latest",
  development: "dev",
  nightly: "nightly",
});

type Part<T> = T extends readonly unknown[] ? T : T extends object ? { [Key in keyof T]?: Part<T[Key]> } : T;

/** What a test says of this pipeline's part of plan.json; the rest is `plannedPart`. */
export type PlannedPart = Part<PipelinePart>;

const { pipeline } = planOf(smallConfig({ project: "charon" }));

/** The part of a small config: the image ghcr.io/acme/charon (`app`), which `smoke` tests, with the tag rules of Charon. */
export const plannedPart: PipelinePart = {
  ...(planFile([pipeline], {}).pipelines[""] as PipelinePart),
  tags: tagsPart({ ...pipeline, rules }),
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a test says of these is all that there is. */
const WHOLE = ["entries"];

/** Objects are merged key by key; anything else takes the other's place. */
function merged(base: unknown, change: unknown): unknown {
  if (!isRecord(base) || !isRecord(change)) return change;
  const keys = new Set([...Object.keys(base), ...Object.keys(change)]);
  const valueOf = (key: string): unknown => (WHOLE.includes(key) ? change[key] : merged(base[key], change[key]));
  return Object.fromEntries([...keys].map((key) => [key, key in change ? valueOf(key) : base[key]]));
}

/** Exactly the keys that the change has; each is the first one of the base, changed. */
const entriesOf = (base: Readonly<Record<string, unknown>>, change: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(change).map(([key, value]) => [
      key,
      isRecord(value) && value["kind"] !== "files" ? merged(base[key] ?? Object.values(base)[0], value) : value,
    ]),
  );

/**
 * The part, with what a test says of it: `builds` and `consumers` that are named are the only ones, each like the small
 * config's own but for what is said. Throws where the schema does not allow what comes out.
 */
export function partOf({ builds, consumers, ...change }: PlannedPart): PipelinePart {
  const base = {
    ...plannedPart,
    ...(builds && { builds: entriesOf(plannedPart.builds, builds) }),
    ...(consumers && { consumers: entriesOf(plannedPart.consumers, consumers) }),
  };
  const part = merged(base, change);
  const plan = planFileSchema.parse({ version: 1, pipelines: { "": part }, files: {} });
  return plan.pipelines[""] as PipelinePart;
}

/**
 * Writes the program, what it shares with others, and plan.json; gives the path of the program file.
 *
 * @param member which of several pipelines the part is of; the repository's own is the empty name
 */
export function writeProgram(folder: string, name: ProgramName, plan: PlannedPart, member = ""): string {
  writePrograms(folder, [name], plan, member);
  return join(folder, programPath(name));
}

/** The same for several programs, which share their plan. */
export function writePrograms(folder: string, names: readonly ProgramName[], plan: PlannedPart, member = ""): void {
  const write = (path: string, text: string): void => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  for (const path of filesOfPrograms(names)) write(path, programFile(path));
  write("plan.json", printPlanFile({ version: 1, pipelines: { [member]: partOf(plan) }, files: {} }));
}

export interface ActionInput {
  readonly description: string;
  readonly required?: boolean;
  readonly default?: string;
}

export interface ActionFile {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<Record<string, ActionInput>>;
  readonly outputs: Readonly<Record<string, { description: string; value?: string }>>;
  readonly runs: {
    readonly using: "composite" | "node24";
    readonly main?: string;
    readonly steps?: readonly Readonly<Record<string, unknown>>[];
  };
}

const actions = new Map<ProgramName, ActionFile>();

/** The program's action.yml. */
export function actionOf(name: ProgramName): ActionFile {
  const known = actions.get(name);
  if (known) return known;
  const file = parse(programFile(`${name}/action.yml`)) as ActionFile;
  const action = { ...file, inputs: file.inputs ?? {}, outputs: file.outputs ?? {} };
  actions.set(name, action);
  return action;
}

/** `gh-token` is GH_TOKEN to the program. */
export const variableOf = (input: string): string => input.replaceAll("-", "_").toUpperCase();

/** What a composite action's steps put into the environment of their program: the texts, expressions among them. */
export function handedOn(name: ProgramName): Readonly<Record<string, string>> {
  const steps = actionOf(name).runs.steps ?? [];
  return Object.assign({}, ...steps.map((step) => step["env"] ?? {})) as Record<string, string>;
}

/** Settings for tests and for slow services, whose defaults are what a workflow wants. No action hands them on. */
export const isTuning = (variable: string): boolean =>
  /^(API_)?(ATTEMPTS|DELAY)$|^(GRACE|POLL|RETRY|TIMEOUT)_SECONDS$|^RETRY_(ATTEMPTS|DELAY|FACTOR|GROWTH|JITTER)$|^(PORTAL|CHECK|UPLOADS)_URL$/.test(
    variable,
  );

/** What a runner says of every run, unless a test says otherwise. */
export const runnerVariables = {
  GITHUB_ACTOR: "octocat",
  GITHUB_EVENT_NAME: "push",
  GITHUB_REF_NAME: "main",
  GITHUB_REPOSITORY: "acme/charon",
  GITHUB_RUN_ATTEMPT: "1",
  GITHUB_RUN_ID: "4711",
  GITHUB_RUN_NUMBER: "57",
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_SHA: "0123456789abcdef0123456789abcdef01234567",
  GITHUB_WORKFLOW: "Build",
};

/** What the runner, the shell or a stand-in provides. */
export const isProvided = (variable: string): boolean =>
  /^(GITHUB_|RUNNER_|STATE_|ACTIONS_|DOCKER_|AWS_|BASH_|LC_)|^(PATH|HOME|LANG|PWD|IFS|TMPDIR|CI|REPLY|SECONDS|RANDOM)$/.test(
    variable,
  );

/**
 * The environment in which the action runs its program, made of what a test gives: inputs as the runner hands them on, those
 * that are not given with their defaults. Throws at a variable that the action hands on to nobody.
 */
export function environmentOf(
  name: ProgramName,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const action = actionOf(name);
  const inputs = new Map(Object.entries(action.inputs).map(([input, { default: value = "" }]) => [input, value]));
  const isNode = action.runs.using === "node24";
  const known = new Set(isNode ? [...inputs.keys()].map(variableOf) : Object.keys(handedOn(name)));
  const unknown = Object.keys(given).filter(
    (variable) => ![known.has, isTuning, isProvided].some((test) => test.call(known, variable)),
  );
  if (unknown.length > 0)
    throw new Error(
      `The action ${name} has no way to hand ${unknown.join(", ")} on. It is no input of its action.yml; what the step's own env gives goes into the option env.`,
    );
  const own = Object.entries(given).filter(([variable]) => !known.has(variable));
  const handed = isNode
    ? [...inputs].map(([input, value]) => ({ variable: variableOf(input), as: `INPUT_${input.toUpperCase()}`, value }))
    : Object.entries(handedOn(name)).map(([variable, text]) => {
        const [, input = ""] = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(text) ?? [];
        return { variable, as: variable, value: inputs.get(input) ?? "" };
      });
  const values = handed.flatMap(({ variable, as, value }) => {
    // No test waits as long as a workflow would.
    if (!(variable in given) && isTuning(variable)) return [];
    return [[as, given[variable] ?? value]];
  });
  return Object.fromEntries([...own, ...values]) as Record<string, string>;
}
