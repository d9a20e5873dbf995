/** Which shell runs a step's script, by GitHub's "Workflow syntax" (`shell`, `defaults.run.shell`, `container`). */
import { readShell, SH, type ShellStart, UNSTATED_BASH } from "../shell/effective-shell.ts";
import { jobOf, type Job, type Step } from "../workflow/document/document.ts";
import { scalarsOf, type ScalarNode } from "../workflow/yaml/node.ts";

/** What decides the shell; `unknown` where an expression does. */
export type ShellOrigin = "step" | "job" | "workflow" | "container" | "runner" | "unknown";

/** Nothing where the shell is not of bash's family. */
export function shellOfStep(step: Step): { start: ShellStart; origin: ShellOrigin } | undefined {
  const job = jobOf(step);
  if (step.shell) return written(step.shell, "step");
  if (job?.defaults?.shell) return written(job.defaults.shell, "job");
  if (job?.workflow.defaults?.shell) return written(job.workflow.defaults.shell, "workflow");
  // A container that an expression names may be none at all.
  if (job?.container?.image)
    return job.container.image.value.includes("${{")
      ? { start: UNSTATED_BASH, origin: "unknown" }
      : { start: SH, origin: "container" };
  if ((job && runsOnWindows(job)) || onlyOnWindows(step.if) || onlyOnWindows(job?.if)) return undefined;
  return { start: UNSTATED_BASH, origin: "runner" };
}

function written({ value }: ScalarNode, origin: ShellOrigin): { start: ShellStart; origin: ShellOrigin } | undefined {
  if (!value.includes("${{")) {
    const start = readShell(value);
    return start && { start, origin };
  }
  // Nobody knows: nothing is said of its options.
  const named = /\b(bash|sh|pwsh|powershell|python|cmd|node)\b/.exec(value.replace(/\$\{\{.*?\}\}/gs, ""))?.[1];
  if (named !== undefined && named !== "bash" && named !== "sh") return undefined;
  return { start: { ...UNSTATED_BASH, pipefail: true }, origin: "unknown" };
}

const isWindows = (label: string): boolean => /windows|\bwin(?:\d|-|$)/i.test(label);

/** The job's runner, or every one that its matrix names, is a Windows. */
function runsOnWindows(job: Job): boolean {
  const labels = scalarsOf(job.runsOn?.value).map(({ value }) => value);
  return labels.some((label) => {
    const dimension = /^\s*\$\{\{\s*matrix\.([\w-]+)\s*\}\}\s*$/.exec(label)?.[1];
    if (dimension === undefined) return !label.includes("${{") && isWindows(label);
    if (!job.matrix || job.matrix.computed) return false;
    const values = scalarsOf(job.matrix.dimensions.get(dimension)?.value).map(({ value }) => value);
    for (const include of job.matrix.include)
      for (const { key, value } of include.pairs)
        if (key.value === dimension) values.push(...scalarsOf(value).map((scalar) => scalar.value));
    return values.length > 0 && values.every(isWindows);
  });
}

/** `if: runner.os == 'Windows'` and its like: there, the unstated shell is PowerShell. */
const onlyOnWindows = (condition: ScalarNode | undefined): boolean =>
  condition !== undefined &&
  /==\s*'[^']*windows|(?:startsWith|contains)\([^)]*'windows|'Windows'\s*==|windows\s*==\s*true/i.test(
    condition.value,
  ) &&
  !/!\s*(?:startsWith|contains)\(/i.test(condition.value);
