/**
 * Emitted workflows, laid out for tests that ask what they say: comments taken off, each step with the program that it
 * runs, each job with its expressions. `test/compiler/compile.test.ts` proves that the printed files say the same.
 */
import { compileWorkflows } from "../../src/compiler/compile.ts";
import { programOf } from "../../src/compiler/steps/program.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";
import { type ProgramName, PROGRAMS_FOLDER } from "../../src/programs/programs.ts";
import {
  type CallJob,
  callsWorkflow,
  isCommented,
  type Concurrency,
  type Job,
  type PermissionLevel,
  type Step,
  type Triggers,
  type Workflow,
} from "../../src/workflow/model.ts";

export interface EmittedStep {
  /** `e2e-tests.yml > test > Take the image` */
  readonly where: string;
  readonly name: string;
  readonly id: string | undefined;
  readonly if: string | undefined;
  /** The action of somebody else, without its commit. */
  readonly action: string | undefined;
  readonly commit: string | undefined;
  /** What stands behind the commit. */
  readonly version: string | undefined;
  readonly with: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, unknown>>;
  readonly run: string | undefined;
  /** The program of Pipewright's that it uses; its inputs are `with`. */
  readonly program: ProgramName | undefined;
  readonly shell: string | undefined;
  readonly minutes: number | undefined;
  readonly continueOnError: boolean | string;
}

export interface EmittedJob {
  readonly where: string;
  readonly id: string;
  readonly name: string;
  readonly needs: readonly string[];
  readonly if: string | undefined;
  readonly minutes: number | undefined;
  readonly permissions: Readonly<Record<string, PermissionLevel>>;
  readonly concurrency: Concurrency | undefined;
  readonly outputs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, unknown>>;
  /** Whatever stands below `matrix`; absent for a job that runs once. */
  readonly matrix: unknown;
  /** The workflow that the job calls, with what it hands on. */
  readonly calls?: {
    readonly path: string;
    readonly with: Readonly<Record<string, unknown>>;
    readonly secrets: Readonly<Record<string, string>>;
  };
  readonly steps: readonly EmittedStep[];
  /** The whole job as plain data. */
  readonly raw: unknown;
}

export interface EmittedWorkflow {
  readonly path: string;
  /** The last part of the path. */
  readonly file: string;
  readonly name: string;
  readonly on: Triggers;
  /** What `on.workflow_run` says, where it is there. */
  readonly follows: { workflows: readonly string[]; types: readonly string[]; branches: readonly string[] } | undefined;
  readonly permissions: unknown;
  readonly concurrency: Concurrency;
  readonly jobs: readonly EmittedJob[];
}

export const readWorkflows = (pipeline: Pipeline): EmittedWorkflow[] => {
  const workflows = compileWorkflows(pipeline).map(({ path, workflow }) => readWorkflow(path, workflow));
  // What a call gives is what the called workflow declares.
  const declared = (calls: EmittedJob["calls"]): Record<string, string> =>
    Object.fromEntries(
      Object.entries(workflows.find(({ path }) => calls?.path === `./${path}`)?.on.workflow_call?.outputs ?? {}).map(
        ([name, { value }]) => [name, value],
      ),
    );
  return workflows.map((workflow) => ({
    ...workflow,
    jobs: workflow.jobs.map((job) => (job.calls ? { ...job, outputs: declared(job.calls) } : job)),
  }));
};

function readWorkflow(path: string, workflow: Workflow): EmittedWorkflow {
  const file = path.split("/").at(-1) ?? path;
  const on = plain(workflow.on) as Triggers;
  return {
    path,
    file,
    name: workflow.name,
    on,
    follows: on.workflow_run as EmittedWorkflow["follows"],
    permissions: plain(workflow.permissions),
    concurrency: workflow.concurrency,
    jobs: Object.entries(workflow.jobs).map(([id, job]) =>
      callsWorkflow(job) ? readCall(`${file} > ${id}`, id, job) : readJob(`${file} > ${id}`, id, job),
    ),
  };
}

function readJob(where: string, id: string, job: Job): EmittedJob {
  return {
    where,
    id,
    name: job.name,
    needs: job.needs ?? [],
    if: job.if,
    minutes: job["timeout-minutes"],
    permissions: plain(job.permissions) as Record<string, PermissionLevel>,
    concurrency: job.concurrency,
    outputs: job.outputs ?? {},
    env: job.env ?? {},
    matrix: plain(job.strategy?.matrix),
    steps: job.steps.map((step) => readStep(`${where} > ${step.name}`, step)),
    raw: plain(job),
  };
}

/** A job that calls a workflow has no steps of its own. */
function readCall(where: string, id: string, job: CallJob): EmittedJob {
  return {
    where,
    id,
    name: job.name,
    needs: job.needs ?? [],
    if: job.if,
    minutes: undefined,
    permissions: plain(job.permissions) as Record<string, PermissionLevel>,
    concurrency: undefined,
    outputs: {},
    env: {},
    matrix: undefined,
    calls: { path: String(plain(job.uses)), with: job.with ?? {}, secrets: job.secrets ?? {} },
    steps: [],
    raw: plain(job),
  };
}

/** Taken from the workflow's own commit (`$/`), or from where the job has checked it out. */
const CHECKED_OUT = `./.git/pipewright/${PROGRAMS_FOLDER}/`;

function programIn(step: Step): ProgramName | undefined {
  const uses = plain(step.uses);
  if (typeof uses === "string" && uses.startsWith(CHECKED_OUT)) return uses.slice(CHECKED_OUT.length) as ProgramName;
  return programOf(step);
}

function readStep(where: string, step: Step): EmittedStep {
  const uses = plain(step.uses);
  const program = programIn(step);
  const [action, commit] = typeof uses === "string" && program === undefined ? uses.split("@") : [];
  return {
    where,
    name: step.name,
    id: step.id,
    if: step.if,
    action,
    commit,
    version: isCommented(step.uses) ? step.uses.behind : undefined,
    with: plain(step.with ?? {}) as Record<string, unknown>,
    env: plain(step.env ?? {}) as Record<string, unknown>,
    run: step.run,
    program,
    shell: step.shell,
    minutes: step["timeout-minutes"],
    continueOnError: step["continue-on-error"] ?? false,
  };
}

/** The value without comments and without absent keys. */
export function plain(value: unknown): unknown {
  if (isCommented(value)) return plain(value.value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, plain(inner)]])),
  );
}

/** Every string in a value, at any depth. */
export function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** The expressions of a value, without `${{` and `}}`. */
export const expressionsIn = (value: unknown): string[] =>
  stringsIn(value).flatMap((text) =>
    [...text.matchAll(/\$\{\{(.*?)\}\}/gs)].map(([, expression]) => (expression ?? "").trim()),
  );

/** The job's expressions, its and its steps' conditions among them. */
export const expressionsOf = (job: EmittedJob): string[] => [
  ...expressionsIn(job.raw),
  ...[job.if, ...job.steps.map((step) => step.if)].filter((text) => text !== undefined),
];

/** An expression without its quoted strings, in which nothing is a reference. */
export const withoutStrings = (expression: string): string => expression.replace(/'(?:[^']|'')*'/g, "''");

export const STATUS_FUNCTION = /\b(?:always|cancelled|failure|success)\(\)/;

/** Every job that must end before this one starts. */
export function ancestorsOf(workflow: EmittedWorkflow, job: EmittedJob): EmittedJob[] {
  const found = new Set<EmittedJob>();
  const visit = (one: EmittedJob): void => {
    for (const other of workflow.jobs) {
      if (!one.needs.includes(other.id) || found.has(other)) continue;
      found.add(other);
      visit(other);
    }
  };
  visit(job);
  return [...found];
}

export function jobOf(workflows: readonly EmittedWorkflow[], file: string, id: string): EmittedJob {
  const job = workflows.find((workflow) => workflow.file === file)?.jobs.find((one) => one.id === id);
  if (!job) throw new Error(`There is no job ${id} in ${file}.`);
  return job;
}

export function stepOf(job: EmittedJob, name: string): EmittedStep {
  const step = job.steps.find((one) => one.name === name);
  if (!step)
    throw new Error(`There is no step "${name}" in ${job.where}: ${job.steps.map((one) => one.name).join(", ")}.`);
  return step;
}
