/**
 * Where the steps of a workflow find their programs: a pass over compiled workflows that knows no kind of workflow.
 *
 * `$/` needs no checkout, and is trusted exactly as much as the workflow file: it is the same commit. Where that is not to
 * be had (`programs: "checkout"`: GitHub Enterprise Server, runners before 2.336), each job takes the folder of the
 * programs from that very commit, `github.workflow_sha`. It does so after the code is checked out, since that empties the
 * workspace, and before anything of the code runs; below `.git`, where neither `git status` nor an image's context sees it.
 */
import type { Pipeline } from "../pipeline/types.ts";
import { PROGRAMS_FOLDER, takesPipeline } from "../programs/programs.ts";
import { callsWorkflow, type Job, type Step, type Workflow } from "../workflow/model.ts";
import { expression } from "./expressions.ts";
import { localPath } from "./local-path.ts";
import { useAction } from "./steps/action.ts";
import { programOf } from "./steps/program.ts";
import { isCodeCheckout } from "./steps/sources.ts";

/** Where the programs lie in the workspace of a job that takes them by a checkout. */
const CHECKED_OUT = ".git/pipewright";

export function placePrograms(pipeline: Pipeline, workflow: Workflow): Workflow {
  const jobs = Object.entries(workflow.jobs).map(([id, job]) => [id, callsWorkflow(job) ? job : placed(pipeline, job)]);
  return { ...workflow, jobs: Object.fromEntries(jobs) as Workflow["jobs"] };
}

function placed(pipeline: Pipeline, job: Job): Job {
  if (!job.steps.some(programOf)) return job;
  const steps = job.steps.map((step) => ofPipeline(pipeline, step));
  return { ...job, ...(pipeline.programs === "self" ? { steps } : withCheckout(pipeline, job, steps)) };
}

/** One of several pipelines says which it is; the repository's own is the one that a program takes without being told. */
function ofPipeline({ member }: Pipeline, step: Step): Step {
  const program = programOf(step);
  if (member === undefined || program === undefined || !takesPipeline(program)) return step;
  return { ...step, with: { pipeline: member, ...step.with } };
}

function withCheckout(pipeline: Pipeline, job: Job, steps: readonly Step[]): Pick<Job, "steps" | "permissions"> {
  const code = steps.find(isCodeCheckout);
  const take = useAction(pipeline, "actions/checkout", {
    name: "Take the programs of this workflow's commit",
    with: {
      ref: expression("github.workflow_sha"),
      path: CHECKED_OUT,
      "sparse-checkout": PROGRAMS_FOLDER,
      "persist-credentials": false,
    },
  });
  const rest = steps.filter((step) => step !== code);
  return {
    permissions: { contents: "read", ...job.permissions },
    steps: [...(code ? [unconditional(code)] : []), take, ...rest.map(fromCheckout)],
  };
}

/** What is not checked out cannot be emptied around the programs. */
function unconditional({ if: _condition, ...step }: Step): Step {
  return step;
}

function fromCheckout(step: Step): Step {
  const program = programOf(step);
  return program === undefined ? step : { ...step, uses: localPath(`${CHECKED_OUT}/${PROGRAMS_FOLDER}/${program}`) };
}
