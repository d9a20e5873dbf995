/** Small questions about steps and jobs that several security rules ask. */
import { jobOf, type Step } from "../../../workflow/document/document.ts";
import { type ScalarNode, scalarOf } from "../../../workflow/yaml/node.ts";

/** The steps of the same job that come after. */
export const stepsAfter = (step: Step): Step[] => step.owner.steps.slice(step.index + 1);

export const isTrue = (node: ScalarNode | undefined): boolean => node?.value.trim().toLowerCase() === "true";
export const isFalse = (node: ScalarNode | undefined): boolean => node?.value.trim().toLowerCase() === "false";

/** A job may change the repository or use its secrets: a token that writes, or a secret of one's own. */
export function holdsPower(step: Step): boolean {
  const job = jobOf(step);
  if (!job) return true;
  const permissions = job.permissions ?? job.workflow.permissions;
  const { file } = job.workflow;
  const writes = permissions === undefined || permissions.all === "write-all" || [...permissions.scopes.values()].some(({ value }) => scalarOf(value)?.value === "write");
  return writes || /\bsecrets\.(?!GITHUB_TOKEN\b)/i.test(file.text.slice(job.node.start, job.node.end)) || (job.workflow.env !== undefined && /\bsecrets\./.test(file.text.slice(job.workflow.env.pair.key.start, job.workflow.env.pair.value.end)));
}
