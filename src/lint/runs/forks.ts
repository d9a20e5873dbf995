/** Whether a step reckons with pull requests from forks. */
import type { Job, Step } from "../../workflow/document/document.ts";
import { jobNamed } from "./reach.ts";

/** What people test to tell a fork's pull request, or a missing secret, from their own. */
const FORK_TEST =
  /head\.repo|head_repo|\.fork\b|\bhead\.user|head\.label|github\.(?:actor|triggering_actor)|author_association|user\.(?:login|type)|secrets?\b|\benv\.|has[-_.]?(?:token|secret|access|permission|cred)|is[-_.]?(?:fork|internal|trusted|collaborator|member)|can[-_.]?push|fork|github\.secret_source/i;

/** Whether a condition of the step or its job, or of a job that it needs, tests for that. */
export const looksAtForks = (step: Step | undefined, job: Job): boolean =>
  (step?.if !== undefined && testsForFork(step.if.value, job)) || jobLooks(job);

const known = new WeakMap<Job, boolean>();

function jobLooks(job: Job, depth = 0): boolean {
  if (depth > 500) return false;
  let looks = known.get(job);
  if (looks === undefined) {
    known.set(job, false);
    looks =
      (job.if !== undefined && testsForFork(job.if.value, job)) ||
      job.needs.some(({ value }) => {
        const need = jobNamed(job.workflow, value);
        return need !== undefined && jobLooks(need, depth + 1);
      });
    known.set(job, looks);
  }
  return looks;
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
  [
    run?.value ?? "",
    ...[...(env?.variables.values() ?? []), ...inputs.values()].map(({ value }) =>
      value.kind === "scalar" ? value.value : "",
    ),
  ].join("\n");
