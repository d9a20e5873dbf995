/**
 * Takes away what says nothing: outputs of jobs that no other job reads, and settings of inputs that are GitHub's own
 * defaults, and time that a step has beyond its job's. Long conditions are broken into lines. A pass over compiled workflows that knows no kind of workflow.
 */
import { callsWorkflow, isCommented, type Job, type Step, type Triggers, type Workflow } from "../workflow/model.ts";
import type { ProgramName } from "../programs/programs.ts";
import { programOf } from "./steps/program.ts";
import { wrapCondition } from "./wrap.ts";

export function tidy(workflow: Workflow): Workflow {
  const text = plainText(workflow);
  const read = readWithAll(workflow);
  const jobs = Object.entries(workflow.jobs).map(([id, job]) => {
    if (callsWorkflow(job)) return [id, wrapped(job)];
    const isKept = (name: string): boolean => isRead(text, id, name) || read.has(`${id}.${name}`);
    return [
      id,
      wrapped({
        ...(job.outputs ? withoutUnread(job, isKept) : job),
        steps: job.steps.map((step) => withinJob(job, wrapped(step))),
      }),
    ];
  });
  return { ...workflow, on: withoutDefaults(workflow.on), jobs: Object.fromEntries(jobs) as Workflow["jobs"] };
}

/** A step ends with its job at the latest. */
function withinJob(job: Job, step: Step): Step {
  const minutes = step["timeout-minutes"];
  return minutes === undefined ? step : { ...step, "timeout-minutes": Math.min(minutes, job["timeout-minutes"]) };
}

const wrapped = <Conditional extends { if?: string | undefined }>(one: Conditional): Conditional =>
  one.if === undefined ? one : { ...one, if: wrapCondition(one.if) };

/** What programs take out of all that their job needs. */
const TAKEN_OUT_OF_NEEDS: Partial<Record<ProgramName, readonly string[]>> = {
  "write-record": ["images"],
  "report-status": ["sha", "reason", "consumers"],
};

/** The outputs of jobs, as `job.output`, that a program reads without an expression naming them. */
function readWithAll({ jobs }: Workflow): ReadonlySet<string> {
  return new Set(
    Object.values(jobs).flatMap((job) => {
      const programs = callsWorkflow(job) ? [] : job.steps.flatMap((step) => programOf(step) ?? []);
      const outputs = programs.flatMap((program) => TAKEN_OUT_OF_NEEDS[program] ?? []);
      return (job.needs ?? []).flatMap((id) => outputs.map((output) => `${id}.${output}`));
    }),
  );
}

/** Whether some expression names an output, of this workflow's jobs or of the workflow itself. */
const isRead = (text: string, job: string, output: string): boolean =>
  text.includes(`needs.${job}.outputs.${output}`) || text.includes(`jobs.${job}.outputs.${output}`);

function withoutUnread(job: Job, isKept: (name: string) => boolean): Job {
  const { outputs = {}, ...rest } = job;
  const kept = Object.entries(outputs).filter(([name]) => isKept(name));
  if (kept.length === 0) return rest;
  // Where the outputs stand among the keys of a job stays as it is.
  return { ...job, outputs: Object.fromEntries(kept) };
}

const plainText = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (isCommented(inner) ? inner.value : inner));

/** An input that is not required, and a text that is empty, are so without being told. */
function withoutDefaults(on: Triggers): Triggers {
  const { workflow_call: call, workflow_dispatch: dispatch } = on;
  return {
    ...on,
    ...(call && {
      workflow_call: {
        ...call,
        ...(call.inputs && { inputs: each(call.inputs) }),
        ...(call.secrets && { secrets: each(call.secrets) }),
      },
    }),
    ...(dispatch?.inputs && { workflow_dispatch: { ...dispatch, inputs: each(dispatch.inputs) } }),
  };
}

const each = <Input extends object>(inputs: Readonly<Record<string, Input>>): Record<string, Input> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [
      name,
      Object.fromEntries(
        Object.entries(input).filter(
          ([key, value]) => !(key === "required" && value === false) && !(key === "default" && value === ""),
        ),
      ) as Input,
    ]),
  );
