/** Whether a step works with the job's own `GITHUB_TOKEN`, or with a token, key or identity of its own. */
import { isOwnToken } from "../../actions/permissions.ts";
import type { Job, Step } from "../../workflow/document/document.ts";
import { isAction } from "../../workflow/document/uses.ts";
import { scalarOf } from "../../workflow/yaml/node.ts";

/** The job's token and nothing else; with a fallback it may be another one. */
export const isJobToken = (text: string | undefined): boolean =>
  /^\s*\$\{\{\s*(?:secrets\.GITHUB_TOKEN|github\.token)\s*\}\}\s*$/i.test(text ?? "");

/** The action works with another token, key or identity than the job's. */
export function bringsOwnToken({ with: inputs, env, owner, index, uses }: Step, job: Job): boolean {
  for (const [name, { value }] of inputs)
    if (/token|deploy_key|ssh-key/i.test(name) && isOwnToken(scalarOf(value)?.value)) return true;
  for (const block of [env, job.env, job.workflow.env]) {
    if (block?.computed) return true;
    for (const name of ["GITHUB_TOKEN", "GH_TOKEN"])
      if (isOwnToken(scalarOf(block?.variables.get(name)?.value)?.value)) return true;
  }
  if (inputs.has("auth-type") || inputs.has("role-chaining") || inputs.has("web-identity-token-file")) return true;
  // Credentials that an earlier step of its kind has left, or a checkout with a token of its own.
  return owner.steps
    .slice(0, index)
    .some(
      (other) =>
        (isAction(other.uses, "aws-actions/configure-aws-credentials") &&
          isAction(uses, "aws-actions/configure-aws-credentials")) ||
        (isAction(other.uses, "actions/checkout") &&
          (other.with.has("ssh-key") || isOwnToken(scalarOf(other.with.get("token")?.value)?.value))),
    );
}

/** The value of a variable in the step's, job's or workflow's `env`; nothing where it is not set, `null` where nobody can tell. */
export function variableOf(step: Step, job: Job, ...names: string[]): string | null | undefined {
  for (const block of [step.env, job.env, job.workflow.env]) {
    if (block?.computed) return null;
    for (const name of names) {
      const pair = block?.variables.get(name);
      if (pair) return scalarOf(pair.value)?.value ?? null;
    }
  }
  return undefined;
}

/** Whether `gh` surely takes the job's token. */
export const ghUsesJobToken = (step: Step, job: Job): boolean =>
  isJobToken(variableOf(step, job, "GH_TOKEN", "GITHUB_TOKEN") ?? undefined);

/** The push surely goes where the checkout came from, with the token that the checkout left. */
export function pushesBack({ index }: Step, job: Job): boolean {
  const before = job.steps.slice(0, index + 1);
  const checkouts = before.filter(({ uses }) => isAction(uses, "actions/checkout"));
  const [checkout] = checkouts;
  if (
    !checkout ||
    checkouts.length > 1 ||
    ["repository", "path", "token", "ssh-key", "persist-credentials"].some((name) => checkout.with.has(name))
  )
    return false;
  return before.every(({ uses, run, env, workingDirectory }) => {
    if (run)
      return (
        !workingDirectory &&
        !/\b(?:clone|remote|insteadOf|init|worktree|credential|ssh|cd|pushd|url|extraheader|setup-git)\b|x-access-token|GIT_/.test(
          run.value,
        ) &&
        ![...(env?.variables ?? [])].some(
          ([name, { value }]) =>
            run.value.includes(name) &&
            isOwnToken(scalarOf(value)?.value) &&
            /secrets\./.test(scalarOf(value)?.value ?? ""),
        )
      );
    return (
      uses?.kind === "repository" &&
      !/ssh|git|gpg|token|auth|checkout$/i.test(
        isAction(uses, "actions/checkout") ? "" : uses.name.replace(/^actions\//, ""),
      )
    );
  });
}
