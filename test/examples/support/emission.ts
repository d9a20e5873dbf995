/** What an example's config compiles to, as its table of requirements looks at it. */
import { compile } from "../../../src/compiler/compile.ts";
import { compileDocs } from "../../../src/compiler/docs/compile-docs.ts";
import type { ConfigInput } from "../../../src/config/schema.ts";
import { PLAN_FILE } from "../../../src/pipeline/plan-file.ts";
import { PROGRAMS_FOLDER } from "../../../src/programs/programs.ts";
import { isObject, type Json } from "../../player/json.ts";
import {
  type JobDefinition,
  parseWorkflow,
  type StepDefinition,
  type WorkflowFile,
} from "../../player/workflow-file.ts";
import { planOf } from "../../support/plan-of.ts";

/**
 * The emitted texts by short name: `docker-build` for a workflow, `programs/take-image` for a program, `actions/take-image`
 * for its action.yml, `lib/log.sh` for a piece that programs share, `plan` for plan.json, `ci-cd.md` for a page.
 */
export type Texts = ReadonlyMap<string, string>;

export interface Emission {
  readonly texts: Texts;
  /** The text of one file, empty where it is not emitted. */
  text(file: string): string;
  workflow(file: string): WorkflowFile | undefined;
  workflows(): WorkflowFile[];
  job(file: string, job: string): JobDefinition | undefined;
  /** A step by the beginning of its name. */
  step(file: string, job: string, name: string): StepDefinition | undefined;
  /** A value of plan.json, in the part of the only pipeline, by its dotted path. */
  plan(path: string): Json | undefined;
  /** A value of the JSON that a program takes in a variable: from its step's environment, or as an input of its action. */
  setting(file: string, variable: string, path: string): Json | undefined;
}

/** Compiles workflows and pages. Throws where the config is refused. */
export function emit(config: ConfigInput): Emission {
  const { pipeline, problems } = planOf(config);
  if (problems.length > 0)
    throw new Error(problems.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n"));
  const files = [...compile(pipeline), ...compileDocs(pipeline)];
  return look(new Map(files.map(({ path, body }) => [shortName(path), body])));
}

export function shortName(path: string): string {
  if (path === PLAN_FILE) return PLAN;
  if (path.startsWith(`${PROGRAMS_FOLDER}/`)) return shortNameOfProgramFile(path.slice(PROGRAMS_FOLDER.length + 1));
  return (path.split("/").at(-1) ?? path).replace(/\.yml$/, "");
}

/** @param path below the programs' folder */
export function shortNameOfProgramFile(path: string): string {
  const [folder = "", file] = path.split("/");
  if (file === undefined || folder === "lib") return path;
  return file === "action.yml" ? `actions/${folder}` : `programs/${folder}`;
}

const PLAN = "plan";
const isWorkflow = (file: string): boolean => file !== PLAN && !/[./]/.test(file);

/** Two configs that differ in a line have most files in common, so a text is parsed once. */
const parsed = new Map<string, WorkflowFile>();
const parsedPlans = new Map<string, Json>();

function parsePlan(text: string): Json {
  const found = parsedPlans.get(text) ?? (JSON.parse(text) as Json);
  parsedPlans.set(text, found);
  return found;
}

export function look(texts: Texts): Emission {
  const workflow = (file: string): WorkflowFile | undefined => {
    const text = texts.get(file);
    if (text === undefined) return undefined;
    const key = `${file}\n${text}`;
    const found = parsed.get(key) ?? parseWorkflow(`.github/workflows/${file}.yml`, text);
    parsed.set(key, found);
    return found;
  };
  const job = (file: string, id: string) => workflow(file)?.jobs.get(id);
  return {
    texts,
    text: (file) => texts.get(file) ?? "",
    workflow,
    workflows: () => [...texts.keys()].filter(isWorkflow).flatMap((file) => workflow(file) ?? []),
    job,
    step: (file, id, name) => job(file, id)?.steps.find((step) => step.name?.startsWith(name)),
    plan: (path) => {
      const text = texts.get(PLAN);
      // The only pipeline of a repository is called by an empty name.
      return text === undefined ? undefined : valueAt(valueAt(parsePlan(text), "pipelines."), path);
    },
    setting: (file, variable, path) => {
      const steps = [...(workflow(file)?.jobs.values() ?? [])].flatMap((one) => one.steps);
      const text = steps
        .map((step) => step.env[variable] ?? step.with[variable.toLowerCase().replaceAll("_", "-")])
        .find((value) => typeof value === "string");
      return typeof text === "string" ? valueAt(JSON.parse(text) as Json, path) : undefined;
    },
  };
}

/** The value at a dotted path; numbers count in lists. */
export function valueAt(value: Json | undefined, path: string): Json | undefined {
  return path.split(".").reduce<Json | undefined>((inner, key) => {
    if (Array.isArray(inner)) return inner[Number(key)];
    return isObject(inner) ? inner[key] : undefined;
  }, value);
}

export const jobsOf = (files: Emission): JobDefinition[] =>
  files.workflows().flatMap((workflow) => [...workflow.jobs.values()]);
export const stepsOf = (files: Emission): StepDefinition[] => jobsOf(files).flatMap((job) => job.steps);
