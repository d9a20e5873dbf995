/** Whether a step reckons with pull requests from forks. */
import type { Job, Step } from "../../workflow/document/document.ts";
import { jobNamed } from "./reach.ts";

/** What people test to tell a fork's pull request, or a missing secret, from their own. */
const FORK_TEST = /head\.repo|head_repo|\.fork\b|\bhead\.user|head\.label|github\.(?:actor|triggering_actor)|author_association|user\.(?:login|type)|secrets?\b|\benv\.|has[-_.]?(?:token|secret|access|permission|cred)|is[-_.]?(?:fork|internal|trusted|collaborator|member)|can[-_.]?push|fork|github\.secret_source/i;

/** Whether a condition of the step or its job, or of a job that it needs, tests for that. */
export function isFork(step: Step | undefined, job: Job, seen: readonly Job[] = []): boolean {
  if ([step?.if, job.if].some((condition) => condition !== undefined && testsForFork(condition.value, job))) return true;
  if (seen.includes(job) || seen.length > 20) return false;
  return job.needs.some(({ value }) => {
    const need = jobNamed(job.workflow, value);
    return need !== undefined && isFork(undefined, need, [...seen, job]);
  });
}

function testsForFork(condition: string, job: Job): boolean {
  if (FORK_TEST.test(condition)) return true;
  // A flag that an earlier step or job sets after it has looked.
  for (const [, id = ""] of condition.matchAll(/\bsteps\.([\w-]+)\.outputs/g)) {
    const source = job.steps.find((step) => step.id?.value === id);
    if (source && FORK_TEST.test(textOf(source))) return true;
  }
  for (const [, id = ""] of condition.matchAll(/\bneeds\.([\w-]+)\.outputs/g)) {
    const need = jobNamed(job.workflow, id);
    if (need?.uses || need?.steps.some((step) => FORK_TEST.test(textOf(step)))) return true;
  }
  return false;
}

const textOf = ({ run, env, with: inputs }: Step): string =>
  [run?.value ?? "", ...[...(env?.variables.values() ?? []), ...inputs.values()].map(({ value }) => (value.kind === "scalar" ? value.value : ""))].join("\n");
