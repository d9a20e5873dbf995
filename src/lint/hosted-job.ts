/** Jobs on GitHub's own machines. */
import type { Job } from "../workflow/document/document.ts";
import { scalarsOf } from "../workflow/yaml/node.ts";

type System = "ubuntu" | "macos" | "windows";

export const isHostedLabel = (label: string, systems: readonly System[] = ["ubuntu", "macos", "windows"]): boolean =>
  systems.some((system) => label.startsWith(`${system}-`));

/** Every label is one of GitHub's machines of these systems; what a runner of one's own has is nobody's to know. */
export function isHosted(job: Job, ...systems: readonly System[]): boolean {
  const labels = scalarsOf(job.runsOn?.value);
  return (
    labels.length > 0 && labels.every(({ value }) => isHostedLabel(value, systems.length > 0 ? systems : undefined))
  );
}
