import type { Job, WorkflowDocument } from "../../../../workflow/document/document.ts";

const known = new WeakMap<WorkflowDocument, ReadonlyMap<string, Job>>();

/** By id in lower case, as GitHub compares them. */
export function jobsById(workflow: WorkflowDocument): ReadonlyMap<string, Job> {
  let jobs = known.get(workflow);
  if (!jobs) {
    jobs = new Map(workflow.jobs.map((job) => [job.id.toLowerCase(), job]));
    known.set(workflow, jobs);
  }
  return jobs;
}
