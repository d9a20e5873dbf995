/** Small questions about steps and jobs that several security rules ask. */
import { type Job, jobOf, type Step } from "../../../workflow/document/document.ts";
import { type ScalarNode, scalarOf, type Span } from "../../../workflow/yaml/node.ts";

/** The steps of the same job that come after. */
export const stepsAfter = (step: Step): Step[] => step.owner.steps.slice(step.index + 1);

export const isTrue = (node: ScalarNode | undefined): boolean => node?.value.trim().toLowerCase() === "true";
export const isFalse = (node: ScalarNode | undefined): boolean => node?.value.trim().toLowerCase() === "false";

/** A job may change the repository or use its secrets: a token that writes, or a secret of one's own. */
export function holdsPower(step: Step): boolean {
  const job = jobOf(step);
  return !job || mayWrite(job) || namesSecret(job, job.node) || sharesSecret(job);
}

/**
 * The same from this step on: the environment of a step that has ended is gone, and a secret behind a condition of its own
 * (`trusted && secrets.TOKEN || ''`) is empty for whoever does not fulfil it.
 */
export function holdsPowerFrom(step: Step): boolean {
  const job = jobOf(step);
  if (!job || mayWrite(job) || sharesSecret(job)) return true;
  return [step, ...stepsAfter(step)].some(({ node }) => namesSecret(job, node));
}

function mayWrite({ permissions, workflow }: Job): boolean {
  const granted = permissions ?? workflow.permissions;
  return (
    granted === undefined ||
    granted.all === "write-all" ||
    [...granted.scopes.values()].some(({ value }) => scalarOf(value)?.value === "write")
  );
}

/** A secret that every step of the job has. */
const sharesSecret = (job: Job): boolean =>
  [job.env, job.workflow.env].some((env) => env !== undefined && namesSecret(job, env.pair.value));

const namesSecret = ({ workflow }: Job, { start, end }: Span): boolean =>
  /\bsecrets\.(?!GITHUB_TOKEN\b)/i.test(
    workflow.file.text.slice(start, end).replace(/&&\s*secrets\.\w+\s*\|\|\s*''/gi, ""),
  );
