/** Small questions about steps and jobs that several security rules ask. */
import type { Document, Job, Step } from "../../../workflow/document/document.ts";
import { jobOf } from "../../../workflow/document/document.ts";
import { type ScalarNode, scalarOf } from "../../../workflow/yaml/node.ts";
import { type Script, scriptsOf } from "../../scripts.ts";

export const documentOf = (step: Step): Document => (step.owner.kind === "job" ? step.owner.workflow : step.owner);

/** An input as it is written; names compare without case. */
export function inputOf(step: Step, name: string): ScalarNode | undefined {
  const exact = step.with.get(name);
  const pair = exact ?? [...step.with.values()].find(({ key }) => key.value.toLowerCase() === name.toLowerCase());
  return scalarOf(pair?.value);
}

const scripts = new WeakMap<Document, Map<Step, Script>>();

/** The step's script, in bash or sh. */
export function scriptOf(step: Step): Script | undefined {
  const document = documentOf(step);
  let known = scripts.get(document);
  if (!known) {
    known = new Map(scriptsOf(document).map((script) => [script.step, script]));
    scripts.set(document, known);
  }
  return known.get(step);
}

export const eventsOf = (job: Job | undefined): string[] => job?.workflow.triggers.map(({ event }) => event) ?? [];

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
